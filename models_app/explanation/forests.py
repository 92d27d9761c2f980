"""Answers of scikit-learn's forests to a few rows, compiled.

A forest asks its trees one after the other, which costs some twenty microseconds a tree
whatever the rows: for a single row that is all of its time. The sums here are made in the
same order from the same numbers, so the answers are the same to the last bit.
"""

from typing import Any
from weakref import WeakKeyDictionary

import numba
import numpy as np
from numpy.typing import NDArray

_LEAF = -1


@numba.njit(cache=True, nogil=True, fastmath=False, error_model="numpy")
def _sum(rows, roots, feature, threshold, left, right, missing_left, value):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return the sum over the trees of what the leaf of each row holds."""
    n_rows, n_outputs = len(rows), value.shape[1]
    total = np.zeros((n_rows, n_outputs))
    for root in roots:
        for i in range(n_rows):
            node = root
            while left[node] != _LEAF:
                x = rows[i, feature[node]]
                goes = missing_left[node] if np.isnan(x) else x <= threshold[node]
                node = left[node] if goes else right[node]
            for k in range(n_outputs):
                total[i, k] += value[node, k]
    return total


class Forest:
    """The trees of a forest, one behind the other.

    Parameters
    ----------
    estimator : estimator
        A fitted forest of scikit-learn with one output.
    """

    def __init__(self, estimator: Any) -> None:  # noqa: ANN401
        trees = [one.tree_ for one in estimator.estimators_]
        starts = np.cumsum([0, *(tree.node_count for tree in trees)])[:-1]
        self.n_trees = len(trees)

        def joined(name: str) -> NDArray[Any]:
            return np.concatenate([getattr(tree, name) for tree in trees])

        def children(name: str) -> NDArray[np.int32]:
            found = [getattr(tree, name) for tree in trees]
            return np.concatenate(
                [
                    np.where(one == _LEAF, _LEAF, one + start)
                    for one, start in zip(found, starts, strict=True)
                ],
                dtype=np.int32,  # half the memory of what the trees have
                casting="same_kind",
            )

        self._arrays = (
            starts,
            joined("feature").astype(np.int32),
            joined("threshold"),
            children("children_left"),
            children("children_right"),
            joined("missing_go_to_left").astype(np.bool_),
            np.ascontiguousarray(joined("value")[:, 0, :], dtype=np.float64),
        )

    def answer(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """Answer prepared rows.

        Parameters
        ----------
        rows : ndarray of float32 of shape (n_samples, n_encoded)
            As the trees see them.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs)
            Probabilities, or the number.
        """
        total: NDArray[np.float64] = _sum(rows, *self._arrays)
        total /= self.n_trees
        return total


# A model that is no longer kept takes its arrays along.
_known: "WeakKeyDictionary[Any, Forest]" = WeakKeyDictionary()


def forest_of(estimator: Any) -> Forest:  # noqa: ANN401
    """Return the trees of a fitted forest, joined once.

    Parameters
    ----------
    estimator : estimator
        A fitted forest of scikit-learn with one output.

    Returns
    -------
    Forest
        The same object for the same estimator.
    """
    found = _known.get(estimator)
    if found is None:
        found = _known[estimator] = Forest(estimator)
    return found
