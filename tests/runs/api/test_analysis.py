"""The analysis by the API: the numbers of the page, and no wish left out silently."""

import pytest
from django.test import Client
from django.urls import reverse

from runs.analysis.figures import FIGURES
from runs.enums import JobState
from runs.models import ParameterImportance
from tests.factories import RunFactory
from tests.runs.api.test_problems import errors_of, problem_of
from tests.runs.views.test_analysis import forest


@pytest.fixture
def run(dataset):
    run = RunFactory(dataset=dataset)
    for number, score in enumerate((0.7, 0.8, 0.75, 0.9, 0.85)):
        forest(run, number, score)
    return run


def test_charts_are_listed_with_what_they_say(viewer, run):
    found = viewer("GET", f"/runs/{run.pk}/analysis").json()

    assert [chart["chart"] for chart in found["items"]] == list(FIGURES)
    assert all(chart["reading"] for chart in found["items"])
    assert (found["n_trials"], found["algorithm"]) == (5, "random_forest")
    assert found["parameters"]["random_forest"] == ["n_estimators", "max_depth"]


@pytest.mark.parametrize("chart", list(FIGURES))
@pytest.mark.parametrize("query", ["", "?value_min=0.78&of=random_forest&x=max_depth"])
def test_numbers_of_a_chart_are_those_of_its_page(chart, query, viewer, run):
    client = Client()
    client.force_login(viewer.user)
    page = reverse("runs:analysis_json", args=[run.pk, chart])

    found = viewer("GET", f"/runs/{run.pk}/analysis/{chart}{query}")

    assert found.status_code == 200
    body = found.json()
    assert body["n_trials"] == (3 if query else 5)
    there = client.get(f"{page}{query}").json()
    assert {name: body[name] for name in there} == there


def test_answer_that_has_not_changed_is_not_sent_again(viewer, run):
    path = f"/runs/{run.pk}/analysis/history"
    etag = viewer("GET", path)["ETag"]
    headers = {"If-None-Match": etag}

    assert viewer("GET", path, headers=headers).status_code == 304
    forest(run, 5, 0.95)
    assert viewer("GET", path, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("of=oracle", "of"),
        ("x=colour", "x"),
        ("x=max_depth&y=max_depth", "y"),
        ("algorithm=oracle", "algorithm"),
        ("state=gone", "state"),
        ("value_min=much", "value_min"),
        ("value_max=nan", "value_max"),
        ("colour=red", "colour"),
        ("max_depth_least=2", "max_depth_least"),
    ],
)
def test_wish_that_is_not_known_is_named(query, name, viewer, run):
    answer = viewer("GET", f"/runs/{run.pk}/analysis/slice?{query}")

    assert list(errors_of(answer)) == [name]


def test_chart_that_is_not_there_is_404(viewer, stranger, run):
    assert viewer("GET", f"/runs/{run.pk}/analysis/pie").status_code == 404
    for path in ("analysis", "analysis/history", "importance?algorithm=random_forest"):
        assert stranger("GET", f"/runs/{run.pk}/{path}").status_code == 404


# --- Importance -----------------------------------------------------------------------


def test_importance_is_asked_for_and_read(viewer, run):
    path = f"/runs/{run.pk}/importance"
    before = viewer("GET", f"{path}?algorithm=random_forest").json()

    asked = viewer("POST", path, json={"algorithm": "random_forest"})

    assert before["state"] == "none"
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    ParameterImportance.objects.update(
        state=JobState.READY, data={"parameters": [{"name": "max_depth"}]}
    )
    found = viewer("GET", asked["Location"].removeprefix("/api/v1")).json()
    assert (found["state"], found["n_trials"]) == ("ready", 5)
    assert found["parameters"] == [{"name": "max_depth"}]
    assert ParameterImportance.objects.count() == 1


def test_importance_that_cannot_be_is_told(viewer, stranger, run):
    path = f"/runs/{run.pk}/importance"

    unknown = viewer("POST", path, json={"algorithm": "oracle"})
    too_few = viewer("POST", path, json={"algorithm": "logistic_regression"})

    assert list(errors_of(unknown)) == ["#/algorithm"]
    assert list(errors_of(viewer("GET", f"{path}?algorithm=oracle"))) == ["algorithm"]
    problem_of(too_few, 409, "conflict")
    refused = stranger("POST", path, json={"algorithm": "random_forest"})
    assert refused.status_code == 404
