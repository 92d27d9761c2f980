"""The metric of a run as a scorer of scikit-learn."""

from typing import TYPE_CHECKING

from runs.search.problem import TaskType
from runs.search.snippets.imports import Imports

if TYPE_CHECKING:
    from runs.search.snippets.program import Subject

_DECISION = '("decision_function", "predict_proba")'
# Function of sklearn.metrics and what `make_scorer` is told; `{positive}` is the code of
# the positive class, `{classes}` are all codes.
_SCORERS = {
    "accuracy": ("accuracy_score", ""),
    "balanced_accuracy": ("balanced_accuracy_score", ""),
    "f1_macro": ("f1_score", ', average="macro", zero_division=0.0'),
    "f1_micro": ("f1_score", ', average="micro", zero_division=0.0'),
    "f1_weighted": ("f1_score", ', average="weighted", zero_division=0.0'),
    "mcc": ("matthews_corrcoef", ""),
    "rmse": ("root_mean_squared_error", ", greater_is_better=False"),
    "mae": ("mean_absolute_error", ", greater_is_better=False"),
    "r2": ("r2_score", ""),
    "median_absolute_error": ("median_absolute_error", ", greater_is_better=False"),
    "rmsle": ("root_mean_squared_log_error", ", greater_is_better=False"),
    "mape": ("mean_absolute_percentage_error", ", greater_is_better=False"),
    "f1": ("f1_score", ", pos_label=POSITIVE, zero_division=0.0"),
    "precision": ("precision_score", ", pos_label=POSITIVE, zero_division=0.0"),
    "recall": ("recall_score", ", pos_label=POSITIVE, zero_division=0.0"),
    "average_precision": (
        "average_precision_score",
        f", response_method={_DECISION}, pos_label=POSITIVE",
    ),
    "log_loss": (
        "log_loss",
        ', response_method="predict_proba", greater_is_better=False, labels={classes}',
    ),
}
_CODES = "np.arange(len(CLASSES))"


def scoring(subject: "Subject", imports: Imports) -> str:
    """Write the scorer of a run.

    Parameters
    ----------
    subject : Subject
        The trial.
    imports : Imports
        Gathers what is needed.

    Returns
    -------
    str
        Code that leaves ``score(model, X, y)``, of which greater is better.
    """
    function, told = _scorer(subject)
    imports.add("sklearn.metrics", "make_scorer", function)
    line = f"score = make_scorer({function}{told.replace('{classes}', _CODES)})"
    if "POSITIVE" not in line:
        return line
    return f"POSITIVE = {_position(subject)}  # code of {subject.positive!r}\n{line}"


def _scorer(subject: "Subject") -> tuple[str, str]:
    binary = subject.task is TaskType.BINARY
    if subject.metric == "roc_auc":
        more = f", response_method={_DECISION}"
        if not binary:
            more = (
                ', response_method="predict_proba", multi_class="ovr", labels={classes}'
            )
        return "roc_auc_score", more
    if subject.metric == "brier":
        labels = "pos_label=1" if binary else "labels={classes}"
        return "brier_score_loss", (
            f', response_method="predict_proba", greater_is_better=False, {labels}'
        )
    return _SCORERS[subject.metric]


def _position(subject: "Subject") -> int:
    labels = [str(label) for label in subject.classes]
    return labels.index(subject.positive) if subject.positive in labels else 1
