"""What a person may choose for a model: its threshold, with costs, and its probabilities."""

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from models_app.decisions import MAX_COST
from models_app.enums import ArtifactKind, Recalibration
from models_app.models import ModelMeta
from models_app.noting import note_model
from runs.enums import Action, EventKind, Task
from runs.models import Run
from runs.progress import record_event
from runs.queries import algorithm_title

COSTS = ("false_positive", "false_negative", "true_positive", "true_negative")


@transaction.atomic
def set_threshold(
    model: ModelMeta,
    *,
    user: User | None,
    threshold: float | None,
    costs: dict[str, float] | None = None,
) -> None:
    """Store from which probability on predictions answer the positive class.

    None goes back to the more probable class. Costs are kept as they are if not given.
    Raises ValidationError for a model that has no use for it.
    """
    if model.run.task != Task.BINARY:
        raise ValidationError("Only a model of two classes has a threshold.")
    check_ready(model)
    if threshold is not None and not 0 <= threshold <= 1:
        message = "A threshold is a probability, from 0 to 1."
        raise ValidationError({"threshold": message})
    check_costs(costs or {})
    run = Run.objects.select_for_update().get(pk=model.run_id)
    model.threshold = threshold
    if costs is not None:
        model.costs = costs
    model.save(update_fields=["threshold", "costs"])
    what = (
        "answers the more probable class again"
        if threshold is None
        else f"answers {run.positive_class or 'the positive class'} from a probability "
        f"of {threshold:g} on"
    )
    note(run, model, user, what, {"threshold": threshold, "costs": model.costs})


@transaction.atomic
def set_recalibration(
    model: ModelMeta, *, user: User | None, recalibration: Recalibration
) -> None:
    """Store how the probabilities that predictions tell are made.

    Raises ValidationError where there is nothing stored to make them with.
    """
    if model.run.task == Task.REGRESSION and recalibration:
        raise ValidationError(
            "Only classifiers are recalibrated; this predicts a number."
        )
    check_ready(model)
    if recalibration:
        found = model.artifacts.filter(kind=ArtifactKind.CALIBRATION).first()
        if found is None or recalibration not in found.data["calibrators"]:
            message = (
                "The probabilities of this model cannot be recalibrated: each class needs "
                "at least two evaluated rows."
            )
            raise ValidationError(message)
    run = Run.objects.select_for_update().get(pk=model.run_id)
    model.recalibration = recalibration
    model.save(update_fields=["recalibration"])
    what = (
        f"tells recalibrated probabilities ({recalibration.label.lower()})"
        if recalibration
        else "tells its own probabilities again"
    )
    note(run, model, user, what, {"recalibration": recalibration.value})


def check_costs(costs: dict[str, float]) -> None:
    if set(costs) - set(COSTS):
        raise ValidationError({"costs": f"Costs are {', '.join(COSTS)}."})
    if not all(0 <= cost <= MAX_COST for cost in costs.values()):
        message = f"A cost is a number from 0 to {MAX_COST:g}."
        raise ValidationError({"costs": message})


def check_ready(model: ModelMeta) -> None:
    if not model.is_ready:
        message = "This model is not ready yet: wait until it has been evaluated."
        raise ValidationError(message)


def note(
    run: Run, model: ModelMeta, user: User | None, what: str, data: dict[str, object]
) -> None:
    title = algorithm_title(model.algorithm)
    record_event(
        run,
        EventKind.REQUEST,
        f"Model {title} (trial {model.trial.number}) {what}.",
        data={"model": model.pk, **data},
        actor_id=user.pk if user else None,
    )
    note_model(Action.MODEL_DECIDED, model, user=user, note=f"It {what}.")
