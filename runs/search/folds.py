"""Folds that are preprocessed once and shared by all trials and processes of a host."""

import fcntl
import hashlib
import json
import mmap
import os
import shutil
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from runs.search.columnwise import ColumnFile, MixedTypesError
from runs.search.pipelines import (
    categorical_positions,
    feature_names,
    make_preprocessor,
    n_indicators,
)
from runs.search.problem import SpecError
from runs.search.rows import FrameRows, Rows, Source, StoredRows, by_columns
from runs.search.splits import Split, fold_key, fold_rows, holdout_rows
from runs.search.targets import clean_target, encode_target
from runs.search.threads import limit_threads

__all__ = [
    "FoldData",
    "FoldSet",
    "Split",
    "StoredRows",
    "clean_target",
    "encode_target",
    "fold_key",
    "fold_rows",
    "holdout_rows",
    "load_folds",
    "make_room",
    "prepare_folds",
]

By = NDArray[Any] | None
Loader = Callable[[], tuple[pd.DataFrame | Source, NDArray[Any], By]]

# Part of the cache's name: a change to what is stored makes the old entries unused.
_FORMAT = 3
_ARRAYS = ("X_train", "y_train", "X_test", "y_test", "test_rows")
_META = "meta.json"
# Arrays that are worth giving back between units of work.
_LARGE_BYTES = 1 << 24
# Rows to score on of which a share is taken at all.
_MIN_SCORED = 20_000


@dataclass
class FoldData:
    """One fold, ready for an estimator.

    Attributes
    ----------
    X_train, X_test : ndarray of shape (n_rows, n_features)
        Encoded columns of the rows to fit on and to score on.
    y_train, y_test : ndarray of shape (n_rows,)
        Their encoded targets.
    feature_names : tuple of str
        Names of the encoded columns; folds may differ.
    categorical : tuple of int
        Positions of the columns that hold category codes, for the native recipe.
    test_rows : ndarray of int of shape (n_rows,)
        Positions of the rows to score on among those of the search.
    """

    X_train: NDArray[Any]
    y_train: NDArray[Any]
    X_test: NDArray[Any]
    y_test: NDArray[Any]
    feature_names: tuple[str, ...] = ()
    categorical: tuple[int, ...] = ()
    test_rows: NDArray[np.intp] = field(
        default_factory=lambda: np.empty(0, dtype=np.intp)
    )

    def sample(self, fraction: float, seed: int, *, stratified: bool) -> "FoldData":
        """Return the fold with a share of its rows.

        Larger shares contain the smaller ones: each is the beginning of one
        permutation, in which classes are spread evenly. Of the rows to score on, at
        least 20,000 are kept: more would cost a small fit more than they tell.

        Parameters
        ----------
        fraction : float
            Share of the rows, above 0 and at most 1.
        seed : int
            Seed of the permutation.
        stratified : bool
            Whether the target is a class.

        Returns
        -------
        FoldData
            Some of the rows, in their order.
        """
        if fraction >= 1:
            return self
        n_fit = max(2, round(fraction * len(self.y_train)))
        kept = _beginning(self.y_train, n_fit, seed, stratified=stratified)
        part = replace(self, X_train=self.X_train[kept], y_train=self.y_train[kept])
        n_score = max(_MIN_SCORED, round(fraction * len(self.y_test)))
        if n_score >= len(self.y_test):
            return part
        seen = _beginning(self.y_test, n_score, seed, stratified=stratified)
        return replace(
            part,
            X_test=self.X_test[seen],
            y_test=self.y_test[seen],
            test_rows=self.test_rows[seen],
        )


def _beginning(y: NDArray[Any], n_rows: int, seed: int, *, stratified: bool) -> Rows:
    """Return the first positions of a permutation, in ascending order."""
    order = np.random.default_rng(seed).permutation(len(y))
    if stratified:
        order = _spread(order, y)
    return np.sort(order[:n_rows])


def _spread(order: NDArray[np.intp], y: NDArray[Any]) -> NDArray[np.intp]:
    """Reorder a permutation so that every beginning has each class in its share."""
    classes = y[order]
    place = np.empty(len(order))
    for label in np.unique(classes):
        at = np.flatnonzero(classes == label)
        place[at] = (np.arange(len(at)) + 0.5) / len(at)
    return order[np.argsort(place, kind="stable")]


