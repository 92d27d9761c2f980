"""From a file to a typed table."""

import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from runs.tables.choosing import with_kinds
from runs.tables.errors import TableError
from runs.tables.formats.arff import find_arff
from runs.tables.formats.arrow import find_feather, find_parquet
from runs.tables.formats.delimited import find_text
from runs.tables.formats.found import Columns, Rows, Source
from runs.tables.formats.json_records import find_json, find_json_lines
from runs.tables.formats.workbook import find_workbook
from runs.tables.header import Header, listed
from runs.tables.kinds import Column, Kind, guess_kinds
from runs.tables.options import ReadingOptions
from runs.tables.profile import preview, profile_columns
from runs.tables.shelf import Cells, CellsInFiles, CellsInMemory, Frames
from runs.tables.signatures import recognise
from runs.tables.storage import write_frames
from runs.tables.typing import Spelling, sentences, type_columns
from runs.tables.unpacking import MAX_BYTES, Progress, Unpacked, unpack

_SAMPLE_ROWS = 500
_SAMPLE_BYTES = 1 << 20
_PREVIEW_ROWS = 50
# Below, a table is read at once: files for its columns would cost more than they save.
_MEMORY_BYTES = 1 << 25
_MAX_COLUMNS = 20_000
_MOST_TOKENS = 50
# Formats whose beginning tells nothing without their end.
_INDIVISIBLE = frozenset({"parquet", "feather", "excel"})

_DETECTED = ReadingOptions()

_FINDERS: dict[str, Callable[[Source], Rows | Columns]] = {
    "csv": find_text,
    "fixed": find_text,
    "jsonl": find_json_lines,
    "json": find_json,
    "parquet": find_parquet,
    "feather": find_feather,
    "excel": find_workbook,
    "arff": find_arff,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file was read, in the words of `ReadingOptions`.

    None is what the format does not have. ``delimiter`` is empty for a file of one
    column.

    Attributes
    ----------
    missing : tuple of str or None
        Texts that stand for a missing value; None for the usual ones.
    choices : dict of str to list of str
        ``members`` of the archive and ``sheets`` of the workbook, if several.
    missing_found : dict of str to int
        How many cells of each text were read as missing.
    """

    format: str
    member: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quotechar: str | None = None
    escapechar: str | None = None
    comment: str | None = None
    header: bool | None = None
    skip_lines: int | None = None
    decimal: str | None = None
    thousands: str | None = None
    day_first: bool | None = None
    missing: tuple[str, ...] | None = None
    choices: dict[str, list[str]] = field(default_factory=dict)
    missing_found: dict[str, int] = field(default_factory=dict)


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
class TakenTable:
    """What there is to know of a table whose columns were handed on."""

    n_rows: int
    names: list[str]
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
    path: Path,
    *,
    filename: str | None = None,
    options: ReadingOptions = _DETECTED,
    keep_text: Collection[str] = (),
    on_progress: Progress | None = None,
) -> Table:
    """Read a file whose form is not known, or known in part.

    Parameters
    ----------
    path : Path
        The file: delimited or aligned text, JSON, Parquet, Feather, a workbook or
        ARFF, also compressed or in a zip archive.
    filename : str or None, default None
        The name the person knows the file by; the path's name if None.
    options : ReadingOptions, optional
        What is not to be detected.
    keep_text : collection of str, default ()
        Names of columns that stay text though they look like numbers, dates or
        truth values; for new rows of a table whose column was text.
    on_progress : callable or None, default None
        Called with a step and how much is done of how much: bytes or columns.

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
    with tempfile.TemporaryDirectory() as folder:
        source = _unpacked(path, filename, options, Path(folder), on_progress)
        return _in_memory(*source, keep_text=keep_text, on_progress=on_progress)


def read_sample(
    path: Path,
    *,
    filename: str | None = None,
    options: ReadingOptions = _DETECTED,
) -> Table:
    """Read the first rows of a file as `read_table` would, as fast for a large one.

    What only later rows tell can make a difference: a word among numbers, a letter
    that no other encoding has.

    Parameters
    ----------
    path : Path
        The file.
    filename : str or None, default None
        The name the person knows the file by; the path's name if None.
    options : ReadingOptions, optional
        What is not to be detected.

    Returns
    -------
    Table
        At most 500 rows.

    Raises
    ------
    TableError
        If the file cannot become a table.
    """
    with tempfile.TemporaryDirectory() as folder:
        source = _unpacked(path, filename, options, Path(folder), sample=True)
        table = _in_memory(*source)
    frame = table.frame.head(_SAMPLE_ROWS)
    return Table(frame, table.columns, table.reading, table.repairs)


def store_table(
    path: Path,
    parquet: Path,
    *,
    filename: str | None = None,
    options: ReadingOptions = _DETECTED,
    kinds: Mapping[str, Kind] | None = None,
    memory_bytes: int = _MEMORY_BYTES,
    on_progress: Progress | None = None,
) -> StoredTable:
    """Read a file as `read_table` does, into a Parquet file.

    Of a large one only a few columns, and then a few rows, are in memory at a time.

    Parameters
    ----------
    path : Path
        The file.
    parquet : Path
        Where to store the table; what is needed meanwhile is beside it.
    filename : str or None, default None
        The name the person knows the file by; the path's name if None.
    options : ReadingOptions, optional
        What is not to be detected.
    kinds : mapping of str to Kind or None, default None
        Kinds of columns that are not to be guessed.
    memory_bytes : int, default 32 MB
        Tables above this size are read by columns.
    on_progress : callable or None, default None
        Called with a step and how much is done of how much: bytes or columns.

    Returns
    -------
    StoredTable
        What there is to know of it.

    Raises
    ------
    TableError
        If the file cannot become a table.
    """
    chosen = dict(kinds or {})
    parquet.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parquet.parent) as folder:
        source, unpacked = _unpacked(path, filename, options, Path(folder), on_progress)
        found = _find(source)
        shelf = Path(folder) if found.size > memory_bytes else None
        frames = Frames(shelf)
        heads: list[pd.DataFrame] = []
        profiles: dict[str, dict[str, Any]] = {}

        def take(frame: pd.DataFrame, columns: list[Column]) -> list[Column]:
            own = {name: chosen[name] for name in chosen if name in frame}
            frame, columns = with_kinds(frame, columns, own)
            heads.append(frame.head(_PREVIEW_ROWS).copy())
            profiles.update({f["name"]: f for f in profile_columns(frame, columns)})
            frames.add(frame)
            return columns

        described = _read(
            found, source, unpacked, take=take, shelf=shelf, on_progress=on_progress
        )
        names = [column.name for column in described.columns]
        if unknown := [name for name in chosen if name not in names]:
            raise TableError(
                f"There is no column {listed(unknown)}: choose one of the table.",
                field=unknown[0],
            )
        write_frames(frames, described.columns, parquet)
    return StoredTable(
        n_rows=described.n_rows,
        columns=described.columns,
        profile=[profiles[name] for name in names],
        preview=preview(pd.concat(heads, axis=1)[names], _PREVIEW_ROWS),
        reading=described.reading,
        repairs=described.repairs,
    )


