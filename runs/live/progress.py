"""How far a run has come: its phases, its percentage, when it will end."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count

from runs.enums import Phase
from runs.models import Run
from runs.queries import TrialCounts
from runs.search.metrics import METRICS

# The share of the whole that each phase ends at.
SEARCH_PERCENT = 90
REFIT_PERCENT = 96
# So many planned trials mean that time alone ends the search.
ENDLESS = 10_000
# Of a model's states, those before it is fitted, and those after it is judged.
UNFITTED = ("waiting", "fitting")
JUDGED = ("ready", "failed")


class PhaseStep(NamedTuple):
    label: str
    state: str  # done, current, waiting or failed
    seconds: float | None = None  # how long it took, or how long it has been
    share: str = ""  # of the current one: "34 of 60"
    percent: int | None = None


class ModelCounts(NamedTuple):
    fitted: int = 0
    judged: int = 0
    total: int = 0


def model_counts(run: Run) -> ModelCounts:
    """Count the models of a run that is past its search; else nothing is asked."""
    if run.phase not in Phase.after_search():
        return ModelCounts()
    found: Mapping[str, int] = dict(
        run.models.order_by().values_list("state").annotate(n=Count("pk"))
    )
    return ModelCounts(
        fitted=sum(n for state, n in found.items() if state not in UNFITTED),
        judged=sum(n for state, n in found.items() if state in JUDGED),
        total=sum(found.values()),
    )


def phase_steps(
    run: Run, counts: TrialCounts, models: ModelCounts, now: datetime
) -> list[PhaseStep]:
    """Return the steps of the stepper, as far as the run has come."""
    way = [
        (Phase.QUEUED, "Queued"),
        (Phase.PREPARING, "Preparing"),
        (Phase.SEARCHING, "Searching"),
        (Phase.REFITTING, "Refitting"),
        (Phase.EVALUATING, "Evaluating"),
        (Phase.FINISHED, "Finished"),
    ]
    phase = Phase(run.phase)
    names = [label for _, label in way]
    if phase == Phase.FINISHED:
        at, states = len(way) - 1, ["done"] * len(way)
    else:
        at = position(run, phase)
        if phase in {Phase.PAUSED, Phase.STOPPING}:
            names[at] = phase.label
        elif phase in {Phase.STOPPED, Phase.FAILED}:
            names[-1] = phase.label
        here = {Phase.FAILED: "failed", Phase.STOPPED: "done"}.get(phase, "current")
        states = [
            "done" if i < at else here if i == at else "waiting"
            for i in range(len(way))
        ]
        if phase == Phase.STOPPED:
            states[-1] = "done"
    seconds = seconds_of_phases(run, at, now)
    steps = [
        PhaseStep(name, state, spent)
        for name, state, spent in zip(names, states, seconds, strict=True)
    ]
    if not run.has_ended:
        share, percent = share_of(run, counts, models)
        steps[at] = steps[at]._replace(share=share, percent=percent)
    return steps


def seconds_of_phases(run: Run, at: int, now: datetime) -> list[float | None]:
    """Return how long each phase took, as far as the run remembers it."""
    marks = [
        run.created_at,
        run.started_at,
        run.prepared_at,
        run.search_ended_at,
        run.phase_changed_at if run.phase in Phase.after_search()[1:] else None,
        run.finished_at,
    ]
    spans: list[float | None] = []
    for i, start in enumerate(marks):
        end = marks[i + 1] if i + 1 < len(marks) else None
        if i == at and not run.has_ended:
            end = now
        # A run that is ending has no mark for what it never came to.
        spans.append((end - start).total_seconds() if start and end else None)
    if spans[2] is not None:
        spans[2] = max(0.0, spans[2] - run.paused_seconds)
    return spans


def share_of(
    run: Run, counts: TrialCounts, models: ModelCounts
) -> tuple[str, int | None]:
    """Return what of the current phase is done, in words and in percent."""
    phase = Phase(run.phase)
    if phase in {Phase.SEARCHING, Phase.PAUSED, Phase.STOPPING}:
        if not counts.planned or counts.planned >= ENDLESS:
            return f"{counts.ended:,} trials", None
        return of(counts.ended, counts.planned)
    if phase == Phase.REFITTING and models.total:
        return of(models.fitted, models.total)
    if phase in Phase.after_search() and models.total:
        return of(models.judged, models.total)
    return "", None


def of(done: int, total: int) -> tuple[str, int]:
    return f"{done:,} of {total:,}", min(100, 100 * done // total)


def position(run: Run, phase: Phase) -> int:
    """Return the index of the stepper's step a phase belongs to."""
    if phase == Phase.FAILED:
        return 2 if run.prepared_at else 1
    return {
        Phase.QUEUED: 0,
        Phase.PREPARING: 1,
        Phase.SEARCHING: 2,
        Phase.PAUSED: 2,
        Phase.STOPPING: 2,
        Phase.REFITTING: 3,
        Phase.EVALUATING: 4,
        Phase.EXPLAINING: 4,
        Phase.STOPPED: 5,
    }[phase]


def percent_done(
    run: Run, counts: TrialCounts, models: ModelCounts, now: datetime
) -> int:
    """Return the overall progress; the search is the part up to 90 %."""
    phase = Phase(run.phase)
    if run.has_ended:
        return 100
    if phase == Phase.REFITTING:
        share = models.fitted / models.total if models.total else 0.0
        return SEARCH_PERCENT + int(share * (REFIT_PERCENT - SEARCH_PERCENT))
    if phase in Phase.after_search():
        share = models.judged / models.total if models.total else 0.0
        return REFIT_PERCENT + int(share * (99 - REFIT_PERCENT))
    share = counts.ended / counts.planned if counts.planned else 0.0
    if run.deadline and run.started_at and run.time_budget_seconds:
        used = 1 - (run.deadline - now).total_seconds() / run.time_budget_seconds
        share = max(share, used)
    return int(min(share, 1.0) * SEARCH_PERCENT)


def estimated_end(run: Run, counts: TrialCounts, now: datetime) -> datetime | None:
    """Extrapolate the search from what it has done so far; None while unknown."""
    if run.phase != Phase.SEARCHING or not counts.ended or not run.prepared_at:
        return None
    spent = (now - run.prepared_at).total_seconds() - run.paused_seconds
    left = max(0, counts.planned - counts.ended)
    end = now + timedelta(seconds=spent / counts.ended * left)
    return min(end, run.deadline) if run.deadline else end


def tab_title(run: Run, percent: int) -> str:
    """Return what a browser's tab says of a run: `43 % · ROC AUC 0.871 · titanic`."""
    phase = Phase(run.phase)
    parts = [phase.label if run.has_ended or phase == Phase.PAUSED else f"{percent} %"]
    metric = METRICS.get(run.scoring)
    if metric is not None and run.best_value is not None:
        parts.append(f"{metric.title} {metric.display(run.best_value):.4g}")
    return " · ".join([*parts, run.name])
