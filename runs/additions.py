"""Combinations that people ask for: made trials at once, in front of the queue."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from django.db.models import Max

from runs import aside, reuse
from runs.enums import BASELINE, Origin, TrialState
from runs.models import Run, Trial
from runs.search.combinations import clean_combination, comparable_params
from runs.search.metrics import METRICS
from runs.search.parameters import Params
from runs.search.planning import params_key
from runs.search.problem import SpecError, TaskType
from runs.search.spaces import parse_space

Combination = tuple[str, Params]


def cleaned(
    run: Run, combinations: Iterable[tuple[str, Any]], *, off_too: bool = False
) -> list[Combination]:
    """Check combinations against what the run searches; one named twice is kept once.

    Those of an algorithm that is switched off only with `off_too`.

    Raises
    ------
    SpecError
        With `algorithm` and, where it is about one, `parameter`.
    """
    spaces: dict[str, Any] = {}
    found: dict[tuple[str, str], Combination] = {}
    for algorithm, params in combinations:
        if algorithm not in run.spaces:
            names = ", ".join(run.spaces)
            raise SpecError(
                f"This run does not search “{algorithm}”; its algorithms are {names}.",
                field="algorithm",
                algorithm=str(algorithm),
            )
        if algorithm in run.switched_off and not off_too:
            raise SpecError(
                f"{aside.title(algorithm)} is switched off; switch it on first.",
                field="algorithm",
                algorithm=algorithm,
            )
        if algorithm not in spaces:
            spaces[algorithm] = parse_space(run.spaces[algorithm], algorithm=algorithm)
        clean = clean_combination(
            algorithm, params, task=TaskType(run.task), space=spaces[algorithm]
        )
        found.setdefault(same_key(algorithm, clean), (algorithm, clean))
    return list(found.values())


def same_key(algorithm: str, params: Params) -> tuple[str, str]:
    """Return what equal combinations have in common, however their numbers are written."""
    return algorithm, params_key(comparable_params(algorithm, params))


def add(run: Run, combinations: Sequence[Combination], origin: Origin) -> list[Trial]:
    """Make trials of cleaned combinations, under the run's row lock.

    One that was skipped is taken up again.

    Raises
    ------
    SpecError
        If one is a trial already; nothing is made then.
    """
    algorithms = {algorithm for algorithm, _ in combinations}
    known = {
        same_key(trial.algorithm, trial.params): trial
        for trial in run.trials.filter(algorithm__in=algorithms)
    }
    old = [known.get(same_key(*combination)) for combination in combinations]
    for trial in old:
        if trial is not None and trial.state != TrialState.SKIPPED:
            raise already(run, trial)
    newest = run.trials.aggregate(number=Max("number"))["number"]
    numbers = count(0 if newest is None else newest + 1)
    trials = []
    places = units_in_front(run, len(combinations))
    for (algorithm, params), found, (unit, published_at) in zip(
        combinations, old, places, strict=True
    ):
        trial = found or Trial(
            run=run,
            number=next(numbers),
            algorithm=algorithm,
            params=params,
            params_key=params_key(params),
        )
        aside.renew(trial, unit)
        trial.published_at, trial.origin = published_at, origin
        trials.append(trial)
    new = [trial for trial in trials if trial.pk is None]
    again = [trial for trial in trials if trial.pk is not None]
    reuse.fill_in(run, new)
    Trial.objects.bulk_create(new)
    Trial.objects.bulk_update(again, aside.RENEWED)
    reuse.announce(run, new)
    return trials


def already(run: Run, trial: Trial) -> SpecError:
    state = trial.get_state_display().lower()
    if trial.value is not None:
        metric = METRICS[run.scoring]
        state += f", {metric.title} {metric.display(trial.value):.4f}"
    return SpecError(
        f"This combination is trial {trial.number} already ({state}).",
        field="params",
        algorithm=trial.algorithm,
    )


def units_in_front(run: Run, n_units: int) -> list[tuple[int, datetime | None]]:
    """Free the first places of the queue; their numbers, and when they were published.

    A message names a unit's number, so whoever has the number of the first waiting unit
    is taken next. The units that were there get new numbers, and a message once more.
    """
    waiting = run.trials.filter(state=TrialState.WAITING, origin=Origin.SAMPLER)
    first = dict(
        waiting.exclude(algorithm=BASELINE)
        .order_by("-unit")
        .values_list("unit", "published_at")
    )
    # Trials of a unit that came back from a worker stay with those that have ended.
    others = run.trials.filter(unit__in=first).exclude(
        state=TrialState.WAITING, origin=Origin.SAMPLER
    )
    begun = set(others.values_list("unit", flat=True))
    places = [(u, at) for u, at in sorted(first.items()) if u not in begun][:n_units]
    newest = run.trials.aggregate(unit=Max("unit"))["unit"]
    fresh = count(0 if newest is None else newest + 1)
    for unit, _ in places:
        moved = run.trials.filter(unit=unit, state=TrialState.WAITING)
        moved.update(unit=next(fresh), published_at=None)
    return [*places, *((next(fresh), None) for _ in range(n_units - len(places)))]
