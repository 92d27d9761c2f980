"""What a person may ask for: predictions, and the end of a model."""

from collections.abc import Callable
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from models_app import artifacts, leases, queries, tasks
from models_app.enums import ModelState
from models_app.models import ModelMeta, Prediction
from runs.enums import EventKind, Level, Phase
from runs.models import Run
from runs.progress import record_event
from runs.search.algorithms import ALGORITHMS

WORKING = (ModelState.WAITING, ModelState.FITTING)
MEASURING = (ModelState.FITTED, ModelState.EVALUATING)


def advance_models(run: Run) -> Phase:
    """Do what a run's models need next and tell the phase they are in.

    Called under the run's row lock, at any time and any number of times.
    """
    if not run.models.exists():
        ModelMeta.objects.bulk_create(
            ModelMeta(
                run=run,
                trial=trial,
                algorithm=trial.algorithm,
                params=trial.params,
                value=trial.value,  # type: ignore[misc]  # completed: it has one
            )
            for trial in queries.best_trials(run)
        )
    models = ModelMeta.objects.filter(run=run)
    return_lapsed_models(run)
    resting = models.filter(state__in=(ModelState.WAITING, ModelState.FITTED))
    for pk in leases.take_unpublished(resting):
        publish_on_commit(tasks.fit_model.delay, pk)
    states = set(models.values_list("state", flat=True))
    if states.intersection(WORKING):
        return Phase.REFITTING
    return Phase.EVALUATING if states.intersection(MEASURING) else Phase.FINISHED


def publish_on_commit(send: Callable[[int], object], pk: int) -> None:
    # Robust: the row is the queue, and a lost message is repeated by the sweep. A lambda,
    # because Django asks a hook that failed for its name, and a partial has none.
    transaction.on_commit(lambda: send(pk), robust=True)


def return_lapsed_models(run: Run) -> None:
    steps = (
        (ModelState.WAITING, ModelState.FITTING, "refitting the model"),
        (ModelState.FITTED, ModelState.EVALUATING, "evaluating the model"),
    )
    models = ModelMeta.objects.filter(run=run)
    for waiting, busy, doing in steps:
        hopeless = leases.return_lapsed(
            models, waiting=waiting, busy=busy, failed=ModelState.FAILED, doing=doing
        )
        for model in models.filter(pk__in=hopeless):
            title = ALGORITHMS[model.algorithm].title
            message = f"{title} could not become a model. {model.error}"
            record_event(run, EventKind.MODEL, message, level=Level.ERROR)


@transaction.atomic
def delete_model(model: ModelMeta, *, user: User | None) -> None:
    """Delete a model with its results, predictions and files; its trial stays.

    Raises ValidationError while its run is still making models.
    """
    run = Run.objects.select_for_update().get(pk=model.run_id)
    if not run.has_ended:
        message = (
            "The run is still working on its models: wait for it, or stop it first."
        )
        raise ValidationError(message)
    title = ALGORITHMS[model.algorithm].title
    ModelMeta.objects.get(pk=model.pk).delete()
    record_event(
        run,
        EventKind.REQUEST,
        f"Model {title} (trial {model.trial.number}) deleted.",
        actor_id=user.pk if user else None,
    )


def create_prediction(
    *, user: User | None, model: ModelMeta, file: "File[Any]", filename: str
) -> Prediction:
    """Store a file of rows; a worker then predicts them.

    Raises ValidationError for the field `file`, with nothing stored.
    """
    if not model.is_ready:
        message = "This model cannot predict: it is not ready."
        raise ValidationError({"file": message})
    size = file.size or 0
    if not size:
        raise ValidationError(
            {"file": "The file is empty: there is nothing to predict."}
        )
    if size > settings.UPLOAD_LIMIT_MB * 1024**2:
        message = (
            f"The file has {size / 1024**2:,.0f} MB; at most "
            f"{settings.UPLOAD_LIMIT_MB:,} MB are accepted here. Predict it in parts."
        )
        raise ValidationError({"file": message})
    # A browser may send a path; the name of the file is its last part.
    filename = PurePath(filename.replace("\\", "/")).name[-255:]
    prediction = Prediction(
        model=model, filename=filename, created_by=user, published_at=timezone.now()
    )
    # Outside of the transaction: storing a gigabyte must not hold a database lock.
    prediction.source.save(filename, file, save=False)
    try:
        with transaction.atomic():
            prediction.save(force_insert=True)
            publish_on_commit(tasks.predict.delay, prediction.pk)
    except BaseException:
        artifacts.remove_file(str(prediction.source.name))
        raise
    return prediction
