"""The parts of the rows on which a model is worse than elsewhere, by more than chance.

Whoever looks at hundreds of parts finds some that look bad by chance alone. So each part is
tested against the rows outside of it (Welch's test, one-sided), and only those are named
that the procedure of Benjamini and Hochberg [1]_ keeps: of the parts named, at most one in
twenty is expected to be no worse than the rest. They are ordered by the lower end of how
much worse they are, which puts a small part with a few bad rows behind a large one that is
surely bad.

.. [1] Benjamini, Y. and Hochberg, Y. (1995). Controlling the False Discovery Rate. Journal
   of the Royal Statistical Society B 57, 289-300.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from models_app.evaluation.dividing import Division
from models_app.evaluation.segments import moments

FALSE_DISCOVERIES = 0.05
MIN_ROWS = 30
MIN_SHARE = 0.01
MAX_FOUND = 10
PAIRED_COLUMNS = 5


class Weak(NamedTuple):
    """A part of the rows with its mean loss, and that of the rows outside.

    Attributes
    ----------
    parts : tuple of (str, str)
        Column and group, of one column or of two.
    n_rows : int
        Rows in it.
    loss, loss_elsewhere : float
        Mean loss inside and outside.
    excess_low : float
        Lower end of the one-sided 95 % interval of their difference; above zero.
    p_value : float
        Of Welch's test, adjusted for all parts tested.
    """

    parts: tuple[tuple[str, str], ...]
    n_rows: int
    loss: float
    loss_elsewhere: float
    excess_low: float
    p_value: float


class Search(NamedTuple):
    """What was found, and among how many parts."""

    found: list[Weak]
    n_tested: int
    min_rows: int


def weakest(
    losses: NDArray[np.float64],
    divisions: Sequence[Division],
    *,
    n_paired: int = PAIRED_COLUMNS,
    max_found: int = MAX_FOUND,
) -> Search:
    """Find the groups of rows, of one column or of two, with surely larger losses.

    Parameters
    ----------
    losses : ndarray of shape (n_samples,)
        One a row.
    divisions : sequence of Division
        The columns, the most telling first.
    n_paired : int, default=5
        How many of the first columns are looked at in pairs.
    max_found : int, default=10
        How many parts to return at most.

    Returns
    -------
    Search
        The surely worst first. Two columns together are only named where they are surely
        worse than either alone.
    """
    n = len(losses)
    min_rows = max(MIN_ROWS, int(np.ceil(MIN_SHARE * n)))
    singles = [_Tested.of(losses, [d], min_rows) for d in divisions]
    pairs = [
        _Tested.of(losses, pair, min_rows)
        for pair in combinations(divisions[:n_paired], 2)
    ]
    tested = [group for one in [*singles, *pairs] for group in one]
    if not tested:
        return Search([], 0, min_rows)
    adjusted = stats.false_discovery_control([t.p_value for t in tested])
    kept = [
        (t, float(p))
        for t, p in zip(tested, adjusted, strict=True)
        if p <= FALSE_DISCOVERIES and t.excess_low > 0
    ]
    alone = {t.parts[0]: t for t in tested if len(t.parts) == 1}
    found = [
        Weak(t.parts, t.n_rows, t.loss, t.loss_elsewhere, t.excess_low, p)
        for t, p in kept
        if len(t.parts) == 1 or _adds(t, alone)
    ]
    found.sort(key=lambda weak: -weak.excess_low)
    return Search(found[:max_found], len(tested), min_rows)


class _Tested(NamedTuple):
    parts: tuple[tuple[str, str], ...]
    n_rows: int
    loss: float
    loss_low: float  # one-sided, of the loss itself
    loss_elsewhere: float
    excess_low: float
    p_value: float

    @classmethod
    def of(
        cls,
        losses: NDArray[np.float64],
        divisions: Sequence[Division],
        min_rows: int,
    ) -> "list[_Tested]":
        codes, labels = _crossed(divisions)
        counts, means, variances = moments(losses, codes, len(labels))
        n, mean = len(losses), float(losses.mean())
        total = float(((losses - mean) ** 2).sum())
        found = []
        for at in np.flatnonzero(counts >= min_rows):
            inside, outside = counts[at], n - counts[at]
            if outside < min_rows:
                continue
            loss = means[at]
            elsewhere = (n * mean - inside * loss) / outside
            # What is left of the squares without those inside and between.
            between = inside * (loss - mean) ** 2 + outside * (elsewhere - mean) ** 2
            left = max(0.0, total - between - variances[at] * (inside - 1))
            errors = variances[at] / inside, left / (outside - 1) / outside
            spread = float(np.sqrt(sum(errors)))
            if spread <= 1e-12 * max(1.0, abs(mean)):
                continue
            freedom = sum(errors) ** 2 / (
                errors[0] ** 2 / (inside - 1) + errors[1] ** 2 / (outside - 1)
            )
            difference = loss - elsewhere
            edge = float(stats.t.ppf(0.95, freedom))
            own = float(stats.t.ppf(0.95, inside - 1)) * np.sqrt(errors[0])
            found.append(
                cls(
                    labels[at],
                    int(inside),
                    float(loss),
                    float(loss - own),
                    float(elsewhere),
                    float(difference - edge * spread),
                    float(stats.t.sf(difference / spread, freedom)),
                )
            )
        return found


def _crossed(
    divisions: Sequence[Division],
) -> tuple[NDArray[np.intp], list[tuple[tuple[str, str], ...]]]:
    codes = np.zeros(len(divisions[0].codes), np.intp)
    labels: list[tuple[tuple[str, str], ...]] = [()]
    for division in divisions:
        codes = codes * len(division.labels) + division.codes
        labels = [
            (*before, (division.column, label))
            for before in labels
            for label in division.labels
        ]
    return codes, labels


def _adds(pair: _Tested, alone: dict[tuple[str, str], _Tested]) -> bool:
    parents = [alone[part] for part in pair.parts if part in alone]
    return all(pair.loss_low > parent.loss for parent in parents)
