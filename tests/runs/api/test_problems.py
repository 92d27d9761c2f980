"""Errors are problem details: one form, the right status, each field by its path."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from runs.enums import DatasetState, Phase
from runs.models import Dataset, Project, Run
from tests.factories import DatasetFactory, RunFactory


def problem_of(answer, status, name):
    """Check the form of a problem, and return it."""
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    found = answer.json()
    assert found["status"] == status
    assert found["type"] == f"/api/v1/docs#problem-{name}"
    assert found["title"]
    assert found["detail"]
    return found


def errors_of(answer):
    found = problem_of(answer, 422, "invalid")
    return {e.get("pointer") or e["parameter"]: e["detail"] for e in found["errors"]}


def test_unknown_address_and_object_are_404(editor):
    problem_of(editor("GET", "/nothing"), 404, "not-found")
    problem_of(editor("GET", "/runs/12345"), 404, "not-found")
    problem_of(editor("GET", f"/runs/{'9' * 30}"), 404, "not-found")
    problem_of(editor("GET", "/runs/one"), 404, "not-found")


def test_page_outside_of_the_api_is_no_problem_document(client):
    answer = client.get("/nothing/")

    assert answer.status_code == 404
    assert "text/html" in answer["Content-Type"]


def test_unknown_method_is_405_with_those_allowed(editor):
    answer = editor("PATCH", "/projects")

    problem_of(answer, 405, "method-not-allowed")
    assert set(answer["Allow"].replace(" ", "").split(",")) == {"GET", "POST"}


@pytest.mark.parametrize(
    "text", ["{", "[" * 50_000, '{"name": 1' + "0" * 5000 + "}", b"\xff\xfe{}"]
)
def test_body_that_is_no_json_is_400(text, editor):
    answer = editor("POST", "/projects", data=text, content_type="application/json")

    problem_of(answer, 400, "malformed")


def test_other_media_type_is_415(editor, dataset):
    form = {"data": "name=a", "content_type": "application/x-www-form-urlencoded"}

    problem_of(editor("POST", "/projects", **form), 415, "unsupported-media-type")
    path = f"/datasets/{dataset.pk}/runs"
    problem_of(editor("POST", path, **form), 415, "unsupported-media-type")
    answer = editor("POST", "/datasets", json={"project": 1})
    problem_of(answer, 415, "unsupported-media-type")


def test_too_large_is_413(editor, project, dataset, settings):
    long = {"target": "species", "name": "x" * 2_000_001}
    answer = editor("POST", f"/datasets/{dataset.pk}/runs", json=long)
    problem_of(answer, 413, "too-large")

    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = editor("POST", "/projects", json={"name": "x" * 2000})
    problem_of(answer, 413, "too-large")

    settings.UPLOAD_LIMIT_MB = 0
    file = SimpleUploadedFile("a.csv", b"a,b\n1,2\n")
    answer = editor("POST", "/datasets", data={"project": project.pk, "file": file})
    assert "at most 0 MB" in problem_of(answer, 413, "too-large")["detail"]


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {"#/name"}),
        ({"name": 3, "description": None}, {"#/name", "#/description"}),
        ({"name": "   "}, {"#/name"}),
        ({"name": "a", "colour": "red"}, {"#/colour"}),
        ({"name": "a\0b"}, {"#/name"}),
        ({"name": "\ud800"}, {"#/name"}),
        ([], {"#"}),
    ],
)
def test_fields_of_a_project_are_named_by_their_path(body, pointers, editor):
    text = json.dumps(body)
    answer = editor("POST", "/projects", data=text, content_type="application/json")

    assert set(errors_of(answer)) == pointers
    assert not Project.objects.exists()


def test_everything_wrong_with_a_configuration_is_named_by_its_path(editor, dataset):
    document = {
        "target": "species",
        "cv": 1,
        "seed": "x",
        "colour": "red",
        "spaces": {"random_forest": {"max_depth": ["deep"], "n_estimators": [10]}},
    }

    found = errors_of(editor("POST", f"/datasets/{dataset.pk}/runs", json=document))

    assert set(found) == {
        "#/cv",
        "#/seed",
        "#/colour",
        "#/spaces/random_forest/max_depth",
    }
    assert found["#/cv"] == "Choose between 2 and 50 folds."
    assert not Run.objects.exists()


def test_configuration_without_a_target_asks_for_it(editor, dataset):
    for document in ({}, {"target": ""}, {"target": None}):
        answer = editor("POST", f"/datasets/{dataset.pk}/runs", json=document)
        assert errors_of(answer) == {"#/target": "Name the column to predict."}


def test_upload_names_the_field_that_is_missing(editor, project):
    answer = editor("POST", "/datasets", data={"project": project.pk})
    assert errors_of(answer) == {"#/file": "Choose a file first."}

    file = SimpleUploadedFile("a.csv", b"a,b\n1,2\n")
    answer = editor("POST", "/datasets", data={"file": file})
    assert set(errors_of(answer)) == {"#/project"}
    assert not Dataset.objects.exists()


def test_parameters_of_an_address_are_named(editor):
    assert set(errors_of(editor("GET", "/runs?limit=0&project=x"))) == {
        "limit",
        "project",
    }
    assert set(errors_of(editor("GET", "/runs?cursor=abc"))) == {"cursor"}


def test_what_the_state_does_not_allow_is_409(editor, project, dataset):
    run = RunFactory(dataset=dataset, phase=Phase.SEARCHING)
    unread = DatasetFactory(project=project, state=DatasetState.READING)

    answer = editor("POST", f"/runs/{run.pk}/resume")
    detail = problem_of(answer, 409, "conflict")["detail"]
    assert detail == "A run that is searching cannot be resumed."
    problem_of(editor("DELETE", f"/datasets/{dataset.pk}"), 409, "conflict")
    answer = editor("POST", f"/datasets/{unread.pk}/runs", json={"target": "species"})
    problem_of(answer, 409, "conflict")


def test_mistake_of_the_server_tells_nothing_of_itself(editor, dataset, client, caplog):
    run = RunFactory(dataset=dataset, scoring="secret")  # as nothing stores it
    client.raise_request_exception = False
    client.force_login(editor.user)

    answer = client.get(f"/api/v1/runs/{run.pk}")

    found = problem_of(answer, 500, "internal")
    assert found["detail"] == "A mistake of the server; the details are in its log."
    assert "KeyError: 'secret'" in caplog.text


def test_limit_of_requests_is_429_with_the_time_to_wait(editor, viewer, settings):
    settings.API_REQUESTS_A_MINUTE = 3

    statuses = [editor("GET", "/algorithms").status_code for _ in range(6)]

    assert statuses[:3] == [200, 200, 200]
    assert 429 in statuses  # at the turn of a minute the count begins anew
    answer = next(
        found
        for found in (editor("GET", "/algorithms") for _ in range(6))
        if found.status_code == 429
    )
    problem_of(answer, 429, "too-many-requests")
    assert 0 < int(answer["Retry-After"]) <= 60
    assert viewer("GET", "/algorithms").status_code == 200
