"""A worker's job after the refit: measure a model on rows it has not seen."""

import logging
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from models_app import artifacts
from models_app.enums import ArtifactKind, ModelState, Rows
from models_app.fitting import claimed, fail, fitted, labels_of, record, sentence
from models_app.leases import working
from models_app.models import Artifact, ModelMeta
from runs import predictions
from runs.models import Run
from runs.search.metrics import METRICS
from runs.search.problem import TaskType
from runs.templatetags.display import figures
from runs.training_data import TrainingData, load_training_data, split_of

if TYPE_CHECKING:
    import numpy as np

    from models_app.evaluation.predicting import Predicted

logger = logging.getLogger(__name__)


class Evaluated(NamedTuple):
    """Predictions for rows the pipeline that made them had not seen."""

    rows: Rows
    y: "np.ndarray"  # codes, or numbers
    predicted: "Predicted"
    seconds: float


def evaluate_model(model_id: int) -> int | None:
    """Evaluate one refitted model; return its run if that changed anything."""
    rows = ModelMeta.objects.filter(pk=model_id)
    with working(rows, waiting=ModelState.FITTED, busy=ModelState.EVALUATING) as token:
        model = claimed(model_id, token)
        if model is None:
            return None
        try:
            data = load_training_data(model.run)
            evaluated = (
                on_holdout(model, data)
                if len(data.holdout_rows)
                else out_of_fold(model, data)
            )
            metrics, results = results_of(model.run, data, evaluated)
        except Exception as error:  # as above: failure is a state, not a crash
            logger.exception("Evaluating model %s failed", model_id)
            fail(model, token, f"Evaluating failed: {sentence(error)}")
            return model.run_id
        n_rows = len(evaluated.y)
        record(
            model,
            token,
            [
                Artifact(kind=kind, rows=evaluated.rows, n_rows=n_rows, data=result)
                for kind, result in results.items()
            ],
            f"evaluated on {n_rows:,} {evaluated.rows.label} rows{score(model.run, metrics)}.",
            state=ModelState.READY,
            metrics=metrics,
            rows=evaluated.rows,
            n_rows_evaluated=n_rows,
            predict_seconds=evaluated.seconds,
        )
    return model.run_id


def on_holdout(model: ModelMeta, data: TrainingData) -> Evaluated:
    from models_app.evaluation.predicting import predict

    pipeline = artifacts.load_bundle(model)["pipeline"]
    started = time.perf_counter()
    predicted = predict(pipeline, data.rows(data.holdout_rows))
    seconds = time.perf_counter() - started
    return Evaluated(Rows.HOLDOUT, data.y[data.holdout_rows], predicted, seconds)


def out_of_fold(model: ModelMeta, data: TrainingData) -> Evaluated:
    """Predict every training row by a pipeline fitted on other folds.

    The search has done so; where its predictions were not kept they are made again.
    """
    stored = predictions.read(model.trial)
    if stored is None:
        return out_of_fold_again(model, data)
    return from_stored(stored, data, TaskType(model.run.task))


def from_stored(stored: "np.ndarray", data: TrainingData, task: TaskType) -> Evaluated:
    import numpy as np  # noqa: PLC0415

    from models_app.evaluation.predicting import Predicted

    values = np.asarray(stored, dtype=np.float64)
    flat = values.reshape(len(values), -1)
    # A division by time tests no row of the first part.
    tested = np.isfinite(flat).all(axis=1)
    y = data.y[data.train_rows[tested]]
    if task is TaskType.REGRESSION:
        return Evaluated(Rows.OUT_OF_FOLD, y, Predicted(values[tested], None), 0.0)
    labels = np.asarray(data.classes, dtype=object)[values[tested].argmax(axis=1)]
    return Evaluated(Rows.OUT_OF_FOLD, y, Predicted(labels, values[tested]), 0.0)


def out_of_fold_again(model: ModelMeta, data: TrainingData) -> Evaluated:
    import numpy as np  # noqa: PLC0415

    from models_app.evaluation.predicting import Predicted, predict
    from runs.search.folds import fold_rows

    run = model.run
    folds = fold_rows(data.y[data.train_rows], split_of(run), data.train_by)
    seconds = 0.0
    parts = []
    for train, test in folds:
        pipeline = fitted(model, data.train_rows[train], data)
        started = time.perf_counter()
        parts.append(predict(pipeline, data.rows(data.train_rows[test])))
        seconds += time.perf_counter() - started
    tested = np.concatenate([test for _, test in folds])
    # Repeated folds test each row several times: the first answer counts.
    tested, order = np.unique(tested, return_index=True)
    probabilities = [
        part.probabilities for part in parts if part.probabilities is not None
    ]
    together = Predicted(
        answers=np.concatenate([part.answers for part in parts])[order],
        probabilities=np.concatenate(probabilities)[order] if probabilities else None,
    )
    return Evaluated(
        Rows.OUT_OF_FOLD, data.y[data.train_rows[tested]], together, seconds
    )


def results_of(
    run: Run, data: TrainingData, evaluated: Evaluated
) -> tuple[dict[str, float], dict[ArtifactKind, dict[str, Any]]]:
    """Measure predictions and trace what charts show of them."""
    from models_app.evaluation.confusion import confusion
    from models_app.evaluation.metrics import measure
    from models_app.evaluation.predicting import encode
    from models_app.evaluation.regression import (
        predicted_actual,
        residuals,
    )
    from models_app.evaluation.roc import roc

    task, y = TaskType(run.task), evaluated.y
    values, probabilities = evaluated.predicted
    if task is TaskType.REGRESSION:
        metrics = measure(y, values, task=task)
        return metrics, {
            ArtifactKind.METRICS: metrics,
            ArtifactKind.PREDICTED_ACTUAL: predicted_actual(y, values)._asdict(),
            ArtifactKind.RESIDUALS: residuals(y, values)._asdict(),
        }
    assert probabilities is not None
    labels = labels_of(data)
    positive = positive_of(run, labels)
    codes = encode(values, data.classes)
    metrics = measure(
        y,
        codes,
        probabilities,
        task=task,
        labels=labels,
        positive=None if positive is None else labels[positive],
    )
    curves = roc(y, probabilities, labels=labels, positive=positive)
    return metrics, {
        ArtifactKind.METRICS: metrics,
        ArtifactKind.CONFUSION: confusion(y, codes, labels=labels)._asdict(),
        ArtifactKind.ROC: {
            **curves._asdict(),
            "curves": [c._asdict() for c in curves.curves],
        },
    }


def positive_of(run: Run, labels: list[str]) -> int | None:
    """Return the position of the class to be found, for two classes."""
    if run.task != TaskType.BINARY:
        return None
    return labels.index(run.positive_class) if run.positive_class in labels else 1


def score(run: Run, metrics: dict[str, float]) -> str:
    if run.scoring not in metrics:
        return ""
    return f", {METRICS[run.scoring].title} {figures(metrics[run.scoring])}"
