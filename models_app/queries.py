"""What is read again and again about models."""

from django.db.models import Q, QuerySet

from models_app.enums import ModelState, Stage
from models_app.models import ModelMeta
from runs.enums import ENSEMBLE
from runs.models import Run, Trial
from runs.queries import leaderboard


def best_trials(run: Run) -> list[Trial]:
    """Return the best completed trial of each algorithm, the earlier one of equals."""
    complete = leaderboard(run)
    names = (
        complete.order_by("algorithm").values_list("algorithm", flat=True).distinct()
    )
    best = (
        complete.filter(algorithm=n).order_by("-value", "number").first() for n in names
    )
    return [trial for trial in best if trial is not None]


def members(ensemble: Trial) -> dict[int, float]:
    """Return the number and the weight of each trial an ensemble is made of."""
    weights = ensemble.params.get("weights", {})
    return {int(number): float(weight) for number, weight in weights.items()}


def member_models(model: ModelMeta) -> QuerySet[ModelMeta]:
    """Return the models that an ensemble's model waits for and is made of."""
    numbers = members(model.trial)
    return ModelMeta.objects.filter(run_id=model.run_id, trial__number__in=numbers)


def left_out(model: ModelMeta) -> list[int]:
    """Return the trials whose predictions chose an ensemble, but that it is made without.

    Their refits failed, or the time budget ended before them.
    """
    failed = member_models(model).filter(state=ModelState.FAILED)
    return sorted(failed.values_list("trial__number", flat=True))


def ensemble_of(run: Run) -> Trial | None:
    return run.trials.filter(algorithm=ENSEMBLE).first()


def best_model(run: Run) -> ModelMeta | None:
    """Return the ready model with the best mean fold score."""
    ready = run.models.filter(state=ModelState.READY)
    return ready.order_by("-value", "pk").first()


def siblings(model: ModelMeta) -> QuerySet[ModelMeta]:
    """Return all models of the same run, the best first; not those archived meanwhile."""
    archived = Q(stage=Stage.ARCHIVED) & ~Q(pk=model.pk)
    models = ModelMeta.objects.filter(run_id=model.run_id).exclude(archived)
    return models.order_by("-value", "pk")
