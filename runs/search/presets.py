"""The values each algorithm tries by default.

Grids are modest, 6 to 30 combinations, so that the first run is over soon; random
searches reach further. Where an algorithm has a path parameter it is in both, for its
smaller values cost next to nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from runs.search.parameters import Params, Value
from runs.search.problem import TaskType
from runs.search.spaces import Choices, FloatRange, IntRange, Space


@dataclass(frozen=True)
class Presets:
    """What an algorithm tries unless told otherwise, for each task.

    Attributes
    ----------
    space : callable
        ``space(task)`` gives the distributions of a random search.
    grid : callable
        ``grid(task)`` gives the values of a grid search.
    first : callable
        ``first(task)`` gives the combinations a random search tries before drawing,
        all inside its space.
    """

    space: Callable[[TaskType], Space]
    grid: Callable[[TaskType], Space]
    first: Callable[[TaskType], list[Params]]


def _choices(*values: Value) -> Choices:
    return Choices(values)


LOGISTIC_REGRESSION = Presets(
    space=lambda task: {"C": FloatRange(1e-4, 1e2, log=True)},
    grid=lambda task: {"C": _choices(0.001, 0.01, 0.03, 0.1, 0.3, 1.0, 10.0, 100.0)},
    first=lambda task: [{"C": 1.0}, {"C": 0.01}],
)

RIDGE = Presets(
    space=lambda task: {"alpha": FloatRange(1e-3, 1e4, log=True)},
    grid=lambda task: {
        "alpha": _choices(0.001, 0.1, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0)
    },
    first=lambda task: [{"alpha": 1.0}, {"alpha": 100.0}],
)


def _forest_grid(task: TaskType) -> Space:
    widest = 1.0 if task is TaskType.REGRESSION else 0.5
    return {
        "n_estimators": _choices(50, 100, 200),
        "max_features": _choices("sqrt", widest),
        "min_samples_leaf": _choices(1, 3, 10),
    }


def _forest_first(task: TaskType) -> list[Params]:
    # Breiman's advice: about the square root of the columns for classes, more of them
    # for numbers; slightly larger leaves are the usual second thing to try.
    wide: Value = 0.5 if task is TaskType.REGRESSION else "sqrt"
    common: Params = {"n_estimators": 200, "max_features": wide, "max_depth": None}
    return [{**common, "min_samples_leaf": 1}, {**common, "min_samples_leaf": 3}]


RANDOM_FOREST = Presets(
    space=lambda task: {
        "n_estimators": IntRange(50, 300, step=50),
        "max_features": _choices("sqrt", 0.25, 0.5, 0.75, 1.0),
        "min_samples_leaf": IntRange(1, 20, log=True),
        "max_depth": _choices(None, 5, 10, 20),
    },
    grid=_forest_grid,
    first=_forest_first,
)


def _boosting_first(task: TaskType) -> list[Params]:
    # Near scikit-learn's defaults, and a slower learner with smaller trees.
    common: Params = {"min_samples_leaf": 20, "l2_regularization": 0.001}
    default: Params = {
        "max_iter": 100,
        "learning_rate": 0.1,
        "max_leaf_nodes": 31,
        "max_features": 1.0,
    }
    careful: Params = {
        "max_iter": 200,
        "learning_rate": 0.05,
        "max_leaf_nodes": 15,
        "max_features": 0.5,
    }
    return [{**common, **default}, {**common, **careful}]


HIST_GRADIENT_BOOSTING = Presets(
    space=lambda task: {
        "max_iter": IntRange(50, 400, step=50),
        "learning_rate": FloatRange(0.01, 0.3, log=True),
        "max_leaf_nodes": IntRange(7, 63, log=True),
        "min_samples_leaf": IntRange(5, 100, log=True),
        "l2_regularization": FloatRange(1e-3, 10.0, log=True),
        "max_features": FloatRange(0.3, 1.0),
    },
    grid=lambda task: {
        "max_iter": _choices(50, 100, 200),
        "learning_rate": _choices(0.03, 0.1, 0.3),
        "max_leaf_nodes": _choices(15, 31),
    },
    first=_boosting_first,
)

DECISION_TREE = Presets(
    space=lambda task: {
        "max_depth": IntRange(1, 20),
        "min_samples_leaf": IntRange(1, 50, log=True),
        "ccp_alpha": FloatRange(1e-5, 1e-1, log=True),
    },
    grid=lambda task: {
        "max_depth": _choices(2, 3, 5, 8, None),
        "min_samples_leaf": _choices(1, 5, 20),
    },
    first=lambda task: [{"max_depth": 5, "min_samples_leaf": 5, "ccp_alpha": 1e-5}],
)
