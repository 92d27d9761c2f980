import re

import pytest
from django.urls import reverse
from django.utils import timezone

from runs import lifecycle, refill
from runs.enums import EventKind, Origin, Phase, Role, TrialState
from runs.services import steering
from tests.factories import (
    ProjectFactory,
    RunFactory,
    TrialFactory,
    UserFactory,
    add_member,
)

pytestmark = pytest.mark.django_db

HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "steer-form"}
SPACES = {
    "logistic_regression": {
        "C": {"type": "float", "low": 0.01, "high": 10, "log": True}
    },
    "random_forest": {
        "max_depth": {"type": "int", "low": 2, "high": 40},
        "max_features": {"type": "categorical", "choices": ["sqrt", 0.5]},
    },
}


@pytest.fixture(autouse=True)
def two_workers(monkeypatch):
    monkeypatch.setattr(refill, "worker_count", lambda: 2)


@pytest.fixture
def editor(client):
    user = UserFactory(username="ada")
    client.force_login(user)
    return user


@pytest.fixture
def run(editor):
    run = RunFactory(
        dataset__project=ProjectFactory(editor=editor),
        phase=Phase.SEARCHING,
        started_at=timezone.now(),
        prepared_at=timezone.now(),
        strategy="random",
        spaces=SPACES,
        n_trials=12,
        n_planned=12,
    )
    lifecycle.advance(run.pk)
    run.refresh_from_db()
    return run


def url(name, run, *args):
    return reverse(f"runs:steer_{name}", args=[run.pk, *args])


def ranges(**changes):
    return {
        "revision": "0",
        "max_depth.low": "2",
        "max_depth.high": "40",
        "max_features.choices": "sqrt, 0.5",
        **changes,
    }


def test_run_page_offers_to_steer_to_editors_while_it_searches(client, run):
    page = client.get(run.get_absolute_url()).text

    assert url("switch", run, "random_forest") in page
    assert url("space", run, "random_forest") in page
    assert url("budget", run) in page
    assert "2 to 40" in page


@pytest.mark.parametrize("phase", [*Phase.ended(), Phase.STOPPING])
def test_run_page_offers_nothing_to_steer_afterwards(client, run, phase):
    type(run).objects.filter(pk=run.pk).update(phase=phase)

    assert url("budget", run) not in client.get(run.get_absolute_url()).text


def test_viewer_neither_sees_nor_may_steer(client, run):
    viewer = UserFactory()
    add_member(run.project, viewer, Role.VIEWER)
    client.force_login(viewer)

    assert url("budget", run) not in client.get(run.get_absolute_url()).text
    assert client.get(url("budget", run)).status_code == 403
    assert client.post(url("switch", run, "random_forest")).status_code == 403


def test_stranger_is_told_there_is_no_run(client, run):
    client.force_login(UserFactory())

    for name, *args in [("add",), ("budget",), ("space", "random_forest")]:
        assert client.get(url(name, run, *args)).status_code == 404


def test_switch_without_javascript_comes_back_to_the_run(client, run):
    answer = client.post(
        url("switch", run, "random_forest"), {"on": "0", "revision": "0"}
    )

    assert answer.status_code == 302
    run.refresh_from_db()
    assert run.switched_off == ["random_forest"]


def test_switch_by_htmx_answers_with_the_values_as_they_are_now(client, run):
    answer = client.post(
        url("switch", run, "random_forest"),
        {"on": "0", "revision": "0"},
        HTTP_HX_REQUEST="true",
        HTTP_HX_TARGET="live-steer",
    )

    assert "ada switched Random forest off." in answer.text
    assert 'name="revision" value="1"' in answer.text
    assert re.search(r"Switch on\s+<span[^>]*>Random forest<", answer.text)


def test_changed_range_is_searched_from_then_on(client, run):
    answer = client.post(
        url("space", run, "random_forest"), ranges(**{"max_depth.high": "9"}), **HTMX
    )

    run.refresh_from_db()
    assert answer.status_code == 200
    assert run.spaces["random_forest"] == {
        "max_depth": {"type": "int", "low": 2, "high": 9},
        "max_features": {"type": "categorical", "choices": ["sqrt", 0.5]},
    }
    assert "max_depth from 2 to 40 to 2 to 9" in answer.text


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"max_depth.high": "1"}, "max_depth.low", "low of 2 above its high of 1"),
        ({"max_depth.low": "x"}, "max_depth.low", "needs a number for &quot;low"),
        ({"max_depth.low": ""}, "max_depth.low", "needs a number for &quot;low"),
        ({"max_features.choices": " , "}, "max_features.choices", "empty list"),
    ],
)
def test_range_that_cannot_be_is_answered_at_its_field(
    client, run, changes, field, message
):
    answer = client.post(url("space", run, "random_forest"), ranges(**changes), **HTMX)

    run.refresh_from_db()
    assert answer.status_code == 422
    assert message in answer.text
    assert field in answer.context["form"].errors
    assert run.revision == 0


