"""A worker's job after a search: refit a trial on all its rows, then evaluate it.

The two steps are leased one after the other, so a worker that dies in the second does
not cost the first.
"""

import logging
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.db import transaction

from models_app import artifacts
from models_app.enums import ArtifactKind, ModelState, Rows
from models_app.leases import DONE, working
from models_app.models import Artifact, ModelMeta
from runs.enums import EventKind, Level
from runs.models import Run
from runs.progress import record_event
from runs.search.algorithms import ALGORITHMS
from runs.search.metrics import METRICS
from runs.search.problem import TaskType
from runs.training_data import TrainingData, load_training_data, split_of

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from sklearn.pipeline import Pipeline

    from models_app.evaluation.predicting import Predicted

logger = logging.getLogger(__name__)

# Of a column with more values than this, "never seen before" says nothing.
MAX_CATEGORIES = 1_000
ERROR_LENGTH = 1_000


# --- Refitting -------------------------------------------------------------------------


def refit_model(model_id: int) -> int | None:
    """Refit one model; return its run if that changed anything."""
    rows = ModelMeta.objects.filter(pk=model_id)
    with working(rows, waiting=ModelState.WAITING, busy=ModelState.FITTING) as token:
        model = claimed(model_id, token)
        if model is None:
            return None
        try:
            started = time.perf_counter()
            data = load_training_data(model.run)
            pipeline = fitted(model, data.X.iloc[data.train_rows], data)
            seconds = time.perf_counter() - started
            stored = artifacts.write_bundle(bundle(model, pipeline, data))
        except Exception as error:  # an estimator raises anything: the model says what
            logger.exception("Refitting model %s failed", model_id)
            fail(model, token, f"Refitting failed: {sentence(error)}")
            return model.run_id
        artifact = Artifact(
            kind=ArtifactKind.PIPELINE,
            rows=Rows.TRAINING,
            n_rows=len(data.train_rows),
            data=facts(pipeline, data),
            file=stored["name"],
        )
        kept = record(
            model,
            token,
            [artifact],
            f"refitted on {len(data.train_rows):,} rows in {seconds:.1f} s.",
            state=ModelState.FITTED,
            fit_seconds=seconds,
            size_bytes=stored["size_bytes"],
        )
        if not kept:
            artifacts.remove_file(stored["name"])
    return model.run_id


def claimed(model_id: int, token: str) -> ModelMeta | None:
    """Return the model this process holds; None if there is nothing to do."""
    models = ModelMeta.objects.select_related("run__dataset")
    return models.filter(pk=model_id).held(token).first() if token else None


def fitted(
    model: ModelMeta,
    X: "pd.DataFrame",
    data: TrainingData,
    rows: "np.ndarray | None" = None,
) -> "Pipeline":
    """Fit the model's pipeline on some rows, with the labels as uploaded."""
    from runs.search.refit import refit

    chosen = data.train_rows if rows is None else rows
    return refit(
        ALGORITHMS[model.algorithm],
        model.params,
        X,
        data.labels.iloc[chosen],
        task=TaskType(model.run.task),
        random_state=model.run.seed,
        n_threads=settings.THREADS_PER_WORKER,
    )


def bundle(
    model: ModelMeta, pipeline: "Pipeline", data: TrainingData
) -> artifacts.Bundle:
    run = model.run
    columns = needed_columns(run)
    return {
        "schema_version": artifacts.SCHEMA_VERSION,
        "pipeline": pipeline,
        "columns": columns,
        "categories": seen_categories(data.X.iloc[data.train_rows], columns),
        "target": run.target,
        "task": run.task,
        "classes": data.classes,
        "labels": labels_of(data),
        "positive_class": run.positive_class,
        "algorithm": model.algorithm,
        "params": model.params,
        "versions": artifacts.versions(),
    }


def labels_of(data: TrainingData) -> list[str]:
    """Return the classes as people read them: 1, not 1.0."""
    from runs.tables.labels import label

    return [label(value) for value in data.classes]


def needed_columns(run: Run) -> list[dict[str, str]]:
    """Return the feature columns with what reading them back needs."""
    wanted = ("name", "kind", "reason", "dtype")
    profiles = [run.dataset.column(name) or {"name": name} for name in run.features]
    return [{key: str(profile.get(key, "")) for key in wanted} for profile in profiles]


