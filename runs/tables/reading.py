"""From a file to a typed table."""

import itertools
import tempfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from runs.tables.dialect import ONE_COLUMN, detect_dialect, sample_rows
from runs.tables.encoding import read_text
from runs.tables.errors import TableError
from runs.tables.header import Header, find_header, listed
from runs.tables.kinds import Column, guess_kinds
from runs.tables.parsing import parse
from runs.tables.profile import preview, profile_columns
from runs.tables.shelf import Cells, CellsInFiles, CellsInMemory, Frames
from runs.tables.signatures import refuse_known_formats
from runs.tables.storage import write_frames
from runs.tables.text import Text
from runs.tables.typing import sentences, type_columns

_SAMPLE_BYTES = 1 << 17
_MAX_SAMPLE_BYTES = 1 << 23
_SAMPLE_LINES = 10
_SAMPLE_ROWS = 500
_PREVIEW_ROWS = 50
# Below, a table is read at once: files for its columns would cost more than they save.
_MEMORY_BYTES = 1 << 25
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
class StoredTable:
    """What there is to know of a table that is stored as Parquet."""

    n_rows: int
    columns: list[Column]
    profile: list[dict[str, Any]]
    preview: dict[str, Any]
    reading: Reading
    repairs: list[str]


@dataclass(frozen=True, slots=True)
class _Described:
    """What reading a file tells besides its values."""

    n_rows: int
    columns: list[Column]
    reading: Reading
    repairs: list[str]


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
    whole: list[pd.DataFrame] = []
    described = _read(
        path,
        filename or path.name,
        take=lambda frame, _: whole.append(frame),
        keep_text=keep_text,
    )
    names = [column.name for column in described.columns]
    frame = pd.concat(whole, axis=1)[names]
    return Table(frame, described.columns, described.reading, described.repairs)


def store_table(
    path: Path,
    parquet: Path,
    *,
    filename: str | None = None,
    memory_bytes: int = _MEMORY_BYTES,
) -> StoredTable:
    """Read a delimited text file as `read_table` does, into a Parquet file.

    Of a large one only a few columns, and then a few rows, are in memory at a time.

    Parameters
    ----------
    path : Path
        The file.
    parquet : Path
        Where to store the table; what is needed meanwhile is beside it.
    filename : str or None, default None
        The name the person knows the file by; the path's name if None.
    memory_bytes : int, default 32 MB
        Files above this size are read by columns.

    Returns
    -------
    StoredTable
        What there is to know of it.

    Raises
    ------
    TableError
        If the file cannot become a table.
    """
    large = path.stat().st_size > memory_bytes
    parquet.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parquet.parent) as folder:
        shelf = Path(folder) if large else None
        frames = Frames(shelf)
        heads: list[pd.DataFrame] = []
        profiles: dict[str, dict[str, Any]] = {}

        def take(frame: pd.DataFrame, columns: list[Column]) -> None:
            heads.append(frame.head(_PREVIEW_ROWS).copy())
            profiles.update({f["name"]: f for f in profile_columns(frame, columns)})
            frames.add(frame)

        described = _read(path, filename or path.name, take=take, shelf=shelf)
        names = [column.name for column in described.columns]
        write_frames(frames, described.columns, parquet)
    return StoredTable(
        n_rows=described.n_rows,
        columns=described.columns,
        profile=[profiles[name] for name in names],
        preview=preview(pd.concat(heads, axis=1)[names], _PREVIEW_ROWS),
        reading=described.reading,
        repairs=described.repairs,
    )


def _read(
    path: Path,
    filename: str,
    *,
    take: Callable[[pd.DataFrame, list[Column]], object],
    keep_text: Collection[str] = (),
    shelf: Path | None = None,
) -> _Described:
    """Read a file and hand on its typed columns, some at a time.

    ``take`` is given all columns, also those that turn out not to be wanted.
    """
    if path.stat().st_size > _MAX_BYTES:
        raise TableError(
            f"{filename} is larger than {_MAX_BYTES >> 30} GB: upload a part of its rows."
        )
    refuse_known_formats(path, filename)
    text = read_text(path, filename=filename)
    size = _sample_size(text, filename)
    truncated = size < text.size
    sample = text.head(size).decode("utf-8", errors="ignore")
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
    cells: Cells = CellsInMemory(header.names)
    if shelf is not None:
        cells = CellsInFiles(header.names, shelf, text.size)
    mended = parse(
        text,
        dialect,
        into=cells,
        skip_lines=header.skipped_lines,
        skip_records=header.n_records,
    )
    if not cells.n_rows:
        raise TableError(
            f"{filename} has a header at most and no rows below it: "
            "a table needs at least one row."
        )
    columns: list[Column] = []
    notes: dict[str, list[str]] = {}
    empty: set[str] = set()
    for group in cells.groups():
        empty |= _empty_among(group, header.unnamed)
        frame, own_notes = type_columns(
            group, european=dialect.delimiter == ";", keep_text=keep_text
        )
        for note, names in own_notes.items():
            notes.setdefault(note, []).extend(names)
        own = guess_kinds(frame)
        take(frame, own)
        columns += own
    columns, unnamed = _without_unnamed_empty(columns, header, empty)
    reading = Reading(
        format="tsv" if dialect.delimiter == "\t" else "csv",
        encoding=text.encoding,
        delimiter=dialect.delimiter if dialect != ONE_COLUMN else "",
        quotechar=dialect.quotechar,
        header=header.present,
        skipped_lines=header.skipped_lines,
    )
    repairs = [
        *(*text.repairs, *header.repairs, *unnamed, *mended),
        *sentences(notes),
    ]
    return _Described(cells.n_rows, columns, reading, repairs)


def _sample_size(text: Text, filename: str) -> int:
    """Count the bytes that show the text's form: enough lines from its beginning."""
    if text.size > _MAX_FIRST_LINE and not _n_lines(text.head(_MAX_FIRST_LINE)):
        raise TableError(
            f"{filename} begins with one unbroken line of over "
            f"{_MAX_FIRST_LINE >> 20} MB: a table needs a line for every row."
        )
    size = _SAMPLE_BYTES
    # A table of thousands of columns has few lines in the usual sample.
    while size < _MAX_SAMPLE_BYTES and _n_lines(text.head(size)) < _SAMPLE_LINES:
        size *= 2
    return min(size, text.size)


def _n_lines(data: bytes) -> int:
    return max(data.count(b"\n"), data.count(b"\r"))


def _check_width(header: Header, filename: str) -> None:
    if len(header.names) > _MAX_COLUMNS:
        raise TableError(
            f"{filename} has {len(header.names):,} columns and at most "
            f"{_MAX_COLUMNS:,} can be used: leave out some."
        )


def _empty_among(cells: pa.Table, names: Collection[str]) -> set[str]:
    """Return which of these columns have no value in any row."""
    return {
        name
        for name in cells.column_names
        if name in names
        and not pc.any(pc.not_equal(pc.utf8_trim_whitespace(cells[name]), "")).as_py()
    }


def _without_unnamed_empty(
    columns: list[Column], header: Header, empty: set[str]
) -> tuple[list[Column], list[str]]:
    """Drop columns without name and value, as delimiters at line ends make them."""
    repairs = []
    if empty and len(empty) < len(columns):
        columns = [column for column in columns if column.name not in empty]
        n = len(empty)
        repairs.append(
            "1 column without name and values was left out."
            if n == 1
            else f"{n} columns without name and values were left out."
        )
    if named := [c.name for c in columns if c.name in header.unnamed]:
        repairs.append(f"Columns without a name were named: {listed(named)}.")
    return columns, repairs
