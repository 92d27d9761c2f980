"""SHAP values of trees: exact, as their training rows are spread over the leaves."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models_app.explanation import _kernels, _row_kernel
from models_app.explanation.trees import Trees, order_for, rows_for, trees_of

Matrix = NDArray[np.float64]

_ROWS_TOGETHER = 16
_FEW_ROWS = 3
_MANY_NODES = 50_000  # what takes longer than starting a thread


class TreeShap:
    """Explains the answers of trees.

    The values are those of ``shap.TreeExplainer(estimator)`` with
    ``feature_perturbation="tree_path_dependent"``, by another way of summing (see
    `_kernels`) that takes a fraction of the time in deep trees.

    Parameters
    ----------
    estimator : estimator
        Fitted, one that `trees_of` knows.
    owner : ndarray of int of shape (n_encoded,)
        Position of the uploaded column of each encoded one.
    n_columns : int
        Number of uploaded columns.
    trees : Trees, optional
        Those of the estimator, where they are known already.
    """

    def __init__(
        self,
        estimator: Any,  # noqa: ANN401
        owner: NDArray[np.int64],
        n_columns: int,
        trees: Trees | None = None,
    ) -> None:
        trees = trees_of(estimator) if trees is None else trees
        if trees is None:
            raise ValueError(f"{type(estimator).__name__} is not made of known trees.")
        self.trees: Trees = trees
        self.space = trees.space
        self._estimator = estimator
        self._n_columns = n_columns
        self._owner = owner[order_for(estimator, len(owner))]
        depths, widths = _kernels._sizes(
            trees.roots, trees.feature, trees.left, trees.right, len(owner)
        )
        self._depths = depths
        # Exact up to degree 2n - 1; the derivative has one factor less than the path.
        self._n_points = np.maximum(1, (widths + 1) // 2)
        n_most = int(self._n_points.max())
        self._points = np.zeros((n_most + 1, n_most))
        self._weights = np.zeros((n_most + 1, n_most))
        for n in range(1, n_most + 1):
            x, w = np.polynomial.legendre.leggauss(n)
            self._points[n, :n], self._weights[n, :n] = (x + 1) / 2, w / 2

    @property
    def n_outputs(self) -> int:
        """Number of outputs; 1 for two classes."""
        return len(self.trees.base)

    @cached_property
    def base(self) -> Matrix:
        """Expected output over the training rows, of shape (n_outputs,)."""
        trees = self.trees
        leaves = trees.feature < 0
        tree_of = np.searchsorted(trees.roots, np.arange(len(leaves)), side="right") - 1
        share = trees.cover / trees.cover[trees.roots][tree_of]
        sums = np.zeros((len(trees.roots), trees.value.shape[1]))
        np.add.at(sums, tree_of[leaves], (trees.value * share[:, None])[leaves])
        base = trees.base.copy()
        for total, output in zip(sums, trees.output, strict=True):
            if output < 0:
                base += total
            else:
                base[output] += total[0]
        return base

    def values(self, matrix: Matrix, *, n_threads: int = 1) -> Matrix:
        """Explain prepared rows.

        Parameters
        ----------
        matrix : ndarray of shape (n_samples, n_encoded)
            Prepared rows.
        n_threads : int, default=1
            Threads to use; of a few rows, which somebody waits for, all there are.

        Returns
        -------
        ndarray of shape (n_samples, n_columns, n_outputs)
            SHAP values, summed to the uploaded columns.
        """
        X = rows_for(self._estimator, matrix)
        if len(X) <= _FEW_ROWS:
            return np.array([self._of_one(x) for x in X]).reshape(
                len(X), self._n_columns, self.n_outputs
            )
        phi = np.zeros((len(X), self._n_columns, self.n_outputs))

        def _some(start: int) -> None:
            rows = X[start : start + _ROWS_TOGETHER]
            phi[start : start + len(rows)] = np.moveaxis(self._of(rows)[0], -1, 0)

        starts = range(0, len(X), _ROWS_TOGETHER)
        if n_threads == 1:
            for start in starts:
                _some(start)
        else:
            with ThreadPoolExecutor(n_threads) as pool:
                list(pool.map(_some, starts))
        return phi

    def interactions(
        self, matrix: Matrix, *, seconds: float, n_threads: int = 1
    ) -> tuple[Matrix, int]:
        """Measure how much pairs of columns change each other's effect.

        Parameters
        ----------
        matrix : ndarray of shape (n_samples, n_encoded)
            Prepared rows.
        seconds : float
            When to stop taking more rows; some are always taken.
        n_threads : int, default=1
            Threads to use.

        Returns
        -------
        tuple of ndarray of shape (n_columns, n_columns) and int
            Mean of the absolute interaction value of each pair (both halves together,
            summed over the outputs), and of how many rows. The diagonal is zero.
        """
        X = rows_for(self._estimator, matrix)
        total = np.zeros((self._n_columns, self._n_columns))
        started, start = time.perf_counter(), 0

        def _some(start: int) -> Matrix:
            pairs = self._of(X[start : start + _ROWS_TOGETHER], with_pairs=True)[1]
            strength: Matrix = 2 * np.abs(pairs).sum(axis=(2, 3))
            return strength

        with ThreadPoolExecutor(n_threads) as pool:
            while start < len(X):
                if start and time.perf_counter() - started > seconds:
                    break
                step = n_threads * _ROWS_TOGETHER
                starts = range(start, min(start + step, len(X)), _ROWS_TOGETHER)
                total += sum(pool.map(_some, starts))
                start += step
        n_rows = min(start, len(X))
        total /= max(1, n_rows)
        np.fill_diagonal(total, 0.0)
        return total, n_rows

    def _of_one(self, x: Matrix) -> Matrix:
        """Explain one row: every thread takes some of the trees."""
        owner, roots, *nodes, output, depths, n_points, points, weights = (
            self._arguments
        )

        def _some(some: slice) -> Matrix:
            phi = np.zeros((self._n_columns, self.n_outputs))
            of_trees = (output[some], depths[some], n_points[some])
            _row_kernel._shapley_row(
                x, owner, roots[some], *nodes, *of_trees, points, weights, phi
            )
            return phi

        parts = self._shares
        if len(parts) == 1:
            return _some(parts[0])
        with ThreadPoolExecutor(len(parts)) as pool:
            total: Matrix = sum(pool.map(_some, parts))  # type: ignore[assignment]
        return total

    @cached_property
    def _shares(self) -> list[slice]:
        """The trees in parts with about as many nodes each, one a core."""
        roots, n_nodes = self.trees.roots, len(self.trees.feature)
        n_parts = min(os.cpu_count() or 1, len(roots)) if n_nodes > _MANY_NODES else 1
        ends = np.searchsorted(roots, np.linspace(0, n_nodes, n_parts + 1)[1:-1])
        bounds = [0, *(int(end) for end in ends), len(roots)]
        return [slice(a, b) for a, b in pairwise(bounds) if a < b]

    def _of(self, rows: Matrix, *, with_pairs: bool = False) -> tuple[Matrix, Matrix]:
        """Explain a few rows: values, and interactions if they are wanted."""
        p, n_rows = self._n_columns, len(rows)
        n = p if with_pairs else 0
        phi = np.zeros((p, self.n_outputs, n_rows))
        pairs = np.zeros((n, n, self.n_outputs, n_rows))
        X = np.ascontiguousarray(rows.T)
        _kernels._shapley(X, *self._arguments, phi, pairs)
        return phi, pairs

    @cached_property
    def _arguments(self) -> tuple[Any, ...]:
        trees = self.trees
        return (
            self._owner,
            trees.roots,
            trees.feature,
            trees.threshold,
            trees.left,
            trees.right,
            trees.missing_left,
            trees.bits,
            trees.bitsets,
            trees.cover,
            trees.value,
            trees.output,
            self._depths,
            self._n_points,
            self._points,
            self._weights,
        )
