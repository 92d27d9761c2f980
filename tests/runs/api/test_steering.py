"""Steering a run that searches, and combinations of one's own."""

import pytest
from django.utils import timezone

from runs import refill
from runs.enums import BASELINE, EventKind, Halt, Origin, Phase, TrialState
from tests.factories import RunFactory, TrialFactory
from tests.runs.api.test_problems import errors_of, problem_of

SPACES = {
    "logistic_regression": {
        "C": {"type": "float", "low": 0.01, "high": 10, "log": True}
    },
    "random_forest": {"max_depth": {"type": "int", "low": 2, "high": 40}},
}


@pytest.fixture(autouse=True)
def two_workers(monkeypatch):
    monkeypatch.setattr(refill, "worker_count", lambda: 2)


@pytest.fixture
def run(dataset):
    return RunFactory(
        dataset=dataset,
        phase=Phase.SEARCHING,
        started_at=timezone.now(),
        prepared_at=timezone.now(),
        spaces=SPACES,
        strategy="random",
        n_trials=12,
        n_planned=12,
    )


def steer(caller, run, **wish):
    return caller("POST", f"/runs/{run.pk}/steer", json=wish)


def add(caller, run, *combinations, **more):
    trials = [{"algorithm": name, "params": params} for name, params in combinations]
    return caller("POST", f"/runs/{run.pk}/trials", json={"trials": trials}, **more)


def test_everything_of_the_page_is_changed_by_one_request(editor, run):
    trial = TrialFactory(run=run, number=0, algorithm="random_forest")
    space = {"C": {"type": "float", "low": 1.0, "high": 5.0, "log": False}}

    answer = steer(
        editor,
        run,
        revision=0,
        switched={"random_forest": False},
        spaces={"logistic_regression": space},
        n_trials=20,
        parallelism=3,
    )

    found = answer.json()
    assert answer.status_code == 202, found
    assert (found["revision"], found["parallelism"]) == (4, 3)
    assert found["switched_off"] == ["random_forest"]
    assert found["configuration"]["n_trials"] == 20
    run.refresh_from_db()
    assert run.spaces["logistic_regression"]["C"]["low"] == 1.0
    # What was left out stays as it was.
    assert run.time_budget_seconds is None
    messages = run.events.filter(kind=EventKind.STEERING).values_list(
        "actor", "message"
    )
    assert len(messages) == 4
    assert {actor for actor, _ in messages} == {editor.user.pk}
    trial.refresh_from_db()
    assert trial.state == TrialState.COMPLETE


def test_one_half_of_a_budget_keeps_the_other(editor, run):
    steer(editor, run, time_budget_seconds=900)
    steer(editor, run, n_trials=15)

    run.refresh_from_db()
    assert (run.n_trials, run.time_budget_seconds) == (15, 900)


def test_algorithms_change_places_whichever_is_named_first(editor, run):
    steer(editor, run, switched={"random_forest": False})

    answer = steer(
        editor, run, switched={"logistic_regression": False, "random_forest": True}
    )

    assert answer.json()["switched_off"] == ["logistic_regression"]


@pytest.mark.parametrize(
    ("wish", "place"),
    [
        ({}, "#"),
        ({"revision": 0}, "#"),
        ({"colour": 1}, "#/colour"),
        ({"switched": {"oracle": False}}, "#/switched/oracle"),
        ({"switched": {"oracle": "maybe"}}, "#/switched/oracle"),
        ({"spaces": {"oracle": {}}}, "#/spaces/oracle"),
        (
            {"spaces": {"random_forest": {"max_depth": {"type": "int", "low": 9}}}},
            "#/spaces/random_forest/max_depth",
        ),
        ({"spaces": {"random_forest": {"x": [1]}}}, "#/spaces/random_forest/x"),
        ({"n_trials": 0}, "#/n_trials"),
        ({"n_trials": None}, "#/n_trials"),
        ({"time_budget_seconds": -1}, "#/time_budget_seconds"),
        ({"parallelism": 0}, "#/parallelism"),
        ({"n_trials": "40"}, "#/n_trials"),
        ({"time_budget_seconds": "60"}, "#/time_budget_seconds"),
    ],
)
def test_what_cannot_be_is_named_by_its_place(wish, place, editor, run):
    assert list(errors_of(steer(editor, run, **wish))) == [place]


