"""Delimited UTF-8 text to cells: batches of rows of strings."""

import csv
import io
import itertools
from dataclasses import replace
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from runs.tables.errors import TableError
from runs.tables.mending import Mending
from runs.tables.rows import Dialect, is_filled
from runs.tables.shelf import Cells
from runs.tables.text import Text

_CHUNK_ROWS = 20_000
# A row has to fit into one of Arrow's blocks; small ones keep little in memory.
_BLOCK_BYTES = 1 << 20
_LARGE_BLOCK_BYTES = 1 << 24
# Letters and digits only: no delimiter or quote is among them.
_END = "EndOfFile7d41c0e93b5f4a2c"


def parse(
    text: Text, dialect: Dialect, *, into: Cells, skip_lines: int, skip_records: int
) -> list[str]:
    """Parse a delimited text into columns of strings.

    Parameters
    ----------
    text : Text
        The text.
    dialect : Dialect
        Its delimiter and quoting.
    into : Cells
        Takes the cells as text, empty where a row was too short.
    skip_lines : int
        Physical lines to leave out at the beginning.
    skip_records : int
        Records to leave out after those lines: 1 for a header.

    Returns
    -------
    list of str
        A sentence for every kind of repair.

    Raises
    ------
    TableError
        If a quote is opened and never closed.
    """
    if _parse_even(text, dialect, into, skip_lines, skip_records):
        return []
    into.clear()
    return _parse_ragged(text, dialect, into, skip_lines, skip_records)


def _parse_even(
    text: Text, dialect: Dialect, into: Cells, skip_lines: int, skip_records: int
) -> bool:
    """Parse with Arrow, which is fast and wants every row to have the same length."""
    if (
        dialect.skipinitialspace
        or not dialect.is_plain
        or not dialect.delimiter.isascii()
    ):
        return False
    quote = dialect.quotechar.encode()
    n_quotes = text.count(quote) if quote else 0
    if not dialect.escapechar and n_quotes % 2:
        return False  # a quote may stay open, which Arrow does not say
    offset = text.offset_of_line(skip_lines)
    for block_bytes in (_BLOCK_BYTES, _LARGE_BLOCK_BYTES):
        into.clear()
        options = {
            "read_options": pyarrow.csv.ReadOptions(
                column_names=[str(i) for i in range(into.n_columns)],
                block_size=block_bytes,
            ),
            "parse_options": pyarrow.csv.ParseOptions(
                delimiter=dialect.delimiter,
                quote_char=dialect.quotechar or False,
                escape_char=dialect.escapechar or False,
                newlines_in_values=bool(n_quotes or dialect.escapechar),
            ),
        }
        try:
            with text.open(offset) as file:
                last = _read_even(file, options, into, skip_records)
        except pa.ArrowInvalid:
            if text.size <= block_bytes:
                return False
            continue
        return last is None or not _needs_care([c[-1].as_py() for c in last.columns])
    return False


def _needs_care(last: list[str]) -> bool:
    """Tell whether the last row is more, or less, than a row of the table."""
    # It may be the rest of the file behind an open quote, or a note below the table.
    return any("\n" in cell for cell in last) or (
        len(last) > 1 and not any(cell.strip() for cell in last[1:])
    )


def _read_even(
    file: BinaryIO, options: dict[str, Any], into: Cells, skip_records: int
) -> pa.RecordBatch | None:
    """Read all rows and return the last batch that has some."""
    names = options["read_options"].column_names
    convert_options = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.large_string()),
        strings_can_be_null=False,
    )
    last: pa.RecordBatch | None = None
    header: pa.RecordBatch | None = None
    for batch in pyarrow.csv.open_csv(file, convert_options=convert_options, **options):
        kept = batch.slice(skip_records)
        if header is None and skip_records:
            header = batch.slice(0, 1)
        if header is not None and _repeats(header, kept):
            raise pa.ArrowInvalid("the header is repeated")
        skip_records -= batch.num_rows - kept.num_rows
        if kept.num_rows:
            into.add(kept)
            last = kept
    return last


def _repeats(header: pa.RecordBatch, batch: pa.RecordBatch) -> bool:
    """Tell whether a row equals the header, as where files were joined."""
    if len(header.columns) < 2:
        return False
    equal = None
    for name, column in zip(header.columns, batch.columns, strict=True):
        own = pc.equal(column, name[0])
        equal = own if equal is None else pc.and_(equal, own)
        if not pc.any(equal, min_count=0).as_py():
            return False
    return True


def _parse_ragged(
    text: Text, dialect: Dialect, into: Cells, skip_lines: int, skip_records: int
) -> list[str]:
    """Parse row by row, mending rows that are too long or too short."""
    mending = Mending(into.n_columns)
    open_line = _read_rows(text, dialect, into, skip_lines, skip_records, mending)
    if not open_line:
        return list(mending.sentences())
    # Once more with quotes as ordinary characters: right if no cell needs them.
    literal = Mending(into.n_columns)
    into.clear()
    unquoted = replace(dialect, quotechar="")
    _read_rows(text, unquoted, into, skip_lines, skip_records, literal)
    if literal.n_ragged:
        raise TableError(
            f"The quote opened in line {open_line} is never closed: close or remove it "
            "and upload the file again."
        )
    return [
        f"The quote opened in line {open_line} is never closed: "
        "quotes were read as ordinary characters.",
        *literal.sentences(),
    ]


def _read_rows(
    text: Text,
    dialect: Dialect,
    into: Cells,
    skip_lines: int,
    skip_records: int,
    mending: Mending,
) -> int:
    """Read all rows; return the line of an unclosed quote, or 0."""
    lines = io.TextIOWrapper(text.open(), encoding="utf-8", newline="")
    next(itertools.islice(lines, skip_lines, skip_lines), None)
    # Behind an open quote the added last line is part of a cell, not a row of its own.
    reader = dialect.reader(
        itertools.chain(lines, [_END]), comments=mending.comments(skip_lines)
    )
    chunk: list[list[str]] = []
    to_skip, line, open_line = skip_records, skip_lines, 0
    try:
        for row in reader:
            first_line, line = line + 1, reader.line_num + skip_lines
            if row and row[-1].endswith(_END):
                open_line = 0 if row == [_END] else first_line
                break
            if not row or not (is_filled(row) or into.n_columns == 1):
                mending.blank_line()
            elif to_skip:
                mending.header(row)
                to_skip -= 1
            else:
                chunk += mending.rows(row, first_line)
            if len(chunk) >= _CHUNK_ROWS:
                into.add(_to_arrow(chunk))
                chunk = []
    except csv.Error as error:
        raise TableError(
            f"Line {reader.line_num + skip_lines} cannot be read ({error}): "
            "correct it and upload the file again."
        ) from error
    finally:
        lines.close()
    chunk += mending.rest()
    if chunk:
        into.add(_to_arrow(chunk))
    return open_line


def _to_arrow(rows: list[list[str]]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, pa.large_string()) for column in columns]
    return pa.RecordBatch.from_arrays(
        arrays, names=[str(i) for i in range(len(arrays))]
    )
