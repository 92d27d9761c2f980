"""The rows a model predicts worst."""

import math
from datetime import date
from typing import TYPE_CHECKING, Any

from models_app.answers import Answers
from models_app.enums import ArtifactKind
from models_app.fitting import labels_of
from models_app.models import Artifact, ModelMeta
from models_app.samples import as_array, columns_of
from runs.enums import Task
from runs.training_data import TrainingData

if TYPE_CHECKING:
    import numpy as np

N_WORST = 20
MAX_COLUMNS = 300


def row_losses(model: ModelMeta, answers: Answers) -> "tuple[str, np.ndarray]":
    """Return the name of what a row's error is measured by, and each row's."""
    import numpy as np  # noqa: PLC0415 - only workers need it

    from models_app.evaluation.losses import log_losses

    if model.run.task == Task.REGRESSION:
        return "mae", np.abs(answers.y - answers.predicted)
    assert answers.probabilities is not None
    return "log_loss", log_losses(answers.y, answers.probabilities)


def worst_rows(model: ModelMeta, data: TrainingData, answers: Answers) -> Artifact:
    """Store the rows with the largest losses, with the user's columns."""
    from models_app.evaluation.losses import worst

    name, losses = row_losses(model, answers)
    chosen = worst(losses, n_rows=N_WORST)
    positions = answers.positions[chosen]
    columns = columns_of(model.run)
    kept = columns[:MAX_COLUMNS]
    frame = data.read(kept, positions)
    values = [
        [written(value) for value in as_array(frame[column]).to_pylist()]
        for column in kept
    ]
    rows = [
        {
            "row_number": int(data.known[position]) + 1,
            "position": int(position),
            **said(data, answers, int(at)),
            "loss": float(losses[at]),
            "values": [column[order] for column in values],
        }
        for order, (at, position) in enumerate(zip(chosen, positions, strict=True))
    ]
    return Artifact(
        kind=ArtifactKind.WORST_ROWS,
        rows=answers.rows,
        n_rows=len(answers.y),
        data={
            "loss": name,
            "mean_loss": float(losses.mean()),
            "columns": kept,
            "n_columns_left_out": len(columns) - len(kept),
            "rows": rows,
        },
    )


def written(value: Any) -> Any:  # noqa: ANN401 - whatever a table holds
    """Return a value as JSON knows it."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return str(value) if isinstance(value, date) else value


def said(data: TrainingData, answers: Answers, at: int) -> dict[str, Any]:
    """Return what was there and what was predicted, as people read it."""
    actual, predicted = answers.y[at], answers.predicted[at]
    if answers.probabilities is None:
        return {"actual": float(actual), "predicted": float(predicted)}
    labels = labels_of(data)
    row = answers.probabilities[at]
    return {
        "actual": labels[int(actual)],
        "predicted": labels[int(predicted)],
        "probability_of_actual": float(row[int(actual)]),
        "probability_of_predicted": float(row[int(predicted)]),
    }
