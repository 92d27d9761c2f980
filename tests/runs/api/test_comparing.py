"""Trials side by side, workers and refits by the API."""

import json
import time

import pytest

from models_app.enums import ModelState
from models_app.models import ModelMeta
from runs import workers
from runs.enums import Phase, TrialState
from tests.factories import RunFactory, TrialFactory
from tests.runs.api.test_problems import errors_of, problem_of
from tests.runs.live.test_fleet import ABOUT


@pytest.fixture
def run(dataset):
    run = RunFactory(dataset=dataset, phase=Phase.SEARCHING)
    TrialFactory(run=run, number=0, value=0.9, fold_scores=[0.88, 0.9, 0.92])
    TrialFactory(run=run, number=1, value=0.8, fold_scores=[0.79, 0.8, 0.81])
    TrialFactory(
        run=run, number=2, state=TrialState.RUNNING, value=None, fold_scores=[]
    )
    return run


def compare(caller, run, numbers):
    return caller("GET", f"/runs/{run.pk}/trials/compare?numbers={numbers}")


def test_trials_are_compared_with_a_test_of_chance(viewer, run):
    found = compare(viewer, run, "1,0,2").json()

    assert [t["number"] for t in found["trials"]] == [1, 0, 2]
    assert found["best"] == 0
    one, two = found["verdicts"]
    assert (one["trial"], two["trial"]) == (1, 2)
    assert one["difference"] == pytest.approx(0.1)
    assert 0 < one["p_value"] <= one["p_adjusted"] < 1
    assert "better than 1 in every fold" in one["sentence"]
    assert (two["difference"], two["is_chance"]) == (None, True)
    rows = {row["name"]: row for row in found["params"]}
    assert rows["n_estimators"]["cells"] == ["11", "10", "12"]
    assert rows["n_estimators"]["differs"] is True
    assert rows["Algorithm"]["differs"] is False


@pytest.mark.parametrize("numbers", ["", "0", "0,x", "0,7", "0,1,2,3,4,5,6,7,8,9,10"])
def test_comparison_that_cannot_be_is_told(numbers, viewer, run):
    assert list(errors_of(compare(viewer, run, numbers))) == ["numbers"]
    assert "numbers" in errors_of(viewer("GET", f"/runs/{run.pk}/trials/compare"))


def test_number_that_is_none_is_told_by_the_name_of_the_parameter(viewer, run):
    told = compare(viewer, run, "0,x").json()["detail"]

    assert told == "“x” is no trial number: write them as numbers=3,5,9."


def test_stranger_compares_nothing(stranger, run):
    assert compare(stranger, run, "0,1").status_code == 404


# --- Workers --------------------------------------------------------------------------


def test_workers_are_told_with_what_one_may_know(viewer, stranger, run, monkeypatch):
    monkeypatch.setattr(workers, "heartbeats", lambda: [{"at": time.time(), **ABOUT}])
    monkeypatch.setattr(workers, "queued_messages", lambda: 4)
    run.trials.filter(number=2).update(worker="one/12", lease_token="x")

    found = viewer("GET", "/workers").json()

    assert (found["n_processes"], found["n_busy"], found["n_messages"]) == (3, 1, 4)
    (host,) = found["hosts"]
    assert (host["name"], host["memory_used_bytes"]) == ("one", 2_000)
    doing = {process["pid"]: process["doing"] for process in host["processes"]}
    assert run.name in doing[12]
    assert doing[11] is None
    assert run.name not in json.dumps(stranger("GET", "/workers").json())


def test_workers_that_cannot_be_asked_are_silent(viewer, settings):
    settings.REDIS_URL = f"unix://{settings.TUNEBOARD_HOME}/nobody.sock"

    found = viewer("GET", "/workers").json()

    assert (found["is_silent"], found["hosts"]) == (True, [])


# --- Refits ---------------------------------------------------------------------------


def refit(caller, run, trial, **more):
    return caller("POST", f"/runs/{run.pk}/models", json={"trial": trial}, **more)


def test_trial_is_refitted_once(editor, run):
    answer, again = refit(editor, run, 0), refit(editor, run, 0)

    assert answer.status_code == 202, answer.json()
    model = ModelMeta.objects.get()
    assert answer["Location"] == f"/api/v1/models/{model.pk}"
    assert (answer.json()["trial"], answer.json()["state"]) == (0, "waiting")
    assert again.json() == answer.json()
    assert model.state == ModelState.WAITING
    assert run.events.get().actor == editor.user


def test_trial_that_cannot_be_refitted_is_told(editor, viewer, stranger, run):
    problem_of(refit(editor, run, 2), 409, "conflict")
    assert list(errors_of(refit(editor, run, 77))) == ["#/trial"]
    assert list(errors_of(refit(editor, run, "best"))) == ["#/trial"]
    assert refit(viewer, run, 0).status_code == 403
    assert refit(stranger, run, 0).status_code == 404
    assert not ModelMeta.objects.exists()
