"""What administrators do to what is stuck, and to tokens."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from models_app.models import Computation, ModelMeta, Prediction
from runs import workers
from runs.enums import DatasetState, Phase, TrialState
from runs.models import TargetProfile, Trial
from runs.services import requeue
from runs.services.tokens import create_token, valid_token
from tests.factories import (
    DatasetFactory,
    ModelMetaFactory,
    RunFactory,
    TrialFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
HELD = {"lease_token": "t", "worker": "alpha/1", "attempts": 2}


@pytest.fixture
def root(client):
    user = UserFactory(username="root", is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


@pytest.fixture(autouse=True)
def advanced(monkeypatch):
    """Note which runs the workers are told to look at."""
    told = []
    monkeypatch.setattr(requeue.advance_run, "delay", told.append)
    return told


def act(client, model, action, rows):
    opts = model._meta
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    address = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    return client.post(address, data, follow=True).content.decode()


def is_untold(row):
    row.refresh_from_db()
    return (row.lease_token, row.worker, row.attempts, row.published_at) == (
        *("", "", 0),
        None,
    )


def test_requeue_takes_a_trial_from_its_worker_and_says_so(
    client, root, advanced, django_capture_on_commit_callbacks
):
    run = RunFactory(phase=Phase.SEARCHING)
    held = TrialFactory(run=run, state=TrialState.RUNNING, value=None, **HELD)
    failed = TrialFactory(run=run, state=TrialState.FAILED, attempts=3)

    with django_capture_on_commit_callbacks(execute=True):
        page = act(client, Trial, "requeue", [held, failed])

    assert is_untold(held)
    assert (held.state, held.fold) == (TrialState.WAITING, 0)
    failed.refresh_from_db()
    assert (failed.state, failed.attempts) == (TrialState.FAILED, 3)
    assert "1 trial put back into the queue." in page
    event = run.events.get()
    assert (event.kind, event.actor) == ("trials_returned", root)
    assert advanced == [run.pk]


def test_requeue_of_a_run_takes_all_of_its_stuck_trials(client, root):
    run = RunFactory(phase=Phase.SEARCHING)
    TrialFactory.create_batch(2, run=run, state=TrialState.RUNNING, **HELD)
    waiting = TrialFactory(
        run=run, state=TrialState.WAITING, published_at=timezone.now()
    )
    TrialFactory(run=run)

    page = act(client, type(run), "requeue", [run])

    assert "3 trials put back" in page
    assert run.trials.filter(state=TrialState.WAITING).count() == 3
    assert is_untold(waiting)


def test_requeue_leaves_trials_of_a_run_that_has_ended(client, root):
    trial = TrialFactory(
        run=RunFactory(phase=Phase.STOPPED), state=TrialState.RUNNING, **HELD
    )

    page = act(client, Trial, "requeue", [trial])

    trial.refresh_from_db()
    assert trial.state == TrialState.RUNNING
    assert "None of them waits or is being fitted." in page


def stuck_dataset():
    return DatasetFactory(state=DatasetState.READING, **HELD), DatasetState.WAITING


def failed_profile():
    dataset = DatasetFactory()
    made = TargetProfile.objects.create(
        dataset=dataset, target="x", state="failed", error="Died.", attempts=3
    )
    return made, "waiting"


def stuck_computation():
    made = Computation.objects.create(
        model=ModelMetaFactory(), kind="diagnosis", state="computing", **HELD
    )
    return made, "waiting"


def stuck_prediction():
    made = Prediction.objects.create(
        model=ModelMetaFactory(), filename="x.csv", state="predicting", **HELD
    )
    return made, "waiting"


def model_in_evaluation():
    return ModelMetaFactory(state="evaluating", **HELD), "fitted"


@pytest.mark.parametrize(
    "make",
    [
        stuck_dataset,
        failed_profile,
        stuck_computation,
        stuck_prediction,
        model_in_evaluation,
    ],
)
def test_requeue_has_a_row_computed_anew(client, root, make):
    row, waits_as = make()

    page = act(client, type(row), "requeue", [row])

    assert is_untold(row)
    assert (row.state, row.error) == (waits_as, "")
    assert "1 put back into the queue" in page


def test_requeue_leaves_what_is_ready(client, root):
    dataset = DatasetFactory(attempts=1)

    page = act(client, type(dataset), "requeue", [dataset])

    dataset.refresh_from_db()
    assert (dataset.state, dataset.attempts) == (DatasetState.READY, 1)
    assert "Nothing here waits" in page


def test_failed_model_is_fitted_again_by_its_service(client, root):
    failed = ModelMetaFactory(state="failed", error="Died.", attempts=3)
    ready = ModelMetaFactory()

    page = act(client, ModelMeta, "refit", [failed, ready])

    failed.refresh_from_db()
    ready.refresh_from_db()
    assert (failed.state, failed.is_requested, ready.state) == (
        "waiting",
        True,
        "ready",
    )
    assert "1 model is fitted again." in page


def test_revoked_tokens_open_nothing_any_more(client, root):
    token, secret = create_token(user=root, name="laptop")
    _, other = create_token(user=root, name="server")

    page = act(client, type(token), "revoke", [token])

    assert "1 token is revoked." in page
    assert valid_token(secret) is None
    assert valid_token(other) is not None


@pytest.mark.parametrize("model", [Trial, ModelMeta])
def test_staff_who_may_only_look_are_offered_no_action(client, model):
    user = UserFactory(is_staff=True)
    user.user_permissions.add(
        *Permission.objects.filter(codename=f"view_{model._meta.model_name}")
    )
    client.force_login(user)
    row = ModelMetaFactory(state="fitting", **HELD)
    row = row if model is ModelMeta else row.trial

    page = act(client, model, "requeue", [row])

    row.refresh_from_db()
    assert 'value="requeue"' not in page
    assert row.state != "waiting"


# --- The queue and the workers ------------------------------------------------------


@pytest.fixture
def broker(monkeypatch):
    lengths = {"compute": 3, "control": 0}
    monkeypatch.setattr(workers, "queue_lengths", lambda: lengths)
    monkeypatch.setattr(workers, "reports", list)
    return lengths


def test_queue_counts_work_and_messages(client, root, broker):
    run = RunFactory(phase=Phase.SEARCHING)
    TrialFactory.create_batch(2, run=run, state=TrialState.WAITING)
    late = timezone.now() - timedelta(hours=1)
    TrialFactory(run=run, state=TrialState.RUNNING, lease_until=late, **HELD)
    TrialFactory(run=RunFactory(phase=Phase.FINISHED), state=TrialState.WAITING)
    ModelMetaFactory(state="fitted")

    response = client.get("/admin/queue/")

    lines = {line.name: line[2:] for line in response.context["lines"]}
    assert lines["Trials"] == (2, 1, 1, 0)
    assert lines["Models"] == (1, 0, 0, 0)
    assert response.context["lengths"] == broker
    assert "No worker is running." in response.content.decode()


@pytest.mark.parametrize("n", [1, 3])
def test_queue_makes_a_fixed_number_of_queries(
    client, root, broker, n, django_assert_num_queries
):
    for _ in range(n):
        TrialFactory(
            run=RunFactory(phase=Phase.SEARCHING), state=TrialState.RUNNING, **HELD
        )

    # session, user, a kind of work each; of the fleet: runs, trials, projects, and what
    # is held of each kind
    with django_assert_num_queries(26):
        client.get("/admin/queue/")


def test_queue_is_for_those_who_may_see_runs(client, broker):
    client.force_login(UserFactory(is_staff=True))
    assert client.get("/admin/queue/").status_code == 403

    client.force_login(UserFactory())
    assert client.get("/admin/queue/").status_code == 302
