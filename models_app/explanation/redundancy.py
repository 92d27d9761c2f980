"""Columns that tell the same: importance is shared among them, and looks small in each."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

Matrix = NDArray[np.float64]

TOGETHER = 0.7  # from which association on columns are one group
MAX_LEVELS = 40
MAX_ROWS = 2_000
MAX_COLUMNS = 300


class Redundancy(NamedTuple):
    """How much columns tell of each other.

    Attributes
    ----------
    association : ndarray of shape (n_columns, n_columns)
        From 0 to 1.
    groups : list of list of int
        Positions of columns that belong together, two or more each.
    """

    association: Matrix
    groups: list[list[int]]


def redundancy(X: pd.DataFrame, *, numeric: Sequence[bool]) -> Redundancy:
    """Group columns by what they tell of each other.

    Two numbers are compared by the absolute value of Spearman's rank correlation, two
    categories by Cramer's V without its bias [1]_, and a number with a category by the
    share of the ranks' variance that the categories explain (its root).

    Parameters
    ----------
    X : DataFrame of shape (n_samples, n_columns)
        Rows as uploaded.
    numeric : sequence of bool
        Which columns are numbers or dates; the others are categories.

    Returns
    -------
    Redundancy
        Groups of an average linkage whose association is at least 0.7.

    References
    ----------
    .. [1] Bergsma, W. (2013). A bias-correction for Cramer's V and Tschuprow's T.
       Journal of the Korean Statistical Society 42, 323-328.
    """
    X = X.iloc[:MAX_ROWS, :MAX_COLUMNS]
    p = X.shape[1]
    ranks: list[Matrix | None] = []
    codes: list[NDArray[np.int64] | None] = []
    for j in range(p):
        column = X.iloc[:, j]
        ranks.append(_ranks(column) if numeric[j] else None)
        codes.append(None if numeric[j] else _codes(column))
    found = np.eye(p)
    for a in range(p):
        for b in range(a):
            found[a, b] = found[b, a] = _association(
                (ranks[a], codes[a]), (ranks[b], codes[b])
            )
    return Redundancy(found, _groups(found))


def _groups(association: Matrix) -> list[list[int]]:
    if len(association) < 2:
        return []
    distance = 1 - np.clip(association, 0, 1)
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform(distance, checks=False), method="average")
    label = fcluster(tree, 1 - TOGETHER, criterion="distance")
    groups = [np.flatnonzero(label == k).tolist() for k in np.unique(label)]
    return sorted(group for group in groups if len(group) > 1)


def _ranks(column: pd.Series) -> Matrix:
    values = column.astype("int64") if column.dtype.kind in "mM" else column
    ranks = pd.Series(np.asarray(values, dtype=np.float64)).rank().to_numpy()
    known = np.isfinite(ranks) & column.notna().to_numpy()
    # A missing value is in the middle: it neither adds nor takes away.
    middle = ranks[known].mean() if known.any() else 0.0
    centred = np.where(known, ranks - middle, 0.0)
    size = np.sqrt((centred**2).sum())
    return centred / size if size > 0 else centred


def _codes(column: pd.Series) -> NDArray[np.int64]:
    codes, _ = pd.factorize(column.astype("object"), use_na_sentinel=False)
    if len(codes) and codes.max() >= MAX_LEVELS:
        common = np.bincount(codes).argsort()[::-1][: MAX_LEVELS - 1]
        places = np.full(codes.max() + 1, MAX_LEVELS - 1)
        places[common] = np.arange(len(common))
        codes = places[codes]
    return np.asarray(codes, dtype=np.int64)


def _association(a: tuple[Any, Any], b: tuple[Any, Any]) -> float:
    (ranks_a, codes_a), (ranks_b, codes_b) = a, b
    if ranks_a is not None and ranks_b is not None:
        return float(abs(ranks_a @ ranks_b))
    if codes_a is not None and codes_b is not None:
        return _cramers_v(codes_a, codes_b)
    ranks, codes = (ranks_a, codes_b) if ranks_a is not None else (ranks_b, codes_a)
    return _correlation_ratio(ranks, codes)


def _cramers_v(a: NDArray[np.int64], b: NDArray[np.int64]) -> float:
    n = len(a)
    table = np.zeros((a.max(initial=0) + 1, b.max(initial=0) + 1))
    np.add.at(table, (a, b), 1)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    rows, columns = table.shape
    if min(rows, columns) < 2 or n < 2:
        return 0.0
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / n
    phi = ((table - expected) ** 2 / expected).sum() / n
    phi = max(0.0, phi - (rows - 1) * (columns - 1) / (n - 1))
    rows_now = rows - (rows - 1) ** 2 / (n - 1)
    columns_now = columns - (columns - 1) ** 2 / (n - 1)
    least = min(rows_now, columns_now) - 1
    return float(min(1.0, np.sqrt(phi / least))) if least > 0 else 0.0


def _correlation_ratio(ranks: Matrix, codes: NDArray[np.int64]) -> float:
    counts = np.bincount(codes)
    sums = np.bincount(codes, weights=ranks)
    levels, n = (counts > 0).sum(), len(codes)
    total = (ranks**2).sum()
    if levels < 2 or n <= levels or total <= 0:
        return 0.0
    explained = (sums[counts > 0] ** 2 / counts[counts > 0]).sum() / total
    # As many levels explain some of any noise: epsilon squared.
    share = 1 - (1 - explained) * (n - 1) / (n - levels)
    return float(np.sqrt(max(0.0, share)))
