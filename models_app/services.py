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

from models_app import artifacts, asking, leases, queries, selection, tasks
from models_app.enums import ComputationKind, ComputationState, ModelState, ResultFormat
from models_app.models import Computation, ModelMeta, Prediction
from models_app.noting import note_model
from runs.enums import ENSEMBLE, Action, EventKind, Level, Phase, TrialState
from runs.models import Run, Trial
from runs.progress import record_event
from runs.queries import algorithm_title
from runs.search.algorithms import ALGORITHMS

WORKING = (ModelState.WAITING, ModelState.FITTING)
MEASURING = (ModelState.FITTED, ModelState.EVALUATING)


def advance_models(run: Run) -> Phase:
    """Do what a run's models need next and tell the phase they are in.

    Called under the run's row lock, at any time and any number of times.
    """
    # What a person asks for besides goes its own way: see `advance_requested`.
    if not run.models.filter(is_requested=False).exists():
        make_models(run)
    models = ModelMeta.objects.filter(run=run, is_requested=False)
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
    # Asked for before its turn came: now it is one of the run's own.
    there = ModelMeta.objects.filter(trial__in=chosen)
    made_before = set(there.values_list("trial_id", flat=True))
    there.update(is_requested=False)
    ModelMeta.objects.bulk_create(
        model_of(trial) for trial in chosen if trial.pk not in made_before
    )
    if left_out:
        names = ", ".join(
            f"{algorithm_title(t.algorithm)} (trial {t.number})" for t in left_out
        )
        message = (
            f"Left out for lack of time, although the best of their kind: {names}."
        )
        record_event(run, EventKind.NOTE, message)


def model_of(trial: Trial) -> ModelMeta:
    return ModelMeta(
        run_id=trial.run_id,
        trial=trial,
        algorithm=trial.algorithm,
        params=trial.full_params,
        value=trial.value,  # type: ignore[misc]  # completed: it has one
    )


def cut_models(run: Run) -> None:
    """End what the time budget does not allow any more, once there is a model to keep."""
    models = ModelMeta.objects.filter(run=run, is_requested=False)
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
def refit_trial(trial: Trial, *, user: User | None) -> ModelMeta:
    """Have a trial fitted as a model; return it, also if it is there already.

    A model that failed is tried again. Works while the run goes on and afterwards.
    Raises ValidationError for a trial that cannot become one.
    """
    run = Run.objects.select_for_update().get(pk=trial.run_id)
    trial = Trial.objects.get(pk=trial.pk)
    model: ModelMeta | None = ModelMeta.objects.filter(trial=trial).first()
    if model is not None and model.state != ModelState.FAILED:
        return model
    check_refit(trial)
    if model is None:
        model = model_of(trial)
    model.state, model.error, model.attempts = ModelState.WAITING, "", 0
    model.is_requested, model.published_at = True, timezone.now()
    model.created_at = timezone.now()
    model.save()
    publish_on_commit(tasks.fit_model.delay, model.pk)
    title = algorithm_title(trial.algorithm)
    record_event(
        run,
        EventKind.REQUEST,
        f"Trial {trial.number} ({title}) is to be fitted as a model.",
        data={"trials": [trial.number], "model": model.pk},
        actor_id=user.pk if user else None,
    )
    note_model(Action.MODEL_REQUESTED, model, user=user)
    return model


@transaction.atomic
def request_computation(
    model: ModelMeta,
    kind: ComputationKind,
    *,
    user: User | None,
    options: dict[str, Any] | None = None,
) -> Computation:
    """Have something computed of a model; what is being computed already goes on.

    Raises ValidationError for a model that is not ready.
    """
    model = ModelMeta.objects.select_for_update().get(pk=model.pk)
    if not model.is_ready:
        message = "This model is not ready yet: wait until it has been evaluated."
        raise ValidationError(message)
    computation: Computation | None = Computation.objects.filter(
        model=model, kind=kind
    ).first()
    if computation is not None and not computation.is_settled:
        return computation
    computation = computation or Computation(model=model, kind=kind)
    computation.state, computation.error = ComputationState.WAITING, ""
    computation.share, computation.doing, computation.attempts = 0.0, "", 0
    computation.options = options or {}
    computation.created_by, computation.published_at = user, timezone.now()
    computation.save()
    if kind == ComputationKind.EXPORTS:
        note_model(Action.MODEL_EXPORTED, model, user=user)
    publish_on_commit(tasks.compute.delay, computation.pk)
    return computation


def bring_forward(computation: Computation, *, user: User) -> None:
    """Have what waits by itself computed next: somebody looks at where it will be."""
    waiting = Computation.objects.filter(
        pk=computation.pk, state=ComputationState.WAITING, created_by=None
    )
    waiting.update(created_by=user)


def check_refit(trial: Trial) -> None:
    """Refuse what cannot be fitted as a model, with a sentence."""
    if trial.state != TrialState.COMPLETE or trial.value is None:
        message = (
            f"Trial {trial.number} was not scored on every fold, so nobody knows how "
            "good its model would be. Choose a complete trial."
        )
        raise ValidationError(message)
    if trial.algorithm != ENSEMBLE:
        return
    ready = ModelMeta.objects.filter(
        run=trial.run, trial__number__in=queries.members(trial), state=ModelState.READY
    )
    if ready.count() < 2:
        message = (
            "An ensemble joins the models of its members, and fewer than two of them "
            "are models: refit its members first."
        )
        raise ValidationError(message)


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
    note_model(Action.MODEL_DELETED, model, user=user)
    ModelMeta.objects.get(pk=model.pk).delete()
    record_event(
        run,
        EventKind.REQUEST,
        f"Model {title} (trial {model.trial.number}) deleted.",
        actor_id=user.pk if user else None,
    )


def create_prediction(
    *,
    user: User | None,
    model: ModelMeta,
    file: "File[Any]",
    filename: str,
    output_format: str = ResultFormat.CSV,
    with_explanation: bool = False,
) -> Prediction:
    """Store a file of rows; a worker then predicts them, and says what moved each answer.

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
        model=model,
        filename=filename,
        output_format=output_format,
        with_explanation=with_explanation,
        created_by=user,
        published_at=timezone.now(),
    )
    # Outside of the transaction: storing a gigabyte must not hold a database lock.
    prediction.source.save(filename, file, save=False)
    try:
        with transaction.atomic():
            prediction.save(force_insert=True)
            note = f"File {filename}."
            note_model(Action.PREDICTION_ASKED, model, user=user, note=note)
            publish_on_commit(tasks.predict.delay, prediction.pk)
    except BaseException:
        artifacts.remove_file(str(prediction.source.name))
        raise
    return prediction


def predict_rows(
    model: ModelMeta,
    rows: Any,  # noqa: ANN401
    *,
    explain: bool = False,
) -> dict[str, Any]:
    """Predict a few rows at once, each a mapping of column to value; see `asking.ask`.

    Raises ValidationError with a sentence for what cannot be predicted: RefusedError of
    `asking` where that is a fault of the rows.
    """
    if not model.is_ready:
        message = "This model cannot predict: it is not ready."
        raise ValidationError(message)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        message = 'Send {"rows": [{"column": value, ...}, ...]}.'
        raise asking.RefusedError(message)
    if len(rows) > asking.MAX_ROWS:
        message = (
            f"At most {asking.MAX_ROWS:,} rows are predicted at once, and these are "
            f"{len(rows):,}: upload them as a file."
        )
        raise asking.RefusedError(message)
    return asking.ask(model, rows, explain=explain)
