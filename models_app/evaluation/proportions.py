"""How sure a share is that was counted on some rows."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

LEVEL = 0.95


def wilson(
    hits: ArrayLike, n: ArrayLike, *, level: float = LEVEL
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the score interval of shares.

    Parameters
    ----------
    hits : array-like of float
        How many rows count.
    n : array-like of float
        Of how many; above 0.
    level : float, default=0.95
        How often such an interval holds the true share.

    Returns
    -------
    tuple of two ndarray
        Lower and upper ends, between 0 and 1.

    References
    ----------
    .. [1] Wilson, E. B. (1927). Probable Inference, the Law of Succession, and
       Statistical Inference. Journal of the American Statistical Association 22.
    """
    total = np.asarray(n, float)
    share = np.asarray(hits, float) / total
    z = norm.ppf((1 + level) / 2)
    middle = share + z**2 / (2 * total)
    half = z * np.sqrt(share * (1 - share) / total + z**2 / (4 * total**2))
    scale = 1 + z**2 / total
    low, high = (middle - half) / scale, (middle + half) / scale
    return np.clip(low, 0, 1), np.clip(high, 0, 1)
