"""Refits that a person asked for."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from models_app import evaluating, fitting, requesting, services, tasks
from models_app.enums import ModelState
from models_app.models import ModelMeta
from runs.enums import Phase, TrialState
from tests.factories import (
    DatasetFactory,
    ModelMetaFactory,
    ProjectFactory,
    RunFactory,
    TrialFactory,
    UserFactory,
)
from tests.models_app.conftest import TREE

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.fit_model, "delay", sent.append)
    return sent


def test_refit_of_an_ended_runs_trial_makes_a_model_once(
    published, django_capture_on_commit_callbacks
):
    trial = TrialFactory(run__phase=Phase.FINISHED)

    with django_capture_on_commit_callbacks(execute=True):
        model = services.refit_trial(trial, user=None)
        again = services.refit_trial(trial, user=None)

    assert again == model
    assert (model.state, model.is_requested, model.value) == ("waiting", True, 0.9)
    assert published == [model.pk]
    assert trial.run.events.get().data == {"trials": [trial.number], "model": model.pk}


def test_requested_model_has_everything_a_model_has(searched_run):
    run = searched_run("binary", algorithms=[TREE])
    run.phase = Phase.FINISHED
    run.save()
    model = services.refit_trial(run.trials.get(), user=None)

    fitting.refit_model(model.pk)
    evaluating.evaluate_model(model.pk)

    model.refresh_from_db()
    kinds = set(model.artifacts.values_list("kind", flat=True))
    assert model.state == ModelState.READY
    assert kinds >= {"answers", "confusion", "metrics", "pipeline", "roc"}


def test_refit_while_the_run_goes_on_does_not_replace_the_runs_own_models(published):
    run = RunFactory(phase=Phase.SEARCHING)
    best = TrialFactory(run=run, value=0.9)
    other = TrialFactory(run=run, value=0.8)
    mine = services.refit_trial(other, user=None)
    services.refit_trial(best, user=None)

    run.phase = Phase.REFITTING
    run.save()
    phase = services.advance_models(run)

    own = run.models.get(is_requested=False)
    assert (own.trial, phase) == (best, Phase.REFITTING)
    assert run.models.get(is_requested=True) == mine
    assert run.models.count() == 2


def test_a_run_does_not_wait_for_requested_models(published):
    run = RunFactory(phase=Phase.REFITTING)
    ModelMetaFactory(trial=TrialFactory(run=run, value=0.9))
    services.refit_trial(TrialFactory(run=run, value=0.8), user=None)

    assert services.advance_models(run) == Phase.FINISHED


def test_refit_of_a_failed_model_tries_again(published):
    model = ModelMetaFactory(state=ModelState.FAILED, error="No memory.", attempts=3)

    again = services.refit_trial(model.trial, user=None)

    assert (again.pk, again.state, again.error) == (model.pk, "waiting", "")
    assert again.attempts == 0


def test_refit_without_a_score_is_refused():
    trial = TrialFactory(state=TrialState.PRUNED, value=None)

    with pytest.raises(ValidationError, match="not scored on every fold"):
        services.refit_trial(trial, user=None)


def test_refit_of_an_ensemble_needs_models_of_its_members():
    trial = TrialFactory(algorithm="ensemble", params={"weights": {"1": 0.5, "2": 0.5}})

    with pytest.raises(ValidationError, match="refit its members first"):
        services.refit_trial(trial, user=None)


def test_sweep_publishes_lost_requests_of_ended_runs(published):
    trial = TrialFactory(run__phase=Phase.FINISHED)
    model = services.refit_trial(trial, user=None)
    assert requesting.waiting() == []
    late = timezone.now() - timedelta(minutes=1)
    ModelMeta.objects.update(published_at=late)

    assert requesting.waiting() == [model.pk]


def test_button_leads_to_the_model_and_is_for_editors(client, published):
    owner, viewer = UserFactory(), UserFactory()
    dataset = DatasetFactory(project=ProjectFactory(owner=owner, viewer=viewer))
    trial = TrialFactory(run__dataset=dataset, run__phase=Phase.FINISHED)
    url = reverse("models_app:trial_refit", args=[trial.run_id, trial.number])

    client.force_login(viewer)
    assert client.post(url).status_code == 403
    client.force_login(owner)
    answer = client.post(url)

    assert answer.url == ModelMeta.objects.get().get_absolute_url()
