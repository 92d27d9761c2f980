"""SHAP values of any model, by mixing its rows with training rows.

What the uploaded columns of a row become is put, column by column, into the place of what
those of some training rows became: so the columns are the players, however many encoded
ones each has, and no mixed row is prepared.
"""

import itertools
import math
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models_app.explanation.prepared import Encoded, Prepared, rows_of

Matrix = NDArray[np.float64]

# Up to so many columns all subsets are as few as some permutations.
MAX_EXACT = 6
CELLS_TOGETHER = 1 << 22
# Permutations and background rows, the best first: what the time allows is taken.
_LADDER = ((10, 30), (5, 25), (3, 20), (2, 15), (1, 10), (1, 5))


class Effort(NamedTuple):
    """How carefully rows are explained."""

    n_permutations: int  # each forwards and backwards
    n_background: int


class SampledShap:
    """Explains any model in probability or in the unit of the target.

    Parameters
    ----------
    prepared : Prepared
        The model.
    background : list of ndarray of shape (n_background, n_encoded)
        Prepared training rows.
    positive : int, default=1
        Of two classes the one that is explained.
    effort : Effort, optional
        By default the best.
    seed : int, default=0
        Of the permutations.
    """

    def __init__(
        self,
        prepared: Prepared,
        background: Encoded,
        *,
        positive: int = 1,
        effort: Effort | None = None,
        seed: int = 0,
    ) -> None:
        self._prepared = prepared
        self._all_background = background
        self._positive = positive
        self._seed = seed
        self.space = "probability" if prepared.is_classifier else "value"
        self.set_effort(effort or Effort(*_LADDER[0]))

    def set_effort(self, effort: Effort) -> None:
        """Explain more or less carefully from here on.

        Parameters
        ----------
        effort : Effort
            Permutations and background rows.
        """
        n = min(effort.n_background, len(self._all_background[0]))
        self.effort = Effort(effort.n_permutations, n)
        self._background = rows_of(self._all_background, slice(0, n))
        self.base = self._outputs(self._background).mean(axis=0)

    @property
    def is_exact(self) -> bool:
        """Whether all subsets of columns are tried."""
        return len(self._prepared.columns) <= MAX_EXACT

    @property
    def method(self) -> str:
        """Which explainer this is, in words."""
        against = f"against {self.effort.n_background} training rows"
        if self.is_exact:
            return f"Exact SHAP over all subsets of the columns, {against}"
        n = self.effort.n_permutations
        times = "1 permutation" if n == 1 else f"{n} permutations"
        return f"Permutation SHAP, {times} forwards and backwards, {against}"

    def adapt(self, encoded: Encoded, *, seconds: float, n_rows: int) -> None:
        """Choose the best effort by which some rows are explained in a time.

        Parameters
        ----------
        encoded : list of ndarray of shape (n_samples, n_encoded)
            Rows to measure the model's speed on.
        seconds : float
            For all of them.
        n_rows : int
            How many are to be explained.
        """
        n = max(1, min(100, len(encoded[0])))
        times = -(-100 // n)
        probe = [np.tile(m[:n], (times, 1)) for m in encoded]
        started = time.perf_counter()
        self._outputs(probe)
        a_row = (time.perf_counter() - started) / (n * times)
        effort = self.effort
        for step in _LADDER:
            effort = Effort(*step)
            if a_row * self._evaluations(effort) * n_rows <= seconds:
                break
        self.set_effort(effort)

    def _evaluations(self, effort: Effort) -> int:
        """Return the rows that the model answers for one explained row."""
        p = len(self._prepared.columns)
        masks = 2**p if self.is_exact else effort.n_permutations * 2 * p
        return masks * effort.n_background

    def values(self, encoded: Encoded, *, n_threads: int = 1) -> Matrix:
        """Explain prepared rows.

        Parameters
        ----------
        encoded : list of ndarray of shape (n_samples, n_encoded)
            Prepared rows.
        n_threads : int, default=1
            Not used.

        Returns
        -------
        ndarray of shape (n_samples, n_columns, n_outputs)
            SHAP values.
        """
        return np.concatenate([part for part, _ in self.within(encoded, math.inf)])

    def within(
        self, encoded: Encoded, seconds: float
    ) -> Iterator[tuple[Matrix, float]]:
        """Explain rows one after the other until the time is up; at least one.

        Parameters
        ----------
        encoded : list of ndarray of shape (n_samples, n_encoded)
            Prepared rows.
        seconds : float
            When to stop.

        Yields
        ------
        tuple of ndarray of shape (1, n_columns, n_outputs) and float
            SHAP values of the next row, and which share of the time is used.
        """
        rng = np.random.RandomState(self._seed)
        started = time.perf_counter()
        for i in range(len(encoded[0])):
            row = rows_of(encoded, slice(i, i + 1))
            yield (
                self._explain(row, rng)[None],
                (time.perf_counter() - started) / seconds,
            )
            if time.perf_counter() - started > seconds:
                return

    def _explain(self, row: Encoded, rng: Any) -> Matrix:  # noqa: ANN401
        p = len(self._prepared.columns)
        varying = self._varying(row)
        values = np.zeros((p, len(self.base)))
        if not len(varying):
            return values
        if self.is_exact:
            return self._exact(row, varying, values)
        n = self.effort.n_permutations
        order = varying.copy()
        orders = []
        for _ in range(n):
            rng.shuffle(order)
            orders.append(order.copy())
        size = 2 * len(varying) + 1
        masks = np.zeros((n, size, p), dtype=bool)
        for mask, permuted in zip(masks, orders, strict=True):
            for step, column in enumerate(itertools.chain(permuted, permuted)):
                mask[step + 1] = mask[step]
                mask[step + 1, column] = step < len(permuted)
        outputs = self._masked(row, masks.reshape(-1, p)).reshape(n, size, -1)
        for found, permuted in zip(outputs, orders, strict=True):
            changes = np.diff(found, axis=0)
            values[permuted] += changes[: len(permuted)] - changes[len(permuted) :]
        return values / (2 * n)

    def _exact(
        self, row: Encoded, varying: NDArray[np.int64], values: Matrix
    ) -> Matrix:
        p, n = len(self._prepared.columns), len(varying)
        subsets = np.array(list(itertools.product([False, True], repeat=n)))
        masks = np.zeros((len(subsets), p), dtype=bool)
        masks[:, varying] = subsets
        outputs = self._masked(row, masks)
        sizes = subsets.sum(axis=1)
        weight = np.array([1 / (n * math.comb(n - 1, size)) for size in range(n)])
        for k, column in enumerate(varying):
            without = np.flatnonzero(~subsets[:, k])
            with_it = without + 2 ** (n - 1 - k)
            gains = outputs[with_it] - outputs[without]
            values[column] = weight[sizes[without]] @ gains
        return values

    def _varying(self, row: Encoded) -> NDArray[np.int64]:
        """Return the columns in which a row differs from some background row."""
        found = np.zeros(len(self._prepared.columns), dtype=bool)
        for part, own, other in zip(
            self._prepared.parts, row, self._background, strict=True
        ):
            differs = ~np.isclose(own, other, rtol=1e-4, atol=1e-8, equal_nan=True)
            found[part.owner[differs.any(axis=0)]] = True
        return np.flatnonzero(found)

    def _masked(self, row: Encoded, masks: NDArray[np.bool_]) -> Matrix:
        """Return the mean output of a row some columns of which are the background's."""
        n_background = len(self._background[0])
        widest = max(matrix.shape[1] for matrix in row)
        together = max(1, CELLS_TOGETHER // (n_background * widest))
        found = []
        for start in range(0, len(masks), together):
            some = masks[start : start + together]
            mixed = [
                np.where(some[:, None, part.owner], own[None], other[None]).reshape(
                    -1, own.shape[1]
                )
                for part, own, other in zip(
                    self._prepared.parts, row, self._background, strict=True
                )
            ]
            outputs = self._outputs(mixed)
            found.append(outputs.reshape(len(some), n_background, -1).mean(axis=1))
        return np.concatenate(found)

    def _outputs(self, encoded: Encoded) -> Matrix:
        outputs = self._prepared.output(encoded)
        if len(self._prepared.classes) == 2:
            return outputs[:, [self._positive]]
        return outputs
