"""Stages, and how predictions are told, by the API."""

import pytest

from models_app.enums import Stage
from runs.enums import Task
from tests.factories import ModelMetaFactory, TrialFactory


@pytest.fixture
def binary(listed):
    run = listed.run
    run.task, run.positive_class = Task.BINARY, "Gentoo"
    run.save()
    return listed


def test_stage_is_changed_and_its_history_told(listed, editor, viewer):
    other = ModelMetaFactory(trial=TrialFactory(run=listed.run))
    body = {"stage": "champion", "note": " Best so far "}

    first = editor("PUT", f"/models/{other.pk}/stage", json=body).json()
    second = editor("PUT", f"/models/{listed.pk}/stage", json=body).json()
    again = editor("PUT", f"/models/{listed.pk}/stage", json=body).json()

    assert (first["stage"], first["change"]["before"]) == ("champion", "candidate")
    assert second["change"]["note"] == "Best so far"
    assert second["change"]["created_by"] == editor.user.username
    assert again == {**second, "change": None}
    other.refresh_from_db()
    assert other.stage == Stage.CANDIDATE
    page = viewer("GET", f"/models/{other.pk}/stages?limit=1").json()
    rest = viewer(
        "GET", f"/models/{other.pk}/stages?limit=1&cursor={page['next_cursor']}"
    ).json()
    changes = page["items"] + rest["items"]
    assert [one["after"] for one in changes] == ["candidate", "champion"]
    assert rest["next_cursor"] is None
    assert viewer("GET", f"/models/{listed.pk}").json()["stage"] == "champion"


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"stage": "best"}, "#/stage"),
        ({"note": "why"}, "#/stage"),
        ({"stage": "archived", "note": "n" * 1001}, "#/note"),
        ({"stage": "archived", "why": ""}, "#/why"),
    ],
)
def test_stage_that_cannot_be_names_its_field(listed, editor, body, place):
    answer = editor("PUT", f"/models/{listed.pk}/stage", json=body)

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [place]


def test_champion_must_be_ready(listed, editor):
    listed.state = "fitting"
    listed.save()

    answer = editor("PUT", f"/models/{listed.pk}/stage", json={"stage": "champion"})

    assert answer.status_code == 409


def test_decision_changes_what_is_sent_and_keeps_the_rest(binary, editor, viewer):
    path = f"/models/{binary.pk}/decision"
    costs = {"false_negative": 5.0, "false_positive": 1.0}

    first = editor("PUT", path, json={"threshold": 0.3, "costs": costs}).json()
    kept = editor("PUT", path, json={"costs": {"false_negative": 2}}).json()
    gone = editor("PUT", path, json={"threshold": None}).json()

    assert (first["threshold"], first["costs"]) == (0.3, costs)
    assert "Gentoo is answered from a probability of 0.3 on" in first["notes"][0]
    assert (kept["threshold"], kept["costs"]) == (0.3, {"false_negative": 2})
    assert (gone["threshold"], gone["costs"], gone["notes"]) == (
        None,
        {"false_negative": 2},
        [],
    )
    assert viewer("GET", path).json() == gone
    assert binary.run.events.count() == 3


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"threshold": 1.5}, "#/threshold"),
        ({"threshold": "high"}, "#/threshold"),
        ({"costs": {"money": 1}}, "#/costs"),
        ({"costs": {"false_positive": -1}}, "#/costs"),
        ({"recalibration": "magic"}, "#/recalibration"),
        ({"colour": "red"}, "#/colour"),
    ],
)
def test_decision_that_cannot_be_names_its_field(binary, editor, body, place):
    answer = editor("PUT", f"/models/{binary.pk}/decision", json=body)

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [place]
    binary.refresh_from_db()
    assert (binary.threshold, binary.costs) == (None, {})


def test_threshold_is_for_models_of_two_classes(listed, editor):
    answer = editor("PUT", f"/models/{listed.pk}/decision", json={"threshold": 0.5})

    assert answer.status_code == 409
    assert "two classes" in answer.json()["detail"]


def test_recalibration_is_chosen_with_the_model(model, editor):
    path = f"/models/{model.pk}/decision"

    found = editor("PUT", path, json={"recalibration": "isotonic"}).json()
    refused = editor("PUT", path, json={"threshold": 2, "recalibration": "sigmoid"})

    assert found["recalibration"] == "isotonic"
    assert "recalibrated (isotonic)" in found["notes"][0]
    assert refused.status_code == 422
    assert editor("GET", path).json() == found


def test_recalibration_is_for_classifiers(listed, editor):
    listed.run.task = "regression"
    listed.run.save()
    path = f"/models/{listed.pk}/decision"

    answer = editor("PUT", path, json={"recalibration": "sigmoid"})

    assert answer.status_code == 409
    assert "Only classifiers are recalibrated" in answer.json()["detail"]


@pytest.mark.parametrize("what", ["stage", "decision"])
def test_decisions_are_for_editors(listed, viewer, stranger, nobody, what):
    path = f"/models/{listed.pk}/{what}"
    for caller, status in ((viewer, 403), (stranger, 404), (nobody, 401)):
        assert caller("PUT", path, json={"stage": "archived"}).status_code == status
    for listing in ("stages", "decision"):
        assert stranger("GET", f"/models/{listed.pk}/{listing}").status_code == 404
