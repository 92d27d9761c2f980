"""What a column holds, judged from its name and values."""

import enum
import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from runs.tables.codes import ID_NAME, code_evidence

_FEW = 40
_FEW_SHARE = 0.05
_MOST_CATEGORIES = 1000
# Below this many rows, distinct values are no sign of an identifier.
_MIN_ROWS_FOR_CODES = 20
_LONG_TEXT = 40
_MANY_WORDS = 3.0
_SAMPLE = 2000

_TRUTH_PAIRS = (
    {"true", "false"},
    {"yes", "no"},
    {"t", "f"},
    {"y", "n"},
    {"on", "off"},
)
_UNNAMED = re.compile(r"column_\d+$")


class Kind(enum.StrEnum):
    """What a column holds, which decides how a model may use it."""

    NUMERIC = "numeric"
    CATEGORY = "category"
    INTEGER_CATEGORY = "integer_category"  # codes written as whole numbers
    BOOLEAN = "boolean"
    DATETIME = "datetime"
    TEXT = "text"
    IDENTIFIER = "identifier"
    CONSTANT = "constant"
    IGNORE = "ignore"


FEATURE_KINDS: Final[frozenset[Kind]] = frozenset(
    {
        Kind.NUMERIC,
        Kind.CATEGORY,
        Kind.INTEGER_CATEGORY,
        Kind.BOOLEAN,
        Kind.DATETIME,
        Kind.TEXT,
    }
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name, kind, the reason for it, and the type of its values.

    ``dtype`` is one of int64, float64, bool, datetime64 and string.
    """

    name: str
    kind: Kind
    reason: str
    dtype: str


def guess_kinds(frame: pd.DataFrame) -> list[Column]:
    """Guess what every column of a typed frame holds.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        Columns of type int64, float64, bool, datetime64 or str.

    Returns
    -------
    list of Column
        One a column, in order. ``Kind.IGNORE`` is never guessed: it is a person's
        choice.
    """
    columns = []
    for name, series in frame.items():
        kind, reason = _guess(str(name), series)
        columns.append(Column(str(name), kind, reason, dtype_name(series)))
    return columns


def dtype_name(series: pd.Series) -> str:
    """Name the type of a column's values.

    Parameters
    ----------
    series : Series of shape (n_rows,)
        A column of a typed frame.

    Returns
    -------
    str
        int64, float64, bool, datetime64 or string.
    """
    if pd.api.types.is_bool_dtype(series.dtype):
        return "bool"
    if pd.api.types.is_datetime64_any_dtype(series.dtype):
        return "datetime64"
    if pd.api.types.is_integer_dtype(series.dtype):
        return "int64"
    return "float64" if pd.api.types.is_float_dtype(series.dtype) else "string"


def count_distinct(present: pd.Series) -> int:
    """Count the different values of a column.

    Parameters
    ----------
    present : Series of shape (n_present,)
        Its values, none missing.

    Returns
    -------
    int
        How many there are.
    """
    if present.empty or dtype_name(present) not in ("int64", "float64"):
        return int(present.nunique())
    # Many times faster than a table of the values, and as small as the column.
    values = present.to_numpy()
    values = values if present.is_monotonic_increasing else np.sort(values)
    return 1 + int(np.count_nonzero(values[1:] != values[:-1]))


def _guess(name: str, series: pd.Series) -> tuple[Kind, str]:
    present = series.dropna()
    n_distinct = count_distinct(present)
    if n_distinct == 0:
        return Kind.CONSTANT, "All values are missing."
    if n_distinct == 1:
        return Kind.CONSTANT, f'The only value is "{str(present.iloc[0])[:40]}".'
    if dtype_name(series) == "bool":
        return Kind.BOOLEAN, "The values are true and false."
    if dtype_name(series) == "datetime64":
        return Kind.DATETIME, "The values are dates."
    all_distinct = n_distinct == len(series)
    if dtype_name(series) == "string":
        return _guess_strings(name, present, n_distinct, all_distinct=all_distinct)
    return _guess_numbers(name, series, present, n_distinct)


def _guess_numbers(
    name: str, series: pd.Series, present: pd.Series, n_distinct: int
) -> tuple[Kind, str]:
    if n_distinct == 2 and set(present.unique()) == {0, 1}:
        return Kind.BOOLEAN, "The two values are 0 and 1."
    if n_distinct == len(series) and dtype_name(series) == "int64":
        if ID_NAME.search(name):
            return Kind.IDENTIFIER, "All values differ and the name says identifier."
        if _counts_rows(series) and len(series) >= _MIN_ROWS_FOR_CODES:
            return Kind.IDENTIFIER, "The values count the rows."
        if _counts_rows(series) and _UNNAMED.match(name):
            return Kind.IDENTIFIER, "The values count the rows."
    few = n_distinct < len(present) and n_distinct <= _most_categories(len(present))
    if few and (evidence := code_evidence(name, present, n_distinct)):
        return Kind.INTEGER_CATEGORY, evidence
    return Kind.NUMERIC, f"The values are numbers, {n_distinct:,} of them different."


def _most_categories(n_rows: int) -> int:
    return min(max(_FEW, int(_FEW_SHARE * n_rows)), _MOST_CATEGORIES)


def _guess_strings(
    name: str, present: pd.Series, n_distinct: int, *, all_distinct: bool
) -> tuple[Kind, str]:
    n_rows = len(present)
    distinct = pd.Series(present.unique(), dtype="str")
    if n_distinct == 2 and set(distinct.str.lower()) in _TRUTH_PAIRS:
        return Kind.BOOLEAN, f'The two values are "{distinct[0]}" and "{distinct[1]}".'
    sample = distinct.iloc[:: max(1, n_distinct // _SAMPLE)]
    n_words = float(sample.str.count(r"\S+").mean())
    n_chars = float(sample.str.len().mean())
    if all_distinct:
        if ID_NAME.search(name) and n_words < _MANY_WORDS:
            return Kind.IDENTIFIER, "All values differ and the name says identifier."
        if n_rows >= _MIN_ROWS_FOR_CODES and _are_codes(sample):
            return Kind.IDENTIFIER, "All values differ and are codes of one form."
    prose = n_words >= _MANY_WORDS or n_chars >= _LONG_TEXT
    few = _most_categories(n_rows)
    if n_distinct <= few and not (prose and 2 * n_distinct > n_rows):
        return Kind.CATEGORY, f"{n_distinct:,} different values in {n_rows:,} rows."
    form = f"{n_words:.0f} words long on average" if prose else "short texts"
    return Kind.TEXT, f"{n_distinct:,} different values in {n_rows:,} rows, {form}."


def _counts_rows(series: pd.Series) -> bool:
    values = series.to_numpy()
    return values[0] in (0, 1) and bool((np.diff(values) == 1).all())


def _are_codes(texts: pd.Series) -> bool:
    """Tell codes such as ``7590-VHVEG`` from words: one form, and digits in it."""
    if texts.str.contains(r"\s", regex=True).any():
        return False
    if not texts.str.contains(r"\d", regex=True).mean() > 0.9:
        return False
    lengths = texts.str.len()
    if lengths.min() == lengths.max():
        return True
    form = texts.str.replace(r"[^\W\d_]+", "A", regex=True)
    form = form.str.replace(r"\d+", "9", regex=True)
    return bool(form.value_counts(normalize=True).iloc[0] >= 0.9)
