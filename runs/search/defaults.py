"""The values each algorithm tries by default.

Grids are modest, 2 to 24 fits a fold, so that the first run is over soon; sampled
searches reach further. Where an algorithm has a path parameter it is in the grid with
many values, for the smaller ones are read off the largest and cost next to nothing;
boosting algorithms find it themselves in a sampled search. The first configurations are the estimator's own defaults and others known to do
well on tables: those of AutoGluon [1]_ and TabRepo [2]_, as far as an estimator has the
parameters.

.. [1] Erickson, N. et al. (2020). AutoGluon-Tabular. arXiv:2003.06505.
.. [2] Salinas, D. and Erickson, N. (2024). TabRepo. AutoML Conference.
"""

from collections.abc import Callable
from dataclasses import dataclass

from runs.search.parameters import Params, Value
from runs.search.problem import TaskType
from runs.search.spaces import Choices, Conditional, Fixed, FloatRange, IntRange, Space


@dataclass(frozen=True)
class Defaults:
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


AUTO = Fixed("auto")
# Trees or iterations; all but the last are read off the fit of the last.
LENGTHS = (25, 50, 75, 100, 150, 200)


def _choices(*values: Value) -> Choices:
    return Choices(values)


def _weights(task: TaskType, name: str = "class_weight") -> Space:
    if not task.is_classification:
        return {}
    return {name: _choices(None, "balanced")}


def _unweighted(task: TaskType, name: str = "class_weight") -> Params:
    return {name: None} if task.is_classification else {}


LOGISTIC_REGRESSION = Defaults(
    space=lambda task: {"C": FloatRange(1e-4, 1e2, log=True), **_weights(task)},
    grid=lambda task: {
        "C": _choices(0.001, 0.01, 0.03, 0.1, 0.3, 1.0, 10.0, 100.0),
        **_weights(task),
    },
    first=lambda task: [{"C": c, "class_weight": None} for c in (1.0, 0.03, 10.0)],
)

RIDGE = Defaults(
    space=lambda task: {"alpha": FloatRange(1e-3, 1e4, log=True)},
    grid=lambda task: {
        "alpha": _choices(0.001, 0.1, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0)
    },
    first=lambda task: [{"alpha": 1.0}, {"alpha": 100.0}],
)

ELASTIC_NET = Defaults(
    space=lambda task: {
        "alpha": FloatRange(1e-4, 10.0, log=True),
        "l1_ratio": FloatRange(0.05, 1.0),
    },
    grid=lambda task: {
        "alpha": _choices(0.001, 0.01, 0.1, 1.0),
        "l1_ratio": _choices(0.1, 0.5, 0.9),
    },
    first=lambda task: [
        {"alpha": 1.0, "l1_ratio": 0.5},
        {"alpha": 0.01, "l1_ratio": 0.5},
        {"alpha": 0.1, "l1_ratio": 0.9},
    ],
)

K_NEAREST_NEIGHBORS = Defaults(
    space=lambda task: {
        "n_neighbors": IntRange(1, 100, log=True),
        "weights": _choices("uniform", "distance"),
        "metric": _choices("euclidean", "manhattan"),
    },
    grid=lambda task: {
        "n_neighbors": _choices(3, 5, 10, 20, 50),
        "weights": _choices("uniform", "distance"),
        "metric": _choices("euclidean", "manhattan"),
    },
    first=lambda task: [
        {"n_neighbors": 5, "weights": "uniform", "metric": "euclidean"},
        {"n_neighbors": 15, "weights": "distance", "metric": "manhattan"},
        {"n_neighbors": 40, "weights": "distance", "metric": "euclidean"},
    ],
)


