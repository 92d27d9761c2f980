"""Rows of the list pages, filtered and sorted as the address asks."""

from collections.abc import Mapping
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import (
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce

from runs.contents import WIDE
from runs.enums import TrialState
from runs.models import Run, Trial
from runs.search.metrics import METRICS

# By what a sorted column is sorted; `-` turns the arrow round. A trial without a value
# or a duration comes last either way.
NUMBER = F("number").asc()
TRIAL_ORDERS = {
    "number": [NUMBER],
    "-number": [F("number").desc()],
    "value": [F("value").asc(nulls_last=True), NUMBER],
    "-value": [F("value").desc(nulls_last=True), NUMBER],
    "duration": [F("duration").asc(nulls_last=True), NUMBER],
    "-duration": [F("duration").desc(nulls_last=True), NUMBER],
}


class Column(NamedTuple):
    """A column head; `order` is what a click on it asks for."""

    name: str
    label: str
    order: str = ""
    sort: str = ""
    css: str = "number"
    title: str = ""


class TrialQuery(NamedTuple):
    """Which trials of a run, in which order; values are stored with greater better."""

    algorithm: str = ""
    state: str = ""
    order: str = "number"


def trial_query(asked: Mapping[str, str], run: Run) -> TrialQuery:
    """Return the filters asked for; one that is not known is no filter."""
    algorithm = asked.get("algorithm", "")
    state = asked.get("state", "")
    order = asked.get("order", "")
    return TrialQuery(
        algorithm=algorithm if algorithm in run.spaces else "",
        state=state if state in TrialState.values else "",
        order=order if order in TRIAL_ORDERS else "number",
    )


def trial_rows(run: Run, query: TrialQuery) -> QuerySet[Trial]:
    span = ExpressionWrapper(
        F("finished_at") - F("started_at"), output_field=DurationField()
    )
    trials: QuerySet[Trial] = Trial.objects.filter(run=run).annotate(duration=span)
    if query.algorithm:
        trials = trials.filter(algorithm=query.algorithm)
    if query.state:
        trials = trials.filter(state=query.state)
    return trials.order_by(*TRIAL_ORDERS[query.order])


def trial_columns(run: Run, query: TrialQuery) -> list[Column]:
    metric = METRICS[run.scoring]
    return [
        sorted_column("number", "Trial", query),
        Column("algorithm", "Algorithm", css=""),
        Column("params", "Parameters", css=""),
        Column("state", "State", css=""),
        sorted_column(
            "value",
            metric.title,
            query,
            first="-value",
            # Stored values are turned round where smaller is better: so are the arrows.
            turned=not metric.greater_is_better,
        ),
        Column("folds", "Folds", css=""),
        Column("fit", "Fit"),
        sorted_column(
            "duration",
            "Duration",
            query,
            title="From taken by a worker to recorded; trials that share a fit share it",
        ),
    ]


def sorted_column(
    name: str,
    label: str,
    query: TrialQuery,
    *,
    first: str = "",
    turned: bool = False,
    title: str = "",
) -> Column:
    """Return a column that sorts: first by `first`, then back and forth."""
    first = first or name
    other = first.removeprefix("-") if first.startswith("-") else f"-{first}"
    if query.order not in {first, other}:
        return Column(name, label, first, title=title)
    descending = query.order.startswith("-") is not turned
    sort = "descending" if descending else "ascending"
    order = other if query.order == first else first
    return Column(name, label, order, sort, title=title)


def run_rows(user: AbstractBaseUser | AnonymousUser) -> QuerySet[Run]:
    """Return the runs `user` can see, newest first, with `n_ended` trials each."""
    ended = (
        Trial.objects.filter(run=OuterRef("pk"), state__in=TrialState.ended())
        .order_by()
        .values("run")
        .annotate(n=Count("pk"))
        .values("n")
    )
    n_ended = Coalesce(Subquery(ended, output_field=IntegerField()), 0)
    rows: QuerySet[Run] = (
        Run.objects.visible_to(user)
        .select_related("project", "dataset", "created_by")
        .defer("features", "spaces", *(f"dataset__{name}" for name in WIDE))
        .annotate(n_ended=n_ended)
    )
    return rows
