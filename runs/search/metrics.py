"""The metrics a run can be about."""

import importlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from runs.search.parameters import CLASSIFICATION, REGRESSION
from runs.search.problem import SpecError, TaskType

Scorer = Callable[[Any, Any, Any], float]

BINARY = frozenset({TaskType.BINARY})


@dataclass(frozen=True)
class Metric:
    """One measure of how good predictions are.

    Attributes
    ----------
    name : str
        Name in specifications, database and API.
    title : str
        Name for people.
    description : str
        One line for people.
    tasks : frozenset of TaskType
        Tasks for which it is defined.
    greater_is_better : bool
        Whether the number shown to people grows with quality.
    sklearn : str
        Name of scikit-learn's scorer, or of its nearest kin.
    needs_proba : bool, default=False
        Whether it looks at probabilities rather than predicted classes.
    unit : str, default=""
        ``"target"`` for the unit of the target, ``"%"`` for a share; else none.
    aliases : tuple of str
        Other names it is known by.
    low, high : float
        Least and greatest number shown to people; infinite where there is none.
    """

    name: str
    title: str
    description: str
    tasks: frozenset[TaskType]
    greater_is_better: bool
    sklearn: str
    needs_proba: bool = False
    unit: str = ""
    aliases: tuple[str, ...] = ()
    low: float = -math.inf
    high: float = math.inf

    def display(self, value: float) -> float:
        """Turn a stored scorer value into the number for people.

        Parameters
        ----------
        value : float
            Scorer value, where greater is better.

        Returns
        -------
        float
            The same without the sign scorers give to errors.
        """
        # Adding zero turns -0.0 into 0.0.
        return value if self.greater_is_better else -value + 0.0


_ENTRIES = (
    Metric(
        "roc_auc",
        "ROC AUC",
        "How often a positive row is ranked above a negative one; for several "
        "classes the mean over each class against the rest.",
        CLASSIFICATION,
        True,
        "roc_auc",
        needs_proba=True,
        aliases=("auc", "roc_auc_ovr"),
        low=0,
        high=1,
    ),
    Metric(
        "accuracy",
        "Accuracy",
        "Share of rows whose class is predicted right.",
        CLASSIFICATION,
        True,
        "accuracy",
        aliases=("acc",),
        low=0,
        high=1,
    ),
    Metric(
        "balanced_accuracy",
        "Balanced accuracy",
        "Mean over the classes of the share predicted right.",
        CLASSIFICATION,
        True,
        "balanced_accuracy",
        low=0,
        high=1,
    ),
    Metric(
        "log_loss",
        "Log loss",
        "How surprised the predicted probabilities are by the truth.",
        CLASSIFICATION,
        False,
        "neg_log_loss",
        needs_proba=True,
        aliases=("logloss", "cross_entropy"),
        low=0,
    ),
    Metric(
        "average_precision",
        "Average precision",
        "Area under the precision-recall curve of the positive class.",
        BINARY,
        True,
        "average_precision",
        needs_proba=True,
        aliases=("pr_auc", "ap"),
        low=0,
        high=1,
    ),
    Metric(
        "f1",
        "F1",
        "Harmonic mean of precision and recall of the positive class.",
        BINARY,
        True,
        "f1",
        low=0,
        high=1,
    ),
    Metric(
        "precision",
        "Precision",
        "Share of the rows predicted positive that are.",
        BINARY,
        True,
        "precision",
        low=0,
        high=1,
    ),
    Metric(
        "recall",
        "Recall",
        "Share of the positive rows that are found.",
        BINARY,
        True,
        "recall",
        aliases=("sensitivity", "true_positive_rate"),
        low=0,
        high=1,
    ),
    Metric(
        "f1_macro",
        "F1 (macro)",
        "Mean over the classes of the harmonic mean of precision and recall.",
        CLASSIFICATION,
        True,
        "f1_macro",
        low=0,
        high=1,
    ),
    Metric(
        "f1_micro",
        "F1 (micro)",
        "Harmonic mean of precision and recall over all rows together.",
        CLASSIFICATION,
        True,
        "f1_micro",
        low=0,
        high=1,
    ),
    Metric(
        "f1_weighted",
        "F1 (weighted)",
        "F1 of each class, weighted by its number of rows.",
        CLASSIFICATION,
        True,
        "f1_weighted",
        low=0,
        high=1,
    ),
    Metric(
        "mcc",
        "Matthews correlation",
        "Correlation of predicted and true classes; 0 is no better than chance.",
        CLASSIFICATION,
        True,
        "matthews_corrcoef",
        aliases=("matthews",),
        low=-1,
        high=1,
    ),
    Metric(
        "brier",
        "Brier score",
        "Mean squared error of the predicted probabilities.",
        CLASSIFICATION,
        False,
        "neg_brier_score",
        needs_proba=True,
        aliases=("brier_score", "brier_loss"),
        low=0,
        high=2,  # of several classes; 1 of two
    ),
    Metric(
        "rmse",
        "Root mean squared error",
        "Typical error, with large errors weighing more.",
        REGRESSION,
        False,
        "neg_root_mean_squared_error",
        unit="target",
        aliases=("root_mean_squared_error",),
        low=0,
    ),
    Metric(
        "mae",
        "Mean absolute error",
        "Mean distance between prediction and truth.",
        REGRESSION,
        False,
        "neg_mean_absolute_error",
        unit="target",
        aliases=("mean_absolute_error",),
        low=0,
    ),
    Metric(
        "r2",
        "R²",
        "Share of the target's variance that is explained.",
        REGRESSION,
        True,
        "r2",
        high=1,
    ),
    Metric(
        "median_absolute_error",
        "Median absolute error",
        "The error that half of the rows do not exceed.",
        REGRESSION,
        False,
        "neg_median_absolute_error",
        unit="target",
        aliases=("medae",),
        low=0,
    ),
    Metric(
        "mape",
        "Mean absolute percentage error",
        "Mean error as a share of the true value; unfit for targets near zero.",
        REGRESSION,
        False,
        "neg_mean_absolute_percentage_error",
        unit="%",
        aliases=("mean_absolute_percentage_error",),
        low=0,
    ),
    Metric(
        "rmsle",
        "Root mean squared logarithmic error",
        "Typical error as a ratio; only for targets and predictions above -1.",
        REGRESSION,
        False,
        "neg_root_mean_squared_log_error",
        aliases=("root_mean_squared_log_error",),
        low=0,
    ),
)

