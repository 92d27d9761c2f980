"""A worker's job after a search: refit a trial on all rows but the holdout.

`evaluating` is a step of its own with its own lease, so that a worker that dies in it
does not cost the refit.
"""

import logging
import math
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.db import transaction

from models_app import artifacts
from models_app.enums import ArtifactKind, ModelState, Rows
from models_app.leases import DONE, working
from models_app.models import Artifact, ModelMeta
from models_app.queries import left_out, member_models, members
from runs.ensembling import value_of
from runs.enums import ENSEMBLE, EventKind, Level
from runs.models import Run
from runs.progress import record_event
from runs.queries import algorithm_title
from runs.search.algorithms import ALGORITHMS
from runs.search.problem import TaskType
from runs.training_data import (
    TrainingData,
    large_turn,
    large_work,
    load_training_data,
)

if TYPE_CHECKING:
    import numpy as np
    from sklearn.pipeline import Pipeline

logger = logging.getLogger(__name__)

# Of a column with more values than this, "never seen before" says nothing.
MAX_CATEGORIES = 1_000
ERROR_LENGTH = 1_000


def refit_model(model_id: int) -> int | None:
    """Refit one model; return its run if that changed anything."""
    rows = ModelMeta.objects.filter(pk=model_id)
    with working(rows, waiting=ModelState.WAITING, busy=ModelState.FITTING) as token:
        model = claimed(model_id, token)
        if model is None:
            return None
        try:
            # The turn comes first: whoever waits for it holds no rows meanwhile.
            with large_turn(model.run) as n_threads:
                started = time.perf_counter()
                data = load_training_data(model.run)
                pipeline = refitted(model, data, n_threads)
                changed = value_now(model)
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
            digest=stored["digest"],
        )
        kept = record(
            model,
            token,
            [artifact],
            f"refitted on {len(data.train_rows):,} rows in {seconds:.1f} s"
            f"{without(model)}.",
            state=ModelState.FITTED,
            fit_seconds=seconds,
            size_bytes=stored["size_bytes"],
            **changed,
        )
        if not kept:
            artifacts.remove_file(stored["name"])
    return model.run_id


def claimed(model_id: int, token: str) -> ModelMeta | None:
    """Return the model this process holds; None if there is nothing to do."""
    models = ModelMeta.objects.select_related("run__dataset", "trial__reused_from")
    return models.filter(pk=model_id).held(token).first() if token else None


def refitted(model: ModelMeta, data: TrainingData, n_threads: int = 1) -> "Pipeline":
    """Fit the model's pipeline on all rows of the search, or join its members'."""
    if model.algorithm != ENSEMBLE:
        return fitted(model, data.train_rows, data, n_threads)
    from runs.search.refit import combine

    weights = members(model.trial)
    models = list(member_models(model).exclude(state=ModelState.FAILED))
    if len(models) < 2:
        message = (
            "fewer than two of its members were fitted, so there is nothing to join"
        )
        raise ValueError(message)
    return combine(
        [artifacts.load_bundle(member)["pipeline"] for member in models],
        [weights[member.trial.number] for member in models],
        task=TaskType(model.run.task),
        classes=data.classes,
    )


def value_now(model: ModelMeta) -> dict[str, float]:
    """Return the changed value of an ensemble that is made without some members.

    What it is ranked and shown by must be the score of what it consists of.
    """
    lost = left_out(model) if model.algorithm == ENSEMBLE else []
    if not lost:
        return {}
    weights = members(model.trial)
    kept = {n: weight for n, weight in weights.items() if n not in lost}
    value = value_of(model.run, kept)
    if value is None:
        message = "members are missing, and what is left of it could not be scored"
        raise ValueError(message)
    return {"value": value}


def without(model: ModelMeta) -> str:
    """Say which members an ensemble had to be made without."""
    numbers = left_out(model) if model.algorithm == ENSEMBLE else []
    if not numbers:
        return ""
    trials = "trial" if len(numbers) == 1 else "trials"
    return f", without {trials} {', '.join(map(str, numbers))}"


def fitted(
    model: ModelMeta, rows: "np.ndarray", data: TrainingData, n_threads: int = 1
) -> "Pipeline":
    """Fit the model's pipeline on some rows, with the labels as uploaded."""
    from runs.search.refit import refit

    is_large = large_work(model.run) is not None
    pipeline = refit(
        ALGORITHMS[model.algorithm],
        model.params,
        lambda: data.rows(rows),
        data.labels.iloc[rows],
        task=TaskType(model.run.task),
        random_state=model.run.seed,
        n_threads=n_threads,
        directory=model.run.dataset.folds_dir if is_large else None,
    )
    forget_threads(pipeline[-1])
    return pipeline


def forget_threads(estimator: Any) -> None:  # noqa: ANN401
    """Take this worker's processors out of a model: they are no part of it."""
    for name in ("n_jobs", "thread_count"):
        if name in estimator.get_params(deep=False):
            with suppress(Exception):  # CatBoost refuses changes once it is fitted
                estimator.set_params(**{name: None})


def bundle(
    model: ModelMeta, pipeline: "Pipeline", data: TrainingData
) -> artifacts.Bundle:
    run = model.run
    columns = needed_columns(run)
    return {
        "schema_version": artifacts.SCHEMA_VERSION,
        "pipeline": pipeline,
        "columns": columns,
        "categories": seen_categories(data, columns),
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
    data: TrainingData, columns: list[dict[str, str]]
) -> dict[str, list[Any]]:
    """Return the values of each category, unless there are very many."""
    found = {}
    for column in columns:
        # Of a text nearly every value is new, and its words are what counts.
        words = column["kind"] == "category" and column["dtype"] == "string"
        if words or column["kind"] == "integer_category":
            name = column["name"]
            seen = data.read([name], data.train_rows)[name]
            values = seen.dropna().unique().tolist()
            if len(values) <= MAX_CATEGORIES:
                found[column["name"]] = values
    return found


def facts(pipeline: "Pipeline", data: TrainingData) -> dict[str, Any]:
    """Return what pages tell of a pipeline without opening its file."""
    estimator = pipeline[-1]
    return {
        "estimator": type(estimator).__name__,
        "params": plain(estimator.get_params(deep=False)),
        "defaults": plain(defaults_of(estimator)),
        "features": [str(name) for name in data.run.features],
        "versions": artifacts.versions(),
    }


def defaults_of(estimator: Any) -> dict[str, Any]:  # noqa: ANN401
    try:
        found: dict[str, Any] = type(estimator)().get_params(deep=False)
    except TypeError:  # an ensemble cannot be made of nothing
        return {}
    return found


def plain(params: dict[str, Any]) -> dict[str, Any]:
    """Return parameters as JSON knows them; anything else as it is written."""
    return {
        name: value if is_json(value) else repr(value) for name, value in params.items()
    }


def is_json(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)  # XGBoost's mark of a missing value is NaN
    return value is None or isinstance(value, str | int | bool)


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
        artifacts.replace(model, results)
        title = algorithm_title(model.algorithm)
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
