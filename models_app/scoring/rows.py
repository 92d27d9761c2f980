"""Rows to be predicted: of a file, with little of it in memory, or of a request."""

import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from heapq import nsmallest
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from models_app.scoring.schema import (
    Findings,
    Place,
    RowsError,
    check_names,
    text_columns,
)
from runs.tables.kinds import Column, Kind
from runs.tables.reading import take_table
from runs.tables.shelf import Frames
from runs.tables.unpacking import Progress

# JSON has whole numbers without end.
_LARGEST = int(sys.float_info.max)
_NEEDED = {
    "int64": "a number",
    "float64": "a number",
    "datetime64": "a date",
    "bool": "true or false",
}
# Of a value that is told in a sentence.
_SHOWN = 80
# Of rows that are all wrong the first places tell enough.
_PLACES = 100


class Taken(NamedTuple):
    """Rows of JSON as the model takes them, and what had to be done to them."""

    X: pd.DataFrame
    notes: list[str]


class Chunk(NamedTuple):
    """Some rows: as they came, and as the model takes them."""

    rows: pa.Table
    X: pd.DataFrame


class NewRows:
    """The rows of a file, kept by columns in a folder.

    Columns are brought to the types of training as a whole, so that how a number or a
    date is written is judged by all rows; rows are then given out some at a time.

    Parameters
    ----------
    path : Path
        The file, of any format the uploader reads.
    folder : Path
        For what is needed meanwhile; its owner removes it.
    filename : str
        The name the person knows the file by.
    findings : Findings
        Knows what the model needs, and counts.
    as_text : bool
        Whether rows are wanted as they stand in the file, where that is text; otherwise
        in the types they were read with.
    on_progress : callable, optional
        Called with a step and how much is done of how much.

    Raises
    ------
    TableError
        If the file is no table, or lacks a column.
    """

    def __init__(
        self,
        path: Path,
        folder: Path,
        *,
        filename: str,
        findings: Findings,
        as_text: bool,
        on_progress: Progress | None = None,
    ) -> None:
        self._names = [column.name for column in findings.columns]
        self._schemas: dict[str, pa.Field] = {}
        self._rows = Frames(_made(folder / "rows"))
        self._features = Frames(_made(folder / "features"))
        kept_as_text = False

        def keep(cells: pa.Table) -> None:
            nonlocal kept_as_text
            kept_as_text = True
            self._add(cells)

        def take(frame: pd.DataFrame, columns: list[Column]) -> list[Column]:
            if not kept_as_text:
                table = pa.Table.from_pandas(frame, preserve_index=False)
                self._add(as_read(table) if as_text else table)
            X = findings.take(frame)
            if len(X.columns):
                self._features.add(X)
            return columns

        taken = take_table(
            path,
            take,
            folder=_made(folder / "reading"),
            filename=filename,
            keep_text=text_columns(findings.columns),
            keep_cells=keep if as_text else None,
            on_progress=on_progress,
        )
        check_names(taken.names, findings.columns)
        self.n_rows = taken.n_rows
        self.repairs = taken.repairs
        # Without columns that turned out to be neither named nor filled.
        findings.extra = [n for n in findings.extra if n in set(taken.names)]
        self.schema = pa.schema([self._schemas[name] for name in taken.names])

    def _add(self, table: pa.Table) -> None:
        self._schemas.update({f.name: f for f in table.schema})
        self._rows.add_table(table)

    def chunks(self, n_rows: int) -> Iterator[Chunk]:
        """Yield all rows in their order.

        Parameters
        ----------
        n_rows : int
            How many at a time, at the most.

        Yields
        ------
        Chunk
            The next rows.
        """
        schema = self._features.schema(self._names)
        pairs = zip(
            self._rows.batches(self.schema),
            self._features.batches(schema),
            strict=True,
        )
        for rows, features in pairs:
            for start in range(0, rows.num_rows, n_rows):
                X = features.slice(start, n_rows).to_pandas()
                yield Chunk(rows.slice(start, n_rows), X)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def as_read(table: pa.Table) -> pa.Table:
    """Write dates of typed columns without a time of day that none of them has.

    Parameters
    ----------
    table : pyarrow.Table of shape (n_rows, n_columns)
        All rows of some columns.

    Returns
    -------
    pyarrow.Table of shape (n_rows, n_columns)
        With columns of dates, or of seconds, where nothing is lost by it.
    """
    for i, name in enumerate(table.schema.names):
        column = table.column(i)
        if not pa.types.is_timestamp(column.type) or column.type.tz is not None:
            continue
        for kind in (pa.date32(), pa.timestamp("s")):
            short = column.cast(kind, safe=False)
            if pc.all(pc.equal(short.cast(column.type), column)).as_py() is not False:
                table = table.set_column(i, name, short)
                break
    return table


