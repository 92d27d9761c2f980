"""Why trials have no score, or one to be careful with: counted by reason."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import Q

from runs.enums import ENSEMBLE, TrialState
from runs.models import Run

WARNED = "warned"
KINDS = (TrialState.FAILED.value, TrialState.SKIPPED.value, WARNED)
SHOWN = 20
NUMBER = re.compile(r"\b\d+(?:[.,]\d+)*")


class Trouble(NamedTuple):
    """Trials that failed, were skipped or gave a warning for one reason."""

    kind: str
    reason: str
    n_trials: int

    def __str__(self) -> str:
        trials = "1 trial" if self.n_trials == 1 else f"{self.n_trials:,} trials"
        what = "with a warning" if self.kind == WARNED else self.kind
        return f"{trials} {what}: {self.reason}"


def troubles(run: Run) -> list[Trouble]:
    """Return failures, then skipped trials, then warnings; the most frequent first.

    Reasons that differ in numbers alone, such as the fold's, are one.
    """
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for kind, reason in reasons(run):
        counts[kind, NUMBER.sub("…", reason)][reason] += 1
    found = [
        Trouble(kind, in_common(list(same)), same.total())
        for (kind, _), same in counts.items()
    ]
    found.sort(key=lambda t: (KINDS.index(t.kind), -t.n_trials, t.reason))
    return found[:SHOWN]


def reasons(run: Run) -> Iterator[tuple[str, str]]:
    """Yield kind and first line of everything that trials complain of."""
    without = (TrialState.FAILED, TrialState.SKIPPED)
    # What an ensemble notes is how it was made.
    trials = run.trials.exclude(algorithm=ENSEMBLE).filter(
        Q(state__in=without) | ~Q(warnings=[])
    )
    for state, error, warnings in trials.values_list("state", "error", "warnings"):
        if state in without:
            yield state, first_line(error)
        # One that repeats itself with other numbers has one thing to say.
        said = {NUMBER.sub("…", line): line for line in map(first_line, warnings)}
        for line in said.values():
            yield WARNED, line


def in_common(texts: list[str]) -> str:
    """Join texts that differ in numbers alone; the numbers that differ are left out."""
    numbers = iter(zip(*map(NUMBER.findall, texts), strict=True))

    def common(_: re.Match[str]) -> str:
        first, *others = next(numbers)
        return first if all(other == first for other in others) else "…"

    return NUMBER.sub(common, texts[0])


def first_line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason given"])[0].rstrip(": ")
