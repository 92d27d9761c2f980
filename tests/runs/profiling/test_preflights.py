"""The estimate before a run: asked for on the page, found by a worker, shown there."""

from dataclasses import asdict

import pytest
from django.urls import reverse

from runs.configuration import configure
from runs.enums import JobState, Role
from runs.models import Preflight
from runs.profiling import preflights
from runs.services import preflights as services
from tests.factories import UserFactory, add_member

pytestmark = pytest.mark.django_db

WISH = {"target": "species", "algorithms": ["decision_tree"], "n_splits": 3}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def dataset(searchable_run):
    return searchable_run().dataset


@pytest.fixture
def form(dataset):
    return {
        "target": "species",
        "scoring": "accuracy",
        "algorithms": ["decision_tree"],
        "strategy": "grid",
        "n_splits": "3",
        "holdout_percent": "20",
        "seed": "0",
    }


@pytest.fixture
def client_of_owner(client, dataset):
    user = UserFactory()
    add_member(dataset.project, user, Role.OWNER)
    client.force_login(user)
    return client


def test_preflight_finds_time_and_memory(dataset):
    preflight = services.ask(dataset, configure(dataset, **WISH))

    preflights.look_ahead(preflight.pk)

    preflight.refresh_from_db()
    assert (preflight.state, preflight.error) == (JobState.READY, "")
    found = preflight.data["estimate"]
    (tree,) = found["algorithms"]
    assert tree["n_trials"] == preflight.specification["n_planned"]
    assert tree["trial_seconds"] > 0
    assert found["process_bytes"] > 10**6
    assert preflight.data["n_rows"] == 48


def test_asking_again_for_the_same_asks_nobody(dataset):
    first = services.ask(dataset, configure(dataset, **WISH))
    again = services.ask(dataset, configure(dataset, **WISH))
    other = services.ask(dataset, configure(dataset, **{**WISH, "n_splits": 4}))

    assert again == first
    assert other != first


def test_preflight_of_rows_that_cannot_be_divided_says_why(dataset):
    specification = asdict(configure(dataset, **WISH)) | {"n_splits": 40}
    preflight = Preflight.objects.create(
        dataset=dataset, specification=specification, key="x"
    )

    preflights.look_ahead(preflight.pk)

    preflight.refresh_from_db()
    assert preflight.state == JobState.FAILED
    assert "40" in preflight.error


def test_page_asks_waits_and_shows(client_of_owner, dataset, form):
    url = reverse("runs:preflight", args=[dataset.pk])
    answer = client_of_owner.post(url, form, headers=HTMX)
    assert "Timing some fits" in answer.content.decode()
    preflight = dataset.preflights.get()
    look = reverse("runs:preflight_look", args=[dataset.pk, preflight.pk])
    assert look in answer.content.decode()

    preflights.look_ahead(preflight.pk)
    shown = client_of_owner.get(look, headers=HTMX).content.decode()

    assert "of memory" in shown
    assert "Decision tree" in shown
    assert "hx-trigger" not in shown.partition(">")[0]
    # The form as it stands shows it again; a changed one asks anew.
    options = reverse("runs:run_options", args=[dataset.pk])
    assert "of memory" in client_of_owner.get(options, form).content.decode()
    changed = client_of_owner.get(options, {**form, "n_splits": "4"}).content.decode()
    assert "Estimate time and memory" in changed


def test_page_without_script_gets_the_whole_form_back(client_of_owner, dataset, form):
    url = reverse("runs:preflight", args=[dataset.pk])

    answer = client_of_owner.post(url, {**form, "name": "Mine"})

    assert answer.status_code == 200
    assert "Timing some fits" in answer.content.decode()
    assert 'value="Mine"' in answer.content.decode()


def test_wrong_form_asks_for_nothing(client_of_owner, dataset, form):
    url = reverse("runs:preflight", args=[dataset.pk])

    answer = client_of_owner.post(url, {**form, "n_splits": "1"}, headers=HTMX)

    assert answer.status_code == 200
    assert not dataset.preflights.exists()


def test_stranger_finds_nothing(client, dataset, form):
    client.force_login(UserFactory())

    answer = client.post(reverse("runs:preflight", args=[dataset.pk]), form)

    assert answer.status_code == 404
