"""Tables as Parquet files."""

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from runs.tables.kinds import Column, Kind
from runs.tables.shelf import Frames

_KINDS_KEY = b"tuneboard.columns"
# Cells that are loaded before the rows wanted are taken from them: 16 MB of numbers.
_CELLS_TOGETHER = 1 << 21


def write_parquet(frame: pd.DataFrame, columns: Sequence[Column], path: Path) -> None:
    """Store a table with its columns' kinds, whole or not at all.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        The typed frame.
    columns : sequence of Column
        Its columns; they go into the file's metadata.
    path : Path
        Where to store it. A file of that name is replaced; the folder is made.
    """
    frames = Frames(None)
    frames.add(frame)
    write_frames(frames, columns, path)


def write_frames(frames: Frames, columns: Sequence[Column], path: Path) -> None:
    """Store a table that is kept by columns, with only some of its rows in memory.

    Parameters
    ----------
    frames : Frames
        The typed table.
    columns : sequence of Column
        The columns to store, in order; they go into the file's metadata.
    path : Path
        Where to store it. A file of that name is replaced; the folder is made.
    """
    kinds = json.dumps([asdict(column) for column in columns]).encode()
    schema = frames.schema([column.name for column in columns])
    schema = schema.with_metadata({**(schema.metadata or {}), _KINDS_KEY: kinds})
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        with pyarrow.parquet.ParquetWriter(
            temporary, schema, **_encoding(schema)
        ) as writer:
            for rows in frames.batches(schema):
                writer.write_table(rows)
        # Readable like any other file of the folder; mkstemp allows the owner only.
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _encoding(schema: pa.Schema) -> dict[str, Any]:
    """Choose how columns are written: measured numbers hardly ever repeat.

    A dictionary of them is made and thrown away; without one, and with the faster
    compression, they are written in a fifth and read in a third of the time.
    """
    floats = {field.name for field in schema if pa.types.is_floating(field.type)}
    return {
        "use_dictionary": [name for name in schema.names if name not in floats],
        "compression": {
            name: "lz4" if name in floats else "zstd" for name in schema.names
        },
    }


def read_parquet(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Load a stored table.

    Parameters
    ----------
    path : Path
        The file.
    columns : sequence of str or None, default None
        The columns to load, in this order; all if None.

    Returns
    -------
    DataFrame of shape (n_rows, n_columns)
        The frame as it was stored.
    """
    names = None if columns is None else list(columns)
    table = pyarrow.parquet.read_table(path, columns=names, partitioning=None)
    frame: pd.DataFrame = table.to_pandas()
    return frame


def read_rows(
    path: Path, columns: Sequence[str], rows: npt.NDArray[np.intp]
) -> pd.DataFrame:
    """Load some rows of a stored table, with little more than them in memory.

    Parameters
    ----------
    path : Path
        The file.
    columns : sequence of str
        The columns to load, in this order.
    rows : ndarray of int of shape (n_some_rows,)
        Positions of the rows, in the order wanted.

    Returns
    -------
    DataFrame of shape (n_some_rows, n_columns)
        As `read_parquet` and ``iloc`` would give it, with an index of its own.
    """
    taken: dict[str, pd.Series] = {}
    with pyarrow.parquet.ParquetFile(path) as file:
        together = max(1, _CELLS_TOGETHER // max(1, file.metadata.num_rows))
        for start in range(0, len(columns), together):
            names = list(columns[start : start + together])
            part: pd.DataFrame = file.read(columns=names).to_pandas()
            for name in names:
                taken[name] = part[name].take(rows).reset_index(drop=True)
    # No copy: the columns stay the arrays they are.
    return pd.DataFrame(taken, index=pd.RangeIndex(len(rows)), copy=False)


def read_columns(path: Path) -> list[Column]:
    """Load the columns' kinds of a stored table without its rows.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    list of Column
        As they were given to `write_parquet`.
    """
    metadata = pyarrow.parquet.read_schema(path).metadata
    stored = json.loads(metadata[_KINDS_KEY])
    return [Column(**{**column, "kind": Kind(column["kind"])}) for column in stored]


def read_head(path: Path, n_rows: int) -> pd.DataFrame:
    """Load the first rows of a stored table.

    Parameters
    ----------
    path : Path
        The file.
    n_rows : int
        How many rows to load, if there are as many.

    Returns
    -------
    DataFrame of shape (at most n_rows, n_columns)
        The rows as they were stored.
    """
    with pyarrow.parquet.ParquetFile(path) as file:
        batches = file.iter_batches(batch_size=max(1, n_rows))
        first = [next(batches)] if file.metadata.num_rows else []
        table = pa.Table.from_batches(first, schema=file.schema_arrow)
    frame: pd.DataFrame = table.to_pandas()
    return frame


def keep_rows(path: Path, wanted: npt.NDArray[np.bool_]) -> None:
    """Leave rows out of a stored table, a group of rows at a time.

    Parameters
    ----------
    path : Path
        The file; it is replaced, whole or not at all.
    wanted : ndarray of bool of shape (n_rows,)
        Which rows to keep.
    """
    temporary = path.with_name(f".{path.name}.kept")
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            schema = file.schema_arrow
            with pyarrow.parquet.ParquetWriter(
                temporary, schema, **_encoding(schema)
            ) as writer:
                start = 0
                for group in range(file.num_row_groups):
                    rows = file.read_row_group(group)
                    end = start + rows.num_rows
                    writer.write_table(rows.filter(pa.array(wanted[start:end])))
                    start = end
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
