"""Everything that is stored of a classifier's evaluation."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models_app.evaluation.calibration import calibration
from models_app.evaluation.distributions import distributions
from models_app.evaluation.gain import gain
from models_app.evaluation.intervals import classification_intervals
from models_app.evaluation.precision_recall import precision_recall
from models_app.evaluation.thresholds import thresholds


def classification_results(
    y: NDArray[np.int64],
    predicted: NDArray[np.int64],
    probabilities: NDArray[np.float64],
    *,
    metrics: Mapping[str, float],
    labels: Sequence[str],
    positive: int | None,
) -> dict[str, dict[str, Any]]:
    """Measure a classifier beyond its metrics, confusion matrix and ROC curve.

    Parameters
    ----------
    y, predicted : ndarray of int of shape (n_samples,)
        Actual and predicted classes as positions in `labels`.
    probabilities : ndarray of float of shape (n_samples, n_classes)
        Predicted probability of each class.
    metrics : mapping of str to float
        What was measured on all rows.
    labels : sequence of str
        Names of the classes.
    positive : int or None
        With two classes, the position of the one to be found.

    Returns
    -------
    dict of str to dict
        JSON by the kind of artifact.
    """
    which: dict[str, Any] = {"labels": labels, "positive": positive}
    overall, per_class = classification_intervals(
        y, predicted, probabilities, metrics=metrics, **which
    )
    found: dict[str, Any] = {
        "intervals": overall,
        "per_class": {"level": overall.level, "classes": per_class},
        "precision_recall": precision_recall(y, probabilities, **which),
        "calibration": calibration(y, probabilities, **which),
        "gain": gain(y, probabilities, **which),
        "distributions": distributions(y, probabilities, **which),
    }
    if positive is not None:
        found["thresholds"] = {
            "label": labels[positive],
            "other": labels[1 - positive],
            **thresholds(y == positive, probabilities[:, positive])._asdict(),
        }
    return {kind: as_json(result) for kind, result in found.items()}


def as_json(result: Any) -> Any:  # noqa: ANN401
    """Turn named tuples into dicts, however deep they are.

    Parameters
    ----------
    result : object
        Named tuples, lists, dicts, plain values.

    Returns
    -------
    object
        The same for JSON.
    """
    if isinstance(result, tuple) and hasattr(result, "_asdict"):
        return {name: as_json(value) for name, value in result._asdict().items()}
    if isinstance(result, Mapping):
        return {name: as_json(value) for name, value in result.items()}
    if isinstance(result, list | tuple):
        return [as_json(value) for value in result]
    return result
