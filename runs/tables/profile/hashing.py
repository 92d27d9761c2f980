"""Find equal rows from 64 bits a row, whatever the columns hold.

Two different rows have the same hash with a probability of 2^-64; among a million rows
a wrong pair is found once in tens of millions of tables.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

Hashes = npt.NDArray[np.uint64]


def hash_cells(series: pd.Series, position: int) -> Hashes:
    """Hash the cells of a column.

    Parameters
    ----------
    series : Series of shape (n_rows,)
        The column.
    position : int
        Its position in the table: equal values of different columns differ.

    Returns
    -------
    ndarray of uint64 of shape (n_rows,)
        Equal for equal values of this table; all missing values are equal. The sum of
        a row's hashes, modulo 2^64, is that of the row.
    """
    salt = np.uint64((position + 1) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF)
    return _mix(_bits(series) ^ _mix(np.array([salt])))


def count_repeated(hashes: Hashes) -> int:
    """Count the rows that are equal to an earlier one.

    Parameters
    ----------
    hashes : ndarray of uint64 of shape (n_rows,)
        Of the rows.

    Returns
    -------
    int
        Rows that would go if only the first of equal ones stayed.
    """
    ordered = np.sort(hashes)
    return int(np.count_nonzero(ordered[1:] == ordered[:-1]))


def count_conflicts(features: Hashes, target: Hashes) -> tuple[int, int]:
    """Count rows that equal others in their features but not in the target.

    Parameters
    ----------
    features : ndarray of uint64 of shape (n_rows,)
        Hashes of the features.
    target : ndarray of uint64 of shape (n_rows,)
        Hashes of the target.

    Returns
    -------
    (int, int)
        Rows in groups of equal features with different targets, and such groups.
    """
    if not len(features):
        return 0, 0
    order = np.lexsort((target, features))
    features, target = features[order], target[order]
    starts = np.flatnonzero(np.r_[True, features[1:] != features[:-1]])
    ends = np.append(starts[1:], len(features))
    # Sorted within a group, targets differ if the last differs from the first.
    differ = target[starts] != target[ends - 1]
    return int((ends - starts)[differ].sum()), int(np.count_nonzero(differ))


def _bits(series: pd.Series) -> Hashes:
    values = series.to_numpy() if series.dtype.kind in "biufM" else None
    if values is None:
        # The place of a text among the different texts stands for it.
        values = pd.factorize(series)[0]
    if values.dtype.kind == "f":
        values = values.astype(np.float64) + 0.0  # -0.0 equals 0.0
        values[np.isnan(values)] = np.nan  # of the many bit patterns one
        bits: Hashes = values.view(np.uint64)
        return bits
    if values.dtype.kind == "M":
        values = values.astype("datetime64[us]")
    whole: Hashes = values.astype(np.int64).view(np.uint64)
    return whole


def _mix(values: Hashes) -> Hashes:
    """Spread every bit over all others: the finalizer of SplitMix64 (Steele 2014)."""
    mixed = values.copy()
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed
