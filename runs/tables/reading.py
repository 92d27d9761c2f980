"""From a file to a typed table."""

import itertools
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from runs.tables.dialect import ONE_COLUMN, detect_dialect, sample_rows
from runs.tables.encoding import to_utf8
from runs.tables.errors import TableError
from runs.tables.header import Header, find_header, listed
from runs.tables.kinds import Column, guess_kinds
from runs.tables.parsing import parse
from runs.tables.signatures import refuse_known_formats
from runs.tables.typing import type_columns

_SAMPLE_BYTES = 1 << 17
_MAX_SAMPLE_BYTES = 1 << 23
_SAMPLE_LINES = 10
_SAMPLE_ROWS = 500
# Reading takes about five times the file's size in memory.
_MAX_BYTES = 2 << 30
_MAX_COLUMNS = 20_000
_MAX_FIRST_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file was read.

    ``delimiter`` is empty for a file of one column whose values hold commas.
    """

    format: str
    encoding: str
    delimiter: str
    quotechar: str
    header: bool
    skipped_lines: int


@dataclass(frozen=True, slots=True)
class Table:
    """A typed frame, its columns' kinds, and how it was read from the file."""

    frame: pd.DataFrame
    columns: list[Column]
    reading: Reading
    repairs: list[str]


def read_table(
    path: Path, *, filename: str | None = None, keep_text: Collection[str] = ()
) -> Table:
    """Read a delimited text file whose form is not known.

    Parameters
    ----------
    path : Path
        The file.
    filename : str or None, default None
        The name the person knows the file by; the path's name if None.
    keep_text : collection of str, default ()
        Names of columns that stay text though they look like numbers, dates or
        truth values; for new rows of a table whose column was text.

    Returns
    -------
    Table
        At least one row and one column. ``repairs`` holds a sentence for everything
        that was mended or guessed and could have been meant otherwise.

    Raises
    ------
    TableError
        If the file cannot become a table.
    """
    filename = filename or path.name
    if path.stat().st_size > _MAX_BYTES:
        raise TableError(
            f"{filename} is larger than {_MAX_BYTES >> 30} GB: upload a part of its rows."
        )
    refuse_known_formats(path, filename)
    text = to_utf8(path.read_bytes(), filename=filename)
    size = _sample_size(text.data, filename)
    truncated = size < len(text.data)
    sample = text.data[:size].decode("utf-8", errors="ignore")
    dialect = detect_dialect(sample, truncated=truncated)
    rows = list(
        itertools.islice(
            sample_rows(sample, dialect, truncated=truncated), _SAMPLE_ROWS
        )
    )
    if not rows:
        raise TableError(f"{filename} is empty: upload a file with a header and rows.")
    header = find_header(rows)
    _check_width(header, filename)
    cells, mended = parse(
        text.data,
        dialect,
        names=header.names,
        skip_lines=header.skipped_lines,
        skip_records=header.n_records,
    )
    if not cells.num_rows:
        raise TableError(
            f"{filename} has a header at most and no rows below it: "
            "a table needs at least one row."
        )
    cells, unnamed = _without_unnamed_empty(cells, header)
    frame, notes = type_columns(
        cells, european=dialect.delimiter == ";", keep_text=keep_text
    )
    reading = Reading(
        format="tsv" if dialect.delimiter == "\t" else "csv",
        encoding=text.encoding,
        delimiter=dialect.delimiter if dialect != ONE_COLUMN else "",
        quotechar=dialect.quotechar,
        header=header.present,
        skipped_lines=header.skipped_lines,
    )
    repairs = [*text.repairs, *header.repairs, *unnamed, *mended, *notes]
    return Table(frame, guess_kinds(frame), reading, repairs)


def _sample_size(data: bytes, filename: str) -> int:
    """Count the bytes that show the text's form: enough lines from its beginning."""
    if len(data) > _MAX_FIRST_LINE and not _n_lines(data[:_MAX_FIRST_LINE]):
        raise TableError(
            f"{filename} begins with one unbroken line of over "
            f"{_MAX_FIRST_LINE >> 20} MB: a table needs a line for every row."
        )
    size = _SAMPLE_BYTES
    # A table of thousands of columns has few lines in the usual sample.
    while size < _MAX_SAMPLE_BYTES and _n_lines(data[:size]) < _SAMPLE_LINES:
        size *= 2
    return min(size, len(data))


def _n_lines(data: bytes) -> int:
    return max(data.count(b"\n"), data.count(b"\r"))


def _check_width(header: Header, filename: str) -> None:
    if len(header.names) > _MAX_COLUMNS:
        raise TableError(
            f"{filename} has {len(header.names):,} columns and at most "
            f"{_MAX_COLUMNS:,} can be used: leave out some."
        )


def _without_unnamed_empty(
    cells: pa.Table, header: Header
) -> tuple[pa.Table, list[str]]:
    """Drop columns without name and value, as delimiters at line ends make them."""
    unnamed = [name for name in cells.column_names if name in header.unnamed]
    empty = [
        name
        for name in unnamed
        if not pc.any(pc.not_equal(pc.utf8_trim_whitespace(cells[name]), "")).as_py()
    ]
    repairs = []
    if empty and len(empty) < cells.num_columns:
        cells = cells.drop_columns(empty)
        n = len(empty)
        repairs.append(
            "1 column without name and values was left out."
            if n == 1
            else f"{n} columns without name and values were left out."
        )
    if named := [name for name in unnamed if name in cells.column_names]:
        repairs.append(f"Columns without a name were named: {listed(named)}.")
    return cells, repairs
