import warnings

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin

from runs.search.algorithms import ALGORITHMS, PathParameter
from runs.search.evaluation import Interrupted, evaluate_unit
from runs.search.folds import FoldData
from runs.search.problem import TaskType

TASK = TaskType.BINARY


class Fake(ClassifierMixin, BaseEstimator):
    """An estimator that does what its parameters say; its score is its length."""

    fits: list[int] = []

    def __init__(self, n=1, bad="", message="", random_state=0):
        self.n = n
        self.bad = bad
        self.message = message
        self.random_state = random_state

    def fit(self, X, y):
        type(self).fits.append(self.n)
        if self.message:
            warnings.warn(self.message, stacklevel=1)
        if self.bad and self.n >= int(self.bad):
            raise MemoryError("too many")
        self.classes_ = np.array([0, 1])
        return self

    def predict(self, X):
        return np.full(len(X), self.n)


class FakeAlgorithm:
    """Looks like an entry of the registry, whose estimator is the fake."""

    name = "fake"
    recipe = "linear"
    path = PathParameter("n", lambda fitted, n: Fake(n))
    shares = frozenset()
    shared = frozenset({"n"})

    def make(self, task, params, random_state, n_threads=1):
        return Fake(**params, random_state=random_state)


def score(estimator, X, y):
    return float(estimator.predict(X)[0])


@pytest.fixture
def folds():
    Fake.fits = []
    X, y = np.zeros((4, 1)), np.array([0, 1, 0, 1])
    return [FoldData(X, y, X, y), FoldData(X, y, X, y)]


@pytest.fixture
def evaluate(monkeypatch, folds):
    monkeypatch.setattr(
        "runs.search.evaluation.resolve", lambda algorithm, task: algorithm
    )

    def run(params, scorer=score, **options):
        return evaluate_unit(
            FakeAlgorithm(),
            params,
            folds,
            task=TASK,
            scorers={"score": scorer},
            ranking="score",
            random_state=0,
            **options,
        )

    return run


def test_evaluate_unit_fits_the_longest_alone(evaluate):
    results = evaluate([{"n": 3}, {"n": 1}, {"n": 2}])

    assert Fake.fits == [3, 3]
    assert [r.params for r in results] == [{"n": 3}, {"n": 1}, {"n": 2}]
    assert [r.fold_scores for r in results] == [[3.0, 3.0], [1.0, 1.0], [2.0, 2.0]]
    assert [r.value for r in results] == [3.0, 1.0, 2.0]
    assert {r.state for r in results} == {"complete"}


def test_evaluate_unit_shares_out_the_fit_time_by_length(evaluate):
    short, long = evaluate([{"n": 1}, {"n": 3}])

    assert long.fit_seconds == pytest.approx([3 * t for t in short.fit_seconds])
    assert len(long.score_seconds) == 2


def test_evaluate_unit_failed_fit_fails_alone_and_the_next_is_tried(evaluate):
    results = evaluate(
        [{"n": 1, "bad": "3"}, {"n": 2, "bad": "3"}, {"n": 3, "bad": "3"}]
    )

    assert Fake.fits == [3, 2, 2]
    assert [r.state for r in results] == ["complete", "complete", "failed"]
    assert results[2].error == "Fitting failed on fold 1: MemoryError: too many"
    assert results[2].value is None
    assert results[0].fold_scores == [1.0, 1.0]


def test_evaluate_unit_all_failed_stops_after_the_fold(evaluate):
    [result] = evaluate([{"n": 3, "bad": "1"}])

    assert Fake.fits == [3]
    assert result.state == "failed"
    assert result.fold_scores == []


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_evaluate_unit_score_that_is_no_number_fails_the_trial(evaluate, value):
    def scorer(estimator, X, y):
        return value if estimator.predict(X)[0] == 2 else 1.0

    good, bad = evaluate([{"n": 1}, {"n": 2}], scorer)

    assert good.state == "complete"
    assert bad.state == "failed"
    assert bad.error.startswith("The score of fold 1 is not a number")


def test_evaluate_unit_failing_scorer_fails_the_trial(evaluate):
    [result] = evaluate([{"n": 1}], lambda estimator, X, y: 1 / 0)

    assert result.error.startswith("Scoring failed on fold 1: ZeroDivisionError")


def test_evaluate_unit_warnings_are_noted_once(evaluate):
    [result] = evaluate([{"n": 1, "message": "slow"}])

    assert result.warnings == ["UserWarning: slow"]
    assert result.state == "complete"


def test_evaluate_unit_tells_each_fold_begun(evaluate):
    told = []

    evaluate(
        [{"n": 1}, {"n": 2}], on_fold=lambda index, scores: told.append((index, scores))
    )

    assert told == [(0, [[], []]), (1, [[1.0], [2.0]])]


def test_evaluate_unit_stops_between_folds(evaluate):
    answers = iter([False, True])

    with pytest.raises(Interrupted):
        evaluate([{"n": 1}], should_stop=lambda: next(answers))

    assert Fake.fits == [1]


@pytest.mark.parametrize(
    "params",
    [[{"n": 1}, {"n": 2, "bad": ""}], [{"n": 1}, {}], [{"bad": ""}, {"bad": ""}]],
)
def test_evaluate_unit_trials_that_share_no_fit_are_refused(evaluate, params):
    with pytest.raises(ValueError, match="must differ in"):
        evaluate(params)


def test_evaluate_unit_bad_parameter_is_a_failed_trial(problem_of):
    problem = problem_of(TASK)

    [result] = evaluate_unit(
        "logistic",
        [{"l1_ratio": 0.5}],
        problem.folds("linear"),
        task=TASK,
        scorers={"roc_auc": problem.scorer},
        ranking="roc_auc",
        random_state=0,
    )

    assert result.state == "failed"
    assert "lbfgs" in result.error


