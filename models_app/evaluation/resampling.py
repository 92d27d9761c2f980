"""Bootstrap resamples of rows as weights, so that a metric of all of them is one pass.

A resample draws as many rows with replacement as there are. How often each row was drawn
is all that a metric needs to know: it weights the row by that count.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

LEVEL = 0.95
N_RESAMPLES = 1_000
# Rows times resamples that are weighted at a time: 4 MB of counts.
_CELLS_TOGETHER = 1 << 19
# Up to so many draws a row, drawing one by one is quicker than by their distribution.
_DRAWN_SINGLY = 4


class Interval(NamedTuple):
    """A measured value and the range it would likely have on other rows like these."""

    value: float
    low: float
    high: float


class Drawn(NamedTuple):
    """The rows that resamples are drawn from.

    Attributes
    ----------
    rows : ndarray of int of shape (n_drawn_from,)
        Positions, stratum after stratum.
    sizes : tuple of int
        How many rows each stratum has in truth.
    drawn : tuple of int
        How many of them are among `rows`.
    """

    rows: NDArray[np.intp]
    sizes: tuple[int, ...]
    drawn: tuple[int, ...]

    @property
    def is_sample(self) -> bool:
        """Tell whether some rows were left out."""
        return sum(self.sizes) > len(self.rows)

    def once(self) -> NDArray[np.float64]:
        """Return the weights with which the drawn rows stand for all.

        Returns
        -------
        ndarray of shape (1, n_drawn_from)
            One everywhere if no row was left out.
        """
        shares = [n / k for n, k in zip(self.sizes, self.drawn, strict=True)]
        return np.repeat(shares, self.drawn)[None, :]


def drawn_from(strata: ArrayLike, *, max_rows: int, rng: np.random.Generator) -> Drawn:
    """Choose the rows to draw resamples from: all, or a sample of the large strata.

    Parameters
    ----------
    strata : array-like of int of shape (n_samples,)
        Rows of one stratum keep their number in every resample.
    max_rows : int
        How many rows to keep at most, though two of each stratum at least.
    rng : Generator
        Where chance comes from.

    Returns
    -------
    Drawn
        The rows. Small strata are kept whole.
    """
    codes, counts = np.unique(np.asarray(strata), return_counts=True)
    most = _cap(counts, max_rows)
    rows = []
    for code, count in zip(codes, counts, strict=True):
        found = np.flatnonzero(strata == code)
        rows.append(
            found if count <= most else np.sort(rng.choice(found, most, replace=False))
        )
    return Drawn(
        rows=np.concatenate(rows) if rows else np.empty(0, np.intp),
        sizes=tuple(int(n) for n in counts),
        drawn=tuple(len(part) for part in rows),
    )


def _cap(counts: NDArray[np.intp], max_rows: int) -> int:
    """Return how many rows of a stratum fit if the small ones are kept whole."""
    room, left = max_rows, len(counts)
    for count in np.sort(counts):
        if count * left > room:
            return max(2, room // left)
        room, left = room - int(count), left - 1
    return int(counts.max(initial=2))


def resamples(
    drawn: Drawn, *, n_resamples: int, rng: np.random.Generator
) -> Iterator[NDArray[np.float64]]:
    """Draw resamples, some at a time.

    Parameters
    ----------
    drawn : Drawn
        The rows to draw from.
    n_resamples : int
        How many resamples.
    rng : Generator
        Where chance comes from.

    Yields
    ------
    ndarray of shape (n_together, n_drawn_from)
        How often each resample has each row. Of a stratum that was sampled as many rows
        are drawn as it has in truth, so that the spread is that of all rows.
    """
    together = max(1, _CELLS_TOGETHER // max(1, len(drawn.rows)))
    for start in range(0, n_resamples, together):
        n = min(together, n_resamples - start)
        parts = [
            _counts(size, kept, n, rng)
            for size, kept in zip(drawn.sizes, drawn.drawn, strict=True)
        ]
        yield np.asfortranarray(np.concatenate(parts, axis=1), dtype=float)


def _counts(
    size: int, kept: int, n: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draw `size` of `kept` rows with replacement, `n` times, and count."""
    if size > _DRAWN_SINGLY * kept:
        return rng.multinomial(size, np.full(kept, 1 / kept), size=n)
    # Each draw by itself: up to ten times as quick where there are few a row.
    draws = rng.integers(0, kept, (n, size)) + kept * np.arange(n)[:, None]
    counts = np.bincount(draws.ravel(), minlength=n * kept)
    return counts.reshape(n, kept)


