"""Delimited UTF-8 text to an Arrow table of strings."""

import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.csv

from runs.tables.dialect import Dialect, is_filled
from runs.tables.errors import TableError

_CHUNK_ROWS = 20_000
_BLOCK_BYTES = 1 << 24
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
    data: bytes,
    dialect: Dialect,
    *,
    names: list[str],
    skip_lines: int,
    skip_records: int,
) -> tuple[pa.Table, list[str]]:
    """Parse a delimited text into columns of strings.

    Parameters
    ----------
    data : bytes
        The text as UTF-8.
    dialect : Dialect
        Its delimiter and quoting.
    names : list of str
        One name a column.
    skip_lines : int
        Physical lines to leave out at the beginning.
    skip_records : int
        Records to leave out after those lines: 1 for a header.

    Returns
    -------
    tuple of pyarrow.Table and list of str
        The cells as text, empty where a row was too short, and a sentence for every
        kind of repair.

    Raises
    ------
    TableError
        If a quote is opened and never closed.
    """
    table = _parse_even(data, dialect, names, skip_lines, skip_records)
    if table is not None:
        return table, []
    return _parse_ragged(data, dialect, names, skip_lines, skip_records)


def _parse_even(
    data: bytes, dialect: Dialect, names: list[str], skip_lines: int, skip_records: int
) -> pa.Table | None:
    """Parse with Arrow, which is fast and wants every row to have the same length."""
    if dialect.skipinitialspace or not dialect.delimiter.isascii():
        return None
    quote = dialect.quotechar.encode()
    if quote and not dialect.escapechar and data.count(quote) % 2:
        return None  # a quote may stay open, which Arrow does not say
    start = _offset_of_line(data, skip_lines)
    buffer = pa.py_buffer(data)[start:]
    fields = [str(i) for i in range(len(names))]
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(buffer),
            read_options=pyarrow.csv.ReadOptions(
                column_names=fields, block_size=_BLOCK_BYTES
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=dialect.delimiter,
                quote_char=dialect.quotechar or False,
                escape_char=dialect.escapechar or False,
                newlines_in_values=bool(dialect.quotechar),
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(fields, pa.large_string()),
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    table = table.slice(skip_records)
    if table.num_rows and any(
        "\n" in column[-1].as_py() for column in table.itercolumns()
    ):
        return None  # the last row may be the rest of the file behind an open quote
    return table.rename_columns(names)


def _offset_of_line(data: bytes, n_lines: int) -> int:
    """Count the bytes of the first lines, whichever way they end."""
    if not n_lines:
        return 0
    lines = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline="")
    return sum(len(line.encode()) for line in itertools.islice(lines, n_lines))


def _parse_ragged(
    data: bytes, dialect: Dialect, names: list[str], skip_lines: int, skip_records: int
) -> tuple[pa.Table, list[str]]:
    """Parse row by row, mending rows that are too long or too short."""
    ragged = _Ragged()
    open_line, table = _read_rows(
        data, dialect, names, skip_lines, skip_records, ragged
    )
    if not open_line:
        return table, list(ragged.sentences(len(names)))
    # Once more with quotes as ordinary characters: right if no cell needs them.
    literal = _Ragged()
    _, table = _read_rows(
        data, replace(dialect, quotechar=""), names, skip_lines, skip_records, literal
    )
    if literal.n_long or literal.n_short:
        raise TableError(
            f"The quote opened in line {open_line} is never closed: close or remove it "
            "and upload the file again."
        )
    return table, [
        f"The quote opened in line {open_line} is never closed: "
        "quotes were read as ordinary characters."
    ]


def _read_rows(
    data: bytes,
    dialect: Dialect,
    names: list[str],
    skip_lines: int,
    skip_records: int,
    ragged: _Ragged,
) -> tuple[int, pa.Table]:
    """Read all rows; the line of an unclosed quote, or 0, comes first."""
    width = len(names)
    lines = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline="")
    next(itertools.islice(lines, skip_lines, skip_lines), None)
    # Behind an open quote the added last line is part of a cell, not a row of its own.
    reader = dialect.reader(itertools.chain(lines, [_END]))
    tables: list[pa.Table] = []
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
                tables.append(_to_arrow(chunk, names))
                chunk = []
    except csv.Error as error:
        raise TableError(
            f"Line {reader.line_num + skip_lines} cannot be read ({error}): "
            "correct it and upload the file again."
        ) from error
    tables.append(_to_arrow(chunk, names))
    return open_line, pa.concat_tables(tables)


def _to_arrow(rows: list[list[str]], names: list[str]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    arrays = [pa.array(column, pa.large_string()) for column in columns]
    return pa.Table.from_arrays(arrays, names=names)


def _rows(n: int) -> str:
    return "1 row" if n == 1 else f"{n} rows"


def _lines(lines: list[int], n: int) -> str:
    shown = ", ".join(map(str, lines))
    more = ", ..." if n > len(lines) else ""
    return f"{'line' if n == 1 else 'lines'} {shown}{more}"
