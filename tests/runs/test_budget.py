from datetime import timedelta

import pytest
from django.utils import timezone

from runs import budget, lifecycle
from runs.configuration import plan_of
from runs.enums import EventKind, Phase, TrialState
from tests.factories import RunFactory, TrialFactory

pytestmark = pytest.mark.django_db

SPACES = {
    "logistic_regression": {"C": [0.1, 1.0]},
    "decision_tree": {"max_depth": [2, 4]},
}


def searching_run(*, spent=0.0, **changes):
    started = timezone.now() - timedelta(seconds=spent)
    return RunFactory(
        phase=Phase.SEARCHING,
        started_at=started,
        prepared_at=started,
        spaces=SPACES,
        n_planned=4,
        **changes,
    )


def test_search_within_every_budget_goes_on():
    run = searching_run(
        time_budget_seconds=60, patience=3, target_score=0.99, best_value=0.9
    )

    assert budget.why_enough(run) == ""


def test_search_past_its_share_of_the_time_ends():
    run = searching_run(spent=50, time_budget_seconds=60, reserve_seconds=12)

    assert "but for the 12 s kept for the models" in budget.why_enough(run)


def test_pauses_do_not_count_as_time():
    run = searching_run(spent=70, time_budget_seconds=60, paused_seconds=30)

    assert budget.why_enough(run) == ""


@pytest.mark.parametrize(
    ("scoring", "best_value", "target", "enough"),
    [
        ("accuracy", 0.91, 0.9, True),
        ("accuracy", 0.89, 0.9, False),
        # An error is stored with its sign turned: greater is better.
        ("log_loss", -0.3, 0.35, True),
        ("log_loss", -0.4, 0.35, False),
    ],
)
def test_target_score_is_in_the_metrics_own_direction(
    scoring, best_value, target, enough
):
    run = searching_run(scoring=scoring, best_value=best_value, target_score=target)

    assert bool(budget.why_enough(run)) is enough


def test_search_without_improvement_ends_after_its_patience():
    run = searching_run(patience=2, best_value=0.95)
    now = timezone.now()
    for number, value in enumerate([0.9, 0.95, 0.94, 0.93]):
        TrialFactory(
            run=run,
            number=number,
            value=value,
            finished_at=now + timedelta(seconds=number),
        )

    assert "2 trials brought no improvement" in budget.why_enough(run)


def test_baseline_is_no_trial_without_improvement():
    run = searching_run(patience=1, best_value=0.95)
    now = timezone.now()
    TrialFactory(run=run, number=1, value=0.95, finished_at=now)
    late = now + timedelta(seconds=1)
    TrialFactory(
        run=run,
        number=0,
        algorithm="baseline",
        params_key="{}",
        value=0.5,
        finished_at=late,
    )

    assert budget.why_enough(run) == ""


@pytest.fixture(autouse=True)
def quiet_machine(monkeypatch):
    monkeypatch.setattr("os.getloadavg", lambda: (0.0, 0.0, 0.0))


def test_reserve_is_larger_where_others_keep_the_machine_busy(monkeypatch):
    run = searching_run(time_budget_seconds=60)
    alone = budget.reserve(run)
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    monkeypatch.setattr("os.getloadavg", lambda: (12.0, 1.0, 1.0))

    assert budget.reserve(run) == alone, "nothing to refit yet"
    TrialFactory(run=run, fit_seconds=[0.0], score_seconds=[0.0])
    refits = 1.25 * budget.PREPARING_SECONDS / budget.n_processes()

    assert budget.reserve(run) == pytest.approx(3 * alone + refits)


def test_reserve_grows_with_what_refits_take_up_to_a_share_of_the_budget():
    cheap, dear = (
        searching_run(time_budget_seconds=60),
        searching_run(time_budget_seconds=60),
    )
    TrialFactory(run=cheap, fit_seconds=[0.1] * 5)
    TrialFactory(run=dear, fit_seconds=[100.0] * 5)

    assert budget.reserve(cheap) < 10
    assert budget.reserve(dear) == pytest.approx(0.35 * 60)
    assert budget.reserve(searching_run()) == 0


def test_refit_is_estimated_by_its_share_of_rows():
    expected = budget.PREPARING_SECONDS + 1.0 * 5 / 4

    assert budget.refit_seconds([1.0] * 5) == pytest.approx(expected)


def test_algorithm_too_slow_for_the_time_left_is_not_planned_any_more():
    run = searching_run(spent=50, time_budget_seconds=60)
    TrialFactory(run=run, algorithm="decision_tree", fit_seconds=[30.0])
    TrialFactory(
        run=run, algorithm="logistic_regression", params_key="b", fit_seconds=[0.1]
    )

    plan = budget.affordable(run, plan_of(run))

    assert [item.algorithm for item in plan.items] == ["logistic_regression"]


def test_halving_is_estimated_by_the_trials_it_prunes_and_refits_by_whole_fits():
    run = searching_run(time_budget_seconds=60)
    options = {"run": run, "algorithm": "decision_tree", "score_seconds": []}
    TrialFactory(**options, fit_seconds=[1.0, 3.0, 20.0], fold=1, value=0.9)
    for number in range(3):
        TrialFactory(
            **options,
            params_key=str(number),
            state=TrialState.PRUNED,
            value=None,
            fold=0,
            fit_seconds=[2.0],
        )

    cost = budget.costs(run)["decision_tree"]

    assert cost.trial == pytest.approx((24 + 3 * 2) / 4)
    assert cost.refit == pytest.approx(budget.refit_seconds([20.0]))


def test_search_that_reached_its_target_skips_what_waits_and_says_so():
    run = searching_run(target_score=0.8, best_value=0.9)
    TrialFactory(run=run, number=0, value=0.9)
    TrialFactory(run=run, number=1, state=TrialState.WAITING, value=None)

    lifecycle.advance(run.pk)

    run.refresh_from_db()
    assert run.phase == Phase.REFITTING
    assert run.trials.get(number=1).state == TrialState.SKIPPED
    notes = run.events.filter(kind=EventKind.NOTE).values_list("message", flat=True)
    assert "The search has ended. The target of 0.8 was reached." in notes


def test_end_of_a_search_counts_failures_by_reason():
    run = searching_run(target_score=0.8, best_value=0.9)
    TrialFactory(run=run, number=0, value=0.9)
    for number in (1, 2):
        TrialFactory(
            run=run,
            number=number,
            state=TrialState.FAILED,
            value=None,
            error="Singular matrix.",
        )

    lifecycle.advance(run.pk)

    [event] = run.events.filter(message__contains="failed")
    assert event.message == "2 trials failed: Singular matrix."
    assert event.data == {
        "kind": "failed",
        "reason": "Singular matrix.",
        "n_trials": 2,
    }