def _svm_space(task: TaskType) -> Space:
    gamma = FloatRange(1e-4, 1.0, log=True)
    space: Space = {
        "C": FloatRange(1e-2, 1e2, log=True),
        "kernel": _choices("rbf", "poly"),
        "gamma": gamma,
        "degree": Conditional(IntRange(2, 4), "kernel", ("poly",)),
        "coef0": Conditional(FloatRange(0.0, 1.0), "kernel", ("poly",)),
        **_weights(task),
    }
    if task is TaskType.REGRESSION:
        space["epsilon"] = FloatRange(1e-3, 0.5, log=True)
    return space


def _svm_grid(task: TaskType) -> Space:
    return {
        "C": _choices(0.1, 1.0, 10.0, 100.0),
        "kernel": _choices("rbf"),
        "gamma": _choices("scale", 0.01, 0.1),
    }


def _svm_first(task: TaskType) -> list[Params]:
    common: Params = {"kernel": "rbf", **_unweighted(task)}
    if task is TaskType.REGRESSION:
        common["epsilon"] = 0.1
    return [
        {**common, "C": 1.0, "gamma": 0.03},
        {**common, "C": 10.0, "gamma": 0.01},
    ]


KERNEL_SVM = Defaults(space=_svm_space, grid=_svm_grid, first=_svm_first)

NAIVE_BAYES = Defaults(
    space=lambda task: {"var_smoothing": FloatRange(1e-11, 1.0, log=True)},
    grid=lambda task: {
        "var_smoothing": _choices(1e-9, 1e-7, 1e-5, 1e-3, 0.01, 0.1, 1.0)
    },
    first=lambda task: [{"var_smoothing": 1e-9}, {"var_smoothing": 0.1}],
)


def _forest_grid(task: TaskType) -> Space:
    widest = 1.0 if task is TaskType.REGRESSION else 0.5
    return {
        "n_estimators": _choices(*LENGTHS),
        "max_features": _choices("sqrt", widest),
        "min_samples_leaf": _choices(1, 3, 10),
    }


def _forest_first(task: TaskType) -> list[Params]:
    # Breiman's advice: about the square root of the columns for classes, more of them
    # for numbers; slightly larger leaves are the usual second thing to try.
    wide: Value = 0.5 if task is TaskType.REGRESSION else "sqrt"
    common: Params = {"n_estimators": 300, "max_features": wide, "max_depth": None}
    common |= _unweighted(task)
    return [
        {**common, "min_samples_leaf": 1},
        {**common, "min_samples_leaf": 3, "max_features": 0.5},
        {**common, "min_samples_leaf": 8},
    ]


RANDOM_FOREST = Defaults(
    space=lambda task: {
        "n_estimators": Fixed(300),
        "max_features": _choices("sqrt", 0.25, 0.5, 0.75, 1.0),
        "min_samples_leaf": IntRange(1, 20, log=True),
        "max_depth": _choices(None, 8, 12, 20),
        **_weights(task),
    },
    grid=_forest_grid,
    first=_forest_first,
)

