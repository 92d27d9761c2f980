"""The rows a run learns from, read the same way by search, refit and evaluation."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from runs.files import local_copy
from runs.models import Run
from runs.search.problem import TaskType

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from runs.search.folds import Split
    from runs.search.large_work import LargeWork

# A table of so many cells takes some hundred megabytes while it is worked on.
LARGE_CELLS = 10_000_000


@dataclass(frozen=True)
class TrainingData:
    """Rows with a known target; what they are predicted from is loaded when asked for.

    Attributes
    ----------
    run : Run
        The run they are of.
    known : ndarray
        Positions, in the table, of the rows with a known target: all others count these.
    labels : Series of shape (n_samples,)
        The target as uploaded.
    y : ndarray of shape (n_samples,)
        Class codes in the order of `classes`, or the number to predict.
    classes : list
        Labels in sorted order; empty for regression.
    by : ndarray of shape (n_samples,) or None
        Values of the column that divides the rows, if one does.
    train_rows, holdout_rows : ndarray
        Positions of the rows the search sees, and of those it never sees.
    """

    run: Run
    known: "np.ndarray"
    labels: "pd.Series"
    y: "np.ndarray"
    classes: list[Any]
    by: "np.ndarray | None"
    train_rows: "np.ndarray"
    holdout_rows: "np.ndarray"

    @cached_property
    def X(self) -> "pd.DataFrame":
        """All rows of the feature columns as uploaded."""
        return self.read(self.run.features, slice(None))

    def rows(self, positions: "np.ndarray") -> "pd.DataFrame":
        """Load the feature columns of some rows: `X.iloc[positions]`, but not the rest."""
        return self.read(self.run.features, positions)

    def read(
        self, columns: Sequence[str], positions: "np.ndarray | slice"
    ) -> "pd.DataFrame":
        """Load some columns of some rows, in the types their kinds ask for."""
        from runs.tables.choosing import as_features
        from runs.tables.kinds import Column, Kind
        from runs.tables.storage import read_rows

        with local_copy(self.run.dataset.table) as path:
            frame = read_rows(path, columns, self.known[positions])
        described = filter(None, map(self.run.dataset.column, columns))
        kinds = [
            Column(c["name"], Kind(c["kind"]), c["reason"], c["dtype"])
            for c in described
        ]
        return as_features(frame, kinds)

    @property
    def train_by(self) -> "np.ndarray | None":
        """Return `by` of the rows the search sees."""
        return None if self.by is None else self.by[self.train_rows]


def split_of(run: Run) -> "Split":
    from runs.search.folds import Split

    return Split(
        n_splits=run.n_splits,
        holdout_fraction=run.holdout_fraction,
        seed=run.seed,
        task=TaskType(run.task),
        scheme=run.scheme,
        n_repeats=run.n_repeats,
        column=run.split_column,
        validation_fraction=run.validation_fraction,
    )


def load_training_data(run: Run) -> TrainingData:
    """Read the target of the run's table and split off the holdout."""
    import numpy as np  # noqa: PLC0415

    from runs.search.folds import encode_target, holdout_rows
    from runs.tables.storage import read_parquet

    split = split_of(run)
    needed = dict.fromkeys([run.target, *filter(None, [run.split_column])])
    with local_copy(run.dataset.table) as path:
        frame = read_parquet(path, list(needed))
    known = np.flatnonzero(frame[run.target].notna())
    frame = frame.iloc[known].reset_index(drop=True)
    y, classes = encode_target(frame[run.target], split.task)
    by = frame[run.split_column].to_numpy() if run.split_column else None
    train, holdout = holdout_rows(y, split, by)
    return TrainingData(
        run=run,
        known=known,
        labels=frame[run.target],
        y=y,
        classes=classes,
        by=by,
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


def large_work(run: Run) -> "LargeWork | None":
    """Return whose turn it is to work on the run's table, if that is a large one."""
    from runs.search.large_work import LargeWork  # noqa: PLC0415

    if (run.dataset.n_rows or 0) * len(run.features) < LARGE_CELLS:
        return None
    n_threads = int(settings.THREADS_PER_WORKER)
    n_alone = max(
        n_threads, min(os.cpu_count() or 1, n_threads * int(settings.WORKERS))
    )
    return LargeWork(Path(settings.TUNEBOARD_HOME, "locks"), n_threads, n_alone)


@contextmanager
def large_turn(run: Run) -> Iterator[int]:
    """Wait for the turn to work on the run's table, if that is a large one."""
    work = large_work(run)
    if work is None:
        yield int(settings.THREADS_PER_WORKER)
        return
    from runs.search.memory import give_back  # noqa: PLC0415

    with work.turn() as n_threads:
        try:
            yield n_threads
        finally:
            give_back()  # before the next one begins
