"""A worker's job after the refit: measure a model on rows it has not seen."""

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from models_app import artifacts
from models_app.answers import Answers, store_answers
from models_app.enums import ArtifactKind, ModelState, Rows
from models_app.evaluation_sets.predicting import predict_sets
from models_app.evaluation_sets.sets import SETS
from models_app.fitting import claimed, fail, fitted, labels_of, record, sentence
from models_app.leases import working
from models_app.models import Artifact, Computation, ModelMeta
from models_app.residuals import error_artifacts
from runs import predictions
from runs.models import Run
from runs.search.metrics import METRICS
from runs.search.problem import TaskType
from runs.templatetags.display import figures
from runs.training_data import (
    TrainingData,
    large_turn,
    load_training_data,
    split_of,
)

if TYPE_CHECKING:
    import numpy as np

    from models_app.evaluation.predicting import Predicted

logger = logging.getLogger(__name__)


class Evaluated(NamedTuple):
    """Predictions for rows the pipeline that made them had not seen."""

    rows: Rows
    positions: "np.ndarray"  # of the rows, as `TrainingData` counts them
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
            # The turn comes first: whoever waits for it holds no rows meanwhile.
            with large_turn(model.run) as n_threads:
                data = load_training_data(model.run)
                evaluated = evaluated_of(model, data, n_threads)
                metrics, results = results_of(model.run, data, evaluated)
                found = artifacts_of(model, data, evaluated, results)
        except Exception as error:  # as above: failure is a state, not a crash
            logger.exception("Evaluating model %s failed", model_id)
            fail(model, token, f"Evaluating failed: {sentence(error)}")
            return model.run_id
        n_rows = len(evaluated.y)
        kept = record(
            model,
            token,
            found,
            f"evaluated on {n_rows:,} {evaluated.rows.label} rows{score(model.run, metrics)}.",
            state=ModelState.READY,
            metrics=metrics,
            rows=evaluated.rows,
            n_rows_evaluated=n_rows,
            predict_seconds=evaluated.seconds,
        )
        for artifact in [] if kept else found:
            if artifact.file:
                artifacts.remove_file(str(artifact.file))
    return model.run_id


def evaluate_again(
    computation: Computation, progress: Callable[[float, str], None]
) -> list[Artifact]:
    """Evaluate a model that is ready: on sets it was asked about, or on its own rows.

    Its own rows again, for what an earlier version did not store.
    """
    model = computation.model
    if computation.options.get(SETS):
        predict_sets(computation, progress)
        return []
    with large_turn(model.run) as n_threads:
        progress(0.1, "reading the rows")
        data = load_training_data(model.run)
        progress(0.3, "predicting rows it has not seen")
        evaluated = evaluated_of(model, data, n_threads)
        progress(0.7, "measuring")
        _, results = results_of(model.run, data, evaluated)
        return artifacts_of(model, data, evaluated, results)


def evaluated_of(model: ModelMeta, data: TrainingData, n_threads: int) -> Evaluated:
    if len(data.holdout_rows):
        return on_holdout(model, data)
    return out_of_fold(model, data, n_threads)


def artifacts_of(
    model: ModelMeta,
    data: TrainingData,
    evaluated: Evaluated,
    results: dict[ArtifactKind, dict[str, Any]],
) -> list[Artifact]:
    """Return what is to be stored; their files are already."""
    n_rows = len(evaluated.y)
    answers = answers_of(data, evaluated)
    return [
        *(
            Artifact(kind=kind, rows=evaluated.rows, n_rows=n_rows, data=result)
            for kind, result in results.items()
        ),
        store_answers(answers),
        *errors_of(model, data, answers),
    ]


def on_holdout(model: ModelMeta, data: TrainingData) -> Evaluated:
    from models_app.evaluation.predicting import predict

    pipeline = artifacts.load_bundle(model)["pipeline"]
    started = time.perf_counter()
    predicted = predict(pipeline, data.rows(data.holdout_rows))
    seconds = time.perf_counter() - started
    rows = data.holdout_rows
    return Evaluated(Rows.HOLDOUT, rows, data.y[rows], predicted, seconds)


def out_of_fold(model: ModelMeta, data: TrainingData, n_threads: int = 1) -> Evaluated:
    """Predict every training row by a pipeline fitted on other folds.

    The search has done so; where its predictions were not kept they are made again.
    """
    stored = predictions.read(model.trial)
    if stored is None:
        return out_of_fold_again(model, data, n_threads)
    return from_stored(stored, data, TaskType(model.run.task))


def from_stored(stored: "np.ndarray", data: TrainingData, task: TaskType) -> Evaluated:
    import numpy as np  # noqa: PLC0415

    from models_app.evaluation.predicting import Predicted

    values = np.asarray(stored, dtype=np.float64)
    flat = values.reshape(len(values), -1)
    # A division by time tests no row of the first part.
    tested = np.isfinite(flat).all(axis=1)
    rows = data.train_rows[tested]
    if task is TaskType.REGRESSION:
        predicted = Predicted(values[tested], None)
    else:
        labels = np.asarray(data.classes, dtype=object)
        predicted = Predicted(labels[values[tested].argmax(axis=1)], values[tested])
    return Evaluated(Rows.OUT_OF_FOLD, rows, data.y[rows], predicted, 0.0)


def out_of_fold_again(
    model: ModelMeta, data: TrainingData, n_threads: int = 1
) -> Evaluated:
    import numpy as np  # noqa: PLC0415

    from models_app.evaluation.predicting import Predicted, predict
    from runs.search.folds import fold_rows

    run = model.run
    folds = fold_rows(data.y[data.train_rows], split_of(run), data.train_by)
    seconds = 0.0
    parts = []
    for train, test in folds:
        pipeline = fitted(model, data.train_rows[train], data, n_threads)
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
    rows = data.train_rows[tested]
    return Evaluated(Rows.OUT_OF_FOLD, rows, data.y[rows], together, seconds)


def answers_of(data: TrainingData, evaluated: Evaluated) -> Answers:
    from models_app.evaluation.predicting import encode

    values, probabilities = evaluated.predicted
    predicted = encode(values, data.classes) if data.classes else values
    return Answers(
        evaluated.rows, evaluated.positions, evaluated.y, predicted, probabilities
    )


def errors_of(model: ModelMeta, data: TrainingData, answers: Answers) -> list[Artifact]:
    """Return what is stored of the errors of a regression model; nothing of others."""
    if model.run.task != TaskType.REGRESSION:
        return []
    stored = predictions.read(model.trial) if answers.rows == Rows.HOLDOUT else None
    searched = None
    if stored is not None:
        again = from_stored(stored, data, TaskType.REGRESSION)
        searched = answers_of(data, again)
    return error_artifacts(data, answers, searched)


def results_of(
    run: Run, data: TrainingData, evaluated: Evaluated
) -> tuple[dict[str, float], dict[ArtifactKind, dict[str, Any]]]:
    """Measure predictions and trace what charts show of them."""
    from models_app.evaluation.classification import as_json, classification_results
    from models_app.evaluation.confusion import confusion
    from models_app.evaluation.intervals import regression_intervals
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
            ArtifactKind.INTERVALS: as_json(
                regression_intervals(y, values, metrics=metrics)
            ),
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
    more = classification_results(
        y, codes, probabilities, metrics=metrics, labels=labels, positive=positive
    )
    return metrics, {
        ArtifactKind.METRICS: metrics,
        ArtifactKind.CONFUSION: confusion(y, codes, labels=labels)._asdict(),
        ArtifactKind.ROC: as_json(curves),
        **{ArtifactKind(kind): result for kind, result in more.items()},
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
