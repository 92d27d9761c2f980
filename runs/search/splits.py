"""Which rows are held out, and which are in which fold."""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import (
    GroupKFold,
    GroupShuffleSplit,
    KFold,
    PredefinedSplit,
    RepeatedKFold,
    RepeatedStratifiedKFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    TimeSeriesSplit,
    train_test_split,
)

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
    scheme : str, default="kfold"
        ``"kfold"`` (stratified for classes); ``"repeated"``, the same drawn anew
        ``n_repeats`` times; ``"group"``, where rows with one value of the column stay
        together; ``"time"``, where each fold is later than what it is fitted on;
        ``"holdout"``, a single part to score on; ``"predefined"``, where each value of
        the column is a fold.
    n_repeats : int, default=1
        Number of repetitions.
    column : str, default=""
        Column of groups, times or folds.
    validation_fraction : float, default=0.2
        Share of the single part to score on.
    """

    n_splits: int
    holdout_fraction: float
    seed: int
    task: TaskType
    scheme: str = "kfold"
    n_repeats: int = 1
    column: str = ""
    validation_fraction: float = 0.2


def holdout_rows(
    y: NDArray[Any], split: Split, by: NDArray[Any] | None = None
) -> tuple[Rows, Rows]:
    """Divide the rows into those for the search and those no trial sees.

    Groups stay together, and of rows in time the latest are held out.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        Encoded target.
    split : Split
        How to divide.
    by : ndarray of shape (n_samples,), optional
        Values of the split's column.

    Returns
    -------
    train, holdout : ndarray of int
        Positions of the rows.

    Raises
    ------
    SpecError
        If the rows cannot be divided so.
    """
    rows = np.arange(len(y))
    if split.scheme == "time":
        rows = _in_time(by)
    if split.holdout_fraction == 0:
        return rows, rows[:0]
    if split.scheme == "time":
        n_train = len(rows) - math.ceil(split.holdout_fraction * len(rows))
        return rows[:n_train], rows[n_train:]
    try:
        if split.scheme == "group":
            drawn = GroupShuffleSplit(
                1, test_size=split.holdout_fraction, random_state=split.seed
            )
            train, holdout = next(drawn.split(rows, y, _named(by)))
        else:
            train, holdout = train_test_split(
                rows,
                test_size=split.holdout_fraction,
                random_state=split.seed,
                stratify=y if split.task.is_classification else None,
            )
    except SpecError:
        raise
    except ValueError as error:
        raise SpecError(
            f"No holdout can be split off: {error}", field="holdout_fraction"
        ) from error
    if split.task.is_classification and len(np.unique(y[train])) < len(np.unique(y)):
        raise SpecError(
            "With this holdout a class has no row left to learn from; use a smaller "
            "holdout, or none (0).",
            field="holdout_fraction",
        )
    return train, holdout


def _in_time(by: NDArray[Any] | None) -> Rows:
    if by is None:
        raise SpecError("Name the column that orders the rows.", field="split_column")
    if pd.isna(by).any():
        raise SpecError(
            f"{int(pd.isna(by).sum())} rows have no time; fill the column or divide "
            "the rows in another way.",
            field="split_column",
        )
    # Stable: rows of one moment stay in the order of the table.
    return np.argsort(by, kind="stable").astype(np.intp)


def _named(by: NDArray[Any] | None) -> NDArray[Any]:
    """Return groups as numbers; a row without one is a group of its own."""
    if by is None:
        raise SpecError("Name the column of the groups.", field="split_column")
    codes, _ = pd.factorize(pd.Series(by))
    alone = codes < 0
    codes = codes.astype(np.int64)
    codes[alone] = len(codes) + np.arange(int(alone.sum()))
    return codes


def fold_rows(
    y_train: NDArray[Any], split: Split, by: NDArray[Any] | None = None
) -> list[tuple[Rows, Rows]]:
    """Divide the rows for the search into folds.

    Parameters
    ----------
    y_train : ndarray of shape (n_train,)
        Encoded target of the rows that are not held out.
    split : Split
        How to divide.
    by : ndarray of shape (n_train,), optional
        Values of the split's column for these rows.

    Returns
    -------
    list of (ndarray, ndarray)
        For each fold the positions, within ``y_train``, to fit on and to score on.

    Raises
    ------
    SpecError
        If there are too few rows, groups or moments for the folds.
    """
    _check_counts(y_train, split)
    try:
        folds = list(_folds(y_train, split, by))
    except SpecError:
        raise
    except ValueError as error:
        raise SpecError(
            f"The rows cannot be divided into {split.n_splits} folds: {error}",
            field="n_splits",
        ) from error
    if any(len(train) == 0 or len(test) == 0 for train, test in folds):
        raise SpecError("A fold has no rows; use fewer folds.", field="n_splits")
    if split.task.is_classification:
        for number, (train, _) in enumerate(folds, 1):
            if len(np.unique(y_train[train])) < 2:
                raise SpecError(
                    f"The rows that fold {number} is fitted on have one class only; "
                    "divide the rows in another way or use fewer folds.",
                    field="n_splits",
                )
    return folds


def _folds(y: NDArray[Any], split: Split, by: NDArray[Any] | None) -> Any:  # noqa: ANN401
    n, seed, X = split.n_splits, split.seed, np.zeros(len(y))
    classes = split.task.is_classification
    match split.scheme:
        case "kfold":
            kind = StratifiedKFold if classes else KFold
            return kind(n, shuffle=True, random_state=seed).split(X, y)
        case "repeated":
            kind = RepeatedStratifiedKFold if classes else RepeatedKFold
            drawn = kind(n_splits=n, n_repeats=split.n_repeats, random_state=seed)
            return drawn.split(X, y)
        case "group":
            groups = _named(by)
            if classes:
                drawn = StratifiedGroupKFold(n, shuffle=True, random_state=seed)
            else:
                drawn = GroupKFold(n, shuffle=True, random_state=seed)
            return drawn.split(X, y, groups)
        case "time":
            # The rows of the search are in the order of time: see `holdout_rows`.
            return TimeSeriesSplit(n).split(X)
        case "holdout":
            part = train_test_split(
                np.arange(len(y)),
                test_size=split.validation_fraction,
                random_state=seed,
                stratify=y if classes else None,
            )
            return [(part[0], part[1])]
        case "predefined":
            codes, _ = pd.factorize(pd.Series(by), sort=True)
            return PredefinedSplit(codes).split()
        case _:
            raise SpecError(
                f"There is no validation scheme {split.scheme!r}.", field="scheme"
            )


def _check_counts(y: NDArray[Any], split: Split) -> None:
    if split.scheme not in ("kfold", "repeated"):
        return
    if split.task.is_classification:
        rarest = int(np.unique(y, return_counts=True)[1].min())
        if rarest < split.n_splits:
            raise SpecError(
                f"The rarest class has {rarest} rows for {split.n_splits} folds; "
                "use fewer folds or leave the class out.",
                field="n_splits",
            )
    elif len(y) < split.n_splits:
        raise SpecError(
            f"There are {len(y)} rows for {split.n_splits} folds; use fewer.",
            field="n_splits",
        )


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
