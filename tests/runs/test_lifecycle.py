import math
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from runs import budget, lifecycle, refill
from runs.enums import Phase, TrialState, Wish
from runs.leasing import new_token
from runs.models import Trial
from tests.factories import RunFactory, TrialFactory

pytestmark = pytest.mark.django_db

SMALL = {
    "logistic_regression": {"C": [0.1, 1.0]},
    "random_forest": {"n_estimators": [10, 20], "max_depth": [2, 4]},
}


@pytest.fixture(autouse=True)
def workers_are_counted_anew(monkeypatch):
    monkeypatch.setattr(refill, "_counted", (-math.inf, 0))


def searching_run(**changes):
    defaults = {
        "phase": Phase.SEARCHING,
        "started_at": timezone.now(),
        "prepared_at": timezone.now(),
        "spaces": SMALL,
        "n_planned": 6,
    }
    return RunFactory(**{**defaults, **changes})


def states(run):
    return list(run.trials.order_by("number").values_list("state", flat=True))


def end_waiting(run, **changes):
    """Do a worker's part: give every waiting trial its result."""
    values = {"state": TrialState.COMPLETE, "value": 0.5, **changes}
    return run.trials.filter(state=TrialState.WAITING).update(**values)


def test_advance_of_missing_run_does_nothing():
    work = lifecycle.advance(12345)

    assert work == lifecycle.Work()


def test_advance_of_queued_run_asks_for_preparation_once():
    run = RunFactory(phase=Phase.QUEUED)

    first, second = lifecycle.advance(run.pk), lifecycle.advance(run.pk)

    run.refresh_from_db()
    assert run.phase == Phase.PREPARING
    assert run.started_at is not None
    assert (first.prepare, second.prepare) == (True, False)


def test_advance_when_preparation_message_was_lost_asks_again():
    run = RunFactory(phase=Phase.PREPARING)
    long_ago = timezone.now() - timedelta(seconds=lifecycle.REPUBLISH_SECONDS + 1)
    type(run).objects.filter(pk=run.pk).update(published_at=long_ago)

    work = lifecycle.advance(run.pk)

    assert work.prepare


def test_advance_of_run_that_could_not_be_prepared_fails_with_its_reason():
    run = RunFactory(phase=Phase.PREPARING, error="The target has one value.")

    lifecycle.advance(run.pk)

    run.refresh_from_db()
    assert run.phase == Phase.FAILED
    assert run.events.last().message == "Failed: The target has one value."


def test_advance_of_searching_run_makes_units_that_share_a_fit():
    run = searching_run()

    lifecycle.advance(run.pk)

    forests = run.trials.filter(algorithm="random_forest").order_by("number")
    by_unit = {}
    for trial in forests:
        by_unit.setdefault(trial.unit, []).append(trial.params)
    assert all(len({p["max_depth"] for p in unit}) == 1 for unit in by_unit.values())
    assert all(
        [p["n_estimators"] for p in unit] == [10, 20] for unit in by_unit.values()
    )


def test_advance_publishes_each_unit_once():
    run = searching_run()

    published = [unit for _ in range(4) for unit in lifecycle.advance(run.pk).units]

    units = set(run.trials.values_list("unit", flat=True))
    assert sorted(published) == sorted(units)


def test_advance_publishes_a_unit_again_when_nobody_took_it():
    run = searching_run()
    lifecycle.advance(run.pk)
    long_ago = timezone.now() - timedelta(seconds=lifecycle.REPUBLISH_SECONDS + 1)
    run.trials.filter(unit=0).update(published_at=long_ago)

    work = lifecycle.advance(run.pk)

    assert 0 in work.units


def test_advance_until_the_plan_is_exhausted_makes_every_combination_once():
    run = searching_run()

    for _ in range(10):
        lifecycle.advance(run.pk)
        end_waiting(run)

    run.refresh_from_db()
    assert run.planned_trials.count() == run.n_planned
    assert run.phase not in {Phase.SEARCHING, Phase.FAILED}
    assert run.search_ended_at is not None


def test_advance_while_a_trial_runs_keeps_searching():
    run = searching_run(n_planned=1)
    TrialFactory(run=run, state=TrialState.RUNNING, lease_token=new_token())

    lifecycle.advance(run.pk)

    run.refresh_from_db()
    assert run.phase == Phase.SEARCHING


def test_advance_when_every_trial_failed_says_the_most_frequent_reason():
    run = searching_run(n_planned=3)
    for number, error in enumerate(["out of luck", "singular matrix", "out of luck"]):
        TrialFactory(
            run=run, number=number, state=TrialState.FAILED, value=None, error=error
        )

    lifecycle.advance(run.pk)

    run.refresh_from_db()
    assert run.phase == Phase.FAILED
    assert run.error == (
        "No trial was completed. Most frequent reason (2 of 3 failures): out of luck"
    )


