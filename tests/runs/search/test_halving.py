import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runs.search.halving import Halving, check_halving, rungs_of, should_prune
from runs.search.problem import SpecError


@pytest.mark.parametrize(
    ("halving", "n_rows", "shares"),
    [
        (Halving(min_resource=1 / 9), 100_000, [1 / 9, 1 / 3, 1]),
        (Halving(eta=2, min_resource=0.25), 100_000, [0.25, 0.5, 1]),
        # Too few rows for a first rung of a ninth.
        (Halving(min_resource=1 / 9), 1_000, [1 / 3, 1]),
        (Halving(min_resource=1 / 9), 200, [1]),
        (Halving("path", 3, 1 / 9), 200, [1 / 9, 1 / 3, 1]),
    ],
)
def test_rungs_grow_by_eta_from_a_beginning_that_tells_something(
    halving, n_rows, shares
):
    assert rungs_of(halving, n_rows) == pytest.approx(shares)


def test_trials_at_a_rung_go_on_until_one_in_eta_can_be_told():
    assert not should_prune([], 0, 0.5, 3)
    assert not should_prune([0.9], 0, 0.5, 3)
    assert should_prune([0.9, 0.8], 0, 0.5, 3)


def test_first_trials_that_are_behind_end_where_the_whole_is_dear():
    assert not should_prune([], 0, 0.5, 3, sparing=True)
    assert should_prune([0.9], 0, 0.5, 3, sparing=True)
    assert not should_prune([0.9], 0, 0.95, 3, sparing=True)


def test_trial_among_the_best_third_goes_on_and_others_end():
    others = [0.1, 0.2, 0.3, 0.4, 0.5]

    assert not should_prune(others, 0, 0.45, 3)
    assert should_prune(others, 0, 0.25, 3)


@settings(max_examples=30, deadline=None)
@given(
    values=st.lists(st.floats(0, 1), min_size=1, max_size=12),
    eta=st.integers(2, 4),
)
def test_decisions_are_those_of_optunas_pruner(values, eta):
    """Let Optuna run the same trials one after the other."""
    pruner = optuna.pruners.SuccessiveHalvingPruner(
        min_resource=1, reduction_factor=eta
    )
    study = optuna.create_study(direction="maximize", pruner=pruner)
    for number, value in enumerate(values):
        trial = study.ask()
        trial.report(value, step=1)
        expected = trial.should_prune()
        study.tell(trial, value)

        if number >= eta - 1:
            assert should_prune(values[:number], 0, value, eta) == expected


@pytest.mark.parametrize(
    "halving",
    [
        Halving("columns"),
        Halving(eta=1),
        Halving(eta=2.5),
        Halving(min_resource=0),
        Halving(min_resource=2),
    ],
)
def test_impossible_halving_names_the_field(halving):
    with pytest.raises(SpecError) as caught:
        check_halving(halving)

    assert caught.value.field == "halving"
