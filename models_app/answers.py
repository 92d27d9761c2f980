"""The predictions a model was evaluated by, row by row: kept for whoever asks again."""

from typing import TYPE_CHECKING, NamedTuple

from models_app import artifacts
from models_app.enums import ArtifactKind, Rows
from models_app.models import Artifact, ModelMeta
from runs.files import local_copy

if TYPE_CHECKING:
    import numpy as np


class Answers(NamedTuple):
    """Predictions for rows the pipeline that made them had not seen.

    Attributes
    ----------
    rows : Rows
        Whether they are of the holdout or out-of-fold.
    positions : ndarray of int of shape (n_samples,)
        The rows, as `TrainingData` counts them.
    y : ndarray of shape (n_samples,)
        Class codes in the order of the run's classes, or numbers.
    predicted : ndarray of shape (n_samples,)
        Of the same form.
    probabilities : ndarray of shape (n_samples, n_classes) or None
        None for regression.
    """

    rows: Rows
    positions: "np.ndarray"
    y: "np.ndarray"
    predicted: "np.ndarray"
    probabilities: "np.ndarray | None"


def store_answers(answers: Answers) -> Artifact:
    """Write the predictions into the storage; return their artifact, unsaved."""
    import numpy as np  # noqa: PLC0415 - only workers need it

    arrays = {name: getattr(answers, name) for name in ("positions", "y", "predicted")}
    if answers.probabilities is not None:
        arrays["probabilities"] = answers.probabilities
    with artifacts.scratch_file(".npz") as path:
        np.savez_compressed(path, **arrays)
        stored = artifacts.store_file(path)
    return Artifact(
        kind=ArtifactKind.ANSWERS,
        rows=answers.rows,
        n_rows=len(answers.y),
        file=stored["name"],
        digest=stored["digest"],
    )


def read_answers(model: ModelMeta) -> Answers | None:
    """Return the predictions a model was evaluated by; None of one from before."""
    artifact = model.artifacts.filter(kind=ArtifactKind.ANSWERS).first()
    return None if artifact is None else answers_of_artifact(artifact)


def answers_of_artifact(artifact: Artifact) -> Answers:
    """Read stored predictions, for who has looked up their row already."""
    import numpy as np  # noqa: PLC0415 - only workers and few pages need it

    # Without pickling: arrays of numbers only.
    with local_copy(artifact.file) as path, np.load(path, allow_pickle=False) as found:
        probabilities = found.get("probabilities")
        return Answers(
            rows=Rows(artifact.rows),
            positions=found["positions"],
            y=found["y"],
            predicted=found["predicted"],
            probabilities=probabilities,
        )
