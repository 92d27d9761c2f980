"""Kinds a person has chosen, and columns as the models' preparation wants them."""

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from runs.tables.dates import parse_any_dates
from runs.tables.errors import TableError
from runs.tables.kinds import Column, Kind, count_distinct, dtype_name
from runs.tables.labels import label
from runs.tables.numeric import parse_any_numbers

_NUMBER_START = re.compile(r"\s*[-+.]?\d")


def with_kinds(
    frame: pd.DataFrame, columns: Sequence[Column], chosen: Mapping[str, Kind]
) -> tuple[pd.DataFrame, list[Column]]:
    """Apply what a person decided columns to hold.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        A typed frame.
    columns : sequence of Column
        Its columns as guessed.
    chosen : mapping of str to Kind
        The kinds wanted, by the name of their column.

    Returns
    -------
    tuple of DataFrame and list of Column
        The frame, with values converted where the kind needs others, and its columns.
        Columns whose kind is not changed are the same.

    Raises
    ------
    TableError
        If there is no such column, or its values do not fit the kind; ``field`` is
        the column's name.
    """
    for name in chosen:
        if name not in {column.name for column in columns}:
            raise TableError(
                f'There is no column "{name}": choose one of the table.', field=name
            )
    converted: dict[str, pd.Series] = {}
    result = []
    for column in columns:
        kind = chosen.get(column.name, column.kind)
        if kind != column.kind:
            series = _CONVERSIONS[kind](frame[column.name], column.name)
            if series is not frame[column.name]:
                converted[column.name] = series
            reason = f"Chosen by hand; the guess was {column.kind}: {column.reason}"
            column = Column(column.name, kind, reason, dtype_name(series))  # noqa: PLW2901
        result.append(column)
    return frame.assign(**converted) if converted else frame, result


def _as_numbers(series: pd.Series, name: str) -> pd.Series:
    if dtype_name(series) == "bool":
        return series.astype("int64")
    if dtype_name(series) in ("int64", "float64"):
        return series
    if dtype_name(series) == "datetime64":
        raise _misfit(name, Kind.NUMERIC, series, series.notna(), "a number")
    numbers = pd.Series(parse_any_numbers(series), index=series.index)
    bad = series.notna() & numbers.isna()
    if bad.any():
        raise _misfit(name, Kind.NUMERIC, series, bad, "a number")
    values = numbers.to_numpy()
    whole = (
        len(values) and np.isfinite(values).all() and (values == np.rint(values)).all()
    )
    return numbers.astype("int64") if whole else numbers


def _as_codes(series: pd.Series, name: str) -> pd.Series:
    numbers = _as_numbers(series, name)
    bad = numbers.notna() & (numbers != numbers.round())
    if bad.any():
        raise _misfit(name, Kind.INTEGER_CATEGORY, series, bad, "a whole number")
    return numbers


def _as_texts(series: pd.Series, name: str) -> pd.Series:
    if dtype_name(series) == "string":
        return series
    distinct = pd.Series(series.dropna().unique())
    texts = dict(zip(distinct, map(label, distinct), strict=True))
    return series.map(texts).astype("str")


def _as_truths(series: pd.Series, name: str) -> pd.Series:
    if count_distinct(series.dropna()) > 2:
        raise TableError(
            f'"{name}" has {count_distinct(series.dropna()):,} different values and a '
            "boolean has two: choose category instead.",
            field=name,
        )
    return series


def _as_dates(series: pd.Series, name: str) -> pd.Series:
    if dtype_name(series) == "datetime64":
        return series
    texts = _as_texts(series, name)
    dates = parse_any_dates(texts)
    if dates.isna().all() and texts.dropna().str.fullmatch(r"(?:19|20)\d{6}").all():
        dates = pd.to_datetime(texts, format="%Y%m%d", errors="coerce").dt.as_unit("us")
    bad = series.notna() & dates.isna()
    if bad.any():
        raise _misfit(name, Kind.DATETIME, series, bad, "a date")
    return dates


def _as_they_are(series: pd.Series, name: str) -> pd.Series:
    return series


_CONVERSIONS: dict[Kind, Callable[[pd.Series, str], pd.Series]] = {
    Kind.NUMERIC: _as_numbers,
    Kind.CATEGORY: _as_texts,
    Kind.INTEGER_CATEGORY: _as_codes,
    Kind.BOOLEAN: _as_truths,
    Kind.DATETIME: _as_dates,
    Kind.TEXT: _as_texts,
    Kind.IDENTIFIER: _as_they_are,
    Kind.CONSTANT: _as_they_are,
    Kind.IGNORE: _as_they_are,
}


def _misfit(
    name: str,
    kind: Kind,
    series: pd.Series,
    bad: "pd.Series[bool]",
    wanted: str,
) -> TableError:
    n_bad = int(bad.sum())
    example = label(series[bad].iloc[0])[:40]
    rows = "1 value is" if n_bad == 1 else f"{n_bad:,} values are"
    return TableError(
        f'"{name}" cannot be {kind.replace("_", " ")}: {rows} not {wanted}, such as '
        f'"{example}"; choose another kind, or name it as a missing value.',
        field=name,
    )


def as_features(frame: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """Give columns the types by which the models' preparation knows their kind.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_some_columns)
        Columns as stored.
    columns : sequence of Column
        Their kinds; those of other columns may be among them.

    Returns
    -------
    DataFrame of shape (n_rows, n_some_columns)
        Codes written as numbers are an ordered categorical type of whole numbers, and
        texts that would be taken for numbers an unordered one. Others are the same.
    """
    changed: dict[str, pd.Series] = {}
    for column in columns:
        if column.name not in frame:
            continue
        series = frame[column.name]
        if column.kind is Kind.INTEGER_CATEGORY and not isinstance(
            series.dtype, pd.CategoricalDtype
        ):
            changed[column.name] = _codes(series)
        elif column.kind in (Kind.CATEGORY, Kind.TEXT) and _look_like_numbers(series):
            changed[column.name] = series.astype("category")
    return frame.assign(**changed) if changed else frame


def _codes(series: pd.Series) -> pd.Series:
    values = series.to_numpy(dtype="float64", na_value=np.nan)
    # Not whole: no code of the training table, so it counts as missing.
    present = np.isfinite(values) & (values == np.rint(values))
    categories, codes = np.unique(values[present], return_inverse=True)
    places = np.full(len(values), -1, dtype=np.int64)
    places[present] = codes
    categorical = pd.Categorical.from_codes(
        places, categories=pd.Index(categories.astype("int64")), ordered=True
    )
    return pd.Series(categorical, index=series.index)


def _look_like_numbers(series: pd.Series) -> bool:
    if dtype_name(series) != "string":
        return False
    present = series.dropna()
    if present.empty or not _NUMBER_START.match(present.iloc[0]):
        return False
    distinct = pd.Series(present.unique())
    return bool(pd.to_numeric(distinct, errors="coerce").notna().all())
