from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils import timezone

from models_app import services, tasks
from models_app.enums import ModelState
from models_app.models import ModelMeta, Prediction
from runs.enums import Phase, TrialState
from runs.leasing import new_token
from tests.factories import ModelMetaFactory, RunFactory, TrialFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(monkeypatch):
    """Return the models and predictions whose messages were sent."""
    sent = []
    monkeypatch.setattr(tasks.fit_model, "delay", lambda pk: sent.append(("fit", pk)))
    monkeypatch.setattr(tasks.predict, "delay", lambda pk: sent.append(("predict", pk)))
    return sent


def claim(model, *, attempts=1, seconds=60):
    """Let a worker of another host hold the model, for so long."""
    ModelMeta.objects.filter(pk=model.pk).update(
        lease_token=new_token(),
        lease_until=timezone.now() + timedelta(seconds=seconds),
        worker="elsewhere/1",
        attempts=attempts,
    )


# --- advance_models ----------------------------------------------------------------


def test_advance_makes_a_model_of_each_algorithms_best_trial():
    run = RunFactory(phase=Phase.REFITTING)
    TrialFactory(run=run, value=0.8)
    best = TrialFactory(run=run, value=0.9)
    TrialFactory(run=run, value=0.9)
    TrialFactory(run=run, value=None, state=TrialState.FAILED)
    ridge = TrialFactory(run=run, algorithm="ridge", value=-3.0, params={"alpha": 1})

    phase = services.advance_models(run)

    made = {m.algorithm: (m.trial, m.params, m.value) for m in run.models.all()}
    assert phase == Phase.REFITTING
    assert made == {
        "random_forest": (best, best.params, 0.9),
        "ridge": (ridge, {"alpha": 1}, -3.0),
    }


def test_advance_again_makes_no_further_models():
    run = TrialFactory(run__phase=Phase.REFITTING).run
    services.advance_models(run)
    TrialFactory(run=run, algorithm="ridge")

    services.advance_models(run)

    assert run.models.count() == 1


def test_advance_of_a_run_without_scored_trials_is_finished():
    run = TrialFactory(state=TrialState.FAILED, value=None).run

    assert services.advance_models(run) == Phase.FINISHED


@pytest.mark.parametrize(
    ("states", "phase"),
    [
        (["waiting", "ready"], Phase.REFITTING),
        (["fitting", "fitted"], Phase.REFITTING),
        (["fitted", "ready"], Phase.EVALUATING),
        (["evaluating", "failed"], Phase.EVALUATING),
        (["ready", "failed"], Phase.FINISHED),
    ],
)
def test_advance_tells_the_phase_of_the_slowest_model(states, phase):
    run = RunFactory()
    for state in states:
        ModelMetaFactory(trial__run=run, state=state)

    assert services.advance_models(run) == phase


def test_advance_publishes_a_waiting_model_once(
    published, django_capture_on_commit_callbacks
):
    model = ModelMetaFactory(state=ModelState.WAITING)

    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            services.advance_models(model.run)

    assert published == [("fit", model.pk)]


def test_advance_publishes_again_what_nobody_took(
    published, django_capture_on_commit_callbacks
):
    late = timezone.now() - timedelta(seconds=11)
    model = ModelMetaFactory(state=ModelState.FITTED, published_at=late)

    with django_capture_on_commit_callbacks(execute=True):
        services.advance_models(model.run)

    assert published == [("fit", model.pk)]


def test_advance_leaves_a_model_somebody_holds(
    published, django_capture_on_commit_callbacks
):
    model = ModelMetaFactory(state=ModelState.FITTING)
    claim(model)

    with django_capture_on_commit_callbacks(execute=True):
        services.advance_models(model.run)

    model.refresh_from_db()
    assert (model.state, published) == (ModelState.FITTING, [])


@pytest.mark.parametrize(
    ("busy", "back"), [("fitting", "waiting"), ("evaluating", "fitted")]
)
def test_advance_gives_back_what_a_dead_worker_held(
    busy, back, published, django_capture_on_commit_callbacks
):
    model = ModelMetaFactory(state=busy)
    claim(model, seconds=-1)

    with django_capture_on_commit_callbacks(execute=True):
        services.advance_models(model.run)

    model.refresh_from_db()
    assert (model.state, model.lease_token) == (back, "")
    assert published == [("fit", model.pk)]


def test_advance_gives_up_after_the_last_attempt(settings):
    model = ModelMetaFactory(state=ModelState.FITTING)
    claim(model, attempts=settings.MAX_ATTEMPTS, seconds=-1)

    phase = services.advance_models(model.run)

    model.refresh_from_db()
    assert (phase, model.state) == (Phase.FINISHED, ModelState.FAILED)
    assert "ended 3 times while refitting the model" in model.error
    assert model.error in model.run.events.get().message


# --- delete_model --------------------------------------------------------------------


def test_delete_model_takes_its_files_and_keeps_the_trial(
    make_model, django_capture_on_commit_callbacks
):
    model = make_model()
    trial, file = model.trial, model.artifacts.get(kind="pipeline").file
    assert file.storage.exists(file.name)

    with django_capture_on_commit_callbacks(execute=True):
        services.delete_model(model, user=UserFactory())

    assert not ModelMeta.objects.filter(pk=model.pk).exists()
    assert not file.storage.exists(file.name)
    trial.refresh_from_db()


def test_delete_model_of_a_run_at_work_is_refused():
    model = ModelMetaFactory(trial__run__phase=Phase.EVALUATING)

    with pytest.raises(ValidationError, match="still working on its models"):
        services.delete_model(model, user=UserFactory())

    assert ModelMeta.objects.filter(pk=model.pk).exists()


# --- create_prediction -----------------------------------------------------------------


def test_create_prediction_stores_the_file_and_tells_a_worker(
    published, django_capture_on_commit_callbacks
):
    model, user = ModelMetaFactory(), UserFactory()

    with django_capture_on_commit_callbacks(execute=True):
        prediction = services.create_prediction(
            user=user,
            model=model,
            file=ContentFile(b"a,b\n1,2\n"),
            filename="C:\\data\\new rows.CSV",
        )

    assert prediction.filename == "new rows.CSV"
    with prediction.source.open() as stored:
        assert stored.read() == b"a,b\n1,2\n"
    assert prediction.created_by == user
    assert published == [("predict", prediction.pk)]


@pytest.mark.django_db(transaction=True)
def test_create_prediction_without_a_broker_is_kept_for_the_sweep(monkeypatch):
    def refuse(pk):
        raise OSError

    monkeypatch.setattr(tasks.predict, "delay", refuse)

    prediction = services.create_prediction(
        user=None,
        model=ModelMetaFactory(),
        file=ContentFile(b"a\n1\n"),
        filename="x.csv",
    )

    assert Prediction.objects.filter(pk=prediction.pk, state="waiting").exists()


@pytest.mark.parametrize(
    ("content", "state", "message"),
    [
        (b"", ModelState.READY, "empty"),
        (b"x" * 2_000_000, ModelState.READY, "at most 1 MB"),
        (b"a\n1\n", ModelState.FAILED, "not ready"),
    ],
)
def test_create_prediction_refused_leaves_nothing(
    content, state, message, settings, tmp_path
):
    settings.UPLOAD_LIMIT_MB = 1
    model = ModelMetaFactory(state=state)

    with pytest.raises(ValidationError, match=message) as refused:
        services.create_prediction(
            user=None, model=model, file=ContentFile(content), filename="x.csv"
        )

    assert list(refused.value.message_dict) == ["file"]
    assert not Prediction.objects.exists()
    assert not list((tmp_path / "files").rglob("*.csv"))
