from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from runs.enums import Halt, Phase, Role, TrialState
from runs.listings import run_rows
from runs.live.progress import tab_title
from runs.live.state import RECENT_POINTS, live_state
from runs.live.tally import tally
from runs.models import Run, Trial
from tests.factories import (
    ModelMetaFactory,
    RunFactory,
    TrialFactory,
    UserFactory,
    add_member,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    now = timezone.now()
    return RunFactory(
        phase=Phase.SEARCHING,
        name="titanic",
        n_planned=8,
        created_at=now - timedelta(seconds=130),
        started_at=now - timedelta(seconds=120),
        prepared_at=now - timedelta(seconds=100),
    )


def row_of(state, algorithm):
    [row] = [row for row in state.algorithms if row.name == algorithm]
    return row


def test_counts_of_a_run_have_every_state_and_leave_the_baseline_out(run):
    first = TrialFactory(run=run, number=1)
    TrialFactory(run=run, number=2, reused_from=first)
    TrialFactory(run=run, number=3, state=TrialState.RUNNING, value=None)
    TrialFactory(run=run, number=4, state=TrialState.FAILED, value=None)
    TrialFactory(run=run, number=0, algorithm="baseline", value=0.4)

    state = live_state(run)

    assert {part.name: part.n for part in state.parts} == {
        "waiting": 4,
        "running": 1,
        "complete": 2,
        "reused": 1,
        "failed": 1,
    }
    assert state.counts.ended == 3


def test_trials_set_aside_are_told_apart_and_are_no_progress(run):
    run.revision = 1
    run.save(update_fields=["revision"])
    TrialFactory(run=run, number=1)
    skipped = {"state": TrialState.SKIPPED, "value": None}
    TrialFactory(run=run, number=2, halt=Halt.PERSON, **skipped)
    TrialFactory(run=run, number=3, halt=Halt.ASIDE, **skipped)
    TrialFactory(run=run, number=4, halt=Halt.ASIDE, **skipped)

    state = live_state(run)

    parts = {part.name: part.n for part in state.parts}
    assert (parts["complete"], parts["skipped"], parts["aside"]) == (1, 1, 2)
    assert state.counts.ended == row_of(state, "random_forest").ended == 2
    member = UserFactory()
    add_member(run.project, member, Role.VIEWER)
    [row] = run_rows(member)
    assert row.n_ended == 2


def test_progress_of_an_algorithm_is_of_its_own_trials(run):
    TrialFactory(run=run, number=1, value=0.8)
    TrialFactory(run=run, number=2, value=0.7)
    TrialFactory(
        run=run, number=3, algorithm="logistic_regression", value=0.95, params_key="a"
    )
    TrialFactory(run=run, number=4, state=TrialState.WAITING, value=None)

    state = live_state(run)

    forest = row_of(state, "random_forest")
    assert (forest.ended, forest.planned, forest.best) == (2, 3, 0.8)
    assert not forest.is_leading
    assert row_of(state, "logistic_regression").is_leading


def test_best_of_a_metric_that_should_be_small_is_the_smallest():
    run = RunFactory(task="regression", scoring="rmse", phase=Phase.SEARCHING)
    TrialFactory(run=run, number=1, value=-3.5)
    TrialFactory(run=run, number=2, value=-2.5)

    assert row_of(live_state(run), "random_forest").best == 2.5


def test_current_phase_says_how_much_of_it_is_done(run):
    TrialFactory(run=run, number=1)
    TrialFactory(run=run, number=2)

    steps = {step.label: step for step in live_state(run).phases}

    assert steps["Searching"].share == "2 of 8"
    assert steps["Searching"].percent == 25
    assert steps["Preparing"].seconds == pytest.approx(20)
    assert steps["Queued"].seconds == pytest.approx(10)


def test_refitting_counts_its_models(run):
    Run.objects.update(phase=Phase.REFITTING, search_ended_at=timezone.now())
    run.refresh_from_db()
    for number, state in enumerate(["fitted", "fitting", "waiting", "waiting"], 1):
        ModelMetaFactory(trial=TrialFactory(run=run, number=number), state=state)

    state = live_state(run)

    steps = {step.label: step for step in state.phases}
    assert steps["Refitting"].share == "1 of 4"
    assert 90 < state.percent < 96


def test_title_of_the_tab_has_progress_best_score_and_name(run):
    run.best_value = 0.87123

    assert tab_title(run, 43) == "43 % · Accuracy 0.8712 · titanic"


def test_title_of_a_run_that_has_ended_says_so(run):
    run.phase = Phase.STOPPED

    assert tab_title(run, 100) == "Stopped · titanic"


def test_worker_card_is_of_the_trial_that_has_come_furthest(run):
    common = {"run": run, "state": TrialState.RUNNING, "value": None}
    TrialFactory(**common, number=5, fold=0, fold_scores=[], worker="one/7")
    TrialFactory(**common, number=6, fold=2, fold_scores=[0.5, 0.7], worker="one/7")
    TrialFactory(**common, number=7, fold=1, fold_scores=[0.5], worker="two/9")

    cards = live_state(run).workers

    assert [(c.host, c.pid, c.number, c.n_trials, c.fold) for c in cards] == [
        ("one", "7", 6, 2, 3),
        ("two", "9", 7, 1, 2),
    ]
    assert cards[0].fold_scores == [0.5, 0.7]


def test_leaders_have_the_other_metrics_as_people_read_them():
    run = RunFactory(metrics=["log_loss"], baseline_value=0.4)
    metrics = {"accuracy": [0.9, 0.8], "log_loss": [-0.5, -0.3]}
    TrialFactory(run=run, number=1, metrics=metrics)
    TrialFactory(run=run, number=0, algorithm="baseline", metrics={"log_loss": [-1.0]})

    state = live_state(run)

    [cell] = state.leaderboard[0].others
    assert (cell.value, cell.key) == (pytest.approx(0.4), pytest.approx(-0.4))
    assert state.baseline.others[0].value == 1.0


def many(run, first, n):
    now = timezone.now()
    Trial.objects.bulk_create(
        Trial(
            run=run,
            number=number,
            unit=number,
            algorithm="random_forest",
            params={"n_estimators": number},
            params_key=str(number),
            state=TrialState.COMPLETE,
            value=number / 10_000,
            fold_scores=[0.5, 0.6, 0.7],
            started_at=now,
            finished_at=now + timedelta(seconds=number),
        )
        for number in range(first, first + n)
    )


def test_state_of_a_long_run_is_no_larger_and_asks_no_more(run):
    many(run, 1, 150)
    with CaptureQueriesContext(
        connection,
    ) as short:
        before = live_state(run)
    many(run, 200, 1500)
    with CaptureQueriesContext(connection) as long:
        after = live_state(run)

    assert len(short) == len(long)
    assert len(before.history["points"]) == len(after.history["points"])
    assert len(after.history["points"]) == RECENT_POINTS
    assert len(before.folds["recent"]) == len(after.folds["recent"])
    assert after.history["points"][0][0] == 1699
    assert after.history["n_complete"] == 1650


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the plan is SQLite's")
def test_trials_are_counted_and_followed_by_indexes_alone(run):
    many(run, 1, 300)
    with CaptureQueriesContext(connection) as asked:
        tally(run)
        live_state(run)

    plans = []
    with connection.cursor() as cursor:
        for query in asked.captured_queries:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            plans += [row[3] for row in cursor.fetchall()]

    assert any("COVERING INDEX run_tally" in plan for plan in plans)
    assert any("INDEX run_recent" in plan for plan in plans)
    assert any("INDEX run_leaderboard" in plan for plan in plans)
    assert [plan for plan in plans if plan.startswith("SCAN runs_trial")] == []
