"""Results as files, some rows at a time."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Protocol, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from models_app.scoring.answers import Answers

_SPECIAL = r'[",\r\n]'


class Writer(Protocol):
    """Takes in results and writes them to a file."""

    def write(self, rows: pa.Table, answers: Answers) -> None:
        """Append rows with their answers.

        Parameters
        ----------
        rows : pyarrow.Table of shape (n_rows, n_columns)
            The columns that came in.
        answers : dict of str to ndarray of shape (n_rows,)
            The columns to be added.
        """

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None: ...


def free_names(names: Sequence[str], taken: Sequence[str]) -> list[str]:
    """Name new columns so that none takes the name of one there is.

    Parameters
    ----------
    names : sequence of str
        What they are to be named.
    taken : sequence of str
        The names there are.

    Returns
    -------
    list of str
        The same, with a number behind those that are taken.
    """
    used = set(taken)
    found = []
    for name in names:
        free, number = name, 2
        while free in used:
            free, number = f"{name}_{number}", number + 1
        used.add(free)
        found.append(free)
    return found


class CsvWriter:
    """Writes CSV as Python's csv module does, by whole columns.

    A value is written as it is, also one that a spreadsheet would take for a formula:
    it must come back from the file as the value it had in the table.

    Parameters
    ----------
    path : Path
        The file.
    columns : sequence of str
        The names of what comes in.
    added : sequence of str
        The names of what is added.
    """

    def __init__(
        self, path: Path, columns: Sequence[str], added: Sequence[str]
    ) -> None:
        self._names = [*columns, *free_names(added, columns)]
        self._stream: BinaryIO = path.open("wb")

    def __enter__(self) -> Self:
        header = pa.table({str(i): [name] for i, name in enumerate(self._names)})
        self._lines(header.columns)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stream.close()

    def write(self, rows: pa.Table, answers: Answers) -> None:
        """Append rows with their answers.

        Parameters
        ----------
        rows : pyarrow.Table of shape (n_rows, n_columns)
            The columns that came in.
        answers : dict of str to ndarray of shape (n_rows,)
            The columns to be added.
        """
        self._lines([*rows.columns, *map(_array, answers.values())])

    def _lines(self, columns: Sequence[pa.ChunkedArray | pa.Array]) -> None:
        cells = [_cells(column) for column in columns]
        end = pc.binary_join_element_wise(cells[-1], _large("\r\n"), _large(""))
        lines = pc.binary_join_element_wise(*cells[:-1], end, _large(","))
        for chunk in lines.chunks if isinstance(lines, pa.ChunkedArray) else [lines]:
            # Texts of an array lie one behind the other.
            offsets = pa.Array.from_buffers(
                pa.int64(),
                len(chunk) + 1,
                [None, chunk.buffers()[1]],
                offset=chunk.offset,
            )
            first, last = offsets[0].as_py(), offsets[len(chunk)].as_py()
            self._stream.write(memoryview(chunk.buffers()[2])[first:last])


def _large(text: str) -> pa.Scalar:
    return pa.scalar(text, pa.large_string())


def _cells(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Turn a column into text, quoted where a reader would take it for several cells."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    texts = column.cast(pa.large_string()).fill_null("")
    if not is_text:
        # Floats know a NaN, which is a missing value here.
        is_float = pa.types.is_floating(column.type)
        gaps = pc.is_nan(column).fill_null(False) if is_float else None
        return texts if gaps is None else pc.if_else(gaps, _large(""), texts)
    special = pc.match_substring_regex(texts, _SPECIAL)
    if not pc.any(special).as_py():
        return texts
    doubled = pc.replace_substring(texts, '"', '""')
    quoted = pc.binary_join_element_wise(_large('"'), doubled, _large('"'), _large(""))
    return pc.if_else(special, quoted, texts)


class ParquetWriter:
    """Writes Parquet: columns keep the types they were read with.

    Parameters
    ----------
    path : Path
        The file.
    schema : pyarrow.Schema
        Of what comes in.
    added : sequence of str
        The names of what is added.
    """

    def __init__(self, path: Path, schema: pa.Schema, added: Sequence[str]) -> None:
        self._path, self._schema = path, schema
        self._added = free_names(added, schema.names)
        self._writer: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._writer is not None:
            self._writer.close()

    def write(self, rows: pa.Table, answers: Answers) -> None:
        """Append rows with their answers.

        Parameters
        ----------
        rows : pyarrow.Table of shape (n_rows, n_columns)
            The columns that came in.
        answers : dict of str to ndarray of shape (n_rows,)
            The columns to be added.
        """
        added = [_array(values) for values in answers.values()]
        fields = [
            pa.field(name, array.type)
            for name, array in zip(self._added, added, strict=True)
        ]
        schema = pa.schema([*self._schema, *fields])
        table = pa.Table.from_arrays([*rows.columns, *added], schema=schema)
        if self._writer is None:
            self._writer = pyarrow.parquet.ParquetWriter(
                self._path, schema, compression="zstd"
            )
        self._writer.write_table(table)


def _array(values: Any) -> pa.Array:  # noqa: ANN401
    text = pa.large_string() if values.dtype == object else None
    return pa.array(values, type=text)
