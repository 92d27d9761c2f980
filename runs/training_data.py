"""The rows a run learns from, read the same way by search, refit and evaluation."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runs.models import Run
from runs.search.problem import TaskType

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from runs.search.folds import Split


@dataclass(frozen=True)
class TrainingData:
    """Rows with a known target.

    Attributes
    ----------
    X : DataFrame of shape (n_samples, n_features)
        The run's feature columns as uploaded.
    labels : Series of shape (n_samples,)
        The target as uploaded.
    y : ndarray of shape (n_samples,)
        Class codes in the order of `classes`, or the number to predict.
    classes : list
        Labels in sorted order; empty for regression.
    train_rows, holdout_rows : ndarray
        Positions of the rows the search sees, and of those it never sees.
    """

    X: "pd.DataFrame"
    labels: "pd.Series"
    y: "np.ndarray"
    classes: list[Any]
    train_rows: "np.ndarray"
    holdout_rows: "np.ndarray"


def split_of(run: Run) -> "Split":
    from runs.search.folds import Split

    return Split(
        n_splits=run.n_splits,
        holdout_fraction=run.holdout_fraction,
        seed=run.seed,
        task=TaskType(run.task),
    )


def load_training_data(run: Run) -> TrainingData:
    """Read the run's table and split off the holdout."""
    from runs.search.folds import encode_target, holdout_rows
    from runs.tables.storage import read_parquet

    frame = read_parquet(Path(run.dataset.table.path), [*run.features, run.target])
    frame = frame[frame[run.target].notna()].reset_index(drop=True)
    y, classes = encode_target(frame[run.target], TaskType(run.task))
    train, holdout = holdout_rows(y, split_of(run))
    return TrainingData(
        X=frame[run.features],
        labels=frame[run.target],
        y=y,
        classes=classes,
        train_rows=train,
        holdout_rows=holdout,
    )


def data_key(run: Run) -> str:
    """Return the name of the run's prepared folds: equal data, equal name."""
    from runs.search.folds import fold_key

    return fold_key(
        data=run.dataset.content_hash,
        target=run.target,
        columns=run.features,
        split=split_of(run),
    )