EXTRA_TREES = Defaults(
    space=RANDOM_FOREST.space,
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


HIST_GRADIENT_BOOSTING = Defaults(
    space=lambda task: {
        "max_iter": IntRange(50, 400, step=50),
        "learning_rate": FloatRange(0.01, 0.3, log=True),
        "max_leaf_nodes": IntRange(7, 63, log=True),
        "min_samples_leaf": IntRange(5, 100, log=True),
        "l2_regularization": FloatRange(1e-3, 10.0, log=True),
        "max_features": FloatRange(0.3, 1.0),
    },
    grid=lambda task: {
        "max_iter": _choices(*LENGTHS),
        "learning_rate": _choices(0.03, 0.1, 0.3),
        "max_leaf_nodes": _choices(15, 31),
    },
    first=_boosting_first,
)


def _prunings(task: TaskType) -> Space:
    # In units of the impurity: of classes it is at most 1, of numbers it is the square
    # of the target's, for which no values fit every table.
    if not task.is_classification:
        return {}
    return {"ccp_alpha": _choices(0.0, 0.001, 0.003, 0.01)}


DECISION_TREE = Defaults(
    space=lambda task: {
        "max_depth": IntRange(1, 20),
        "min_samples_leaf": IntRange(1, 50, log=True),
        "ccp_alpha": FloatRange(1e-5, 1e-1, log=True),
        **_weights(task),
    },
    grid=lambda task: {
        "max_depth": _choices(2, 3, 5, 8, None),
        "min_samples_leaf": _choices(1, 5, 20),
        **_prunings(task),
    },
    first=lambda task: [
        {
            "max_depth": depth,
            "min_samples_leaf": leaf,
            "ccp_alpha": 1e-5,
            **_unweighted(task),
        }
        for depth, leaf in ((20, 1), (5, 5), (3, 20))
    ],
)

GRADIENT_BOOSTING = Defaults(
    space=lambda task: {
        "n_estimators": IntRange(50, 300, step=50),
        "learning_rate": FloatRange(0.02, 0.3, log=True),
        "max_depth": IntRange(2, 6),
        "subsample": FloatRange(0.5, 1.0),
        "max_features": _choices("sqrt", 0.5, 1.0),
        "min_samples_leaf": IntRange(1, 30, log=True),
    },
    grid=lambda task: {
        "n_estimators": _choices(*LENGTHS),
        "learning_rate": _choices(0.05, 0.1),
        "max_depth": _choices(2, 3, 5),
    },
    first=lambda task: [
        {
            "n_estimators": 100,
            "learning_rate": 0.1,
            "max_depth": 3,
            "subsample": 1.0,
            "max_features": 1.0,
            "min_samples_leaf": 1,
        },
        {
            "n_estimators": 200,
            "learning_rate": 0.05,
            "max_depth": 4,
            "subsample": 0.8,
            "max_features": "sqrt",
            "min_samples_leaf": 5,
        },
    ],
)


def _lightgbm_space(task: TaskType) -> Space:
    return {
        "n_estimators": AUTO,
        "learning_rate": FloatRange(0.02, 0.2, log=True),
        "num_leaves": IntRange(4, 128, log=True),
        "min_child_samples": IntRange(2, 100, log=True),
        "colsample_bytree": FloatRange(0.3, 1.0),
        "subsample": FloatRange(0.5, 1.0),
        "subsample_freq": Fixed(1),
        "reg_lambda": FloatRange(1e-3, 30.0, log=True),
        "extra_trees": _choices(False, True),
        **_weights(task),
    }


def _lightgbm_first(task: TaskType) -> list[Params]:
    common: Params = {
        "n_estimators": "auto",
        "learning_rate": 0.1,
        "num_leaves": 31,
        "min_child_samples": 20,
        "colsample_bytree": 1.0,
        "subsample": 1.0,
        "subsample_freq": 1,
        "reg_lambda": 1e-3,
        "extra_trees": False,
        **_unweighted(task),
    }
    return [
        {**common, "learning_rate": 0.05},
        # AutoGluon's third: random thresholds.
        {**common, "learning_rate": 0.05, "extra_trees": True},
        {
            **common,
            "learning_rate": 0.03,
            "num_leaves": 12,
            "colsample_bytree": 0.6,
            "subsample": 0.8,
            "reg_lambda": 1.0,
        },
        # AutoGluon's "large".
        {
            **common,
            "learning_rate": 0.03,
            "num_leaves": 128,
            "colsample_bytree": 0.9,
            "min_child_samples": 3,
        },
    ]


LIGHTGBM = Defaults(
    space=_lightgbm_space,
    grid=lambda task: {
        "n_estimators": _choices(*LENGTHS),
        "learning_rate": _choices(0.05, 0.1),
        "num_leaves": _choices(15, 31, 63),
    },
    first=_lightgbm_first,
)


def _xgboost_space(task: TaskType) -> Space:
    return {
        "n_estimators": AUTO,
        "learning_rate": FloatRange(0.02, 0.2, log=True),
        "max_depth": IntRange(2, 10),
        "min_child_weight": FloatRange(0.3, 30.0, log=True),
        "subsample": FloatRange(0.5, 1.0),
        "colsample_bytree": FloatRange(0.3, 1.0),
        "reg_lambda": FloatRange(1e-3, 30.0, log=True),
    }


def _xgboost_first(task: TaskType) -> list[Params]:
    common: Params = {
        "n_estimators": "auto",
        "learning_rate": 0.1,
        "max_depth": 6,
        "min_child_weight": 1.0,
        "subsample": 1.0,
        "colsample_bytree": 1.0,
        "reg_lambda": 1.0,
    }
    return [
        common,
        {
            **common,
            "learning_rate": 0.05,
            "max_depth": 4,
            "subsample": 0.8,
            "colsample_bytree": 0.7,
            "min_child_weight": 3.0,
        },
        {
            **common,
            "learning_rate": 0.03,
            "max_depth": 3,
            "subsample": 0.7,
            "colsample_bytree": 0.5,
        },
    ]


XGBOOST = Defaults(
    space=_xgboost_space,
    grid=lambda task: {
        "n_estimators": _choices(*LENGTHS),
        "learning_rate": _choices(0.05, 0.1),
        "max_depth": _choices(3, 6, 9),
    },
    first=_xgboost_first,
)


def _catboost_space(task: TaskType) -> Space:
    space: Space = {
        "iterations": AUTO,
        "learning_rate": FloatRange(0.03, 0.2, log=True),
        "depth": IntRange(3, 8),
        "l2_leaf_reg": FloatRange(0.5, 30.0, log=True),
        "random_strength": FloatRange(0.1, 10.0, log=True),
        "bagging_temperature": FloatRange(0.0, 1.0),
    }
    if task.is_classification:
        space["auto_class_weights"] = _choices(None, "Balanced")
    return space


def _catboost_first(task: TaskType) -> list[Params]:
    common: Params = {
        "iterations": "auto",
        "learning_rate": 0.08,
        "depth": 6,
        "l2_leaf_reg": 3.0,
        "random_strength": 1.0,
        "bagging_temperature": 1.0,
        **_unweighted(task, "auto_class_weights"),
    }
    return [
        common,
        {**common, "depth": 4, "l2_leaf_reg": 5.0},
        {**common, "depth": 8, "learning_rate": 0.06},
    ]


CATBOOST = Defaults(
    space=_catboost_space,
    grid=lambda task: {
        "iterations": _choices(*LENGTHS),
        "learning_rate": _choices(0.05, 0.1),
        "depth": _choices(4, 6),
    },
    first=_catboost_first,
)

MLP = Defaults(
    space=lambda task: {
        "hidden_layer_sizes": _choices(
            "64", "128", "256", "64-32", "128-64", "256-128"
        ),
        "alpha": FloatRange(1e-5, 1.0, log=True),
        "learning_rate_init": FloatRange(3e-4, 1e-2, log=True),
        "activation": _choices("relu", "tanh"),
    },
    grid=lambda task: {
        "hidden_layer_sizes": _choices("64", "128-64"),
        "alpha": _choices(1e-4, 1e-2, 1.0),
    },
    first=lambda task: [
        {
            "hidden_layer_sizes": "128-64",
            "alpha": 1e-3,
            "learning_rate_init": 1e-3,
            "activation": "relu",
        },
        {
            "hidden_layer_sizes": "64",
            "alpha": 0.1,
            "learning_rate_init": 3e-3,
            "activation": "relu",
        },
        {
            "hidden_layer_sizes": "256-128",
            "alpha": 0.03,
            "learning_rate_init": 1e-3,
            "activation": "tanh",
        },
    ],
)

BASELINE = Defaults(
    space=lambda task: {}, grid=lambda task: {}, first=lambda task: [{}]
)
