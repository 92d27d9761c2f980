import pytest

from runs import reuse
from runs.enums import Phase, TrialState
from runs.models import Trial
from tests.factories import RunFactory, TrialFactory

pytestmark = pytest.mark.django_db

KEY = "k" * 64


def run_like(other=None, **changes):
    values = {"phase": Phase.SEARCHING, "data_key": KEY, **changes}
    if other is not None:
        values = {"dataset": other.dataset, **values}
    return RunFactory(**values)


def scored(run, **changes):
    values = {"params": {"C": 1.0}, "params_key": '{"C":1.0}', "value": 0.8}
    metrics = {"accuracy": [0.7, 0.8, 0.9]}
    return TrialFactory(
        run=run,
        algorithm="logistic_regression",
        metrics=metrics,
        **{**values, **changes},
    )


def new_trial(run):
    return Trial(
        run=run,
        number=1,
        unit=1,
        algorithm="logistic_regression",
        params={"C": 1.0},
        params_key='{"C":1.0}',
    )


def test_combination_scored_before_gets_its_result_and_names_its_source():
    earlier = run_like()
    source = scored(earlier)
    run = run_like(earlier)
    trial = new_trial(run)

    reuse.fill_in(run, [trial])
    trial.save()
    reuse.announce(run, [trial])

    assert (trial.state, trial.value) == (TrialState.COMPLETE, 0.8)
    assert trial.reused_from == source
    assert run.best_value == 0.8
    assert "reused from earlier runs" in run.events.get().message


@pytest.mark.parametrize(
    "difference",
    [
        {"data_key": "x" * 64},
        {"scoring": "log_loss"},
        {"metrics": ["f1_macro"]},
        {"data_key": ""},
    ],
)
def test_run_that_asks_for_something_else_is_not_given_old_results(difference):
    earlier = run_like()
    scored(earlier)
    run = run_like(earlier, **difference)
    trial = new_trial(run)

    reuse.fill_in(run, [trial])

    assert (trial.state, trial.reused_from) == (TrialState.WAITING, None)


def test_other_projects_results_are_never_reused():
    scored(run_like())
    run = run_like()
    trial = new_trial(run)

    reuse.fill_in(run, [trial])

    assert trial.reused_from is None


def test_failed_and_pruned_trials_are_tried_again():
    earlier = run_like()
    scored(earlier, state=TrialState.FAILED, value=None)
    run = run_like(earlier)
    trial = new_trial(run)

    reuse.fill_in(run, [trial])

    assert trial.state == TrialState.WAITING


def test_reuse_of_a_reuse_names_the_trial_that_was_computed():
    first = run_like()
    source = scored(first)
    second = run_like(first)
    scored(second, reused_from=source)
    run = run_like(first)
    trial = new_trial(run)

    reuse.fill_in(run, [trial])

    assert trial.reused_from == source


def test_cost_of_looking_does_not_grow_with_the_trials(django_assert_num_queries):
    earlier = run_like()
    scored(earlier)
    run = run_like(earlier)

    with django_assert_num_queries(1):
        reuse.fill_in(run, [new_trial(run) for _ in range(50)])