def test_search_whose_first_trials_have_all_failed_ends():
    run = searching_run(strategy="random", n_trials=5000, n_planned=5000)
    for number in range(budget.FAILURES - 1):
        TrialFactory(
            run=run, number=number, state=TrialState.FAILED, value=None, error="No."
        )
    lifecycle.advance(run.pk)
    run.refresh_from_db()
    assert run.phase == Phase.SEARCHING

    end_waiting(run, state=TrialState.FAILED, value=None, error="No.")
    lifecycle.advance(run.pk)

    run.refresh_from_db()
    assert run.phase == Phase.FAILED
    n_failed = run.planned_trials.filter(state=TrialState.FAILED).count()
    assert f"({n_failed} of {n_failed} failures): No." in run.error
    assert run.trials.filter(state=TrialState.WAITING).count() == 0


def test_search_with_a_score_goes_on_after_many_failures():
    run = searching_run(strategy="random", n_trials=5000, n_planned=5000)
    for number in range(budget.FAILURES):
        TrialFactory(run=run, number=number, state=TrialState.FAILED, value=None)
    TrialFactory(run=run, number=99, state=TrialState.PRUNED, value=None)

    lifecycle.advance(run.pk)

    run.refresh_from_db()
    assert run.phase == Phase.SEARCHING


@pytest.mark.parametrize("phase", [Phase.PREPARING, Phase.SEARCHING])
def test_run_that_nobody_can_advance_fails_with_a_sentence(phase):
    # Kept by an older version: no date is so far away.
    run = searching_run(phase=phase, time_budget_seconds=1e300)

    lifecycle.advance(run.pk)

    run.refresh_from_db()
    assert run.phase == Phase.FAILED
    assert run.error.startswith("The search cannot go on: OverflowError(")
    assert lifecycle.advance(run.pk) == lifecycle.Work()


def test_pause_publishes_nothing_until_resumed_and_does_not_use_the_budget():
    run = searching_run(wish=Wish.PAUSE, time_budget_seconds=60)
    assert lifecycle.advance(run.pk).units == []
    run.refresh_from_db()
    assert run.phase == Phase.PAUSED
    paused_at = timezone.now() - timedelta(seconds=100)
    type(run).objects.filter(pk=run.pk).update(
        wish=Wish.RESUME,
        phase_changed_at=paused_at,
        started_at=run.started_at - timedelta(seconds=100),
    )

    work = lifecycle.advance(run.pk)

    run.refresh_from_db()
    assert run.phase == Phase.SEARCHING
    assert run.paused_seconds == pytest.approx(100, abs=5)
    assert work.units


def test_stop_skips_waiting_trials_and_keeps_what_was_found():
    run = searching_run()
    TrialFactory(run=run, number=0)
    TrialFactory(run=run, number=1, state=TrialState.WAITING, value=None)
    type(run).objects.filter(pk=run.pk).update(wish=Wish.STOP)

    lifecycle.advance(run.pk)

    run.refresh_from_db()
    assert states(run) == [TrialState.COMPLETE, TrialState.SKIPPED]
    assert run.was_stopped
    assert run.phase in {*Phase.after_search(), Phase.STOPPED}


def test_stop_before_any_result_ends_stopped():
    run = RunFactory(phase=Phase.QUEUED, wish=Wish.STOP)

    lifecycle.advance(run.pk)

    run.refresh_from_db()
    assert run.phase == Phase.STOPPED
    assert run.finished_at is not None


def test_stop_waits_for_running_trials():
    run = searching_run(wish=Wish.STOP)
    TrialFactory(run=run, state=TrialState.RUNNING, lease_token=new_token())

    lifecycle.advance(run.pk)

    run.refresh_from_db()
    assert run.phase == Phase.STOPPING


def test_time_budget_used_up_skips_what_was_not_begun():
    begun = timezone.now() - timedelta(seconds=61)
    run = searching_run(time_budget_seconds=60, started_at=begun)
    TrialFactory(run=run, number=0)
    TrialFactory(run=run, number=1, state=TrialState.WAITING, value=None)

    work = lifecycle.advance(run.pk)

    run.refresh_from_db()
    assert work.units == []
    assert states(run) == [TrialState.COMPLETE, TrialState.SKIPPED]
    assert "time budget" in run.trials.get(number=1).error
    assert run.phase != Phase.SEARCHING


def test_lapsed_lease_returns_the_trial_to_the_queue():
    run = searching_run(n_planned=1)
    trial = TrialFactory(run=run, state=TrialState.WAITING, value=None)
    Trial.objects.filter(pk=trial.pk).claim(new_token(), state=TrialState.RUNNING)
    past = timezone.now() - timedelta(seconds=1)
    Trial.objects.filter(pk=trial.pk).update(lease_until=past)

    work = lifecycle.advance(run.pk)

    trial.refresh_from_db()
    assert trial.state == TrialState.WAITING
    assert trial.lease_token == ""
    assert work.units == [trial.unit]


