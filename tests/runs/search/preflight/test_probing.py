import numpy as np
import pytest

from runs.search.metrics import make_scorer, resolve_metric
from runs.search.planning import Plan, PlanItem
from runs.search.preflight.probing import probe, sample_positions
from runs.search.problem import TaskType
from runs.search.spaces import parse_space


def spaces_plan(**spaces):
    items = tuple(
        PlanItem(name, parse_space(space, algorithm=name))
        for name, space in spaces.items()
    )
    return Plan("grid", items, None, 0, TaskType.BINARY)


def probed(problem, plan, **options):
    metric = resolve_metric("roc_auc", TaskType.BINARY)
    scorer = make_scorer(metric, problem.task, classes=problem.classes)
    return probe(
        problem.X,
        problem.y,
        plan=plan,
        scorers={"roc_auc": scorer},
        ranking="roc_auc",
        validation_fraction=0.2,
        **options,
    )


def test_probe_times_every_algorithm_and_shared_fits_once(problem_of):
    plan = spaces_plan(
        decision_tree={"max_depth": [2, 3]},
        random_forest={"n_estimators": [5, 10], "max_depth": [2]},
    )
    seen = []

    found = probed(
        problem_of(TaskType.BINARY), plan, on_progress=lambda *at: seen.append(at)
    )

    assert {t.algorithm for t in found.timed} == {"decision_tree", "random_forest"}
    assert [t.n_trials for t in found.timed if t.algorithm == "random_forest"] == [2]
    assert all(t.seconds > 0 and not t.error for t in found.timed)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_probe_without_time_still_times_each_algorithm_once(problem_of):
    plan = spaces_plan(decision_tree={"max_depth": [2, 3]}, naive_bayes={})

    found = probed(problem_of(TaskType.BINARY), plan, seconds=0.0)

    assert [t.algorithm for t in found.timed] == ["decision_tree", "naive_bayes"]


def test_probe_keeps_the_error_of_a_combination_that_cannot_be(problem_of):
    plan = spaces_plan(k_nearest_neighbors={"n_neighbors": [5_000]})

    timed = probed(problem_of(TaskType.BINARY), plan).timed[-1]

    assert "5000" in timed.error


def test_sample_keeps_rows_of_every_class():
    y = np.zeros(50_000, dtype=int)
    y[-7:] = 1

    chosen = sample_positions(y, n_rows=1_000, seed=0, is_classification=True)

    assert np.all(np.diff(chosen) > 0)
    assert len(chosen) == pytest.approx(1_000, abs=20)
    assert (y[chosen] == 1).sum() == 7


def test_sample_of_a_small_table_is_all_of_it():
    y = np.arange(30.0)

    chosen = sample_positions(y, n_rows=100, seed=0, is_classification=False)

    assert list(chosen) == list(range(30))
