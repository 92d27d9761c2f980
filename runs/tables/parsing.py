"""Delimited UTF-8 text to cells: batches of rows of strings."""

import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.csv

from runs.tables.dialect import Dialect, is_filled
from runs.tables.errors import TableError
from runs.tables.shelf import Cells
from runs.tables.text import Text

_CHUNK_ROWS = 20_000
# A row has to fit into one of Arrow's blocks; small ones keep little in memory.
_BLOCK_BYTES = 1 << 20
_LARGE_BLOCK_BYTES = 1 << 24
# Letters and digits only: no delimiter or quote is among them.
_END = "EndOfFile7d41c0e93b5f4a2c"
_SHOWN_LINES = 5


@dataclass(slots=True)
class _Ragged:
    """Rows of another length than the header: how many, and the first few lines."""

    n_short: int = 0
    n_long: int = 0
    short_lines: list[int] = field(default_factory=list)
    long_lines: list[int] = field(default_factory=list)

    def fit(self, row: list[str], width: int, line: int) -> list[str]:
        if len(row) < width:
            self.n_short += 1
            if self.n_short <= _SHOWN_LINES:
                self.short_lines.append(line)
            return row + [""] * (width - len(row))
        if any(cell.strip() for cell in row[width:]):
            self.n_long += 1
            if self.n_long <= _SHOWN_LINES:
                self.long_lines.append(line)
        return row[:width]

    def sentences(self, width: int) -> Iterator[str]:
        if self.n_short:
            yield (
                f"{_rows(self.n_short)} with fewer than {width} cells got empty cells "
                f"at the end ({_lines(self.short_lines, self.n_short)})."
            )
        if self.n_long:
            yield (
                f"{_rows(self.n_long)} with more than {width} cells kept the first "
                f"{width} ({_lines(self.long_lines, self.n_long)})."
            )


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
    if dialect.skipinitialspace or not dialect.delimiter.isascii():
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
        # The last row may be the rest of the file behind an open quote.
        return last is None or not any(
            "\n" in column[-1].as_py() for column in last.columns
        )
    return False


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
    for batch in pyarrow.csv.open_csv(file, convert_options=convert_options, **options):
        kept = batch.slice(skip_records)
        skip_records -= batch.num_rows - kept.num_rows
        if kept.num_rows:
            into.add(kept)
            last = kept
    return last


def _parse_ragged(
    text: Text, dialect: Dialect, into: Cells, skip_lines: int, skip_records: int
) -> list[str]:
    """Parse row by row, mending rows that are too long or too short."""
    ragged = _Ragged()
    open_line = _read_rows(text, dialect, into, skip_lines, skip_records, ragged)
    if not open_line:
        return list(ragged.sentences(into.n_columns))
    # Once more with quotes as ordinary characters: right if no cell needs them.
    literal = _Ragged()
    into.clear()
    unquoted = replace(dialect, quotechar="")
    _read_rows(text, unquoted, into, skip_lines, skip_records, literal)
    if literal.n_long or literal.n_short:
        raise TableError(
            f"The quote opened in line {open_line} is never closed: close or remove it "
            "and upload the file again."
        )
    return [
        f"The quote opened in line {open_line} is never closed: "
        "quotes were read as ordinary characters."
    ]


def _read_rows(
    text: Text,
    dialect: Dialect,
    into: Cells,
    skip_lines: int,
    skip_records: int,
    ragged: _Ragged,
) -> int:
    """Read all rows; return the line of an unclosed quote, or 0."""
    width = into.n_columns
    lines = io.TextIOWrapper(text.open(), encoding="utf-8", newline="")
    next(itertools.islice(lines, skip_lines, skip_lines), None)
    # Behind an open quote the added last line is part of a cell, not a row of its own.
    reader = dialect.reader(itertools.chain(lines, [_END]))
    chunk: list[list[str]] = []
    to_skip, line, open_line = skip_records, 0, 0
    try:
        for row in reader:
            first_line, line = line + 1 + skip_lines, reader.line_num
            if row == [_END]:
                break
            if row and row[-1].endswith(_END):
                open_line = first_line
                break
            if not row or not (is_filled(row) or width == 1):
                continue
            if to_skip:
                to_skip -= 1
                continue
            fits = len(row) == width
            chunk.append(row if fits else ragged.fit(row, width, first_line))
            if len(chunk) == _CHUNK_ROWS:
                into.add(_to_arrow(chunk))
                chunk = []
    except csv.Error as error:
        raise TableError(
            f"Line {reader.line_num + skip_lines} cannot be read ({error}): "
            "correct it and upload the file again."
        ) from error
    finally:
        lines.close()
    if chunk:
        into.add(_to_arrow(chunk))
    return open_line


def _to_arrow(rows: list[list[str]]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, pa.large_string()) for column in columns]
    return pa.RecordBatch.from_arrays(
        arrays, names=[str(i) for i in range(len(arrays))]
    )


def _rows(n: int) -> str:
    return "1 row" if n == 1 else f"{n} rows"


def _lines(lines: list[int], n: int) -> str:
    shown = ", ".join(map(str, lines))
    more = ", ..." if n > len(lines) else ""
    return f"{'line' if n == 1 else 'lines'} {shown}{more}"
