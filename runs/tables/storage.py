"""Tables as Parquet files."""

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from runs.tables.kinds import Column, Kind

_KINDS_KEY = b"tuneboard.columns"


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
    table = pa.Table.from_pandas(frame, preserve_index=False)
    kinds = json.dumps([asdict(column) for column in columns]).encode()
    table = table.replace_schema_metadata(
        {**(table.schema.metadata or {}), _KINDS_KEY: kinds}
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        pyarrow.parquet.write_table(table, temporary, compression="zstd")
        # Readable like any other file of the folder; mkstemp allows the owner only.
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


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
