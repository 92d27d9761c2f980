"""What is read again and again about models."""

from django.db.models import QuerySet

from models_app.enums import ModelState
from models_app.models import ModelMeta
from runs.enums import TrialState
from runs.models import Run, Trial


def best_trials(run: Run) -> list[Trial]:
    """Return the best completed trial of each algorithm, the earlier one of equals."""
    complete = run.trials.filter(state=TrialState.COMPLETE, value__isnull=False)
    names = (
        complete.order_by("algorithm").values_list("algorithm", flat=True).distinct()
    )
    best = (
        complete.filter(algorithm=n).order_by("-value", "number").first() for n in names
    )
    return [trial for trial in best if trial is not None]


def best_model(run: Run) -> ModelMeta | None:
    """Return the ready model with the best mean fold score."""
    ready = run.models.filter(state=ModelState.READY)
    return ready.order_by("-value", "pk").first()


def siblings(model: ModelMeta) -> QuerySet[ModelMeta]:
    """Return all models of the same run, the best first."""
    return ModelMeta.objects.filter(run_id=model.run_id).order_by("-value", "pk")
