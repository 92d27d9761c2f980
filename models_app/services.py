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

from models_app import artifacts, leases, selection, tasks
from models_app.enums import ModelState
from models_app.models import ModelMeta, Prediction
from runs.enums import EventKind, Level, Phase
from runs.models import Run
from runs.progress import record_event
from runs.queries import algorithm_title
from runs.search.algorithms import ALGORITHMS

WORKING = (ModelState.WAITING, ModelState.FITTING)
MEASURING = (ModelState.FITTED, ModelState.EVALUATING)


def advance_models(run: Run) -> Phase:
    """Do what a run's models need next and tell the phase they are in.

    Called under the run's row lock, at any time and any number of times.
    """
    if not run.models.exists():
        make_models(run)
    models = ModelMeta.objects.filter(run=run)
    return_lapsed_models(run)
    if selection.is_out_of_time(run):
        cut_models(run)
    resting = models.filter(state__in=(ModelState.WAITING, ModelState.FITTED))
    for pk in leases.take_unpublished(resting.exclude(pk__in=selection.too_early(run))):
        publish_on_commit(tasks.fit_model.delay, pk)
    states = set(models.values_list("state", flat=True))
    if states.intersection(WORKING):
        return Phase.REFITTING
    return Phase.EVALUATING if states.intersection(MEASURING) else Phase.FINISHED


def make_models(run: Run) -> None:
    """Make a row for every trial that becomes a model, in the order of their worth."""
    chosen, left_out = selection.trials_to_refit(run)
    ModelMeta.objects.bulk_create(
        ModelMeta(
            run=run,
            trial=trial,
            algorithm=trial.algorithm,
            params=trial.full_params,
            value=trial.value,  # type: ignore[misc]  # completed: it has one
        )
        for trial in chosen
    )
    if left_out:
        names = ", ".join(
            f"{algorithm_title(t.algorithm)} (trial {t.number})" for t in left_out
        )
        message = (
            f"Left out for lack of time, although the best of their kind: {names}."
        )
        record_event(run, EventKind.NOTE, message)


def cut_models(run: Run) -> None:
    """End what the time budget does not allow any more, once there is a model to keep."""
    models = ModelMeta.objects.filter(run=run)
    # A worker that is still at it holds a token that is no more: it records nothing.
    late = models.filter(state__in=WORKING, algorithm__in=set(ALGORITHMS))
    cut = late.update(
        **leases.FREE,
        state=ModelState.FAILED,
        error="The time budget ended before this model was fitted.",
    )
    if cut:
        fits = "1 refit" if cut == 1 else f"{cut} refits"
        message = f"{fits} cut: the time budget has ended."
        record_event(run, EventKind.MODEL, message, level=Level.WARNING)


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
            title = algorithm_title(model.algorithm)
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
    title = algorithm_title(model.algorithm)
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
