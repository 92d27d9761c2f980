"""What can be steered of a run, as its page shows it, and what people have changed."""

from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Count
from django.utils import timezone

from runs.enums import EventKind, Halt, Phase, TrialState, Wish
from runs.models import Run, Trial
from runs.queries import algorithm_title
from runs.search.describing import describe
from runs.search.problem import SpecError
from runs.search.spaces import parse_space

STEERABLE = (Phase.QUEUED, Phase.PREPARING, Phase.SEARCHING, Phase.PAUSED)
RUNNING_ROWS = 20
# From so many on, and with a time budget, the time alone is what ends a search.
ENDLESS_TRIALS = 10_000


class Range(NamedTuple):
    parameter: str
    text: str


class AlgorithmRow(NamedTuple):
    """An algorithm of a run, and what it has had of it."""

    name: str
    title: str
    is_on: bool
    is_last: bool  # the only one that is on
    n_ended: int
    n_open: int  # waiting or running
    n_aside: int
    percent: int  # of all trials made so far
    ranges: list[Range]


class SteeringState(NamedTuple):
    """Everything the page shows of what can be steered."""

    is_open: bool
    revision: int
    rows: list[AlgorithmRow]
    budget: str
    parallelism: str
    has_trial_budget: bool
    has_time_budget: bool
    running: list[Trial]


def is_steerable(run: Run) -> bool:
    return run.phase in STEERABLE and run.wish != Wish.STOP


def steering_state(run: Run) -> SteeringState:
    return SteeringState(
        is_open=is_steerable(run),
        revision=run.revision,
        rows=algorithm_rows(run) if is_steerable(run) else [],
        budget=budget_text(run),
        parallelism=parallelism_text(run),
        has_trial_budget=has_trial_budget(run),
        has_time_budget=run.time_budget_seconds is not None,
        running=list(
            run.trials.filter(state=TrialState.RUNNING)
            .only("number", "algorithm", "halt", "run_id")
            .order_by("number")[:RUNNING_ROWS]
        )
        if is_steerable(run)
        else [],
    )


def algorithm_rows(run: Run) -> list[AlgorithmRow]:
    open_states = (TrialState.WAITING, TrialState.RUNNING)
    counts: dict[str, list[int]] = {name: [0, 0, 0] for name in run.spaces}
    # Answered from indexes alone: only trials that were skipped are ever set aside.
    trials = run.trials.order_by()
    by_state = trials.values_list("algorithm", "state").annotate(n=Count("pk"))
    skipped = trials.filter(state=TrialState.SKIPPED, halt=Halt.ASIDE)
    aside = skipped.values_list("algorithm").annotate(n=Count("pk"))
    for algorithm, state, n_trials in by_state:
        if algorithm in counts:
            counts[algorithm][int(state in open_states)] += n_trials
    for algorithm, n_trials in aside:
        if algorithm in counts:
            counts[algorithm][0] -= n_trials
            counts[algorithm][2] += n_trials
    n_made = sum(ended + waiting for ended, waiting, _ in counts.values())
    n_on = len(run.spaces) - len(run.switched_off)
    rows = []
    for name, space in run.spaces.items():
        n_ended, n_open, n_aside = counts[name]
        is_on = name not in run.switched_off
        rows.append(
            AlgorithmRow(
                name=name,
                title=algorithm_title(name),
                is_on=is_on,
                is_last=is_on and n_on == 1,
                n_ended=n_ended,
                n_open=n_open,
                n_aside=n_aside,
                percent=round(100 * (n_ended + n_open) / n_made) if n_made else 0,
                ranges=ranges(name, space),
            )
        )
    return rows


def ranges(algorithm: str, space: dict[str, Any]) -> list[Range]:
    try:
        parsed = parse_space(space, algorithm=algorithm)
    except SpecError:  # stored by an older version; the run itself says so
        return []
    return [Range(name, describe(found)) for name, found in parsed.items()]


# --- In words --------------------------------------------------------------------------


def has_trial_budget(run: Run) -> bool:
    is_endless = run.time_budget_seconds and (run.n_trials or 0) >= ENDLESS_TRIALS
    return run.n_trials is not None and not is_endless


def budget_text(run: Run) -> str:
    parts = []
    if has_trial_budget(run):
        parts.append("1 trial" if run.n_trials == 1 else f"{run.n_trials:,} trials")
    elif run.n_trials is None:
        parts.append("every combination")
    if run.time_budget_seconds is not None:
        parts.append(span(run.time_budget_seconds))
    return " and ".join(parts)


def span(seconds: float) -> str:
    """Return a time as people say it: 90 s, 5 min, 2 h 30 min."""
    if seconds < 120 or seconds % 60:
        return f"{seconds:g} s"
    hours, minutes = divmod(int(seconds) // 60, 60)
    parts = [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes)
    return " ".join(parts)


def parallelism_text(run: Run) -> str:
    if run.parallelism is None:
        return "as many units as there are workers"
    return "1 unit" if run.parallelism == 1 else f"{run.parallelism} units"


def at_once_text(run: Run) -> str:
    """Return the number where its sentence speaks of units already."""
    return str(run.parallelism or "as many as there are workers")


# --- Refusals --------------------------------------------------------------------------


def as_refusal(error: SpecError) -> ValidationError:
    """Return what a form shows: the sentence, and the parameter or field as its code."""
    return ValidationError(str(error), code=error.parameter or error.field)


def changes_since(run: Run, revision: int) -> str:
    """Say what others have changed since somebody saw the run at `revision`."""
    events = run.events.filter(
        kind=EventKind.STEERING, data__revision__gt=revision
    ).order_by("pk")
    said = [
        f"{event.message} ({timezone.localtime(event.at):%H:%M:%S})" for event in events
    ]
    what = " ".join(said) or "Its settings are others now."
    return (
        f"Nothing was changed yet: the run is not as it was when you opened this. {what} "
        "Look at the values as they are now, and send again."
    )