def take_table(
    path: Path,
    take: Callable[[pd.DataFrame, list[Column]], list[Column]],
    *,
    folder: Path,
    filename: str | None = None,
    options: ReadingOptions = _DETECTED,
    keep_text: Collection[str] = (),
    keep_cells: Callable[[pa.Table], None] | None = None,
    on_progress: Progress | None = None,
) -> TakenTable:
    """Read a file as `read_table` does, handing on a few whole columns at a time.

    Text is never in memory as a whole; a workbook and a JSON document are, because their
    formats allow nothing else.

    Parameters
    ----------
    path : Path
        The file.
    take : callable
        Given all rows of a few typed columns and what these hold; returns the latter.
    folder : Path
        For what is needed meanwhile; its owner removes it.
    filename : str or None, default None
        The name the person knows the file by; the path's name if None.
    options : ReadingOptions, optional
        What is not to be detected.
    keep_text : collection of str, default ()
        Names of columns that stay text, as for `read_table`.
    keep_cells : callable or None, default None
        Given the same columns as they stand in the file, before `take`; not called for
        a format whose columns have types.
    on_progress : callable or None, default None
        Called with a step and how much is done of how much: bytes or columns.

    Returns
    -------
    TakenTable
        What there is to know besides. Its columns are those wanted; `take` may have been
        given others.

    Raises
    ------
    TableError
        If the file cannot become a table.
    """
    source, unpacked = _unpacked(path, filename, options, folder, on_progress)
    found = _find(source)
    shelf = folder if found.size > _MEMORY_BYTES else None
    described = _read(
        found,
        source,
        unpacked,
        take=take,
        keep_text=keep_text,
        keep_cells=keep_cells,
        shelf=shelf,
        on_progress=on_progress,
    )
    names = [column.name for column in described.columns]
    return TakenTable(described.n_rows, names, described.repairs)


