"""Named bundles of algorithms, spaces, strategy, budget and validation.

A preset looks at the shape of the data, never at its values, and answers what a person
left open; everything can be changed before starting.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from runs.search.algorithms import ALGORITHMS
from runs.search.problem import TaskType

DEFAULT_PRESET = "balanced"

# Above so many rows folds cost more than they tell.
MANY_ROWS = 50_000
HUGE_ROWS = 200_000
FEW_ROWS = 1_000
# The first rung of a halving search has about so many rows: a fit of less than a second.
FIRST_ROWS = 4_000
# Above so many cells an algorithm that copies the table as double precision is left out.
COPIED_CELLS = 10_000_000

Specification = dict[str, Any]


class Shape(NamedTuple):
    """What a preset looks at.

    Attributes
    ----------
    task : TaskType
        What is to be predicted.
    n_rows : int
        Rows with a known target.
    n_columns : int
        Columns to predict from.
    n_text : int
        Of these, free texts.
    n_categories : int
        Of these, categories.
    n_classes : int
        Number of classes; 0 for regression.
    rarest_class : int
        Rows of the rarest class; 0 for regression.
    n_missing_share : float
        Share of the cells that are missing.
    """

    task: TaskType
    n_rows: int
    n_columns: int
    n_text: int = 0
    n_categories: int = 0
    n_classes: int = 0
    rarest_class: int = 0
    n_missing_share: float = 0.0


@dataclass(frozen=True)
class Preset:
    """A bundle with a name.

    Attributes
    ----------
    name : str
        Name in specifications and API.
    title : str
        Name for people.
    description : str
        What it does, for people.
    costs : str
        What it costs, for people.
    build : callable
        ``build(shape)`` gives the arguments of a configuration.
    """

    name: str
    title: str
    description: str
    costs: str
    build: Callable[[Shape], Specification]


def _linear(shape: Shape) -> str:
    return "logistic_regression" if shape.task.is_classification else "ridge"


def _fitting(shape: Shape, names: list[str]) -> list[str]:
    """Keep the algorithms that exist for the task and are proposed for the size."""
    return [
        name
        for name in names
        if shape.task in ALGORITHMS[name].tasks
        and ALGORITHMS[name].proposed(shape.n_rows, shape.n_columns)
    ]


def _folds(shape: Shape) -> Specification:
    """Choose the folds: as many as the rarest class and the rows allow."""
    if shape.n_rows > HUGE_ROWS:
        return {"scheme": "holdout", "validation_fraction": 0.2}
    n_splits = 5 if shape.n_rows <= MANY_ROWS else 3
    if shape.task.is_classification and shape.rarest_class:
        # A holdout takes its share of the rarest class first.
        n_splits = max(2, min(n_splits, int(0.7 * shape.rarest_class)))
    return {"scheme": "kfold", "n_splits": n_splits}


def _quick_look(shape: Shape) -> Specification:
    names = [_linear(shape), "random_forest", "lightgbm"]
    return {
        **_folds(shape),
        "algorithms": _fitting(shape, names),
        "strategy": "random",
        "n_trials": 9,
        "time_budget_seconds": 60.0,
        "n_splits": min(3, _folds(shape).get("n_splits", 3)),
    }


def _balanced(shape: Shape) -> Specification:
    names = [
        _linear(shape),
        "lightgbm",
        "catboost",
        "xgboost",
        "extra_trees",
        "random_forest",
        "mlp",
    ]
    if shape.n_rows <= FEW_ROWS * 3:
        names.append("kernel_svm")
    return {
        **_folds(shape),
        "algorithms": _fitting(shape, names),
        "strategy": "tpe",
        "share": "adaptive",
        "time_budget_seconds": 300.0,
        "ensemble": True,
    }


def _thorough(shape: Shape) -> Specification:
    names = [
        name
        for name, algorithm in ALGORITHMS.items()
        if algorithm.offered and name != "gradient_boosting"
    ]
    return {
        **_balanced(shape),
        "algorithms": _fitting(shape, names),
        "time_budget_seconds": 3600.0,
        "patience": 400,
    }


def _interpretable(shape: Shape) -> Specification:
    linear = [_linear(shape), "elastic_net"]
    tree = {
        "max_depth": {"type": "int", "low": 2, "high": 5},
        "min_samples_leaf": {"type": "int", "low": 5, "high": 100, "log": True},
    }
    names = _fitting(shape, linear)
    return {
        **_folds(shape),
        "algorithms": [*names, "decision_tree"],
        "spaces": {"decision_tree": tree},
        "strategy": "tpe",
        "n_trials": 60,
        "ensemble": False,
    }


def _imbalanced(shape: Shape) -> Specification:
    wish = _balanced(shape)
    if not shape.task.is_classification:
        return wish
    binary = shape.task is TaskType.BINARY
    # The rare class is what is looked for: accuracy would be content without it.
    metrics = ["roc_auc", "balanced_accuracy", "mcc", "log_loss"]
    names = [n for n in wish["algorithms"] if n not in ("mlp", "kernel_svm")]
    return {
        **wish,
        "algorithms": names,
        "scoring": "average_precision" if binary else "balanced_accuracy",
        "metrics": metrics,
    }


def _small_data(shape: Shape) -> Specification:
    names = [
        _linear(shape),
        "elastic_net",
        "naive_bayes",
        "k_nearest_neighbors",
        "kernel_svm",
        "random_forest",
        "extra_trees",
        "lightgbm",
        "catboost",
    ]
    folds = _folds(shape)
    return {
        **folds,
        "scheme": "repeated" if folds["scheme"] == "kfold" else folds["scheme"],
        # Few rows make one division a matter of luck.
        "n_repeats": 5 if shape.n_rows <= FEW_ROWS else 3,
        "algorithms": _fitting(shape, names),
        "strategy": "tpe",
        "share": "adaptive",
        "time_budget_seconds": 300.0,
    }


def _large_data(shape: Shape) -> Specification:
    names = [_linear(shape), "lightgbm", "xgboost"]
    if shape.n_rows * shape.n_columns <= COPIED_CELLS:
        names.append("hist_gradient_boosting")
    return {
        "scheme": "holdout",
        "validation_fraction": 0.2 if shape.n_rows < 10 * HUGE_ROWS else 0.1,
        "algorithms": _fitting(shape, names),
        "strategy": "halving",
        "halving": {"resource": "rows", "eta": 3, "min_resource": _first_share(shape)},
        "n_trials": 60,
        "time_budget_seconds": 1800.0,
        "train_scores": False,
    }


def _first_share(shape: Shape) -> float:
    """Return the share of the first rung: a 27th, and less of a very large table."""
    share = 1 / 27
    while share / 3 * shape.n_rows >= FIRST_ROWS:
        share /= 3
    return share


_ENTRIES = (
    Preset(
        "quick_look",
        "Quick look",
        "A linear model, a forest and a boosting model, each as it comes and twice "
        "more: is there anything to be learned?",
        "At most a minute.",
        _quick_look,
    ),
    Preset(
        "balanced",
        "Balanced",
        "Boosting, forests, a linear model and a neural network; the ones ahead get "
        "more of the time, and the best are joined into an ensemble.",
        "Five minutes unless you say otherwise.",
        _balanced,
    ),
    Preset(
        "thorough",
        "Thorough",
        "Every algorithm that suits the size of the table, searched until nothing "
        "improves any more.",
        "Up to an hour.",
        _thorough,
    ),
    Preset(
        "interpretable",
        "Interpretable",
        "Linear models and shallow trees only: models that a person can read.",
        "Seconds to a minute.",
        _interpretable,
    ),
    Preset(
        "imbalanced",
        "Imbalanced classes",
        "As balanced, but ranked by how well the rare class is found, and with class "
        "weights to choose from.",
        "Five minutes unless you say otherwise.",
        _imbalanced,
    ),
    Preset(
        "small_data",
        "Small data",
        "Repeated folds, so that luck counts for less, and algorithms that do well on "
        "some hundred rows.",
        "Five minutes unless you say otherwise.",
        _small_data,
    ),
    Preset(
        "large_data",
        "Large data",
        "Boosting on one validation part; most combinations are tried on a share of "
        "the rows only (successive halving).",
        "Up to half an hour.",
        _large_data,
    ),
)

PRESETS: dict[str, Preset] = {preset.name: preset for preset in _ENTRIES}
