"""Everything the page of a run shows at one moment."""

from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone

from runs import queries
from runs.enums import BASELINE, TrialState
from runs.live.folds import fold_data
from runs.live.leaders import (
    Baseline,
    LeaderRow,
    baseline_row,
    leader_rows,
    other_metrics,
)
from runs.live.log import LogLine, latest_lines
from runs.live.progress import (
    PhaseStep,
    estimated_end,
    model_counts,
    percent_done,
    phase_steps,
    tab_title,
)
from runs.live.tally import (
    AlgorithmProgress,
    StatePart,
    algorithm_progress,
    counts_of,
    state_parts,
    tally,
)
from runs.live.workers import WorkerCard, worker_cards
from runs.models import Run
from runs.queries import TrialCounts
from runs.troubles import Trouble, troubles

# A message repeats the latest points, so that a few lost ones leave no gap.
RECENT_POINTS = 50


class LiveState(NamedTuple):
    """What there is to see of a run. No part of it grows with the number of trials."""

    run: Run
    title: str
    phases: list[PhaseStep]
    counts: TrialCounts
    parts: list[StatePart]
    algorithms: list[AlgorithmProgress]
    percent: int
    started_at: datetime | None
    ends_at: datetime | None
    deadline: datetime | None
    workers: list[WorkerCard]
    leaderboard: list[LeaderRow]
    other_metrics: list[str]
    log: list[LogLine]
    history: dict[str, Any]
    folds: dict[str, Any]
    baseline: Baseline | None
    troubles: list[Trouble]
    importances: str


def live_state(run: Run) -> LiveState:
    now = timezone.now()
    groups = tally(run)
    counts = counts_of(run, groups)
    models = model_counts(run)
    percent = percent_done(run, counts, models, now)
    leaders = leader_rows(run)
    n_complete = sum(
        group.n
        for group in groups
        if group.state == TrialState.COMPLETE and group.algorithm != BASELINE
    )
    best = [(r.trial.number, r.trial.algorithm, r.trial.fold_scores) for r in leaders]
    return LiveState(
        run=run,
        title=tab_title(run, percent),
        phases=phase_steps(run, counts, models, now),
        counts=counts,
        parts=state_parts(
            counts,
            n_reused=sum(group.n_reused for group in groups),
            n_aside=sum(group.n_aside for group in groups),
            has_ended=run.has_ended,
        ),
        algorithms=algorithm_progress(run, groups),
        percent=percent,
        started_at=run.started_at,
        ends_at=estimated_end(run, counts, now),
        deadline=run.deadline,
        workers=[] if run.has_ended else worker_cards(run),
        leaderboard=leaders,
        other_metrics=other_metrics(run),
        log=latest_lines(run),
        history=queries.history(run, latest=RECENT_POINTS, n_complete=n_complete),
        folds=fold_data(run, best),
        baseline=baseline_row(run),
        troubles=troubles(run) if run.has_ended else [],
        importances=queries.importance_mark(run),
    )
