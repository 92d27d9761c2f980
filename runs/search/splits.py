"""Which rows are held out, and which are in which fold."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split

from runs.search.problem import SpecError, TaskType

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Split:
    """How the rows of a run are divided.

    Attributes
    ----------
    n_splits : int
        Number of folds.
    holdout_fraction : float
        Share of the rows no trial sees; 0 for none.
    seed : int
        Seed of both divisions, and of the preprocessing of each fold.
    task : TaskType
        What is to be predicted; classes are divided evenly.
    """

    n_splits: int
    holdout_fraction: float
    seed: int
    task: TaskType


def holdout_rows(y: NDArray[Any], split: Split) -> tuple[Rows, Rows]:
    """Divide the rows into those for the search and those no trial sees.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        Encoded target.
    split : Split
        How to divide.

    Returns
    -------
    train, holdout : ndarray of int
        Positions of the rows, in the order ``train_test_split`` gives them.
    """
    rows = np.arange(len(y))
    if split.holdout_fraction == 0:
        return rows, rows[:0]
    stratify = y if split.task.is_classification else None
    try:
        train, holdout = train_test_split(
            rows,
            test_size=split.holdout_fraction,
            random_state=split.seed,
            stratify=stratify,
        )
    except ValueError as error:
        raise SpecError(
            f"No holdout can be split off: {error}", field="holdout_fraction"
        ) from error
    return train, holdout


def fold_rows(y_train: NDArray[Any], split: Split) -> list[tuple[Rows, Rows]]:
    """Divide the rows for the search into folds.

    Parameters
    ----------
    y_train : ndarray of shape (n_train,)
        Encoded target of the rows that are not held out.
    split : Split
        How to divide.

    Returns
    -------
    list of (ndarray, ndarray)
        For each fold the positions, within ``y_train``, to fit on and to score on.
    """
    kind = StratifiedKFold if split.task.is_classification else KFold
    folds = kind(split.n_splits, shuffle=True, random_state=split.seed)
    if split.task.is_classification:
        rarest = int(np.unique(y_train, return_counts=True)[1].min())
        if rarest < split.n_splits:
            raise SpecError(
                f"The rarest class has {rarest} rows for {split.n_splits} folds; "
                "use fewer folds or leave the class out.",
                field="n_splits",
            )
    elif len(y_train) < split.n_splits:
        raise SpecError(
            f"There are {len(y_train)} rows for {split.n_splits} folds; use fewer.",
            field="n_splits",
        )
    return list(folds.split(np.zeros(len(y_train)), y_train))


def fold_key(*, data: str, target: str, columns: Sequence[str], split: Split) -> str:
    """Name the folds of a table so that equal folds, and only those, share the name.

    Parameters
    ----------
    data : str
        Hash of the table's content.
    target : str
        Target column.
    columns : sequence of str
        Columns used, in order.
    split : Split
        How the rows are divided.

    Returns
    -------
    str
        A hexadecimal hash.
    """
    parts = [data, target, list(columns), asdict(split)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
