"""The defaults of the estimators themselves, for pages that cannot load them.

``runs/search/estimator_defaults.json`` is what ``python -m runs.search.estimator_defaults``
prints; a test holds the file to it. A library that settles its defaults only when it fits
is asked after a fit on a few rows.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from runs.search.algorithms import ALGORITHMS
from runs.search.parameters import Value, parameters_of
from runs.search.problem import TaskType

PUBLISHED = Path(__file__).with_name("estimator_defaults.json")

Defaults = dict[str, dict[str, dict[str, Value]]]


@cache
def published() -> Defaults:
    """Read the stored defaults.

    Returns
    -------
    dict of str to dict
        ``[algorithm][task][parameter]`` is the value an estimator takes by itself; a
        parameter whose default depends on the data has none.
    """
    found: Defaults = json.loads(PUBLISHED.read_text())
    return found


def defaults_of(algorithm: str, task: TaskType) -> Mapping[str, Value]:
    """Return what an estimator takes where nothing is said.

    Parameters
    ----------
    algorithm : str
        Name of the algorithm in the registry.
    task : TaskType
        What is to be predicted.

    Returns
    -------
    mapping of str to value
        Defaults by parameter.
    """
    return published().get(algorithm, {}).get(task.value, {})


def measured() -> Defaults:
    """Ask every estimator for its defaults.

    Returns
    -------
    dict of str to dict
        As ``published``.
    """
    return {
        algorithm.name: {
            task.value: _defaults(algorithm.name, task)
            for task in TaskType
            if task in algorithm.tasks
        }
        for algorithm in ALGORITHMS.values()
        if algorithm.offered
    }


def _defaults(algorithm: str, task: TaskType) -> dict[str, Value]:
    estimator = ALGORITHMS[algorithm].make(task, {}, random_state=0)
    found = _asked(algorithm, estimator, task)
    known = parameters_of(algorithm, task)
    cleaned = {}
    for name in known:
        value = found.get(name)
        if name == "hidden_layer_sizes":
            value = "-".join(map(str, value or ()))
        if name in found and _accepts(known[name], value):
            cleaned[name] = known[name].clean(value)
    return cleaned


def _accepts(parameter: Any, value: Any) -> bool:  # noqa: ANN401
    try:
        parameter.clean(value)
    except ValueError:
        return False
    return True


def _asked(algorithm: str, estimator: Any, task: TaskType) -> dict[str, Any]:  # noqa: ANN401
    if algorithm == "xgboost":
        return _of_xgboost(estimator, task)
    if algorithm == "catboost":
        return _of_catboost(estimator, task)
    # A machine with a scaled target or with probabilities is one inside another.
    if algorithm in {"kernel_svm", "mlp"}:
        inner = "estimator" if algorithm == "kernel_svm" else "regressor"
        inner = inner if task.is_classification else "regressor"
        estimator = getattr(estimator, inner, estimator)
    return dict(estimator.get_params())


def _of_xgboost(estimator: Any, task: TaskType) -> dict[str, Any]:  # noqa: ANN401
    estimator.fit(*_rows(task))
    learner = json.loads(estimator.get_booster().save_config())["learner"]
    found = learner["gradient_booster"]["tree_train_param"]
    found |= learner["objective"].get("reg_loss_param", {})
    values = {name: _number(text) for name, text in found.items()}
    return values | {"n_estimators": estimator.get_num_boosting_rounds()}


def _of_catboost(estimator: Any, task: TaskType) -> dict[str, Any]:  # noqa: ANN401
    estimator.fit(*_rows(task))
    found: dict[str, Any] = estimator.get_all_params()
    # Depends on rows and iterations.
    found.pop("learning_rate")
    if found.get("auto_class_weights") == "None":
        found["auto_class_weights"] = None
    return found


def _number(text: str) -> Value:
    """Read a number that a library keeps in 32 bits and writes out in full."""
    try:
        return int(text) if text.lstrip("-").isdigit() else float(f"{float(text):.6g}")
    except ValueError:
        return text


def _rows(task: TaskType) -> tuple[list[list[float]], list[float]]:
    n_classes = 2 if task is TaskType.BINARY else 3
    X = [[float(i), float(i % 7)] for i in range(60)]
    y = [float(i % n_classes) for i in range(60)]
    return X, y


def as_text() -> str:
    """Write the defaults as the file holds them.

    Returns
    -------
    str
        JSON with a line break at the end.
    """
    return json.dumps(measured(), indent=1) + "\n"


if __name__ == "__main__":
    print(as_text(), end="")  # noqa: T201
