"""One kernel matrix for all support vector machines that differ in other parameters.

libsvm keeps the rows of a kernel in single precision, so that a matrix made by the linear
algebra library, whose sums differ in the last bit of double precision, gives the same
solution; a test holds the scores to those of separate fits.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.compose import TransformedTargetRegressor
from sklearn.metrics.pairwise import pairwise_kernels

from runs.search.parameters import Value

# Above so many rows the matrix would take more than some hundred megabytes.
MAX_ROWS = 4_000
# With fewer columns libsvm makes its rows about as fast as a matrix is handed to it:
# 2,000 rows and four values of C took 1.0 times as long with 15 columns, and 0.6 to 0.7
# times with 120.
MIN_FEATURES = 30
# The arguments of each kernel.
_ARGUMENTS = {
    "linear": (),
    "rbf": ("gamma",),
    "sigmoid": ("gamma", "coef0"),
    "poly": ("gamma", "coef0", "degree"),
}


def can_share(
    params: Mapping[str, Value], shape: tuple[int, int], *, is_classification: bool
) -> bool:
    """Tell whether machines with these parameters may share a matrix.

    Parameters
    ----------
    params : mapping of str to value
        Parameters of one of them.
    shape : tuple of int
        Rows and columns to fit on.
    is_classification : bool
        Whether probabilities are calibrated on folds inside.

    Returns
    -------
    bool
        False for many rows or few columns, and where a machine takes the width of its kernel from the
        rows it is fitted on: on folds inside that is another one.
    """
    scaled = params.get("gamma", "scale") == "scale"
    inside = is_classification and scaled and params.get("kernel", "rbf") != "linear"
    n_rows, n_features = shape
    return n_rows <= MAX_ROWS and n_features >= MIN_FEATURES and not inside


class Matrices:
    """The kernels between the rows fitted and those asked about.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_features)
        The rows to fit on.
    params : mapping of str to value
        Parameters, of which the kernel's own are used.
    """

    def __init__(self, X: NDArray[Any], params: Mapping[str, Value]) -> None:
        self.X = X
        self.kernel = str(params.get("kernel", "rbf"))
        usual = {"gamma": "scale", "coef0": 0.0, "degree": 3}
        self.arguments = {
            name: params.get(name, usual[name]) for name in _ARGUMENTS[self.kernel]
        }
        gamma = self.arguments.get("gamma")
        if gamma == "scale":
            variance = X.var()
            self.arguments["gamma"] = 1.0 / (X.shape[1] * variance) if variance else 1.0
        elif gamma == "auto":
            self.arguments["gamma"] = 1.0 / X.shape[1]
        self._known: dict[int, tuple[Any, NDArray[Any]]] = {}

    def of(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Return the kernel of some rows with those fitted; computed once for each.

        Parameters
        ----------
        rows : ndarray of shape (n_asked, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_asked, n_rows)
            Similarities.
        """
        if id(rows) not in self._known:
            found = pairwise_kernels(rows, self.X, metric=self.kernel, **self.arguments)
            # The rows are kept, so that no others can be at their address.
            self._known[id(rows)] = (rows, np.ascontiguousarray(found))
        return self._known[id(rows)][1]


def precomputed(estimator: Any) -> Any:  # noqa: ANN401
    """Tell a machine, wherever it is inside, that it is given kernels.

    Parameters
    ----------
    estimator : CalibratedClassifierCV or TransformedTargetRegressor
        Unfitted; it is changed.

    Returns
    -------
    estimator
        The same.
    """
    inside = isinstance(estimator, TransformedTargetRegressor)
    machine = estimator.regressor if inside else estimator.estimator
    machine.set_params(kernel="precomputed")
    return estimator
