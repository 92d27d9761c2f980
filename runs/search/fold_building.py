"""Making prepared folds, by one process or by several that help each other."""

import fcntl
import json
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runs.search.columnwise import ColumnFile, MixedTypesError
from runs.search.pipelines import (
    categorical_positions,
    feature_names,
    make_preprocessor,
    n_indicators,
)
from runs.search.problem import SpecError
from runs.search.rows import Rows, Source, by_columns
from runs.search.splits import Split, fold_rows
from runs.search.threads import limit_threads

META = "meta.json"
# Of larger tables one process makes all folds: two would need twice the memory.
_ALONE_CELLS = 2_000_000


@contextmanager
def locked(directory: Path, *, part: str = "", wait: bool = True) -> Iterator[bool]:
    """Hold the lock of a folder, or of a part of it; the value tells whether it is held.

    Parameters
    ----------
    directory : Path
        The folder; the lock is a file beside it.
    part : str, default=""
        Name of a part.
    wait : bool, default=True
        Whether to wait for another process that holds it.

    Yields
    ------
    bool
        False if another process holds it and ``wait`` is False.
    """
    # The system frees the lock when its holder dies, however it dies.
    with directory.with_suffix(f".lock{part}").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def seated(directory: Path, *, n_seats: int) -> Iterator[None]:
    """Let so many processes in at a time; the others wait until one leaves.

    Parameters
    ----------
    directory : Path
        The folder they all want; the seats are files beside it.
    n_seats : int
        How many may come in.

    Yields
    ------
    None
        The seat is given up at the end of the block.
    """
    with ExitStack() as stack:
        for number in range(n_seats):
            seat = locked(directory, part=f"-seat{number}", wait=False)
            if stack.enter_context(seat):
                break
        else:
            stack.enter_context(locked(directory, part="-seat0"))
        yield


def build(
    X: Source,
    y: NDArray[Any],
    by: NDArray[Any] | None,
    split: Split,
    *,
    recipe: str,
    directory: Path,
) -> None:
    """Make the folds beside their place and move them there when they are complete.

    Processes that want the same folds of a small table make different ones of them at
    the same time. A fold whose maker died is made again by whoever waits for it.

    Parameters
    ----------
    X : Source
        The rows of the search.
    y : ndarray of shape (n_rows,)
        Their encoded target.
    by : ndarray of shape (n_rows,) or None
        Values of the split's column.
    split : Split
        How these rows are divided into folds.
    recipe : {"linear", "tree", "native"}
        How columns are prepared.
    directory : Path
        Where they go. Afterwards it is there, whoever made it.
    """
    started = time.perf_counter()
    unfinished = directory.with_suffix(".unfinished")
    is_large = len(y) * len(X.columns) > _ALONE_CELLS
    folds = list(fold_rows(y, split, by))
    # Until they are in their place: who waits must find all of them, not all but that.
    with ExitStack() as whole:
        if is_large:
            whole.enter_context(locked(directory))
        for wait in (False, True):
            for number, rows in enumerate(folds):
                with locked(directory, part=str(number), wait=wait) as mine:
                    part = unfinished / f"{number}.json"
                    # In this order: the part is moved together with all others.
                    if not mine or part.exists() or (directory / META).exists():
                        continue
                    unfinished.mkdir(exist_ok=True)
                    part_meta = _make(X, y, rows, split.seed, recipe, part)
                    _write_whole(part, part_meta)
        with nullcontext() if is_large else locked(directory):
            if (directory / META).exists():
                return
            _finish(unfinished, len(folds), directory, time.perf_counter() - started)


def _make(
    X: Source,
    y: NDArray[Any],
    rows: tuple[Rows, Rows],
    seed: int,
    recipe: str,
    part: Path,
) -> dict[str, Any]:
    stem = part.with_suffix("")
    try:
        with warnings.catch_warnings(record=True) as caught, limit_threads(1):
            warnings.simplefilter("always")
            names, codes = _write_fold(X, y, rows, seed, recipe, stem)
    except BaseException:
        for file in part.parent.glob(f"{stem.name}-*"):
            file.unlink(missing_ok=True)
        with suppress(OSError):  # not empty, where others have made theirs
            part.parent.rmdir()
        raise
    return {
        "feature_names": names,
        "categorical": codes,
        "messages": [str(item.message) for item in caught],
    }


def _write_whole(path: Path, content: dict[str, Any]) -> None:
    """Write a file that others take for a sign: it is there whole or not at all."""
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps(content))
    temporary.replace(path)


def _finish(unfinished: Path, n_folds: int, directory: Path, seconds: float) -> None:
    """Join the parts and move them to their place; the folder's lock is held."""
    files = [unfinished / f"{number}.json" for number in range(n_folds)]
    parts = [json.loads(file.read_text()) for file in files]
    messages = dict.fromkeys(text for part in parts for text in part["messages"])
    meta = {
        "feature_names": [part["feature_names"] for part in parts],
        "categorical": [part["categorical"] for part in parts],
        "messages": list(messages),
        "size_bytes": {p.name: p.stat().st_size for p in unfinished.glob("*.npy")},
        "build_seconds": seconds,
    }
    (unfinished / META).write_text(json.dumps(meta))
    unfinished.rename(directory)
    # Whoever still waits for one of these makes it anew, and finds all done.
    for lock in directory.parent.glob(f"{directory.name}.lock?*"):
        lock.unlink(missing_ok=True)


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