class FoldSet(Sequence[FoldData]):
    """The folds of a run for one recipe.

    Parameters
    ----------
    folds : sequence of FoldData
        The folds in order.
    messages : sequence of str, default=()
        Warnings given while they were made.
    """

    def __init__(
        self, folds: Sequence[FoldData], *, messages: Sequence[str] = ()
    ) -> None:
        self._folds = tuple(folds)
        self.messages = tuple(messages)

    def __len__(self) -> int:
        return len(self._folds)

    @overload
    def __getitem__(self, index: int) -> FoldData: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[FoldData]: ...
    def __getitem__(self, index: int | slice) -> FoldData | Sequence[FoldData]:
        return self._folds[index]

    def let_go(self) -> None:
        """Give back the memory of large arrays until they are looked at again.

        What a process has looked at of a mapped file counts as its memory for as long
        as the file is mapped, although the system could have it back at any time.
        """
        for fold in self._folds:
            for array in (fold.X_train, fold.X_test):
                mapped = getattr(array.base, "_mmap", None)
                if array.nbytes >= _LARGE_BYTES and mapped is not None:
                    mapped.madvise(mmap.MADV_DONTNEED)

    @property
    def n_rows(self) -> int:
        """Number of rows of the search."""
        fitted = max(len(fold.y_train) + len(fold.y_test) for fold in self._folds)
        last = max(int(fold.test_rows.max(initial=-1)) + 1 for fold in self._folds)
        return max(fitted, last)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the encoded columns of the first fold."""
        return self._folds[0].feature_names


def prepare_folds(
    X: pd.DataFrame | Source | Loader,
    y: NDArray[Any] | None = None,
    *,
    split: Split,
    by: By = None,
    recipe: str,
    cache_dir: Path,
    key: str,
) -> FoldSet:
    """Return the folds of a run, making them if no process of this host has yet.

    Preprocessing is fitted on each fold's own training rows, with the split's seed.

    Parameters
    ----------
    X : DataFrame of shape (n_train, n_features), source of rows, or callable
        The rows of the search, without those held out; or a function that returns
        ``(X, y, by)``, which is called only if the folds have to be made.
    y : ndarray of shape (n_train,), optional
        Their encoded target; None if ``X`` is a function.
    split : Split
        How these rows are divided into folds.
    by : ndarray of shape (n_train,), optional
        Values of the split's column for these rows.
    recipe : {"linear", "tree", "native"}
        How columns are prepared.
    cache_dir : Path
        Folder of the cache.
    key : str
        Name of these folds, from ``fold_key``.

    Returns
    -------
    FoldSet
        The folds; their arrays are memory-mapped and must not be written to.

    Raises
    ------
    SpecError
        If no column is left to learn from, or the rows do not suffice.
    """
    folds = load_folds(cache_dir, key, recipe)
    if folds is not None:
        return folds
    directory = _directory(cache_dir, key, recipe)
    cache_dir.mkdir(parents=True, exist_ok=True)
    with _lock(directory):
        # Another process may have made them while this one waited for the lock.
        folds = load_folds(cache_dir, key, recipe)
        if folds is not None:
            return folds
        if callable(X):
            X, y, by = X()
        assert y is not None
        rows = FrameRows(X) if isinstance(X, pd.DataFrame) else X
        _build(rows, y, by, split, recipe=recipe, directory=directory)
    return _open(directory)


def load_folds(cache_dir: Path, key: str, recipe: str) -> FoldSet | None:
    """Open folds that were made before.

    Parameters
    ----------
    cache_dir : Path
        Folder of the cache.
    key : str
        Name of the folds, from ``fold_key``.
    recipe : {"linear", "tree"}
        How columns were prepared.

    Returns
    -------
    FoldSet or None
        The folds, or None if they have to be made.
    """
    try:
        return _open(_directory(cache_dir, key, recipe))
    except (OSError, ValueError):
        # Not there, or damaged by a crash of the machine: made anew in both cases.
        return None


def make_room(root: Path, limit_bytes: int, *, keep: Path | None = None) -> int:
    """Remove the least recently used folds until a cache is as small as it has to be.

    Processes that have removed folds mapped go on with them: the system frees the
    space when the last one lets go.

    Parameters
    ----------
    root : Path
        Folder above the ``cache_dir`` of all tables.
    limit_bytes : int
        Largest size of all folds together.
    keep : Path, optional
        A ``cache_dir`` whose folds stay.

    Returns
    -------
    int
        Bytes removed.
    """
    found = []
    for meta in root.glob(f"*/*/{_META}"):
        try:
            size = sum(file.stat().st_size for file in meta.parent.iterdir())
            found.append((meta.stat().st_mtime, size, meta.parent))
        except FileNotFoundError:  # another process makes room, too
            continue
    total, removed = sum(size for _, size, _ in found), 0
    for _, size, directory in sorted(found):
        if total - removed <= limit_bytes:
            break
        if keep is None or directory.parent != keep:
            # First the page that makes it whole: no process opens half of it.
            (directory / _META).unlink(missing_ok=True)
            shutil.rmtree(directory, ignore_errors=True)
            removed += size
    return removed


@lru_cache(maxsize=1)
def _libraries() -> list[str]:
    """Return the versions of what prepares; looking them up reads files."""
    return [version(name) for name in ("numpy", "pandas", "scikit-learn", "skrub")]


def _directory(cache_dir: Path, key: str, recipe: str) -> Path:
    parts = json.dumps([_FORMAT, key, recipe, _libraries()])
    return cache_dir.resolve() / hashlib.sha256(parts.encode()).hexdigest()


@contextmanager
def _lock(directory: Path) -> Iterator[None]:
    # The system frees the lock when its holder dies, however it dies.
    with directory.with_suffix(".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(
    X: Source,
    y: NDArray[Any],
    by: By,
    split: Split,
    *,
    recipe: str,
    directory: Path,
) -> None:
    """Make the folds beside their place and move them there when they are complete."""
    started = time.perf_counter()
    unfinished = directory.with_suffix(".unfinished")
    # Left by a process that died; nobody else is here, for the lock is held.
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    names: list[list[str]] = []
    categorical: list[tuple[int, ...]] = []
    messages: dict[str, None] = {}
    try:
        for number, rows in enumerate(fold_rows(y, split, by)):
            with warnings.catch_warnings(record=True) as caught, limit_threads(1):
                warnings.simplefilter("always")
                fold_names, codes = _write_fold(
                    X, y, rows, split.seed, recipe, unfinished / str(number)
                )
            names.append(fold_names)
            categorical.append(codes)
            messages |= dict.fromkeys(str(item.message) for item in caught)
        meta = {
            "feature_names": names,
            "categorical": categorical,
            "messages": list(messages),
            "size_bytes": {p.name: p.stat().st_size for p in unfinished.iterdir()},
            "build_seconds": time.perf_counter() - started,
        }
        (unfinished / _META).write_text(json.dumps(meta))
        shutil.rmtree(directory, ignore_errors=True)  # a damaged one, if any
        unfinished.rename(directory)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _write_fold(
    X: Source,
    y: NDArray[Any],
    rows: tuple[Rows, Rows],
    seed: int,
    recipe: str,
    stem: Path,
) -> tuple[list[str], tuple[int, ...]]:
    """Write the arrays of a fold; return the names of its columns, and which are codes."""
    train, test = rows
    labels = {"y_train": y[train], "y_test": y[test], "test_rows": test}
    for name, array in labels.items():
        np.save(_part(stem, name), array)
    blocks = list(by_columns(X.columns, len(y)))
    if len(blocks) > 1:
        try:
            return _write_by_columns(X, blocks, y[train], rows, seed, recipe, stem)
        except MixedTypesError:
            pass  # only together do the columns have the type of the whole
    X_train, X_test, prepared = _prepared(X, X.columns, y[train], rows, seed, recipe)
    _check_columns(len(prepared.names))
    np.save(_part(stem, "X_train"), X_train)
    np.save(_part(stem, "X_test"), X_test)
    return prepared.names, prepared.categorical


def _part(stem: Path, name: str) -> Path:
    return stem.with_name(f"{stem.name}-{name}.npy")


def _write_by_columns(
    X: Source,
    blocks: Sequence[Sequence[str]],
    y: NDArray[Any],
    rows: tuple[Rows, Rows],
    seed: int,
    recipe: str,
    stem: Path,
) -> tuple[list[str], tuple[int, ...]]:
    """Prepare a few columns after the other: every step looks at one column at a time."""
    names: list[str] = []
    indicators: list[str] = []
    categorical: list[int] = []
    parts = ("X_train", "X_test")
    files = [
        ColumnFile(_part(stem, name), len(at), "C" if recipe == "linear" else "F")
        for name, at in zip(parts, rows, strict=True)
    ]
    try:
        for block in blocks:
            *arrays, prepared = _prepared(X, block, y, rows, seed, recipe)
            if not prepared.names:
                continue
            n_last = prepared.n_indicators
            for file, array in zip(files, arrays, strict=True):
                file.add(array, n_last=n_last)
            categorical += [len(names) + position for position in prepared.categorical]
            names += prepared.names[: len(prepared.names) - n_last]
            indicators += prepared.names[len(prepared.names) - n_last :]
    finally:
        for file in files:
            file.close()
    names += indicators
    _check_columns(len(names))
    return names, tuple(categorical)


@dataclass(frozen=True)
class _Prepared:
    """What columns have become."""

    names: list[str]
    categorical: tuple[int, ...] = ()
    n_indicators: int = 0  # of missing values; they are the last


def _prepared(
    X: Source,
    columns: Sequence[str],
    y: NDArray[Any],
    rows: tuple[Rows, Rows],
    seed: int,
    recipe: str,
) -> tuple[NDArray[Any], NDArray[Any], _Prepared]:
    train, test = rows
    preprocessor = make_preprocessor(recipe, random_state=seed)
    try:
        # The target is passed on as a pipeline does, although no step looks at it.
        X_train = preprocessor.fit_transform(X.read(columns, train), y)
    except ValueError:
        # Steps after the first refuse to be fitted on no column at all.
        if getattr(preprocessor.named_steps["vectorize"], "all_outputs_", True):
            raise
        return np.empty((len(train), 0)), np.empty((len(test), 0)), _Prepared([])
    prepared = _Prepared(
        feature_names(preprocessor),
        categorical_positions(preprocessor) if recipe == "native" else (),
        n_indicators(preprocessor),
    )
    return X_train, preprocessor.transform(X.read(columns, test)), prepared


def _check_columns(n_columns: int) -> None:
    if not n_columns:
        raise SpecError(
            "No column is left to learn from: all are missing in the rows of a fold; "
            "choose other columns.",
            field="columns",
        )


def _open(directory: Path) -> FoldSet:
    # Marks the folds as recently used, for whoever has to make room.
    os.utime(directory / _META)
    return _mapped(directory)


@lru_cache(maxsize=8)
def _mapped(directory: Path) -> FoldSet:
    """Map the arrays of a folder; the last few folders stay open in the process."""
    meta = json.loads((directory / _META).read_text())
    for name, size in meta["size_bytes"].items():
        if (directory / name).stat().st_size != size:
            raise ValueError(f"{name} is incomplete.")
    folds = []
    for number, names in enumerate(meta["feature_names"]):
        arrays = {name: _map(directory / f"{number}-{name}.npy") for name in _ARRAYS}
        codes = tuple(meta["categorical"][number])
        folds.append(FoldData(**arrays, feature_names=tuple(names), categorical=codes))
    return FoldSet(folds, messages=meta["messages"])


def _map(path: Path) -> NDArray[Any]:
    # Copy-on-write ("c"): nothing ever reaches the file, memory is shared as with "r",
    # and yet the array counts as writeable. Some compiled parts of scikit-learn refuse
    # read-only arrays although they do not write, for example forests' look for
    # missing values. A plain view: numpy.memmap's subclass costs at every operation.
    mapped: NDArray[Any] = np.load(path, mmap_mode="c").view(np.ndarray)
    return mapped