def test_log_of_zero_is_answered_at_its_field(client, run):
    data = {"revision": "0", "C.low": "0", "C.high": "10", "C.log": "on"}

    answer = client.post(url("space", run, "logistic_regression"), data)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["C.low"]


def test_second_person_sees_what_the_first_changed_and_can_send_again(client, run):
    steering.change_space(
        run,
        "random_forest",
        {**SPACES["random_forest"], "max_depth": {"type": "int", "low": 2, "high": 8}},
        user=UserFactory(username="grace"),
    )
    data = ranges(**{"max_depth.high": "20"})

    refused = client.post(url("space", run, "random_forest"), data, **HTMX)

    assert refused.status_code == 422
    assert "grace changed Random forest" in refused.text
    assert "max_depth: 2 to 8" in refused.text
    assert 'name="revision" value="1"' in refused.text
    data["revision"] = "1"
    assert (
        client.post(url("space", run, "random_forest"), data, **HTMX).status_code == 200
    )
    run.refresh_from_db()
    assert run.spaces["random_forest"]["max_depth"]["high"] == 20


def test_combination_begins_with_the_best_trial_or_the_one_named(client, run):
    TrialFactory(
        run=run, number=90, params={"max_depth": 7, "max_features": 0.5}, value=0.99
    )
    TrialFactory(
        run=run, number=91, params={"max_depth": 5}, params_key="other", value=0.1
    )

    best = client.get(url("add", run))
    named = client.get(url("add", run), {"from": "91"})

    assert best.context["form"]["param.max_depth"].value() == "7"
    assert named.context["form"]["param.max_depth"].value() == "5"


def test_added_combination_is_a_trial_with_its_origin(client, run):
    data = {
        "revision": "0",
        "algorithm": "random_forest",
        "param.max_depth": "33",
        "param.max_features": "0.7",
    }

    answer = client.post(url("add", run), data)

    assert answer.status_code == 302
    trial = run.trials.get(origin=Origin.PERSON)
    assert trial.params == {"max_depth": 33, "max_features": 0.7}
    assert trial.state == TrialState.WAITING


def test_combination_that_exists_says_which_trial_it_is(client, run):
    TrialFactory(
        run=run,
        number=90,
        params={"max_depth": 33},
        params_key='{"max_depth":33}',
    )

    answer = client.post(
        url("add", run),
        {"revision": "0", "algorithm": "random_forest", "param.max_depth": "33"},
        **HTMX,
    )

    assert answer.status_code == 422
    assert "is trial 90 already" in answer.text


def test_budget_is_changed_and_extended(client, run):
    client.post(url("budget", run), {"revision": "0", "n_trials": "20", "minutes": "2"})
    client.post(url("extend", run), {"revision": "1", "trials": "10"})
    client.post(url("extend", run), {"revision": "2", "minutes": "5"})

    run.refresh_from_db()
    assert (run.n_trials, run.time_budget_seconds) == (30, 420)


def test_extending_what_somebody_else_has_extended_says_so(client, run):
    client.post(url("extend", run), {"revision": "0", "trials": "10"})

    answer = client.post(
        url("extend", run),
        {"revision": "0", "trials": "10"},
        HTTP_HX_REQUEST="true",
        HTTP_HX_TARGET="live-steer",
    )

    run.refresh_from_db()
    assert run.n_trials == 22
    assert "ada changed the budget from 12 trials to 22 trials" in answer.text


def test_parallelism_of_none_at_once_is_answered_at_its_field(client, run):
    answer = client.post(
        url("parallelism", run), {"revision": "0", "parallelism": "0"}, **HTMX
    )

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["parallelism"]


def test_one_trial_is_stopped(client, run):
    trial = run.trials.filter(state=TrialState.WAITING).last()

    client.post(url("trial", run, trial.number))

    trial.refresh_from_db()
    assert trial.error == "Stopped by ada."


def test_button_on_a_run_that_has_just_ended_says_so_at_the_place(client, run):
    type(run).objects.filter(pk=run.pk).update(phase=Phase.FINISHED)

    button = client.post(url("extend", run), {"trials": "10"}, HTTP_HX_REQUEST="true")
    form = client.post(url("budget", run), {"revision": "0", "n_trials": "9"}, **HTMX)

    assert "cannot be steered any more" in button.text
    assert form.status_code == 422
    assert "cannot be steered any more" in form.text
    run.refresh_from_db()
    assert run.n_trials == 12


def test_history_has_a_mark_for_every_intervention(client, run, editor):
    steering.change_parallelism(run, 2, user=editor)

    marks = client.get(reverse("runs:run_history", args=[run.pk])).json()["marks"]

    [event] = run.events.filter(kind=EventKind.STEERING)
    assert event.message == (
        "ada changed how many units are worked on at once: 2 instead of as many as there "
        "are workers."
    )
    assert marks == [
        {
            "number": 0,
            "at": event.at.isoformat(),
            "text": event.message,
            "who": "ada",
        }
    ]
