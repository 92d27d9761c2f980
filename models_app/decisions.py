"""What was chosen for a model: how its predictions are told."""

from typing import TYPE_CHECKING

from models_app.enums import ArtifactKind
from models_app.models import ModelMeta
from runs.enums import Task

if TYPE_CHECKING:
    from models_app.evaluation.deciding import Decision

MAX_COST = 1e12  # of a mistake, in whatever it is counted


def decision_of(model: ModelMeta, labels: list[str]) -> "Decision":
    """Return what applies to the predictions of a model with these classes."""
    from models_app.evaluation.deciding import Decision
    from models_app.evaluation.recalibration import calibrators_from

    positive = None
    if model.run.task == Task.BINARY:
        chosen = model.run.positive_class
        positive = labels.index(chosen) if chosen in labels else 1
    calibrators = []
    if model.recalibration:
        stored = model.artifacts.get(kind=ArtifactKind.CALIBRATION).data
        calibrators = calibrators_from(stored["calibrators"][model.recalibration])
    return Decision(positive, model.threshold, calibrators)


def decision_notes(model: ModelMeta) -> list[str]:
    """Say in sentences how predictions differ from what the pipeline says by itself."""
    notes = []
    if model.threshold is not None:
        notes.append(
            f"{model.run.positive_class or 'The positive class'} is answered from a "
            f"probability of {model.threshold:g} on, as chosen for this model."
        )
    if model.recalibration:
        method = model.get_recalibration_display().lower()
        decides = (
            "model's own"
            if model.threshold is None
            else "threshold's, by the model's own probabilities"
        )
        notes.append(
            f"The probabilities told are recalibrated ({method}), as chosen for this "
            f"model; the answers are the {decides}."
        )
    return notes


def chosen_of(model: ModelMeta) -> dict[str, float | str | None]:
    """Return what was chosen for the answers of a model, as JSON has it."""
    return {"threshold": model.threshold, "recalibration": model.recalibration}
