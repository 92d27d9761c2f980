"""Columns of strings to typed columns of a frame."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from runs.tables.dates import Dates, parse_dates
from runs.tables.header import listed
from runs.tables.missing import MISSING, MISSING_AMONG_TYPED
from runs.tables.numeric import (
    Numbers,
    parse_numbers,
    parse_plain,
    too_long_for_float,
)

# Rows that tell whether a column is worth a try as plain numbers.
_FIRST_ROWS = 1000


def _values(texts: Collection[str]) -> pa.Array:
    return pa.array(sorted(texts), pa.large_string())


_MISSING = _values(MISSING)
_MISSING_AMONG_TYPED = _values(MISSING_AMONG_TYPED)
_NONE = _values([])


@dataclass(frozen=True)
class Spelling:
    """How values are written, as far as a person says so; None is detected.

    Attributes
    ----------
    decimal, thousands : str or None
        The marks in numbers, empty for none.
    day_first : bool or None
        Whether days stand before months.
    missing : tuple of str or None
        Texts that stand for a missing value, instead of the usual ones. An empty cell
        is always missing.
    european : bool
        Whether decimal commas and days before months are the more likely reading
        where both are possible.
    """

    decimal: str | None = None
    thousands: str | None = None
    day_first: bool | None = None
    missing: tuple[str, ...] | None = None
    european: bool = False
    tokens: pa.Array = field(init=False, repr=False, compare=False)
    tokens_among_typed: pa.Array = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the sets that cells are looked up in."""
        own = self.missing
        tokens = _MISSING if own is None else _values({"", *(t.strip() for t in own)})
        among_typed = _MISSING_AMONG_TYPED if own is None else _NONE
        object.__setattr__(self, "tokens", tokens)
        object.__setattr__(self, "tokens_among_typed", among_typed)

    @property
    def has_plain_numbers(self) -> bool:
        """Whether ``1.5`` is a number as it stands, and no number means missing."""
        if any(parse_plain(_values([text])) is not None for text in self.missing or ()):
            return False
        return self.decimal != "," and self.thousands != "."


@dataclass(frozen=True, slots=True)
class _Distinct:
    """The distinct texts of a column and where in the column each of them stands."""

    texts: pa.Array
    codes: npt.NDArray[np.int32]
    missing: npt.NDArray[np.bool_]


def type_columns(
    table: pa.Table,
    *,
    spelling: Spelling | None = None,
    keep_text: Collection[str] = (),
    plain: Collection[str] = (),
    missing_found: Counter[str] | None = None,
) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """Give every column the type its texts are written in.

    Parameters
    ----------
    table : pyarrow.Table of shape (n_rows, n_columns)
        Columns of strings, none of them null.
    spelling : Spelling or None, default None
        How values are written.
    keep_text : collection of str, default ()
        Names of columns that stay text whatever they look like.
    plain : collection of str, default ()
        Names of columns whose numbers are written as programs do, whatever a person
        says of the others.
    missing_found : Counter of str or None, default None
        Counts the texts that were read as missing.

    Returns
    -------
    tuple of DataFrame and dict of str to list of str
        The typed frame of the same shape, and the names of columns by the reading
        that their text alone does not make certain; see `sentences`.
    """
    columns: dict[str, pd.Series] = {}
    notes: dict[str, list[str]] = {}
    spelling = spelling or Spelling()
    programs = replace(spelling, decimal=None, thousands=None)
    found = Counter[str]() if missing_found is None else missing_found
    for name, column in zip(table.column_names, table.itercolumns(), strict=True):
        if name in keep_text:
            columns[name] = _strings(_distinct(column, spelling), found)
            continue
        own = programs if name in plain else spelling
        columns[name], own_notes = _typed_column(column, own, found)
        for note in own_notes:
            notes.setdefault(note, []).append(name)
    frame = pd.DataFrame(columns, index=pd.RangeIndex(table.num_rows))
    return frame, notes


def sentences(notes: Mapping[str, Sequence[str]]) -> list[str]:
    """Write what was read in a way the text alone does not make certain.

    Parameters
    ----------
    notes : mapping of str to sequence of str
        Names of columns by the way of reading.

    Returns
    -------
    list of str
        A sentence for each way.
    """
    return [f"{note} {listed(names)}." for note, names in notes.items()]


def _typed_column(
    column: pa.ChunkedArray, spelling: Spelling, found: Counter[str]
) -> tuple[pd.Series, list[str]]:
    # Looking up a million different texts takes longer than reading them as numbers.
    if spelling.has_plain_numbers and (
        _plain_numbers(column.slice(0, _FIRST_ROWS), spelling) is not None
    ):
        own = Counter[str]()
        numbers = _plain_numbers(column, spelling, own)
        if numbers is not None:
            found.update(own)
            return pd.Series(numbers), []
    return _typed(_distinct(column, spelling), spelling, found)


