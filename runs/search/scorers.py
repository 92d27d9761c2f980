"""scikit-learn's scorers, told which class is positive and which labels there are."""

import math
from collections.abc import Sequence
from typing import Any

from sklearn import metrics as sk

from runs.search.problem import SpecError, TaskType

_DECISION = ("decision_function", "predict_proba")

# Metrics that look at predictions only and need to know nothing of the labels.
_PLAIN = {
    "accuracy": sk.make_scorer(sk.accuracy_score),
    "balanced_accuracy": sk.make_scorer(sk.balanced_accuracy_score),
    "f1_macro": sk.make_scorer(
        sk.f1_score, pos_label=None, average="macro", zero_division=0.0
    ),
    "f1_micro": sk.make_scorer(
        sk.f1_score, pos_label=None, average="micro", zero_division=0.0
    ),
    "f1_weighted": sk.make_scorer(
        sk.f1_score, pos_label=None, average="weighted", zero_division=0.0
    ),
    "mcc": sk.make_scorer(sk.matthews_corrcoef),
    "rmse": sk.make_scorer(sk.root_mean_squared_error, greater_is_better=False),
    "mae": sk.make_scorer(sk.mean_absolute_error, greater_is_better=False),
    "r2": sk.make_scorer(sk.r2_score),
    "median_absolute_error": sk.make_scorer(
        sk.median_absolute_error, greater_is_better=False
    ),
    "rmsle": sk.make_scorer(sk.root_mean_squared_log_error, greater_is_better=False),
    "mape": sk.make_scorer(sk.mean_absolute_percentage_error, greater_is_better=False),
}
_BINARY_AUC = sk.make_scorer(sk.roc_auc_score, response_method=_DECISION)


class _LabelledScorer:
    """A scorer that asks the estimator for its labels.

    The same scorer then serves trials, which are fitted on codes 0 to k-1, and the
    refitted model, which is fitted on the labels themselves.
    """

    def __init__(self, name: str, positive: int) -> None:
        self.name = name
        self.positive = positive

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, positive={self.positive})"

    def __call__(self, estimator: Any, X: Any, y: Any) -> float:  # noqa: ANN401
        labels = estimator.classes_
        match self.name:
            case "f1" | "precision" | "recall":
                scorer = sk.make_scorer(
                    getattr(sk, f"{self.name}_score"),
                    pos_label=labels[self.positive],
                    zero_division=0.0,
                )
            case "average_precision":
                scorer = sk.make_scorer(
                    sk.average_precision_score,
                    response_method=_DECISION,
                    pos_label=labels[self.positive],
                )
            case "brier":
                scorer = _brier(labels)
            case "roc_auc":
                scorer = sk.make_scorer(
                    sk.roc_auc_score,
                    response_method="predict_proba",
                    multi_class="ovr",
                    labels=labels,
                )
            case _:
                scorer = sk.make_scorer(
                    sk.log_loss,
                    response_method="predict_proba",
                    greater_is_better=False,
                    labels=labels,
                )
        return float(scorer(estimator, X, y))


def _brier(labels: Any) -> Any:  # noqa: ANN401
    # With two labels scikit-learn hands over one column, that of the positive class.
    named = {"pos_label": labels[1]} if len(labels) == 2 else {"labels": labels}
    return sk.make_scorer(
        sk.brier_score_loss,
        response_method="predict_proba",
        greater_is_better=False,
        **named,
    )


def make(
    name: str, task: TaskType, classes: Sequence[object], positive: object | None
) -> Any:  # noqa: ANN401
    """Make the scorer of a metric.

    Parameters
    ----------
    name : str
        Name of the metric.
    task : TaskType
        What is predicted.
    classes : sequence
        Labels in sorted order.
    positive : object, optional
        Label that binary metrics are about; by default the last.

    Returns
    -------
    callable
        ``scorer(estimator, X, y)``, greater is better.
    """
    if name in _PLAIN:
        return _PLAIN[name]
    if name == "roc_auc" and task is TaskType.BINARY:
        return _BINARY_AUC  # the same from either class's point of view
    index = len(classes) - 1 if positive is None else _position(positive, classes)
    return _LabelledScorer(name, index)


def known(scorer: object) -> tuple[str, int] | None:
    """Tell what a scorer of ``make`` measures, for who can do so without it.

    Parameters
    ----------
    scorer : object
        Any scorer.

    Returns
    -------
    tuple of str and int, or None
        Name in ``exact_metrics`` and the code of the positive class, where it has one;
        None for a scorer from elsewhere.
    """
    if isinstance(scorer, _LabelledScorer):
        return scorer.name, scorer.positive
    if scorer is _BINARY_AUC:
        return "binary_roc_auc", 1
    for name, plain in _PLAIN.items():
        if scorer is plain:
            return name, 1
    return None


def _position(positive: object, classes: Sequence[object]) -> int:
    for index, label in enumerate(classes):
        if label == positive or _text(label) == _text(positive):
            return index
    raise SpecError(
        f"The positive class {positive!r} is not one of the target's values: "
        f"{', '.join(map(str, classes))}.",
        field="positive",
    )


def _text(label: object) -> str:
    # A profile may have seen 1.0 where the encoded target says 1.
    text = str(label)
    try:
        number = float(text)
    except ValueError:
        return text
    return f"{number:g}" if math.isfinite(number) else text