def take_rows(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[Column],
    *,
    categories: Mapping[str, Sequence[Any]],
    target: str,
) -> Taken:
    """Bring rows of JSON to the types of training.

    Whoever sends them can correct them at once: what a file of many rows would count as
    missing, with a note, is refused here.

    Parameters
    ----------
    rows : sequence of mapping
        Value by column; null and an empty text are missing values.
    columns : sequence of Column
        The training table's columns.
    categories : mapping of str to list
        Values seen in training of those columns where a new one says something.
    target : str
        The column that is predicted.

    Returns
    -------
    Taken
        The columns of training in their order, and sentences.

    Raises
    ------
    RowsError
        If there are no rows, one lacks a column, or a value cannot be one of its column.
    """
    rows = trimmed(rows)
    frame = frame_of(rows)
    check_names(list(frame.columns), columns)
    findings = Findings(columns, categories, target, has_dates=False)
    X = findings.take(frame)
    misfits = (
        Place(at, column.name, told)
        for column in columns
        for at, told in _misfits(rows, column, X[column.name])
    )
    if wrong := nsmallest(_PLACES, misfits, key=lambda place: place.row):
        raise RowsError(" ".join(dict.fromkeys(p.detail for p in wrong)), wrong)
    return Taken(X[[column.name for column in columns]], findings.sentences())


def trimmed(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Take away the blanks around texts, as reading a table does.

    Parameters
    ----------
    rows : sequence of mapping
        Value by column.

    Returns
    -------
    list of dict
        The same values otherwise.
    """
    return [
        {name: v.strip() if type(v) is str else v for name, v in row.items()}
        for row in rows
    ]


def _misfits(
    rows: Sequence[Mapping[str, Any]], column: Column, taken: pd.Series
) -> Iterator[tuple[int, str]]:
    """Yield the rows that lack a column, or have something else in it than it needs."""
    name, is_number = column.name, column.dtype in ("int64", "float64")
    read = np.isfinite(taken.astype("float64")) if is_number else taken.notna()
    for at, (row, is_read) in enumerate(zip(rows, read.tolist(), strict=True)):
        if name not in row:
            yield at, f"The row lacks {name}; send null where its value is missing."
            continue
        value = row[name]
        if _is_missing(value):
            continue
        if is_number and isinstance(value, float) and math.isinf(value):
            yield at, f"{name} has a number that is too large."
        elif not is_read or (is_number and isinstance(value, bool)):
            needed = _NEEDED[column.dtype]
            if column.kind is Kind.INTEGER_CATEGORY:
                needed = "a whole number"
            told = f"{name} has “{_text(value)[:_SHOWN]}” where {needed} is needed."
            yield at, told


def frame_of(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Make a typed frame of JSON objects, as reading a table would.

    Parameters
    ----------
    rows : sequence of mapping
        Value by column; null, an empty text and a column that only other rows have are
        missing values.

    Returns
    -------
    DataFrame of shape (n_rows, n_columns)
        Columns of numbers, truth values or text.

    Raises
    ------
    RowsError
        If there are no rows, or a value is a list, an object, or a number without end.
    """
    if not rows:
        message = "There are no rows: give at least one."
        raise RowsError(message, [Place(0, "", message)])
    wrong = [
        Place(at, name, told)
        for at, row in enumerate(rows)
        for name, value in row.items()
        if (told := _unusable(name, value))
    ]
    if wrong:
        raise RowsError(" ".join(dict.fromkeys(p.detail for p in wrong)), wrong)
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pd.DataFrame(
        {name: _column([row.get(name) for row in rows]) for name in names}
    )


def _unusable(name: str, value: Any) -> str:  # noqa: ANN401
    if isinstance(value, list | dict):
        return f"{name} has a list or an object where a single value is needed."
    if isinstance(value, int) and abs(value) > _LARGEST:
        return f"{name} has a number that is too large."
    return ""


def _is_missing(value: Any) -> bool:  # noqa: ANN401
    # NaN, which Python's JSON knows, is the only value that is not itself.
    return value is None or value == "" or value != value


def _column(values: list[Any]) -> pd.Series:
    present = [value for value in values if not _is_missing(value)]
    makers: list[tuple[type | tuple[type, ...], Callable[[], pd.Series]]] = [
        (bool, lambda: _truths(values)),
        ((int, float), lambda: pd.Series(_numbers(values), dtype="float64")),
    ]
    for kind, make in makers:
        is_bool = kind is bool
        if present and all(
            isinstance(v, kind) and isinstance(v, bool) is is_bool for v in present
        ):
            return make()
    texts = [None if _is_missing(v) else _text(v) for v in values]
    return pd.Series(texts, dtype="str")


def _truths(values: list[Any]) -> pd.Series:
    if all(isinstance(value, bool) for value in values):
        return pd.Series(values, dtype="bool")
    texts = [str(v).lower() if isinstance(v, bool) else None for v in values]
    return pd.Series(texts, dtype="str")


def _numbers(values: list[Any]) -> list[float | None]:
    return [None if _is_missing(v) else float(v) for v in values]


def _text(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
