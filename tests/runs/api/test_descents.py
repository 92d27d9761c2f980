"""Runs that go on from others, by the API as on the configure page."""

import pytest

from runs.enums import Descent
from runs.models import Run
from tests.factories import RunFactory, TrialFactory
from tests.runs.api.test_problems import errors_of

DOCUMENT = {
    "target": "species",
    "algorithms": ["random_forest"],
    "spaces": {"random_forest": {"max_depth": [2, 4, 8]}},
    "strategy": "random",
    "n_trials": 6,
    "cv": 3,
    "seed": 7,
}


@pytest.fixture
def earlier(editor, dataset):
    answer = editor("POST", f"/datasets/{dataset.pk}/runs", json=DOCUMENT)
    run = Run.objects.get(pk=answer.json()["id"])
    TrialFactory(run=run, number=0, params={"max_depth": 4}, value=0.9)
    return run


def proposed(caller, run, descent):
    return caller("GET", f"/runs/{run.pk}/proposal?descent={descent}")


def test_proposal_starts_a_run_that_goes_on_from_the_other(editor, earlier):
    found = proposed(editor, earlier, "continue").json()
    # As much again as has been done.
    assert found["configuration"]["n_trials"] == 7

    path = found["start_url"].removeprefix("/api/v1")
    answer = editor("POST", path, json=found["configuration"])

    assert answer.status_code == 201, answer.json()
    assert (answer.json()["parent"], answer.json()["descent"]) == (
        earlier.pk,
        "continue",
    )
    run = Run.objects.get(pk=answer.json()["id"])
    assert (run.parent, run.descent) == (earlier, Descent.CONTINUE)
    assert run.enqueued == [{"algorithm": "random_forest", "params": {"max_depth": 4}}]


def test_clone_is_the_same_configuration(editor, earlier):
    found = proposed(editor, earlier, "clone").json()
    there = editor("GET", f"/runs/{earlier.pk}").json()["configuration"]

    assert {**found["configuration"], "name": there.get("name")} == {
        **there,
        "name": there.get("name"),
    }


def test_origin_that_is_not_there_is_named(editor, viewer, stranger, earlier, dataset):
    elsewhere = RunFactory()
    path = f"/datasets/{dataset.pk}/runs"

    for query, name in (
        (f"from_run={elsewhere.pk}", "from_run"),
        (f"from_run={earlier.pk}&descent=nephew", "descent"),
        ("from_run=x", "from_run"),
    ):
        answer = editor("POST", f"{path}?{query}", json=DOCUMENT)
        assert list(errors_of(answer)) == [name]
    assert list(errors_of(proposed(editor, earlier, ""))) == ["descent"]
    assert proposed(viewer, earlier, "clone").status_code == 403
    assert proposed(stranger, earlier, "clone").status_code == 404
    assert Run.objects.count() == 2
