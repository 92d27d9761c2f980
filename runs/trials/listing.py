"""The page of a run's trials, put together from what its address asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import QueryDict

from runs.models import Run, Trial
from runs.trials.columns import TrialColumn, columns_of, one_algorithm
from runs.trials.exporting import all_columns
from runs.trials.filters import TrialFilters, trial_filters
from runs.trials.layout import PAGE_SIZES, Layout, page_size
from runs.trials.selection import chosen, chosen_sentence, joined
from runs.trials.table import TrialTable, narrowed, ordered

EXPORTS = (("csv", "CSV"), ("parquet", "Parquet"))
# Of an address, what says nothing about which trials are listed.
BESIDES_FILTERS = ("page", "per_page", "csrfmiddlewaretoken")


@dataclass(frozen=True)
class LayoutRow:
    """A column in the list of columns that can be hidden and moved."""

    column: TrialColumn
    is_shown: bool
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class Listing:
    """What an address asks of the trials of a run, in one person's layout."""

    run: Run
    query: QueryDict
    layout: Layout

    @cached_property
    def columns(self) -> list[TrialColumn]:
        return columns_of(self.run, self.algorithm)

    @cached_property
    def algorithm(self) -> str:
        """The algorithm whose parameters are columns."""
        return one_algorithm(self.run, self.query.getlist("algorithm"))

    @cached_property
    def filters(self) -> TrialFilters:
        return trial_filters(self.run, self.columns, self.query)

    @cached_property
    def order(self) -> str:
        asked = self.query.get("order", "")
        return asked if asked.removeprefix("-") in self.orders else "number"

    @property
    def orders(self) -> list[str]:
        """Return the columns there are to sort by."""
        return [c.name for c in self.columns if c.expression is not None]

    @cached_property
    def trials(self) -> QuerySet[Trial]:
        return ordered(self.filters.trials, self.columns, self.order)

    @cached_property
    def visible(self) -> list[TrialColumn]:
        return self.layout.visible(self.columns)

    @cached_property
    def chosen(self) -> list[int]:
        return chosen(self.query)

    @property
    def chosen_text(self) -> str:
        return chosen_sentence(self.chosen)

    @cached_property
    def per_page(self) -> int:
        return page_size(self.query.get("per_page", ""), self.layout.per_page)

    @cached_property
    def page(self) -> "Page[Trial]":
        """The rows shown; a page that is not there is the nearest that is."""
        rows = narrowed(self.trials, self.visible)
        return Paginator(rows, self.per_page).get_page(self.query.get("page"))

    @cached_property
    def table(self) -> TrialTable:
        return TrialTable(
            self.run,
            list(self.page.object_list),
            self.visible,
            order=self.order,
            picked=self.chosen,
        )

    @property
    def address(self) -> str:
        """What the address asks for, without what was left empty."""
        kept = QueryDict(mutable=True)
        for name, values in self.query.lists():
            if name == "trials":
                values = [joined(self.chosen)]  # noqa: PLW2901
            if name != "csrfmiddlewaretoken":
                kept.setlist(name, [value for value in values if value.strip()])
        return kept.urlencode(safe=",:")

    @property
    def address_without_choice(self) -> str:
        return self.without("trials")

    @property
    def address_unfiltered(self) -> str:
        return self.without(*self.filters.names)

    def without(self, *names: str) -> str:
        kept = QueryDict(self.address, mutable=True)
        for name in (*names, "page"):
            kept.pop(name, None)
        return f"?{kept.urlencode(safe=',:')}"

    @property
    def carried(self) -> list[tuple[str, str]]:
        """Return filters and order as a form's hidden fields repeat them."""
        return [
            (name, value)
            for name, values in self.query.lists()
            if name not in (*BESIDES_FILTERS, "trials")
            for value in values
            if value.strip()
        ]

    @property
    def chosen_elsewhere(self) -> list[int]:
        """Return the chosen trials that this page has no box for."""
        here = {row.record.number for row in self.table.rows}
        return [number for number in self.chosen if number not in here]

    @property
    def layout_rows(self) -> list[LayoutRow]:
        movable = self.layout.arranged(self.columns)[1:]
        return [
            LayoutRow(
                column, self.layout.shows(column), at == 0, at == len(movable) - 1
            )
            for at, column in enumerate(movable)
        ]

    def file_columns(self, *, which: str) -> Sequence[TrialColumn]:
        """Return the columns of a file: those that are shown, or all there are."""
        return self.visible if which == "visible" else all_columns(self.run)

    def context(self) -> dict[str, Any]:
        return {
            "run": self.run,
            "listing": self,
            "filters": self.filters,
            "table": self.table,
            "page": self.page,
            "page_sizes": PAGE_SIZES,
            "exports": EXPORTS,
        }
