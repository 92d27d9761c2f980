"""Describe a stored table."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from runs.tables.kinds import Column, Kind
from runs.tables.profile.associations import Associations
from runs.tables.profile.columns import profile_column
from runs.tables.profile.hashing import count_repeated, hash_cells
from runs.tables.profile.missingness import Missingness
from runs.tables.profile.sampled import sample_column
from runs.tables.profile.stored import count_rows, draw_rows, read_series

MAX_ROWS = 20_000
# Cells of the sample: 64 MB as numbers of single precision.
_MAX_CELLS = 1 << 24
_MIN_ROWS = 1_000
# Kinds of which columns cannot be compared, or only with too many different values.
_NOT_COMPARED = frozenset({Kind.CONSTANT, Kind.IDENTIFIER, Kind.IGNORE, Kind.TEXT})

OnProgress = Callable[[str, int, int], object]


def profile_table(
    path: Path,
    columns: Sequence[Column],
    *,
    on_progress: OnProgress | None = None,
    max_rows: int = MAX_ROWS,
) -> dict[str, Any]:
    """Describe a stored table: its columns, what is missing, and what goes together.

    Everything is exact on all rows but for associations and the correlation of what is
    missing, which are computed from rows drawn at random, always the same ones. Only a
    few columns are in memory at a time.

    Parameters
    ----------
    path : Path
        A file of `runs.tables.storage`.
    columns : sequence of Column
        Its columns, with the kinds that count.
    on_progress : callable or None, default None
        ``on_progress(step, done, total)`` with the step "columns" or "associations",
        called before the first and after every column.
    max_rows : int, default 20000
        Rows to draw for associations at most; fewer of a table of many columns.

    Returns
    -------
    dict
        As the package's docstring says.
    """
    tell = on_progress or _nobody
    n_rows = count_rows(path)
    rows = draw_rows(n_rows, rows_to_draw(len(columns), max_rows))
    missingness = Missingness(n_rows, rows)
    associations = Associations(len(columns), n_rows if rows is None else len(rows))
    profiles: list[dict[str, Any]] = []
    hashes = np.zeros(n_rows, np.uint64)
    n_bytes = 0
    tell("columns", 0, len(columns))
    names = [column.name for column in columns]
    for i, (series, size) in enumerate(read_series(path, names)):
        column = columns[i]
        profiles.append(profile_column(series, column, detailed=True))
        missingness.add(column.name, series.isna().to_numpy())
        hashes += hash_cells(series, i)
        if column.kind not in _NOT_COMPARED:
            associations.add(sample_column(series, column, rows))
        n_bytes += size
        tell("columns", i + 1, len(columns))
    tell("associations", 0, 1)
    result = {
        "overview": {
            "n_rows": n_rows,
            "n_columns": len(columns),
            "n_duplicates": count_repeated(hashes),
            "n_missing_cells": sum(profile["missing"] for profile in profiles),
            "memory_bytes": n_bytes,
            "sampled_rows": None if rows is None else len(rows),
        },
        "columns": profiles,
        "missingness": missingness.described(),
        "associations": associations.described(),
    }
    tell("associations", 1, 1)
    return result


def rows_to_draw(n_columns: int, max_rows: int) -> int:
    """Choose how many rows of a table are looked at together.

    Parameters
    ----------
    n_columns : int
        Columns of the table.
    max_rows : int
        Rows at most.

    Returns
    -------
    int
        Fewer than ``max_rows`` where memory would not hold them.
    """
    return min(max_rows, max(_MIN_ROWS, _MAX_CELLS // max(1, n_columns)))


def _nobody(step: str, done: int, total: int) -> None:
    """Report to nobody."""