def paired(
    n_samples: int, *, max_rows: int, n_resamples: int, seed: int = 0
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Draw resamples to use for several models: their differences are then paired.

    Parameters
    ----------
    n_samples : int
        How many rows there are.
    max_rows : int
        How many of them to draw from at most.
    n_resamples : int
        How many resamples.
    seed : int, default=0
        Which.

    Returns
    -------
    rows : ndarray of int of shape (n_rows,)
        The rows that are drawn from: all, or a sample of many.
    weights : ndarray of float of shape (n_resamples + 1, n_rows)
        How often each row counts: once for the first weighting, then of each resample.
    """
    rng = np.random.default_rng(seed)
    drawn = drawn_from(np.zeros(n_samples, int), max_rows=max_rows, rng=rng)
    sets = resamples(drawn, n_resamples=n_resamples, rng=rng)
    return drawn.rows, np.concatenate([drawn.once(), *sets])


def resample_counts(
    counts: ArrayLike, *, n_resamples: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Resample a table of counts, keeping the sum of each row.

    This is what resampling the rows behind it within each actual class comes to, at a
    cost that does not grow with their number.

    Parameters
    ----------
    counts : array-like of int of shape (n_classes, n_classes)
        A row is an actual class, a column a predicted one.
    n_resamples : int
        How many resamples.
    rng : Generator
        Where chance comes from.

    Returns
    -------
    ndarray of int of shape (n_resamples, n_classes, n_classes)
        A table a resample.
    """
    table = np.asarray(counts, dtype=np.int64)
    found = np.zeros((n_resamples, *table.shape), dtype=np.int64)
    for code, row in enumerate(table):
        seen = np.flatnonzero(row)  # most cells of many classes are empty
        if len(seen):
            shares = row[seen] / row.sum()
            found[:, code, seen] = rng.multinomial(row.sum(), shares, size=n_resamples)
    return found


def percentile_interval(
    value: float,
    resampled: NDArray[np.float64],
    *,
    level: float = LEVEL,
    around: float | None = None,
) -> Interval | None:
    """Return the range that holds the middle resamples.

    Parameters
    ----------
    value : float
        What all rows give.
    resampled : ndarray of shape (n_resamples,)
        What each resample gives.
    level : float, default=0.95
        Share of the resamples that the interval holds.
    around : float, optional
        What the rows that were drawn from give, if they are a sample: the interval is
        moved by its difference from `value`.

    Returns
    -------
    Interval or None
        None where hardly any resample defines the value.
    """
    defined = resampled[np.isfinite(resampled)]
    if len(defined) < len(resampled) / 2 or not np.isfinite(value):
        return None
    tail = (1 - level) / 2
    low, high = np.quantile(defined, [tail, 1 - tail])
    if around is not None and np.isfinite(around):
        low, high = low + value - around, high + value - around
    return Interval(float(value), float(low), float(high))


def intervals(
    values: Mapping[str, float],
    resampled: Mapping[str, NDArray[np.float64]],
    around: Mapping[str, float],
) -> dict[str, Interval]:
    """Return the interval of each value of which there are resamples.

    Parameters
    ----------
    values : mapping of str to float
        What all rows give.
    resampled : mapping of str to ndarray
        What each resample gives.
    around : mapping of str to float
        What a sample of the rows gives, where the resamples are of one.

    Returns
    -------
    dict of str to Interval
        In the order of `values`; without those that have no interval.
    """
    found = {
        name: percentile_interval(value, resampled[name], around=around.get(name))
        for name, value in values.items()
        if name in resampled
    }
    return {name: interval for name, interval in found.items() if interval is not None}
