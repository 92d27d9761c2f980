"""How far off the prediction of each single row is."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

# As scikit-learn's log loss does it: a probability of zero is not the end of the world.
_SMALLEST = float(np.finfo(np.float64).eps)


def log_losses(y_true: ArrayLike, probabilities: ArrayLike) -> NDArray[np.float64]:
    """Return how surprised the probabilities are by each row's class.

    Parameters
    ----------
    y_true : array-like of int of shape (n_samples,)
        Actual classes as columns of `probabilities`.
    probabilities : array-like of float of shape (n_samples, n_classes)
        Predicted probabilities.

    Returns
    -------
    ndarray of shape (n_samples,)
        Minus the logarithm of the actual class's probability; their mean is the log
        loss.
    """
    actual = np.asarray(y_true, np.int64)
    values = np.asarray(probabilities, float)
    values = values / values.sum(axis=1, keepdims=True)
    chosen = values[np.arange(len(actual)), actual]
    found: NDArray[np.float64] = -np.log(np.clip(chosen, _SMALLEST, 1.0))
    return found + 0.0


def worst(losses: ArrayLike, *, n_rows: int = 20) -> NDArray[np.intp]:
    """Return the positions of the rows with the largest losses, the worst first.

    Parameters
    ----------
    losses : array-like of float of shape (n_samples,)
        One a row.
    n_rows : int, default=20
        How many to return at most.

    Returns
    -------
    ndarray of int
        Among equals, the first rows come first.
    """
    return np.argsort(-np.asarray(losses, float), kind="stable")[:n_rows]
