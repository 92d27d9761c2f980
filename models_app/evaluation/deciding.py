"""What is answered for a row, once a threshold or better probabilities were chosen."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models_app.evaluation.recalibration import Calibrator


class Decision(NamedTuple):
    """What was chosen for a model; nothing by default.

    Attributes
    ----------
    positive : int or None
        With two classes, the position of the one to be found.
    threshold : float or None
        The model's own probability from which on that class is answered.
    calibrators : list of Calibrator
        What makes the probabilities that are told; none tell the model's own.
    """

    positive: int | None = None
    threshold: float | None = None
    calibrators: list[Calibrator] = []


def decide(
    probabilities: NDArray[np.float64],
    *,
    positive: int | None = None,
    threshold: float | None = None,
) -> NDArray[np.int64]:
    """Choose a class for each row.

    Parameters
    ----------
    probabilities : ndarray of shape (n_rows, n_classes)
        In the order of the classes.
    positive : int, optional
        Position of the class the threshold is about.
    threshold : float, optional
        Its probability from which on it is chosen, of two classes; by default the most
        probable class is, the first of equal ones.

    Returns
    -------
    ndarray of int of shape (n_rows,)
        Positions of the classes.
    """
    if threshold is None or positive is None or probabilities.shape[1] != 2:
        return np.asarray(probabilities.argmax(axis=1))
    is_positive = probabilities[:, positive] >= threshold
    return np.where(is_positive, positive, 1 - positive)
