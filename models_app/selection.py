"""Which trials become models, and when."""

from django.utils import timezone

from models_app import queries
from models_app.enums import ModelState
from models_app.models import ModelMeta
from runs.budget import n_processes, refit_seconds, until
from runs.enums import ENSEMBLE
from runs.models import Run, Trial

# Of the time that is left, what refits may be planned to take.
REFIT_SHARE = 0.8
# A refit that is nearly done may end: part of the tenth a run may take longer.
LATE_SHARE = 0.04


def trials_to_refit(run: Run) -> tuple[list[Trial], list[Trial]]:
    """Return the trials that become models, most wanted first, and those left out.

    The ensemble and its members, the best trial, and then the best of each other
    algorithm, as far as a time budget allows.
    """
    best = queries.best_trials(run)
    ensemble = queries.ensemble_of(run)
    weights = queries.members(ensemble) if ensemble else {}
    joined = sorted(
        run.trials.filter(number__in=weights), key=lambda t: -weights[t.number]
    )
    singles = sorted(
        (t for t in best if t.algorithm != ENSEMBLE), key=lambda t: -(t.value or 0.0)
    )
    wanted = list({t.pk: t for t in [*singles[:1], *joined, *singles]}.values())
    n_needed = len({t.pk for t in [*singles[:1], *joined]})
    chosen = wanted[:n_needed]
    left = until(run.deadline)
    spent = sum(refit_seconds(t.fit_seconds) for t in chosen)
    left_out = []
    for trial in wanted[n_needed:]:
        cost = refit_seconds(trial.fit_seconds)
        if left is None or spent + cost <= REFIT_SHARE * left * n_processes():
            chosen.append(trial)
            spent += cost
        else:
            left_out.append(trial)
    return [*chosen, *filter(None, [ensemble])], left_out


def is_out_of_time(run: Run) -> bool:
    """Tell whether unfinished refits have to end, a model that is ready being there."""
    if run.deadline is None or run.time_budget_seconds is None:
        return False
    late = (timezone.now() - run.deadline).total_seconds()
    if late < LATE_SHARE * run.time_budget_seconds:
        return False
    done = (ModelState.READY, ModelState.FITTED, ModelState.EVALUATING)
    return ModelMeta.objects.filter(run=run, state__in=done).exists()


def too_early(run: Run) -> list[int]:
    """Return the models that wait for others: an ensemble, for its members' fits."""
    unfitted = (ModelState.WAITING, ModelState.FITTING)
    return [
        model.pk
        for model in ModelMeta.objects.filter(
            run=run, algorithm=ENSEMBLE, state=ModelState.WAITING
        ).select_related("trial")
        if queries.member_models(model).filter(state__in=unfitted).exists()
    ]
