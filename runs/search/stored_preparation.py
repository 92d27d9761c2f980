"""Fitting the preparation of a large table, with its result on disk."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from runs.search.columnwise import ColumnFile
from runs.search.memory import give_back
from runs.search.rows import by_columns

Array = NDArray[Any]


def fit_stored(
    preprocessor: Pipeline,
    load: Callable[[], pd.DataFrame],
    y: Array,
    directory: Path,
) -> Array:
    """Fit the preparation of columns, a few of them after the other.

    It is fitted as ``preprocessor.fit`` would do it, to the last bit: every step behind
    the first looks at one column at a time.

    Parameters
    ----------
    preprocessor : Pipeline
        From ``make_preprocessor``; it is fitted.
    load : callable
        Returns the rows, columns as uploaded; they are gone when it returns.
    y : ndarray of shape (n_samples,)
        Target.
    directory : Path
        Where the result is written. The file has no name, so that nothing of it is left
        when this process has ended.

    Returns
    -------
    ndarray of shape (n_samples, n_features)
        What ``preprocessor.fit_transform`` returns; it is mapped from the file.
    """
    (_, vectorizer), *rest = preprocessor.steps
    frame = vectorizer.fit_transform(load(), y)
    kinds = [np.dtype(kind) for kind in frame.dtypes if isinstance(kind, np.dtype)]
    is_plain = kinds and {kind.kind for kind in kinds} == {"f"}
    if not is_plain or len(kinds) < frame.shape[1]:
        prepared: Array = Pipeline(rest).fit_transform(frame, y)
        return prepared
    give_back()
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="refit-", dir=directory) as folder:
        path = Path(folder, "X.npy")
        blocks = _blocks(frame, np.result_type(*kinds))
        if len(rest) == 1:
            [(_, finite)] = rest
            finite.fit(frame)
            _write(path, len(frame), (finite.transform(block) for block in blocks))
        else:
            _fit_linear(dict(rest), frame, blocks, path)
        # The system keeps what is mapped until it is let go of.
        mapped: Array = np.load(path, mmap_mode="c").view(np.ndarray)
        return mapped


def _blocks(frame: pd.DataFrame, dtype: Any) -> Iterator[Array]:  # noqa: ANN401
    for names in by_columns(list(frame.columns), len(frame)):
        yield frame[names].to_numpy(dtype=dtype)


def _write(path: Path, n_rows: int, blocks: Iterable[Array]) -> None:
    file = ColumnFile(path, n_rows)
    try:
        for block in blocks:
            file.add(block)
    finally:
        file.close()


class _Column(NamedTuple):
    """What scaling has learned of some columns of the output."""

    mean: Array
    var: Array
    scale: Array


def _fit_linear(
    steps: dict[str, Any], frame: pd.DataFrame, blocks: Iterable[Array], path: Path
) -> None:
    """Fit what comes behind the first step of the linear recipe, and write its output.

    The parts of each step are fitted by the step's own class; what they have learned is
    put together in one that has been fitted on two rows.
    """
    steps["finite"].fit(frame)
    medians: list[Array] = []
    is_missing: list[Array] = []
    values: list[_Column] = []
    indicators: list[_Column] = []
    n_rows, n_seen = len(frame), 0
    file = ColumnFile(path, n_rows, "C")
    try:
        for block in blocks:
            names = ("double", "impute", "columns", "scale")
            part = Pipeline([(name, clone(steps[name])) for name in names])
            # As an array: the frame's names are the first step's business.
            finite = clone(steps["finite"]).fit_transform(block)
            scaled = part.fit_transform(finite)
            imputer, scaler = part["impute"], part["scale"]
            flagged = imputer.indicator_.features_
            file.add(scaled, n_last=len(flagged))
            medians.append(imputer.statistics_)
            is_missing.append(np.isin(np.arange(block.shape[1]), flagged))
            learned = (scaler.mean_, scaler.var_, scaler.scale_)
            n = block.shape[1]
            values.append(_Column(*(array[:n] for array in learned)))
            indicators.append(_Column(*(array[n:] for array in learned)))
            n_seen = scaler.n_samples_seen_
    finally:
        file.close()
    few = np.zeros((2, frame.shape[1]))
    few[0, np.concatenate(is_missing)] = np.nan
    Pipeline(list(steps.items())[1:]).fit(few)
    steps["impute"].statistics_ = np.concatenate(medians)
    scaler = steps["scale"]
    parts = [*values, *indicators]
    scaler.mean_ = np.concatenate([part.mean for part in parts])
    scaler.var_ = np.concatenate([part.var for part in parts])
    scaler.scale_ = np.concatenate([part.scale for part in parts])
    scaler.n_samples_seen_ = n_seen
