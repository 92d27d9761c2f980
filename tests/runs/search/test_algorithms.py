import inspect

import pytest
from sklearn.base import is_classifier
from sklearn.utils._param_validation import make_constraint

from runs.search.algorithms import ALGORITHMS, algorithms_for, resolve
from runs.search.parameters import parameters_of
from runs.search.problem import SpecError, TaskType
from runs.search.spaces import contains, grid_size, parse_space, space_to_json

PAIRS = [(a, task) for a in ALGORITHMS.values() for task in sorted(a.tasks)]
every_pair = pytest.mark.parametrize(
    ("algorithm", "task"), PAIRS, ids=lambda value: getattr(value, "name", value)
)


@pytest.mark.parametrize(
    ("task", "names"),
    [
        (
            TaskType.BINARY,
            ["logistic_regression", "random_forest", "hist_gradient_boosting"],
        ),
        (TaskType.REGRESSION, ["ridge", "random_forest", "hist_gradient_boosting"]),
    ],
)
def test_algorithms_for_task_are_those_pages_offer(task, names):
    assert [algorithm.name for algorithm in algorithms_for(task)] == names


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
    ],
)
def test_resolve_accepts_spelling(spelling, task, name):
    assert resolve(spelling, task) is ALGORITHMS[name]


@pytest.mark.parametrize("name", ["ridge", "svm", ""])
def test_resolve_unknown_lists_the_known(name):
    with pytest.raises(
        SpecError, match="known are logistic_regression, random_f"
    ) as caught:
        resolve(name, TaskType.BINARY)

    assert caught.value.field == "algorithms"


@every_pair
def test_default_grid_is_modest_and_has_the_path(algorithm, task):
    grid = algorithm.grid(task)

    assert 6 <= grid_size(grid) <= 30
    assert algorithm.path is None or algorithm.path.name in grid


@every_pair
def test_default_spaces_survive_json(algorithm, task):
    for space in (algorithm.grid(task), algorithm.space(task)):
        assert parse_space(space_to_json(space), algorithm=algorithm.name) == space


@every_pair
def test_first_configurations_lie_in_the_default_space(algorithm, task):
    space = algorithm.space(task)

    for params in algorithm.first(task):
        assert params.keys() == space.keys()
        assert all(contains(space[name], value) for name, value in params.items())


@every_pair
def test_parameters_exist_in_the_estimator(algorithm, task):
    estimator = algorithm.make(task, {}, 0)

    known = inspect.signature(type(estimator)).parameters

    assert set(algorithm.parameters(task)) <= set(known)
    assert set(algorithm.grid(task)) <= set(algorithm.parameters(task))
    assert set(algorithm.space(task)) <= set(algorithm.parameters(task))


@every_pair
def test_words_are_accepted_by_the_estimator(algorithm, task):
    estimator = algorithm.make(task, {}, 0)
    for parameter in parameters_of(algorithm.name, task).values():
        allowed = type(estimator)._parameter_constraints[parameter.name]
        for word in parameter.words:
            if parameter.name == "criterion":
                continue  # its words depend on the task
            assert any(_accepts(constraint, word) for constraint in allowed), parameter


def _accepts(constraint, word):
    return make_constraint(constraint).is_satisfied_by(word)


@every_pair
def test_make_gives_the_task_seed_and_params(algorithm, task):
    params = (
        {"class_weight": "balanced"}
        if task.is_classification and algorithm.name != "ridge"
        else {}
    )

    estimator = algorithm.make(task, params, 7)

    assert is_classifier(estimator) == task.is_classification
    assert estimator.random_state == 7
    assert {name: estimator.get_params()[name] for name in params} == params


def test_make_forest_uses_threads():
    assert ALGORITHMS["random_forest"].make(TaskType.BINARY, {}, 0, 2).n_jobs == 2
