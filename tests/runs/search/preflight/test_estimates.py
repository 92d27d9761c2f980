import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runs.search.algorithms import ALGORITHMS
from runs.search.halving import Halving
from runs.search.planning import Plan, PlanItem, plan_size
from runs.search.preflight import Estimate, concerns_of, estimate, spell
from runs.search.preflight.estimates import TRIAL_SECONDS, exponent
from runs.search.preflight.records import Probes, Timed
from runs.search.problem import TaskType
from runs.search.spaces import parse_space

MODEL, OTHER = "decision_tree", "logistic_regression"


def plan_of(*names, strategy="random", n_trials=20, halving=None):
    items = tuple(
        PlanItem(name, ALGORITHMS[name].space(TaskType.BINARY)) for name in names
    )
    return Plan(
        strategy=strategy,
        items=items,
        n_trials=n_trials,
        seed=0,
        task=TaskType.BINARY,
        halving=halving,
    )


def probes_of(*timed, rows=1_000):
    return Probes(
        list(timed), {"tree": 0.1, "linear": 0.2}, {"tree": 5}, rows, 10**8, 1.0
    )


def estimated(probes, plan, **changes):
    asked = {
        "n_rows": 1_000,
        "n_folds": 5,
        "fold_fraction": 0.2,
        "n_workers": 2,
        **changes,
    }
    return estimate(probes, plan, **asked)


def timed(algorithm=MODEL, n_rows=800, seconds=0.1, n_trials=1, n_bytes=0, error=""):
    return Timed(algorithm, n_trials, n_rows, seconds, n_bytes, error)


def test_estimate_adds_up_trials_folds_and_workers():
    found = estimated(probes_of(timed(seconds=0.1)), plan_of(MODEL, n_trials=20))

    (part,) = found.algorithms
    assert part.n_trials == 20
    assert part.trial_seconds == pytest.approx(5 * 0.1 + TRIAL_SECONDS)
    work = 1.2 * 20 * part.trial_seconds
    # At the end one of two waits a quarter of a unit of five folds on average.
    assert found.search_seconds == pytest.approx(0.6 + work / 2 + 5 * 0.1 / 4)


def test_estimate_of_one_worker_has_neither_company_nor_anybody_to_wait_for():
    found = estimated(probes_of(timed(seconds=0.1)), plan_of(MODEL), n_workers=1)

    (part,) = found.algorithms
    assert found.search_seconds == pytest.approx(0.6 + 20 * part.trial_seconds)


def test_estimate_of_models_grows_with_how_many_there_are():
    few = estimated(probes_of(timed()), plan_of(MODEL, n_trials=2))
    many = estimated(probes_of(timed()), plan_of(MODEL, n_trials=50))
    more = estimated(probes_of(timed()), plan_of(MODEL, n_trials=500))

    assert few.models_seconds < many.models_seconds == more.models_seconds


def test_estimate_of_trials_that_share_a_fit_divides_it():
    alone = estimated(probes_of(timed(seconds=0.6)), plan_of(MODEL))
    shared = estimated(probes_of(timed(seconds=0.6, n_trials=6)), plan_of(MODEL))

    spare = TRIAL_SECONDS
    assert shared.algorithms[0].trial_seconds - spare == pytest.approx(
        (alone.algorithms[0].trial_seconds - spare) / 6
    )


def test_estimate_says_how_many_trials_a_time_budget_allows():
    found = estimated(
        probes_of(timed(seconds=1.0)),
        plan_of(MODEL, n_trials=10_000),
        time_budget_seconds=60,
    )

    # 6 s a trial on 2 busy workers: 0.33 a second, of some 52 s.
    assert 15 <= found.n_affordable <= 22
    assert found.seconds <= 62


def test_estimate_of_halving_costs_a_share_of_the_whole():
    halving = Halving(resource="rows", eta=3, min_resource=1 / 9)
    whole = estimated(probes_of(timed()), plan_of(MODEL), n_rows=90_000)
    cut = estimated(
        probes_of(timed()),
        plan_of(MODEL, strategy="halving", halving=halving),
        n_rows=90_000,
    )

    # 1/9 + 1/3 of 1/3 + 1/9 of all: a third.
    ratio = (cut.algorithms[0].trial_seconds - TRIAL_SECONDS) / (
        whole.algorithms[0].trial_seconds - TRIAL_SECONDS
    )
    assert ratio == pytest.approx(1 / 3)


