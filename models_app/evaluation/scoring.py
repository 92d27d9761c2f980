"""One metric, from predictions that were made before."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models_app.evaluation.metrics import replayed, scored
from runs.search.metrics import METRICS
from runs.search.problem import TaskType


def score_of(
    name: str,
    y_true: ArrayLike,
    y_pred: ArrayLike,
    probabilities: ArrayLike | None = None,
    *,
    task: TaskType,
    labels: Sequence[str] = (),
    positive: str | None = None,
) -> float | None:
    """Compute one metric as the search does.

    Parameters
    ----------
    name : str
        Name of the metric.
    y_true : array-like of shape (n_samples,)
        Actual numbers, or classes as positions in `labels`.
    y_pred : array-like of shape (n_samples,)
        Predictions of the same form.
    probabilities : array-like of shape (n_samples, n_classes), optional
        For classification.
    task : TaskType
        What was predicted.
    labels : sequence of str, default=()
        Names of the classes.
    positive : str or None, default=None
        With two classes, the one to be found.

    Returns
    -------
    float or None
        The scorer's value, of which greater is better; None where these rows leave the
        metric undefined.
    """
    return scored(
        METRICS[name],
        replayed(y_pred, probabilities),
        np.asarray(y_true),
        task=task,
        labels=labels,
        positive=positive,
    )


def aligned(
    probabilities: NDArray[np.float64],
    seen: Sequence[object],
    classes: Sequence[object],
) -> NDArray[np.float64]:
    """Put probabilities in the order of all classes.

    Parameters
    ----------
    probabilities : ndarray of shape (n_samples, n_seen)
        Of the classes a model was fitted on.
    seen : sequence
        These, in their order.
    classes : sequence
        All of them.

    Returns
    -------
    ndarray of shape (n_samples, n_classes)
        Classes that were not seen have probability zero.
    """
    place = {label: at for at, label in enumerate(classes)}
    found = np.zeros((len(probabilities), len(classes)))
    found[:, [place[label] for label in seen]] = probabilities
    return found