def test_nothing_is_changed_when_one_thing_cannot_be(editor, run):
    answer = steer(editor, run, switched={"random_forest": False}, parallelism=0)

    assert answer.status_code == 422
    run.refresh_from_db()
    assert (run.switched_off, run.revision, run.events.count()) == ([], 0, 0)


def test_change_of_somebody_else_meanwhile_is_a_conflict(editor, run):
    steer(editor, run, parallelism=3)

    found = problem_of(steer(editor, run, revision=0, parallelism=5), 409, "conflict")

    assert "worked on at once: 3 instead" in found["detail"]
    run.refresh_from_db()
    assert run.parallelism == 3


def test_run_that_has_ended_is_not_steered(editor, run):
    type(run).objects.update(phase=Phase.FINISHED)
    trial = TrialFactory(run=run, number=0, state=TrialState.WAITING)

    assert editor("GET", f"/runs/{run.pk}").json()["is_steerable"] is False
    problem_of(steer(editor, run, parallelism=2), 409, "conflict")
    problem_of(add(editor, run, ("random_forest", {"max_depth": 3})), 409, "conflict")
    stop = f"/runs/{run.pk}/trials/{trial.number}/stop"
    problem_of(editor("POST", stop), 409, "conflict")


# --- Combinations -----------------------------------------------------------------------


def test_combinations_become_the_next_trials_once_for_a_key(editor, run):
    wish = [("random_forest", {"max_depth": 3}), ("logistic_regression", {"C": 0.5})]
    key = {"Idempotency-Key": "mine"}

    answer = add(editor, run, *wish, headers=key)
    again = add(editor, run, *wish, headers=key)

    assert answer.status_code == 201, answer.json()
    assert answer["Location"] == f"/api/v1/runs/{run.pk}/trials"
    assert again.json() == answer.json()
    assert [t["params"] for t in answer.json()["items"]] == [
        {"max_depth": 3},
        {"C": 0.5},
    ]
    trials = run.trials.exclude(algorithm=BASELINE).order_by("number")
    assert [t.origin for t in trials] == [Origin.PERSON] * 2
    assert [t.state for t in trials] == [TrialState.WAITING] * 2


def test_each_combination_that_cannot_be_is_named(editor, run):
    answer = add(
        editor,
        run,
        ("random_forest", {"max_depth": 3}),
        ("random_forest", {"max_depth": "deep"}),
        ("oracle", {}),
        ("random_forest", {"depth": 3}),
    )

    assert list(errors_of(answer)) == [
        "#/trials/1/params/max_depth",
        "#/trials/2/algorithm",
        "#/trials/3/params/depth",
    ]
    assert not run.trials.exists()


def test_combination_that_is_a_trial_already_is_told(editor, run):
    added = add(editor, run, ("random_forest", {"max_depth": 3})).json()["items"]

    found = errors_of(add(editor, run, ("random_forest", {"max_depth": 3})))

    assert f"is trial {added[0]['number']} already" in found["#/trials/0/params"]


@pytest.mark.parametrize("trials", [[], None, [{"algorithm": "random_forest"}]])
def test_body_without_combinations_is_refused(trials, editor, run):
    answer = editor("POST", f"/runs/{run.pk}/trials", json={"trials": trials})

    assert [p.startswith("#/trials") for p in errors_of(answer)] == [True]


def test_trial_is_stopped(editor, run):
    waiting = TrialFactory(run=run, number=0, state=TrialState.WAITING, value=None)
    running = TrialFactory(run=run, number=1, state=TrialState.RUNNING, value=None)

    answers = [editor("POST", f"/runs/{run.pk}/trials/{n}/stop") for n in (0, 1)]

    assert [a.status_code for a in answers] == [202, 202]
    assert answers[0].json()["state"] == "skipped"
    running.refresh_from_db()
    assert running.halt == Halt.PERSON
    waiting.refresh_from_db()
    assert waiting.state == TrialState.SKIPPED
    assert editor("POST", f"/runs/{run.pk}/trials/7/stop").status_code == 404
