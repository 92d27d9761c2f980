"""The table of a run's trials, and how the database sorts them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import django_tables2 as tables
from django.db.models import F, QuerySet
from django.utils.functional import cached_property

from runs.enums import BASELINE
from runs.models import Run, Trial
from runs.queries import leaderboard
from runs.trials.cells import cell_of
from runs.trials.columns import TrialColumn

# Read of every row, whichever columns are shown.
ALWAYS = ("number", "algorithm", "state", "run_id", "reused_from_id")
NUMERIC = ("number", "seconds", "megabytes", "moment", "parameter")


class SpecColumn(tables.Column):  # type: ignore[misc]
    """A column of the table made from what is known of it."""

    def __init__(self, run: Run, spec: TrialColumn, picked: frozenset[int]) -> None:
        css = "number" if spec.kind in NUMERIC else ""
        super().__init__(
            verbose_name=spec.label,
            accessor="number",
            empty_values=(),
            orderable=spec.expression is not None,
        )
        self.spec, self.css = spec, css
        self.cell = cell_of(run, spec, picked)

    def render(self, record: Trial) -> Any:  # noqa: ANN401
        return self.cell(record)


def order_of(column: TrialColumn, *, descending: bool) -> list[Any]:
    """Return the order of a column; trials without a value come last either way."""
    number = F("number")
    if column.name == "number":
        return [number.desc() if descending else number.asc()]
    keys = [key for key in (column.expression, column.second) if key is not None]
    turned = [
        key.desc(nulls_last=True) if descending else key.asc(nulls_last=True)
        for key in keys
    ]
    return [*turned, number.asc()]


def ordered(
    trials: QuerySet[Trial], columns: Sequence[TrialColumn], order: str
) -> QuerySet[Trial]:
    """Sort by a column, shown or not; one that is not known is the number."""
    known = {c.name: c for c in columns if c.expression is not None}
    column = known.get(order.removeprefix("-"))
    if column is None:
        return trials.order_by("number")
    return trials.order_by(*order_of(column, descending=order.startswith("-")))


def row_class(record: Trial) -> str:
    place = getattr(record, "pinned", "")
    return f"is-{place}" if place else f"trial-{record.state}"


class TrialTable(tables.Table):  # type: ignore[misc]
    """The visible columns of some trials, the best and the baseline above them."""

    class Meta:
        template_name = "django_tables2/tuneboard.html"
        attrs = {"class": "table-dense trials-table"}

    def __init__(
        self,
        run: Run,
        trials: Sequence[Trial],
        columns: Sequence[TrialColumn],
        *,
        order: str = "",
        picked: Iterable[int] = (),
    ) -> None:
        self.run, self.sorted_by = run, order
        chosen = frozenset(picked)
        self.specs = {column.name: column for column in columns}
        # A page of rows, sorted already: pages count what the database counts, and the
        # pinned rows are no part of it.
        super().__init__(
            list(trials),
            extra_columns=[(c.name, SpecColumn(run, c, chosen)) for c in columns],
            order_by=(),
        )

    def get_top_pinned_data(self) -> Iterable[Trial]:
        return self.pinned

    @cached_property
    def pinned(self) -> list[Trial]:
        """Return the best trial and the baseline, where there are any."""
        columns = list(self.specs.values())
        best = narrowed(leaderboard(self.run), columns).first()
        guesses = self.run.trials.filter(algorithm=BASELINE)
        baseline = narrowed(guesses, columns).first()
        found = []
        for place, trial in (("best", best), ("baseline", baseline)):
            if trial is not None:
                trial.pinned = place  # type: ignore[attr-defined]
                found.append(trial)
        return found

    def heads(self) -> list[dict[str, Any]]:
        """Return the column heads with the order a click on each asks for."""
        return [self.head(column) for column in self.columns]

    def body(self) -> Iterator[tuple[str, list[tuple[str, Any]]]]:
        """Yield the class of each row and its cells with theirs.

        What django-tables2 does for each cell besides costs more than the cells.
        """
        cells = [(column.column.css, column.column.cell) for column in self.columns]
        for row in self.rows:
            record = row.record
            yield row_class(record), [(css, cell(record)) for css, cell in cells]

    def head(self, column: Any) -> dict[str, Any]:  # noqa: ANN401
        spec = self.specs[column.name]
        head = {"column": column, "spec": spec, "sort": "", "order": ""}
        if not column.orderable:
            return head
        first = f"-{spec.name}" if spec.is_sorted_best_first else spec.name
        other = first.removeprefix("-") if first.startswith("-") else f"-{first}"
        head["order"] = other if self.sorted_by == first else first
        if self.sorted_by in (first, other):
            # Stored values are turned where smaller is better: so are the arrows.
            descending = self.sorted_by.startswith("-") is not spec.turned
            head["sort"] = "descending" if descending else "ascending"
        return head


def narrowed(
    trials: QuerySet[Trial], columns: Sequence[TrialColumn]
) -> QuerySet[Trial]:
    """Read only what the columns show: JSON of a trial may be wide."""
    fields = {name for column in columns for name in column.fields}
    return trials.only(*dict.fromkeys([*ALWAYS, *sorted(fields)]))