METRICS: dict[str, Metric] = {metric.name: metric for metric in _ENTRIES}

# Binary: ROC AUC, which needs no threshold and does not reward guessing the larger
# class. Multiclass: accuracy, which everyone can read, defined even where a fold lacks
# a class. Regression: RMSE, what the estimators minimise, in the target's own unit.
_DEFAULTS = {
    TaskType.BINARY: "roc_auc",
    TaskType.MULTICLASS: "accuracy",
    TaskType.REGRESSION: "rmse",
}


def metrics_for(task: TaskType) -> list[Metric]:
    """List the metrics that are defined for a task.

    Parameters
    ----------
    task : TaskType
        What is to be predicted.

    Returns
    -------
    list of Metric
        The default first.
    """
    default = default_metric(task)
    others = [metric for metric in _ENTRIES if task in metric.tasks]
    return [default, *(metric for metric in others if metric is not default)]


def default_metric(task: TaskType) -> Metric:
    """Return the metric a run uses unless told otherwise.

    Parameters
    ----------
    task : TaskType
        What is to be predicted.

    Returns
    -------
    Metric
        ROC AUC, accuracy or root mean squared error.
    """
    return METRICS[_DEFAULTS[task]]


def resolve_metric(name: str | Metric, task: TaskType) -> Metric:
    """Find a metric by its own, scikit-learn's or another usual name.

    Parameters
    ----------
    name : str or Metric
        For example ``"rmse"`` or ``"neg_root_mean_squared_error"``.
    task : TaskType
        What is to be predicted.

    Returns
    -------
    Metric
        The metric.

    Raises
    ------
    SpecError
        If there is no such metric for the task.
    """
    if isinstance(name, Metric):
        return name
    wanted = _plain(name)
    known = metrics_for(task)
    for metric in known:
        spellings = (metric.name, metric.title, metric.sklearn, *metric.aliases)
        if wanted in map(_plain, spellings):
            return metric
    raise SpecError(
        f"There is no metric {name!r} for {task.value}; known are "
        f"{', '.join(metric.name for metric in known)}.",
        field="metric",
    )


def _plain(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())


def make_scorer(
    metric: Metric | str,
    task: TaskType,
    *,
    classes: Sequence[object],
    positive: object | None = None,
) -> Scorer:
    """Make the function that scores a fitted estimator.

    Parameters
    ----------
    metric : Metric or str
        What to measure.
    task : TaskType
        What is predicted.
    classes : sequence
        Labels in sorted order, as ``encode_target`` returns them; empty for regression.
    positive : object, optional
        Label that binary metrics are about, as itself or as text; by default the last.

    Returns
    -------
    callable
        ``scorer(estimator, X, y)`` gives a float, and greater is better. The estimator
        may be fitted on the labels or on their codes, as long as ``y`` is alike.
    """
    metric = resolve_metric(metric, task)
    # Late: the web process lists metrics and must not load scikit-learn.
    scorers = importlib.import_module("runs.search.scorers")
    scorer: Scorer = scorers.make(metric.name, task, classes, positive)
    return scorer