def seen_categories(
    X: "pd.DataFrame", columns: list[dict[str, str]]
) -> dict[str, list[Any]]:
    """Return the values of each category, unless there are very many."""
    found = {}
    for column in columns:
        # Of a text nearly every value is new, and its words are what counts.
        if column["kind"] == "category" and column["dtype"] == "string":
            values = X[column["name"]].dropna().unique().tolist()
            if len(values) <= MAX_CATEGORIES:
                found[column["name"]] = values
    return found


def facts(pipeline: "Pipeline", data: TrainingData) -> dict[str, Any]:
    """Return what pages tell of a pipeline without opening its file."""
    estimator = pipeline[-1]
    params = estimator.get_params(deep=False)
    params.pop("n_jobs", None)  # of this installation's processors, not of the model
    return {
        "estimator": type(estimator).__name__,
        "params": plain(params),
        "defaults": plain(type(estimator)().get_params(deep=False)),
        "features": [str(name) for name in data.X.columns],
        "versions": artifacts.versions(),
    }


def plain(params: dict[str, Any]) -> dict[str, Any]:
    """Return parameters as JSON knows them; anything else as it is written."""
    simple = (str, int, float, bool, type(None))
    return {k: v if isinstance(v, simple) else repr(v) for k, v in params.items()}


# --- Evaluating ------------------------------------------------------------------------


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
    predicted = predict(pipeline, data.X.iloc[data.holdout_rows])
    seconds = time.perf_counter() - started
    return Evaluated(Rows.HOLDOUT, data.y[data.holdout_rows], predicted, seconds)


def out_of_fold(model: ModelMeta, data: TrainingData) -> Evaluated:
    """Predict every training row by a pipeline fitted on the other folds."""
    import numpy as np  # noqa: PLC0415

    from models_app.evaluation.predicting import Predicted, predict
    from runs.search.folds import fold_rows

    folds = fold_rows(data.y[data.train_rows], split_of(model.run))
    seconds = 0.0
    parts = []
    for train, test in folds:
        learned, unseen = data.train_rows[train], data.train_rows[test]
        pipeline = fitted(model, data.X.iloc[learned], data, learned)
        started = time.perf_counter()
        parts.append(predict(pipeline, data.X.iloc[unseen]))
        seconds += time.perf_counter() - started
    tested = np.concatenate([test for _, test in folds])
    order = np.argsort(tested)
    probabilities = [
        part.probabilities for part in parts if part.probabilities is not None
    ]
    together = Predicted(
        answers=np.concatenate([part.answers for part in parts])[order],
        probabilities=np.concatenate(probabilities)[order] if probabilities else None,
    )
    return Evaluated(
        Rows.OUT_OF_FOLD, data.y[data.train_rows[tested[order]]], together, seconds
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


# --- Recording -------------------------------------------------------------------------


def record(
    model: ModelMeta, token: str, results: list[Artifact], message: str, **changes: Any
) -> bool:
    """Write a step's results, if this process still holds the model: one transaction."""
    with transaction.atomic():
        run = Run.objects.select_for_update().filter(pk=model.run_id).first()
        held = ModelMeta.objects.filter(pk=model.pk).held(token)
        # Deleted meanwhile, or given to another worker: then nothing is written.
        if run is None or not held.update(**{**DONE, **changes}):
            return False
        kinds = [result.kind for result in results]
        Artifact.objects.filter(model_id=model.pk, kind__in=kinds).delete()
        for result in results:
            result.model_id = model.pk
        Artifact.objects.bulk_create(results)
        title = ALGORITHMS[model.algorithm].title
        failed = changes["state"] == ModelState.FAILED
        record_event(
            run,
            EventKind.MODEL,
            f"{title} {message}",
            level=Level.ERROR if failed else Level.INFO,
            data={"model": model.pk, "state": str(changes["state"])},
        )
    return True


def fail(model: ModelMeta, token: str, error: str) -> None:
    message = f"could not become a model. {error}"
    record(model, token, [], message, state=ModelState.FAILED, error=error)


def sentence(error: Exception) -> str:
    text = " ".join(str(error).split()) or "no reason given"
    return f"{type(error).__name__}: {text}"[:ERROR_LENGTH]


def score(run: Run, metrics: dict[str, float]) -> str:
    if run.scoring not in metrics:
        return ""
    return f", {METRICS[run.scoring].title} {metrics[run.scoring]:.4g}"
