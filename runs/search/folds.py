"""Folds that are preprocessed once and shared by all trials and processes of a host."""

import hashlib
import json
import mmap
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from runs.search.fold_building import META, build, locked, seated
from runs.search.rows import FrameRows, Source, StoredRows
from runs.search.splits import Split, fold_key, fold_rows, holdout_rows
from runs.search.targets import clean_target, encode_target

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
# Arrays that are worth giving back between units of work.
_LARGE_BYTES = 1 << 24
# Rows to score on of which a share is taken at all.
_MIN_SCORED = 20_000
# Shares of so few bytes stay in the process: most trials of a halving search need them.
_SMALL_BYTES = 1 << 23


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
        known: dict[Any, FoldData] = self.__dict__.setdefault("_samples", {})
        key = (fraction, seed, stratified)
        if key not in known:
            part = self._sampled(fraction, seed, stratified=stratified)
            self.let_go()
            if part.X_train.nbytes + part.X_test.nbytes > _SMALL_BYTES:
                return part
            known[key] = part
        return known[key]

    def _sampled(self, fraction: float, seed: int, *, stratified: bool) -> "FoldData":
        n_fit = max(2, round(fraction * len(self.y_train)))
        kept = _beginning(self.y_train, n_fit, seed, stratified=stratified)
        part = replace(
            self, X_train=_taken(self.X_train, kept), y_train=self.y_train[kept]
        )
        n_score = max(_MIN_SCORED, round(fraction * len(self.y_test)))
        if n_score >= len(self.y_test):
            return part
        seen = _beginning(self.y_test, n_score, seed, stratified=stratified)
        return replace(
            part,
            X_test=_taken(self.X_test, seen),
            y_test=self.y_test[seen],
            test_rows=self.test_rows[seen],
        )

    def let_go(self) -> None:
        """Give back the memory of large arrays until they are looked at again.

        What a process has looked at of a mapped file counts as its memory for as long
        as the file is mapped, although the system could have it back at any time.
        """
        for array in (self.X_train, self.X_test):
            _let_go(array)


def _let_go(array: NDArray[Any]) -> bool:
    """Give back a large mapped array; tell whether it is one."""
    mapped = getattr(array.base, "_mmap", None)
    if array.nbytes < _LARGE_BYTES or mapped is None:
        return False
    mapped.madvise(mmap.MADV_DONTNEED)
    return True


def _taken(array: NDArray[Any], rows: NDArray[np.intp]) -> NDArray[Any]:
    """Return some rows, spread over all: of a large array a part after the other."""
    if not _let_go(array):
        return array[rows]
    by_rows = array.flags.c_contiguous
    taken = np.empty((len(rows), array.shape[1]), array.dtype)
    n_parts = min(len(rows), array.shape[1], -(-array.nbytes // _LARGE_BYTES))
    for part in np.array_split(np.arange(taken.shape[not by_rows]), n_parts):
        if by_rows:
            taken[part] = array[rows[part]]
        else:
            taken[:, part] = array[:, part][rows]
        _let_go(array)
    return taken


def _beginning(
    y: NDArray[Any], n_rows: int, seed: int, *, stratified: bool
) -> NDArray[np.intp]:
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
        """Give back the memory of large arrays until they are looked at again."""
        for fold in self._folds:
            fold.let_go()

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
    # One more process than folds would read the table to make nothing of it.
    with seated(directory, n_seats=split.n_splits * split.n_repeats):
        with locked(directory):
            # Others may have made them while this one waited.
            folds = load_folds(cache_dir, key, recipe)
            if folds is not None:
                return folds
            shutil.rmtree(directory, ignore_errors=True)  # a damaged one, if any
        if callable(X):
            X, y, by = X()
        assert y is not None
        rows = FrameRows(X) if isinstance(X, pd.DataFrame) else X
        build(rows, y, by, split, recipe=recipe, directory=directory)
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
    for meta in root.glob(f"*/*/{META}"):
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
            (directory / META).unlink(missing_ok=True)
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


def _open(directory: Path) -> FoldSet:
    # Marks the folds as recently used, for whoever has to make room.
    os.utime(directory / META)
    return _mapped(directory)


@lru_cache(maxsize=8)
def _mapped(directory: Path) -> FoldSet:
    """Map the arrays of a folder; the last few folders stay open in the process."""
    meta = json.loads((directory / META).read_text())
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