def test_lease_of_a_dead_process_on_this_host_returns_at_once():
    run = searching_run(n_planned=1)
    trial = TrialFactory(run=run, state=TrialState.WAITING, value=None)
    Trial.objects.filter(pk=trial.pk).claim(new_token(), state=TrialState.RUNNING)
    host = Trial.objects.get(pk=trial.pk).worker.split("/")[0]
    # Above the largest process number Linux gives out.
    Trial.objects.filter(pk=trial.pk).update(worker=f"{host}/4194305")

    lifecycle.advance(run.pk)

    trial.refresh_from_db()
    assert trial.state == TrialState.WAITING


def test_lease_that_is_renewed_stays():
    run = searching_run(n_planned=1)
    trial = TrialFactory(run=run, state=TrialState.WAITING, value=None)
    token = new_token()
    Trial.objects.filter(pk=trial.pk).claim(token, state=TrialState.RUNNING)

    lifecycle.advance(run.pk)

    trial.refresh_from_db()
    assert trial.state == TrialState.RUNNING
    assert trial.lease_token == token


def test_third_death_fails_the_trial_with_a_sentence():
    run = searching_run(n_planned=1)
    trial = TrialFactory(run=run, state=TrialState.WAITING, value=None)
    Trial.objects.filter(pk=trial.pk).claim(new_token(), state=TrialState.RUNNING)
    Trial.objects.filter(pk=trial.pk).update(
        attempts=settings.MAX_ATTEMPTS,
        lease_until=timezone.now() - timedelta(seconds=1),
    )

    lifecycle.advance(run.pk)

    trial.refresh_from_db()
    assert trial.state == TrialState.FAILED
    assert "died 3 times" in trial.error
    assert "memory" in trial.error


def test_ended_run_is_left_alone():
    run = RunFactory(phase=Phase.FINISHED)

    lifecycle.advance(run.pk)

    run.refresh_from_db()
    assert run.phase == Phase.FINISHED
    assert not run.events.exists()


def test_active_run_ids_lists_only_what_has_not_ended():
    active = RunFactory(phase=Phase.PAUSED)
    for phase in Phase.ended():
        RunFactory(phase=phase)

    assert lifecycle.active_run_ids() == [active.pk]


def test_while_the_server_ends_its_workers_their_deaths_do_not_count(
    settings, tmp_path
):
    settings.STOPPING_FLAG = tmp_path / "stopping"
    settings.STOPPING_FLAG.touch()
    run = searching_run(n_planned=1)
    trial = TrialFactory(run=run, state=TrialState.WAITING, value=None)
    Trial.objects.filter(pk=trial.pk).claim(new_token(), state=TrialState.RUNNING)
    host = Trial.objects.get(pk=trial.pk).worker.split("/")[0]
    Trial.objects.filter(pk=trial.pk).update(worker=f"{host}/4194305")

    lifecycle.advance(run.pk)

    trial.refresh_from_db()
    assert trial.state == TrialState.RUNNING


def test_run_is_not_due_while_a_unit_waits_for_each_worker(settings):
    settings.WORKERS = 2
    run = searching_run()
    lifecycle.advance(run.pk)

    assert run.trials.filter(state=TrialState.WAITING).exists()
    assert not lifecycle.is_due(run.pk)


def test_of_many_workers_only_some_refill_while_half_of_the_units_still_wait(settings):
    settings.WORKERS = 16
    run = searching_run(n_planned=100)
    TrialFactory.create_batch(14, run=run, state=TrialState.WAITING, value=None)
    units = [trial.unit for trial in run.trials.all()]
    assert len(set(units)) == 14

    assert lifecycle.is_due(run.pk, 0)
    assert sum(lifecycle.is_due(run.pk, unit) for unit in range(8)) == 2
    for trial in run.trials.all()[:7]:
        trial.delete()
    assert all(lifecycle.is_due(run.pk, unit) for unit in range(8))


@pytest.mark.parametrize(
    "changes",
    [
        {"wish": Wish.STOP},
        {"phase": Phase.PAUSED},
        {"target_score": 0.7, "best_value": 0.8},
        {"time_budget_seconds": 0.0},
    ],
)
def test_run_is_due_when_something_would_change_it(changes):
    run = searching_run()
    lifecycle.advance(run.pk)
    type(run).objects.filter(pk=run.pk).update(**changes)

    assert lifecycle.is_due(run.pk)


def test_run_is_due_when_a_worker_would_find_nothing_waiting():
    run = searching_run()
    lifecycle.advance(run.pk)
    end_waiting(run)

    assert lifecycle.is_due(run.pk)