def _unpacked(
    path: Path,
    filename: str | None,
    options: ReadingOptions,
    folder: Path,
    on_progress: Progress | None = None,
    *,
    sample: bool = False,
) -> tuple[Source, Unpacked]:
    """Find the file with the table; of a sample, its beginning."""
    filename = filename or path.name
    if path.stat().st_size > MAX_BYTES:
        raise TableError(
            f"{filename} is larger than {MAX_BYTES >> 30} GB: upload a part of its rows."
        )
    limit = _SAMPLE_BYTES if sample else None
    arguments: dict[str, Any] = {
        "filename": filename,
        "folder": folder,
        "member": options.member,
        "on_progress": on_progress,
    }
    unpacked = unpack(path, limit=limit, **arguments)
    if not unpacked.whole and _format(unpacked.path, unpacked.filename, options) in (
        _INDIVISIBLE
    ):
        unpacked = unpack(path, **arguments)
    source = Source(unpacked.path, unpacked.filename, options, folder)
    if sample:
        source = _beginning(source, unpacked)
    return source, unpacked


def _beginning(source: Source, unpacked: Unpacked) -> Source:
    """Cut a text after a line near its beginning."""
    rows = _SAMPLE_ROWS
    kind = _format(source.path, source.filename, source.options)
    if kind in _INDIVISIBLE:
        return Source(
            source.path, source.filename, source.options, source.folder, True, rows
        )
    size = source.path.stat().st_size
    if unpacked.whole and size <= _SAMPLE_BYTES:
        return source
    with source.path.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
        # A table of thousands of columns has few lines there; a JSON document, none.
        most = min(size, _SAMPLE_BYTES if kind == "json" else 8 * _SAMPLE_BYTES)
        while len(head) < most and head.count(b"\n") < 20:
            head += file.read(_SAMPLE_BYTES)
    end = max(head.rfind(b"\n"), head.rfind(b"\r")) + 1 or len(head)
    if head[:4096].count(0) > len(head[:4096]) // 10:
        end = min(len(head), -(-end // 4) * 4)  # UTF-16 or UTF-32: whole characters
    path = source.folder / "beginning"
    path.write_bytes(head[:end])
    return Source(path, source.filename, source.options, source.folder, False, rows)


def _format(path: Path, filename: str, options: ReadingOptions) -> str:
    return options.format or recognise(path, filename)


def _find(source: Source) -> Rows | Columns:
    kind = _format(source.path, source.filename, source.options)
    return _FINDERS[kind](source)


def _in_memory(
    source: Source,
    unpacked: Unpacked,
    *,
    keep_text: Collection[str] = (),
    on_progress: Progress | None = None,
) -> Table:
    whole: list[pd.DataFrame] = []

    def take(frame: pd.DataFrame, columns: list[Column]) -> list[Column]:
        whole.append(frame)
        return columns

    described = _read(
        _find(source),
        source,
        unpacked,
        take=take,
        keep_text=keep_text,
        on_progress=on_progress,
    )
    names = [column.name for column in described.columns]
    frame = pd.concat(whole, axis=1)[names]
    return Table(frame, described.columns, described.reading, described.repairs)


def _read(
    found: Rows | Columns,
    source: Source,
    unpacked: Unpacked,
    *,
    take: Callable[[pd.DataFrame, list[Column]], list[Column]],
    keep_text: Collection[str] = (),
    keep_cells: Callable[[pa.Table], None] | None = None,
    shelf: Path | None = None,
    on_progress: Progress | None = None,
) -> _Described:
    """Take a table out of its file and hand on its typed columns, some at a time.

    ``take`` is given all columns, also those that turn out not to be wanted, and
    returns them.
    """
    about: dict[str, Any] = {
        "member": unpacked.member,
        "missing": source.options.missing,
    }
    choices = {"members": unpacked.members} if unpacked.members else {}
    if isinstance(found, Columns):
        columns, n_rows = _take_columns(found, take)
        reading = Reading(**about, **found.how, choices=choices)
        return _Described(n_rows, columns, reading, [*unpacked.repairs, *found.repairs])
    columns, n_rows, repairs, told = _take_rows(
        found, source, take, keep_text, keep_cells, shelf, on_progress
    )
    reading = Reading(
        **about, **found.how, **told, choices={**choices, **found.choices}
    )
    return _Described(n_rows, columns, reading, [*unpacked.repairs, *repairs])


def _take_columns(
    found: Columns, take: Callable[[pd.DataFrame, list[Column]], list[Column]]
) -> tuple[list[Column], int]:
    columns: list[Column] = []
    n_rows = 0
    for frame in found.frames():
        columns += take(frame, guess_kinds(frame))
        n_rows = len(frame)
    if not columns:
        raise TableError(
            "All columns of the file hold binary data: export the table as CSV and "
            "upload that."
        )
    return columns, n_rows


def _take_rows(
    found: Rows,
    source: Source,
    take: Callable[[pd.DataFrame, list[Column]], list[Column]],
    keep_text: Collection[str],
    keep_cells: Callable[[pa.Table], None] | None,
    shelf: Path | None,
    on_progress: Progress | None,
) -> tuple[list[Column], int, list[str], dict[str, Any]]:
    header, options = found.header, source.options
    _check_width(header, source.filename)
    cells: Cells = CellsInMemory(header.names)
    if shelf is not None:
        cells = CellsInFiles(header.names, shelf, found.size)
    if on_progress is not None:
        cells = _Counted(cells, found.size, on_progress)
    mended = found.fill(cells)
    if not cells.n_rows:
        raise TableError(
            f"{source.filename} has a header at most and no rows below it: "
            "a table needs at least one row."
        )
    columns: list[Column] = []
    notes: dict[str, list[str]] = {}
    missing_found = Counter[str]()
    empty: set[str] = set()
    spelling = Spelling(
        decimal=options.decimal,
        thousands=options.thousands,
        day_first=options.day_first,
        missing=found.missing if options.missing is None else options.missing,
        european=found.european,
    )
    for group in cells.groups():
        empty |= _empty_among(group, header.unnamed)
        if keep_cells is not None:
            keep_cells(group)
        frame, own_notes = type_columns(
            group,
            spelling=spelling,
            keep_text={*keep_text, *found.keep_text},
            plain=found.plain,
            missing_found=missing_found,
        )
        for note, names in own_notes.items():
            notes.setdefault(note, []).extend(names)
        columns += take(frame, guess_kinds(frame))
        if on_progress is not None:
            on_progress("typing", len(columns), cells.n_columns)
    columns, unnamed = _without_unnamed_empty(columns, header, empty)
    told = _told(notes, options)
    # Unary plus leaves out what was looked for and not found.
    told["missing_found"] = dict((+missing_found).most_common(_MOST_TOKENS))
    repairs = [*found.repairs, *unnamed, *mended, *sentences(notes)]
    return columns, cells.n_rows, repairs, told


def _told(notes: Collection[str], options: ReadingOptions) -> dict[str, Any]:
    """Say how numbers and dates are written, from the notes on their columns."""
    text = " ".join(notes)
    decimal, thousands, day_first = ".", "", None
    if "decimal comma" in text:
        decimal = ","
    for words, mark in (
        ("comma for thousands", ","),
        ("point for thousands", "."),
        ("apostrophe for thousands", " "),
    ):
        if words in text:
            thousands = mark
    if "read day first" in text:
        day_first = True
    elif "read month first" in text:
        day_first = False
    return {
        "decimal": options.decimal or decimal,
        "thousands": thousands if options.thousands is None else options.thousands,
        "day_first": day_first if options.day_first is None else options.day_first,
    }


class _Counted:
    """Cells that tell how much has come in."""

    def __init__(self, cells: Cells, size: int, on_progress: Progress) -> None:
        self._cells, self._size, self._on_progress = cells, size, on_progress
        self.n_columns = cells.n_columns
        self.n_rows = 0
        self._done = 0

    def add(self, batch: pa.RecordBatch) -> None:
        self._cells.add(batch)
        self.n_rows = self._cells.n_rows
        # A length is stored with every cell, where the text has a delimiter.
        self._done += batch.nbytes - 7 * batch.num_rows * batch.num_columns
        self._on_progress("reading", min(self._done, self._size), self._size)

    def clear(self) -> None:
        self._cells.clear()
        self.n_rows = 0
        self._done = 0

    def groups(self) -> Iterator[pa.Table]:
        return self._cells.groups()


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
