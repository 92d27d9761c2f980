import inspect

import numpy as np
import pytest
from sklearn.base import is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.utils._param_validation import make_constraint

from runs.search.algorithms import ALGORITHMS, algorithms_for, resolve
from runs.search.parameters import parameters_of
from runs.search.planning import params_key
from runs.search.problem import SpecError, TaskType
from runs.search.spaces import fits, grid_size, grid_values, parse_space, space_to_json

OFFERED = [a for a in ALGORITHMS.values() if a.offered]
PAIRS = [(a, task) for a in OFFERED for task in sorted(a.tasks)]
every_pair = pytest.mark.parametrize(
    ("algorithm", "task"), PAIRS, ids=lambda value: getattr(value, "name", value)
)
SCIKIT_LEARN = ("sklearn.",)


def test_algorithms_offered_are_the_usual_thirteen_of_each_task():
    both = {
        *("k_nearest_neighbors", "kernel_svm", "decision_tree", "random_forest"),
        *("extra_trees", "gradient_boosting", "hist_gradient_boosting", "lightgbm"),
        *("xgboost", "catboost", "mlp"),
    }

    classes = {a.name for a in algorithms_for(TaskType.BINARY)}
    numbers = {a.name for a in algorithms_for(TaskType.REGRESSION)}

    assert classes == both | {"logistic_regression", "naive_bayes"}
    assert numbers == both | {"ridge", "elastic_net"}


def inner(estimator):
    """Return the estimator that takes the parameters, out of what calibrates or scales."""
    if isinstance(estimator, CalibratedClassifierCV):
        return estimator.estimator
    if isinstance(estimator, TransformedTargetRegressor):
        return estimator.regressor
    return estimator


@pytest.mark.parametrize(
    ("spelling", "task", "name"),
    [
        ("logistic", TaskType.BINARY, "logistic_regression"),
        ("Linear", TaskType.MULTICLASS, "logistic_regression"),
        ("linear", TaskType.REGRESSION, "ridge"),
        ("RF", TaskType.BINARY, "random_forest"),
        ("Random Forest", TaskType.REGRESSION, "random_forest"),
        ("RandomForestClassifier", TaskType.BINARY, "random_forest"),
        ("hgb", TaskType.BINARY, "hist_gradient_boosting"),
        ("hist-gradient-boosting", TaskType.BINARY, "hist_gradient_boosting"),
        ("LogisticRegression", TaskType.BINARY, "logistic_regression"),
        ("decision_tree", TaskType.BINARY, "decision_tree"),
        ("SVC", TaskType.BINARY, "kernel_svm"),
        ("svr", TaskType.REGRESSION, "kernel_svm"),
        ("lgbm", TaskType.BINARY, "lightgbm"),
        ("XGBRegressor", TaskType.REGRESSION, "xgboost"),
        ("knn", TaskType.BINARY, "k_nearest_neighbors"),
        ("dummy", TaskType.BINARY, "baseline"),
    ],
)
def test_resolve_accepts_spelling(spelling, task, name):
    assert resolve(spelling, task) is ALGORITHMS[name]


@pytest.mark.parametrize("name", ["ridge", "oracle", ""])
def test_resolve_unknown_lists_the_known(name):
    with pytest.raises(
        SpecError, match="known are logistic_regression, naive_b"
    ) as caught:
        resolve(name, TaskType.BINARY)

    assert caught.value.field == "algorithms"


@every_pair
def test_default_grid_is_modest_and_has_the_path(algorithm, task):
    grid = algorithm.grid(task)
    fitted = {k: v for k, v in grid.items() if k not in algorithm.shared}

    assert 6 <= grid_size(grid) <= 60
    assert grid_size(fitted) <= 24
    assert algorithm.path is None or algorithm.path.name in grid


@every_pair
def test_default_spaces_survive_json(algorithm, task):
    for space in (algorithm.grid(task), algorithm.space(task)):
        assert parse_space(space_to_json(space), algorithm=algorithm.name) == space


@every_pair
def test_first_configurations_lie_in_the_default_space(algorithm, task):
    space = algorithm.space(task)
    first = algorithm.first(task)

    assert 2 <= len(first) <= 6
    assert all(fits(space, params) for params in first)
    assert len({params_key(params) for params in first}) == len(first)


@every_pair
def test_parameters_exist_in_the_estimator(algorithm, task):
    estimator = inner(algorithm.make(task, {}, 0))

    known = set(estimator.get_params())
    known |= set(inspect.signature(type(estimator)).parameters)

    # LightGBM takes any parameter of the library by its keyword arguments.
    if algorithm.name != "lightgbm":
        assert set(algorithm.parameters(task)) <= known
    assert set(algorithm.grid(task)) <= set(algorithm.parameters(task))
    assert set(algorithm.space(task)) <= set(algorithm.parameters(task))


@every_pair
def test_words_are_accepted_by_the_estimator(algorithm, task):
    estimator = inner(algorithm.make(task, {}, 0))
    if not type(estimator).__module__.startswith(SCIKIT_LEARN):
        return  # only scikit-learn says what it accepts
    for parameter in parameters_of(algorithm.name, task).values():
        allowed = type(estimator)._parameter_constraints[parameter.name]
        for word in parameter.words:
            if parameter.name in ("criterion", "hidden_layer_sizes"):
                continue  # words that depend on the task, or are the registry's own
            assert any(_accepts(constraint, word) for constraint in allowed), parameter


def _accepts(constraint, word):
    return make_constraint(constraint).is_satisfied_by(word)


@every_pair
def test_every_value_of_the_grid_can_be_fitted(algorithm, task):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 3))
    y = X[:, 0] if task is TaskType.REGRESSION else (X[:, 0] > 0).astype(int)
    grid = algorithm.grid(task)
    cheap = {algorithm.path.name: 2} if algorithm.path else {}

    for name, distribution in grid.items():
        for value in grid_values(distribution):
            params = {name: value, **cheap}
            if params.get("n_neighbors", 0) > 40:
                continue
            algorithm.make(task, params, 0).fit(X, y)


@every_pair
def test_make_gives_the_task_and_the_seed(algorithm, task):
    estimator = algorithm.make(task, {}, 7)

    assert is_classifier(estimator) == task.is_classification
    found = inner(estimator).get_params()
    seeds = [found[name] for name in ("random_state", "random_seed") if name in found]
    assert set(seeds) <= {7}


def test_make_forest_uses_threads():
    assert ALGORITHMS["random_forest"].make(TaskType.BINARY, {}, 0, 2).n_jobs == 2


def test_kernel_machine_is_not_proposed_for_many_rows():
    assert ALGORITHMS["kernel_svm"].proposed(5_000)
    assert not ALGORITHMS["kernel_svm"].proposed(500_000)
