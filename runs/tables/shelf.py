"""Where a table is while it is read: in memory, or a large one in files.

Rows come in as they stand in the text; what is done with them is done by column. In
files a table is kept as groups of a few columns, so that only one group is in memory.
"""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import pandas as pd
import pyarrow as pa

# Text that is looked at together: about a column of a million rows.
_GROUP_BYTES = 1 << 23
_MAX_GROUPS = 128
# Rows that are together in a stored table.
ROWS = 1 << 17


class Cells(Protocol):
    """The cells of a table as text, taken in by rows and given out by columns."""

    n_columns: int
    n_rows: int

    def add(self, batch: pa.RecordBatch) -> None:
        """Take in the next rows.

        Parameters
        ----------
        batch : pyarrow.RecordBatch
            Columns of strings, in the order of the names.
        """

    def clear(self) -> None:
        """Forget all rows."""

    def groups(self) -> Iterator[pa.Table]:
        """Yield all rows of a few columns after the other, and forget them."""


class CellsInMemory:
    """Cells of a table small enough to be held.

    Parameters
    ----------
    names : sequence of str
        Names of the columns.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._schema = _text_schema(names)
        self.n_columns = len(names)
        self.clear()

    def clear(self) -> None:
        """Forget all rows."""
        self._batches: list[pa.RecordBatch] = []
        self.n_rows = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Take in the next rows.

        Parameters
        ----------
        batch : pyarrow.RecordBatch of shape (n_rows, n_columns)
            Columns of strings, in the order of the names.
        """
        named = pa.RecordBatch.from_arrays(batch.columns, schema=self._schema)
        self._batches.append(named)
        self.n_rows += batch.num_rows

    def groups(self) -> Iterator[pa.Table]:
        """Yield all columns at once.

        Yields
        ------
        pyarrow.Table of shape (n_rows, n_columns)
            The cells.
        """
        yield pa.Table.from_batches(self._batches, schema=self._schema)


class CellsInFiles:
    """Cells of a large table: a file for every few columns.

    Parameters
    ----------
    names : sequence of str
        Names of the columns.
    folder : Path
        A folder its owner removes.
    size : int
        About how many bytes the text has.
    """

    def __init__(self, names: Sequence[str], folder: Path, size: int) -> None:
        self.n_columns = len(names)
        n_groups = max(1, min(len(names), _MAX_GROUPS, size // _GROUP_BYTES))
        ends = [len(names) * i // n_groups for i in range(n_groups + 1)]
        self._slices = [slice(*pair) for pair in itertools.pairwise(ends)]
        self._schemas = [_text_schema(names[part]) for part in self._slices]
        self._files = [folder / f"cells-{i}.arrow" for i in range(n_groups)]
        self._writers: list[pa.RecordBatchStreamWriter] = []
        self.clear()

    def clear(self) -> None:
        """Forget all rows."""
        self._close()
        self._writers = [
            pa.ipc.new_stream(str(file), schema)
            for file, schema in zip(self._files, self._schemas, strict=True)
        ]
        self.n_rows = 0

    def _close(self) -> None:
        for writer in self._writers:
            writer.close()
        self._writers = []

    def add(self, batch: pa.RecordBatch) -> None:
        """Take in the next rows.

        Parameters
        ----------
        batch : pyarrow.RecordBatch of shape (n_rows, n_columns)
            Columns of strings, in the order of the names.
        """
        columns = batch.columns
        for writer, part, schema in zip(
            self._writers, self._slices, self._schemas, strict=True
        ):
            writer.write_batch(pa.RecordBatch.from_arrays(columns[part], schema=schema))
        self.n_rows += batch.num_rows

    def groups(self) -> Iterator[pa.Table]:
        """Yield all rows of a few columns after the other; each file is then gone.

        Yields
        ------
        pyarrow.Table of shape (n_rows, n_some_columns)
            The cells.
        """
        self._close()
        for file in self._files:
            with pa.OSFile(str(file)) as stored, pa.ipc.open_stream(stored) as reader:
                cells = reader.read_all()
            file.unlink()
            yield cells


class Frames:
    """A typed table, taken in by columns and given out by rows.

    Parameters
    ----------
    folder : Path or None
        Where to keep the columns; in memory if None.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._parts: list[pa.Table | Path] = []
        self._empty: list[pd.DataFrame] = []

    def add(self, frame: pd.DataFrame) -> None:
        """Take in the next columns.

        Parameters
        ----------
        frame : DataFrame of shape (n_rows, n_some_columns)
            All rows of them.
        """
        # A copy: a view would keep all rows.
        self._empty.append(frame.iloc[:0].copy())
        self.add_table(pa.Table.from_pandas(frame, preserve_index=False))

    def add_table(self, table: pa.Table) -> None:
        """Take in the next columns, of which `schema` knows nothing.

        Parameters
        ----------
        table : pyarrow.Table of shape (n_rows, n_some_columns)
            All rows of them.
        """
        # In one piece: all parts are then cut at the same rows.
        table = table.combine_chunks()
        if self._folder is None:
            self._parts.append(table)
            return
        file = self._folder / f"frame-{len(self._parts)}.arrow"
        with pa.ipc.new_stream(str(file), table.schema) as writer:
            writer.write_table(table, max_chunksize=ROWS)
        self._parts.append(file)

    def schema(self, names: Sequence[str]) -> pa.Schema:
        """Describe the table as one made of a single frame.

        Parameters
        ----------
        names : sequence of str
            The columns wanted, in order.

        Returns
        -------
        pyarrow.Schema
            Names and types.
        """
        empty = pd.concat(self._empty, axis=1)[list(names)]
        return pa.Schema.from_pandas(empty, preserve_index=False)

    def batches(self, schema: pa.Schema) -> Iterator[pa.Table]:
        """Yield the rows in order, some at a time.

        Parameters
        ----------
        schema : pyarrow.Schema
            From `schema`.

        Yields
        ------
        pyarrow.Table of shape (some_rows, n_columns)
            The next rows of the schema's columns.
        """
        for parts in zip(*map(_batches, self._parts), strict=True):
            arrays = {
                name: column
                for part in parts
                for name, column in zip(
                    part.schema.names, part.itercolumns(), strict=True
                )
            }
            columns = [arrays[name] for name in schema.names]
            yield pa.Table.from_arrays(columns, schema=schema)


def _batches(part: pa.Table | Path) -> Iterator[pa.Table]:
    if isinstance(part, pa.Table):
        for start in range(0, part.num_rows, ROWS):
            yield part.slice(start, ROWS)
        return
    with pa.OSFile(str(part)) as stored, pa.ipc.open_stream(stored) as reader:
        for batch in reader:
            yield pa.Table.from_batches([batch])


def _text_schema(names: Sequence[str]) -> pa.Schema:
    return pa.schema([(name, pa.large_string()) for name in names])
