"""How a person wants the table of trials: columns hidden, their order, rows a page."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib.auth.models import User

from runs.addresses import whole_number
from runs.models import TableView
from runs.trials.columns import TrialColumn

TABLE = "trials"
PAGE_SIZES = (25, 50, 100, 250)
PER_PAGE = 50
# Rows are told apart by it, so it stays where it is.
FIRST = "number"


@dataclass(frozen=True)
class Layout:
    """What somebody has chosen; all else is as the columns propose."""

    order: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()
    per_page: int = PER_PAGE

    def arranged(self, columns: Sequence[TrialColumn]) -> list[TrialColumn]:
        """Return all columns in their order, the one with the numbers first.

        A column that was not there when the order was chosen comes behind the one it
        stands behind by default.
        """
        known = {column.name: column for column in columns}
        names = [name for name in self.order if name in known]
        for at, column in enumerate(columns):
            if column.name in names:
                continue
            before = [c.name for c in columns[:at] if c.name in names]
            names.insert(names.index(before[-1]) + 1 if before else 0, column.name)
        names.sort(key=lambda name: name != FIRST)
        return [known[name] for name in names]

    def shows(self, column: TrialColumn) -> bool:
        if column.name == FIRST or column.name in self.shown:
            return True
        return column.shown and column.name not in self.hidden

    def visible(self, columns: Sequence[TrialColumn]) -> list[TrialColumn]:
        return [column for column in self.arranged(columns) if self.shows(column)]

    def moved(self, columns: Sequence[TrialColumn], name: str, by: int) -> "Layout":
        """Move a column past its neighbour; at an end it stays."""
        names = [column.name for column in self.arranged(columns)]
        if name not in names or name == FIRST:
            return self
        at = names.index(name)
        names.insert(max(1, min(at + by, len(names) - 1)), names.pop(at))
        # What other runs have besides keeps its place.
        others = [other for other in self.order if other not in names]
        return replace(self, order=(*names, *others))

    def showing(self, columns: Sequence[TrialColumn], names: set[str]) -> "Layout":
        """Show these of the columns and hide the others."""
        there = {column.name for column in columns} - {FIRST}
        wanted = there & names
        return replace(
            self,
            hidden=(self.hidden - there) | (there - wanted),
            shown=(self.shown - there) | wanted,
        )


@dataclass
class Remembered:
    """A person's layout and the row it is kept in."""

    user: User
    layout: Layout = field(default_factory=Layout)

    @classmethod
    def of(cls, user: User) -> "Remembered":
        row = TableView.objects.filter(user=user, table=TABLE).first()
        return cls(user, read(row.layout if row else {}))

    def keep(self, layout: Layout) -> None:
        self.layout = layout
        stored = {
            "order": list(layout.order),
            "hidden": sorted(layout.hidden),
            "shown": sorted(layout.shown),
            "per_page": layout.per_page,
        }
        TableView.objects.update_or_create(
            user=self.user, table=TABLE, defaults={"layout": stored}
        )


def read(stored: dict[str, Any]) -> Layout:
    return Layout(
        order=tuple(map(str, stored.get("order", ()))),
        hidden=frozenset(map(str, stored.get("hidden", ()))),
        shown=frozenset(map(str, stored.get("shown", ()))),
        per_page=page_size(stored.get("per_page"), PER_PAGE),
    )


def page_size(asked: object, usual: int) -> int:
    """Return one of the sizes that are offered."""
    text = str(asked)
    asked = whole_number(text)
    return asked if asked in PAGE_SIZES else usual