def test_evaluate_unit_convergence_warning_is_noted(problem_of):
    problem = problem_of(TASK)

    [result] = evaluate_unit(
        ALGORITHMS["logistic_regression"],
        [{"max_iter": 1}],
        problem.folds("linear"),
        task=TASK,
        scorers={"roc_auc": problem.scorer},
        ranking="roc_auc",
        random_state=0,
    )

    assert result.state == "complete"
    assert result.warnings[0].startswith("ConvergenceWarning: lbfgs failed to converge")


@pytest.mark.parametrize(
    "name",
    ["logistic_regression", "random_forest", "hist_gradient_boosting", "decision_tree"],
)
def test_evaluate_unit_read_only_folds_are_enough(problem_of, name):
    problem = problem_of(TASK)
    algorithm = ALGORITHMS[name]
    params = {algorithm.path.name: 5} if algorithm.path else {}
    for fold in problem.folds(algorithm.recipe):
        fold.X_train.flags.writeable = fold.X_test.flags.writeable = False

    [result] = evaluate_unit(
        name,
        [params],
        problem.folds(algorithm.recipe),
        task=TASK,
        scorers={"roc_auc": problem.scorer},
        ranking="roc_auc",
        random_state=0,
    )

    assert result.error == ""


# --- Rungs ----------------------------------------------------------------------------


def climbed(problem, name, params, *, ends=(), resource="path", rungs=(0.1, 0.5, 1.0)):
    """Evaluate trials over rungs; those named by position in `ends` end at the first."""
    algorithm = ALGORITHMS[name]
    asked = []

    def should_prune(params, rung, value):
        asked.append((params, rung))
        return any(params == given[at] for at in ends)

    given = params
    results = evaluate_unit(
        name,
        params,
        problem.folds(algorithm.recipe),
        task=TASK,
        scorers={"roc_auc": problem.scorer},
        ranking="roc_auc",
        random_state=0,
        rungs=rungs,
        resource=resource,
        should_prune=should_prune,
    )
    return results, asked


@pytest.mark.parametrize(
    ("name", "params", "resource"),
    [
        ("random_forest", [{"n_estimators": 10}, {"n_estimators": 30}], "path"),
        ("random_forest", [{"n_estimators": 10}, {"n_estimators": 30}], "rows"),
        ("logistic_regression", [{"C": 0.1}, {"C": 1.0}], "rows"),
    ],
)
def test_rungs_end_a_trial_early_and_leave_the_others_scores_alone(
    problem_of, name, params, resource
):
    problem = problem_of(TASK)
    options = {"resource": resource}
    if name == "logistic_regression":
        (plain,), _ = climbed(problem, name, params[1:], rungs=(1.0,), **options)
        (short,), _ = climbed(problem, name, params[:1], ends=[0], **options)
        (whole,), _ = climbed(problem, name, params[1:], **options)
    else:
        (_, plain), _ = climbed(problem, name, params, rungs=(1.0,), **options)
        (short, whole), _ = climbed(problem, name, params, ends=[0], **options)

    assert (short.state, short.value, short.fold_scores) == ("pruned", None, [])
    assert [rung["resource"] for rung in short.rungs] == [0.1]
    assert [rung["resource"] for rung in whole.rungs] == [0.1, 0.5]
    assert whole.fold_scores == plain.fold_scores


def test_path_rung_is_the_score_of_a_fit_of_that_length(problem_of):
    problem = problem_of(TASK)

    (whole,), _ = climbed(problem, "random_forest", [{"n_estimators": 20}])
    (short,), _ = climbed(problem, "random_forest", [{"n_estimators": 2}], rungs=(1.0,))

    assert whole.rungs[0]["value"] == short.value


def test_path_rungs_are_skipped_by_what_has_no_path(problem_of):
    problem = problem_of(TASK)

    (result,), asked = climbed(problem, "logistic_regression", [{"C": 1.0}], ends=[0])

    assert asked == []
    assert (result.state, result.rungs) == ("complete", [])
    assert len(result.fit_seconds) == problem.n_splits


def test_path_rungs_bound_iterations_that_are_still_to_be_found(problem_of):
    problem = problem_of(TASK)
    params = {"n_estimators": "auto", "learning_rate": 0.001, "min_child_samples": 2}
    rungs = (0.01, 0.1, 1.0)

    (ended,), _ = climbed(problem, "lightgbm", [params], ends=[0], rungs=rungs)
    (whole,), _ = climbed(problem, "lightgbm", [params], rungs=rungs)
    (plain,), _ = climbed(problem, "lightgbm", [params], rungs=(1.0,))

    assert ended.state == "pruned"
    assert whole.fold_scores == plain.fold_scores
    assert whole.found == plain.found


def test_path_rungs_end_where_the_iterations_are_found(problem_of):
    problem = problem_of(TASK)
    # It stops of itself long before a tenth of what is allowed.
    params = {"n_estimators": "auto", "learning_rate": 0.5}

    (result,), asked = climbed(problem, "lightgbm", [params])

    assert [rung for _, rung in asked] == [0]
    assert result.rungs[0]["value"] == result.value


def test_row_rungs_go_on_where_the_iterations_are_found(problem_of):
    params = {"n_estimators": "auto", "learning_rate": 0.5}

    (result,), _ = climbed(problem_of(TASK), "lightgbm", [params], resource="rows")

    assert [rung["resource"] for rung in result.rungs] == [0.1, 0.5]