def test_estimate_names_the_error_of_an_algorithm_that_only_fails():
    found = estimated(
        probes_of(timed(), timed(OTHER, error="ValueError: no")), plan_of(MODEL, OTHER)
    )

    failed = next(p for p in found.algorithms if p.algorithm == OTHER)
    assert (failed.trial_seconds, failed.seconds, failed.error) == (
        None,
        0.0,
        "ValueError: no",
    )


def test_estimate_survives_being_stored():
    found = estimated(probes_of(timed()), plan_of(MODEL), time_budget_seconds=10)

    assert Estimate.from_json(found.to_json()) == found


@settings(deadline=None, max_examples=25)
@given(
    seconds=st.floats(0.001, 30),
    growth=st.integers(1, 1_000),
    n_bytes=st.integers(0, 10**9),
)
def test_estimate_never_shrinks_with_more_rows(seconds, growth, n_bytes):
    probes = probes_of(timed(seconds=seconds, n_bytes=n_bytes))
    small = estimated(probes, plan_of(MODEL))
    large = estimated(probes, plan_of(MODEL), n_rows=1_000 * growth)

    assert large.seconds >= small.seconds - 1e-9
    assert large.process_bytes >= small.process_bytes
    assert large.folds_bytes == growth * small.folds_bytes


@settings(deadline=None, max_examples=25)
@given(power=st.floats(0.5, 2.4), seconds=st.floats(0.01, 5))
def test_exponent_is_between_what_was_timed_and_what_is_usual(power, seconds):
    small = timed(n_rows=500, seconds=seconds)
    large = timed(n_rows=2_000, seconds=seconds * 4**power)

    assert exponent(MODEL, [small, large]) == pytest.approx((power + 1.05) / 2)


def test_exponent_of_one_size_is_that_of_the_literature():
    assert exponent("kernel_svm", [timed("kernel_svm")]) == 2.0


# --- Concerns -------------------------------------------------------------------------


def concerned(plan, **changes):
    asked = {
        "n_rows": 10_000,
        "n_folds": 5,
        "fold_fraction": 0.2,
        "holdout_rows": 2_000,
        **changes,
    }
    return [(c.field, c.text) for c in concerns_of(plan, **asked)]


def test_reasonable_plan_raises_no_concern():
    assert concerned(plan_of(MODEL), rarest_class=500, rarest_name="yes") == []


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"n_rows": 100}, "n_splits", "about 20 rows"),
        (
            {"rarest_class": 12, "rarest_name": "yes"},
            "n_splits",
            "“yes”, has about 2.4",
        ),
        ({"holdout_rows": 30}, "holdout_fraction", "30 rows"),
    ],
)
def test_few_rows_are_a_concern(changes, field, words):
    ((named, text),) = concerned(plan_of(MODEL), **changes)

    assert (named, words in text) == (field, True)


def test_large_grid_is_a_concern_with_its_size():
    values = {"max_depth": list(range(1, 61)), "min_samples_leaf": list(range(1, 61))}
    item = PlanItem(MODEL, parse_space(values, algorithm=MODEL))
    plan = Plan("grid", (item,), None, 0, TaskType.BINARY)

    assert plan_size(plan) == 3_600
    assert [f for f, text in concerned(plan) if "3,600" in text] == ["strategy"]


def test_algorithm_beyond_its_rows_is_a_concern():
    limit = ALGORITHMS["kernel_svm"].cost.max_rows

    found = concerned(plan_of("kernel_svm"), n_rows=limit + 1)

    assert [field for field, _ in found] == ["algorithms"]


def test_budget_for_less_than_every_algorithm_is_a_warning():
    probes = probes_of(timed(seconds=10), timed(OTHER, seconds=10))
    plan = plan_of(MODEL, OTHER)
    found = estimated(probes, plan, time_budget_seconds=30)

    ((field, text),) = concerned(plan, time_budget_seconds=30, found=found)
    assert (field, "not every algorithm" in text) == ("time_budget_seconds", True)


def test_more_memory_than_is_free_is_a_warning():
    probes = probes_of(timed(n_bytes=4 * 10**9))
    found = estimated(probes, plan_of(MODEL))

    found_concerns = concerned(plan_of(MODEL), found=found, available_bytes=5 * 10**9)
    assert [field for field, _ in found_concerns] == ["trial_memory_mb"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s"), (119, "119 s"), (180, "3 min"), (9_000, "2.5 h"), (3e5, "3.5 days")],
)
def test_spell_reads_as_people_say_it(seconds, text):
    assert spell(seconds) == text