def _plain_numbers(
    column: pa.ChunkedArray, spelling: Spelling, found: Counter[str] | None = None
) -> npt.NDArray[np.int64] | npt.NDArray[np.float64] | None:
    """Read a column of plain numbers and missing values; None if it is another."""
    texts = column.combine_chunks()
    numbers = parse_plain(texts)
    if numbers is None:
        texts = pc.utf8_trim_whitespace(texts)
        missing = pc.is_in(texts, value_set=spelling.tokens)
        if pc.any(missing, min_count=0).as_py():
            numbers = parse_plain(pc.if_else(missing, "", texts))
            if found is not None and numbers is not None:
                counts = pc.value_counts(texts.filter(missing)).to_pylist()
                found.update({c["values"]: c["counts"] for c in counts})
    elif found is not None and numbers.dtype.kind == "f":
        found[""] += int(np.isnan(numbers).sum())
    return numbers


def _distinct(column: pa.ChunkedArray, spelling: Spelling) -> _Distinct:
    # Each distinct text is read once, which makes a million rows of a few values cheap.
    encoded = pc.utf8_trim_whitespace(column).combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    texts = encoded.dictionary
    missing = pc.is_in(texts, value_set=spelling.tokens).to_numpy(zero_copy_only=False)
    return _Distinct(texts, encoded.indices.to_numpy(), missing)


def _typed(
    distinct: _Distinct, spelling: Spelling, found: Counter[str]
) -> tuple[pd.Series, list[str]]:
    present = ~distinct.missing
    _count(distinct, distinct.missing, found)
    if not present.any():
        return pd.Series(np.full(len(distinct.codes), np.nan)), []
    marks = present & pc.is_in(
        pc.utf8_lower(distinct.texts), value_set=spelling.tokens_among_typed
    ).to_numpy(zero_copy_only=False)
    readable = present & ~marks
    texts = distinct.texts.filter(pa.array(readable))
    series, note = _numbers_or_dates(distinct, texts, readable, spelling)
    if series is not None:
        _count(distinct, marks, found)
        return series, [*filter(None, [note]), *_mark_notes(distinct, marks)]
    return _truths(distinct) if _is_true_false(distinct) else _strings(distinct), []


def _numbers_or_dates(
    distinct: _Distinct,
    texts: pa.Array,
    readable: npt.NDArray[np.bool_],
    spelling: Spelling,
) -> tuple[pd.Series | None, str]:
    numbers = parse_numbers(
        texts,
        comma_first=spelling.european,
        decimal=spelling.decimal,
        thousands=spelling.thousands,
    )
    if numbers is not None:
        note = f"Numbers written with {numbers.note} in" if numbers.note else ""
        return _numbers(distinct, readable, numbers), note
    given = spelling.day_first
    dates = parse_dates(
        texts,
        day_first=spelling.european if given is None else given,
        certain=given is not None,
    )
    if dates is not None:
        return _dates(distinct, readable, dates), dates.note
    return None, ""


def _numbers(
    distinct: _Distinct, readable: npt.NDArray[np.bool_], numbers: Numbers
) -> pd.Series | None:
    if np.issubdtype(numbers.array.dtype, np.integer):
        if readable.all():
            return pd.Series(numbers.array[distinct.codes])
        if too_long_for_float(numbers.array):
            return None  # as text the digits survive beside missing values
    values = np.full(len(readable), np.nan)
    values[readable] = numbers.array
    return pd.Series(values[distinct.codes])


def _dates(
    distinct: _Distinct, readable: npt.NDArray[np.bool_], dates: Dates
) -> pd.Series:
    values = np.full(len(readable), np.datetime64("NaT"), dtype="datetime64[us]")
    values[readable] = dates.series.to_numpy()
    return pd.Series(values[distinct.codes])


def _count(
    distinct: _Distinct, chosen: npt.NDArray[np.bool_], found: Counter[str]
) -> None:
    """Count how often some of the distinct texts occur."""
    if chosen.any():
        n = np.bincount(distinct.codes, minlength=len(distinct.texts))
        texts = distinct.texts.filter(pa.array(chosen)).to_pylist()
        found.update(dict(zip(texts, n[chosen].tolist(), strict=True)))


def _is_true_false(distinct: _Distinct) -> bool:
    if distinct.missing.any() or len(distinct.texts) > 6:  # so many ways to write it
        return False
    return {text.lower() for text in distinct.texts.to_pylist()} <= {"true", "false"}


def _truths(distinct: _Distinct) -> pd.Series:
    truths = [text.lower() == "true" for text in distinct.texts.to_pylist()]
    return pd.Series(np.array(truths, dtype=bool)[distinct.codes])


def _strings(distinct: _Distinct, found: Counter[str] | None = None) -> pd.Series:
    if found is not None:
        _count(distinct, distinct.missing, found)
    texts = pc.if_else(
        pa.array(distinct.missing), pa.scalar(None, pa.large_string()), distinct.texts
    )
    column: pd.Series = texts.take(pa.array(distinct.codes)).to_pandas()
    return column.astype("str")


def _mark_notes(distinct: _Distinct, marks: npt.NDArray[np.bool_]) -> list[str]:
    texts = distinct.texts.filter(pa.array(marks)).to_pylist() if marks.any() else []
    return [f'"{text}" was read as missing in' for text in texts]
