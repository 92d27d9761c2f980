"""What a run would take, asked for by the API and found by a worker."""

import pytest

from runs.enums import DatasetState
from runs.models import Dataset, Preflight
from runs.profiling import preflights
from tests.runs.api.conftest import Caller
from tests.runs.api.test_problems import errors_of, problem_of

DOCUMENT = {
    "target": "species",
    "algorithms": ["decision_tree"],
    "strategy": "random",
    "n_trials": 4,
    "cv": 3,
}


def ask(caller, dataset, **changes):
    wish = DOCUMENT | changes
    return caller("POST", f"/datasets/{dataset.pk}/preflight", json=wish)


@pytest.mark.slow
def test_preflight_is_asked_for_once_and_found_by_a_worker(searchable_run, db):
    dataset = searchable_run().dataset
    owner = Caller.new()
    dataset.project.memberships.create(user=owner.user, role="owner")

    asked, again = ask(owner, dataset), ask(owner, dataset)
    preflights.look_ahead(Preflight.objects.get().pk)
    found = owner("GET", asked["Location"].removeprefix("/api/v1")).json()

    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    assert asked.json()["estimate"] is None
    assert again.json() == asked.json()
    assert found["state"] == "ready", found
    estimate = found["estimate"]
    assert estimate["seconds"] == pytest.approx(
        sum(estimate[f"{part}_seconds"] for part in ("prepare", "search", "models"))
    )
    (tree,) = estimate["algorithms"]
    assert (tree["algorithm"], tree["n_trials"]) == ("decision_tree", 4)
    assert tree["trial_seconds"] > 0


def test_doubts_are_told_before_anything_is_timed(editor, dataset):
    found = ask(editor, dataset, holdout=0.01).json()

    assert found["concerns"]
    assert {"level", "field", "text"} == set(found["concerns"][0])


def test_configuration_that_cannot_be_is_named_as_when_it_is_started(editor, dataset):
    wrong = {"target": "colour", "n_trials": "many"}

    asked = errors_of(ask(editor, dataset, **wrong))
    started = errors_of(
        editor("POST", f"/datasets/{dataset.pk}/runs", json=DOCUMENT | wrong)
    )

    assert asked == started
    assert "#/n_trials" in asked


def test_table_that_is_not_read_is_a_conflict(editor, dataset):
    Dataset.objects.update(state=DatasetState.READING)

    problem_of(ask(editor, dataset), 409, "conflict")


def test_preflight_is_for_editors(editor, viewer, stranger, dataset):
    path = ask(editor, dataset)["Location"].removeprefix("/api/v1")

    assert editor("GET", path).status_code == 200
    for caller, status in ((viewer, 403), (stranger, 404)):
        assert ask(caller, dataset).status_code == status
        assert caller("GET", path).status_code == status
