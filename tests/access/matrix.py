"""The table of who gets which answer: read, looked up, compared."""

from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from tests.access.routes import Route
from tests.access.world import ROLES

FILE = Path(__file__).with_name("matrix.txt")
Answers = dict[str, str]  # role -> answer


class Row(NamedTuple):
    route: Route
    answers: Answers

    @property
    def is_group(self) -> bool:
        return "*" in self.route.address

    def holds(self, route: Route) -> bool:
        if not self.is_group:
            return route == self.route
        methods = self.route.method.split("|")
        return route.method in methods and fnmatchcase(
            route.address, self.route.address
        )


def read(text: str) -> list[Row]:
    """Return the rows of a file: method, address, an answer for each role."""
    rows = []
    for line in text.splitlines():
        words = line.split("#")[0].split()
        if not words:
            continue
        assert len(words) == 2 + len(ROLES), f"Not a row of the matrix: {line}"
        method, address, *answers = words
        route = Route(method, "" if address == "/" else address)
        rows.append(Row(route, dict(zip(ROLES, answers, strict=True))))
    return rows


def row_of(rows: list[Row], route: Route) -> Row | None:
    """Return the row of a route: its own, or else the first group that holds it."""
    held = [row for row in rows if row.holds(route)]
    return min(held, key=lambda row: row.is_group, default=None)


def line(route: Route, answers: Answers) -> str:
    told = " ".join(f"{answers[role]:<9}" for role in ROLES)
    return f"{route.method:<7}{route.address or '/':<62} {told}".rstrip()


def differences(rows: list[Row], measured: dict[Route, Answers]) -> list[str]:
    """Say what the matrix lacks, tells differently, or has too many."""
    found, missing, used = [], [], set()
    for route, answers in measured.items():
        row = row_of(rows, route)
        if row is None:
            missing.append(f"{line(route, answers)}   # check")
            continue
        used.add(row.route)
        found += [
            f"{' '.join(route)}: {role} gets {answers[role]}, the matrix says {told}"
            for role, told in row.answers.items()
            if answers[role] not in told.split("|")
        ]
    if missing:
        found.append(
            "Routes without a row. What they answer now is below: check each answer, "
            f"take “# check” away, and add the lines to {FILE.name}.\n"
            + "\n".join(missing)
        )
    left = [row.route for row in rows if row.route not in used]
    found += [f"No route any more: {' '.join(route)}" for route in left]
    return found
