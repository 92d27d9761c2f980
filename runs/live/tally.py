"""Trials of a run by algorithm and state: one query, answered from an index alone."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Count, Max

from runs.enums import BESIDES, Halt, TrialState
from runs.live.progress import ENDLESS
from runs.models import Run
from runs.queries import TrialCounts, algorithm_title
from runs.search.metrics import METRICS


class Group(NamedTuple):
    """The trials of one algorithm that are in one state, those set aside apart."""

    algorithm: str
    state: str
    n: int
    n_reused: int
    best: float | None
    n_aside: int = 0


class StatePart(NamedTuple):
    """How many trials are in a state; `query` finds them in the trials table."""

    name: str
    label: str
    n: int
    query: str


class AlgorithmProgress(NamedTuple):
    """How far an algorithm has come; `best` as people read it."""

    name: str
    title: str
    waiting: int
    running: int
    complete: int
    pruned: int
    failed: int
    skipped: int
    best: float | None
    is_leading: bool
    is_off: bool

    @property
    def ended(self) -> int:
        return self.complete + self.pruned + self.failed + self.skipped

    @property
    def planned(self) -> int:
        """Return how many trials it has been given so far."""
        return self.ended + self.running + self.waiting


def tally(run: Run) -> list[Group]:
    """Count the trials of the plan, and those beside it; what is set aside is neither."""
    rows = (
        run.trials.order_by()
        .values_list("algorithm", "state")
        .annotate(n=Count("pk"), n_reused=Count("reused_from"), best=Max("value"))
    )
    groups = [Group(*row) for row in rows]
    if not run.revision:  # nobody has steered: the index has it all
        return groups
    skipped = run.trials.filter(state=TrialState.SKIPPED, halt=Halt.ASIDE).order_by()
    aside = dict(skipped.values_list("algorithm").annotate(n=Count("pk")))
    return [
        group._replace(n=group.n - n, n_aside=n)
        if group.state == TrialState.SKIPPED and (n := aside.get(group.algorithm))
        else group
        for group in groups
    ]


def counts_of(run: Run, groups: Sequence[Group]) -> TrialCounts:
    by_state = dict.fromkeys(TrialState.values, 0)
    for group in planned(groups):
        by_state[group.state] += group.n
    return TrialCounts(**by_state, planned=run.n_planned)


def state_parts(
    counts: TrialCounts, *, n_reused: int, n_aside: int, has_ended: bool
) -> list[StatePart]:
    """Return the states that are worth a word, each with the way to its trials."""
    to_come = counts.waiting
    # A sampler makes trials as it goes; those of the budget are waiting all the same.
    if counts.planned < ENDLESS and not has_ended:
        to_come = max(to_come, counts.planned - counts.ended - counts.running)
    parts = [
        StatePart("waiting", "waiting", to_come, "state=waiting"),
        StatePart("running", "running", counts.running, "state=running"),
        StatePart("complete", "done", counts.complete, "state=complete"),
        StatePart("reused", "reused", n_reused, "reused=true"),
        StatePart("pruned", "pruned", counts.pruned, "state=pruned"),
        StatePart("failed", "failed", counts.failed, "state=failed"),
        StatePart("skipped", "skipped", counts.skipped, "state=skipped"),
        StatePart("aside", "set aside", n_aside, "state=skipped"),
    ]
    return [p for p in parts if p.n or p.name in {"waiting", "running", "complete"}]


def planned(groups: Sequence[Group]) -> list[Group]:
    """Return the groups of the plan: without the baseline and the ensemble."""
    return [group for group in groups if group.algorithm not in BESIDES]


def algorithm_progress(run: Run, groups: Sequence[Group]) -> list[AlgorithmProgress]:
    """Return a row an algorithm, in the order of the configuration."""
    metric = METRICS[run.scoring]
    found = planned(groups)
    scored = [g for g in found if g.state == TrialState.COMPLETE and g.best is not None]
    leading = max(scored, key=lambda g: g.best or 0.0).algorithm if scored else ""
    best = {group.algorithm: metric.display(group.best or 0.0) for group in scored}
    by_name = {name: dict.fromkeys(TrialState.values, 0) for name in run.spaces}
    for group in found:
        states = by_name.setdefault(
            group.algorithm, dict.fromkeys(TrialState.values, 0)
        )
        states[group.state] += group.n
    return [
        AlgorithmProgress(
            name=name,
            title=algorithm_title(name),
            **states,
            best=best.get(name),
            is_leading=name == leading,
            is_off=name in run.switched_off,
        )
        for name, states in by_name.items()
    ]
