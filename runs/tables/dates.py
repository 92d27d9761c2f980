"""Dates and times written as text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_ISO = (
    r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?"
    r"(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_MONTH = r"[A-Za-z]{3,9}"

# Pattern of the date, then the formats it may have, the more likely one first.
_DATES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"\d{4}-\d{1,2}-\d{1,2}", ("%Y-%m-%d",)),
    (r"\d{4}/\d{1,2}/\d{1,2}", ("%Y/%m/%d",)),
    (r"\d{4}\.\d{1,2}\.\d{1,2}", ("%Y.%m.%d",)),
    (r"\d{4}-\d{2}", ("%Y-%m",)),
    (r"\d{1,2}/\d{1,2}/\d{4}", ("%m/%d/%Y", "%d/%m/%Y")),
    (r"\d{1,2}/\d{1,2}/\d{2}", ("%m/%d/%y", "%d/%m/%y")),
    (r"\d{1,2}-\d{1,2}-\d{4}", ("%d-%m-%Y", "%m-%d-%Y")),
    (r"\d{1,2}\.\d{1,2}\.\d{4}", ("%d.%m.%Y",)),
    (r"\d{1,2}\.\d{1,2}\.\d{2}", ("%d.%m.%y",)),
    (rf"\d{{1,2}}-{_MONTH}-\d{{4}}", ("%d-%b-%Y", "%d-%B-%Y")),
    (rf"\d{{1,2}}-{_MONTH}-\d{{2}}", ("%d-%b-%y", "%d-%B-%y")),
    (rf"\d{{1,2}} {_MONTH} \d{{4}}", ("%d %b %Y", "%d %B %Y")),
    (rf"{_MONTH} \d{{1,2}}, \d{{4}}", ("%b %d, %Y", "%B %d, %Y")),
    (rf"{_MONTH} \d{{1,2}} \d{{4}}", ("%b %d %Y", "%B %d %Y")),
)
_TIMES: tuple[tuple[str, str], ...] = (
    ("", ""),
    (r"\d{1,2}:\d{2}", "%H:%M"),
    (r"\d{1,2}:\d{2}:\d{2}", "%H:%M:%S"),
    (r"\d{1,2}:\d{2}:\d{2}\.\d{1,9}", "%H:%M:%S.%f"),
    (r"\d{1,2}:\d{2} [AaPp][Mm]", "%I:%M %p"),
    (r"\d{1,2}:\d{2}[AaPp][Mm]", "%I:%M%p"),
    (r"\d{1,2}:\d{2}:\d{2} [AaPp][Mm]", "%I:%M:%S %p"),
)
_GAPS = (" ", "T", ", ")


def _forms() -> Iterator[tuple[re.Pattern[str], tuple[str, ...]]]:
    yield re.compile(_ISO), ("ISO8601",)
    for date, forms in _DATES:
        for time, time_form in _TIMES:
            for gap in _GAPS if time else ("",):
                pattern = re.compile(f"{date}{gap}{time}")
                yield pattern, tuple(f"{form}{gap}{time_form}" for form in forms)


_FORMS = tuple(_forms())
# What any of them begins with; most texts are ruled out by it at once.
_DATE_LIKE = re.compile(r"(?:\d{1,4}|[A-Za-z]{3,9})[-/. ](?:\d|[A-Za-z]{3})")


@dataclass(frozen=True, slots=True)
class Dates:
    """Dates read from text, without time zone, and a note when two readings fit."""

    series: "pd.Series[pd.Timestamp]"
    note: str = ""


def parse_dates(
    texts: pa.Array, *, day_first: bool = False, certain: bool = False
) -> Dates | None:
    """Read texts as dates if every one of them is written as one, in the same form.

    Parameters
    ----------
    texts : pyarrow.Array of shape (n_values,)
        Trimmed strings, none missing.
    day_first : bool, default False
        How to read ``03/04/2020`` when nothing else tells.
    certain : bool, default False
        Whether a person says so: then it needs no note.

    Returns
    -------
    Dates or None
        None if a text is no date. Times with a zone are converted to UTC.
    """
    if not len(texts) or not _DATE_LIKE.match(texts[0].as_py()):
        return None
    if _all_match(texts, _ISO):
        values = _to_datetime(texts, "ISO8601")
        return Dates(values) if values is not None else None
    readings = [
        (form, values)
        for form in _fitting_formats(texts)
        if (values := _to_datetime(texts, form)) is not None
    ]
    if not readings:
        return None
    if len(readings) == 1 or readings[0][1].equals(readings[1][1]):
        return Dates(readings[0][1])
    chosen, values = next(
        (reading for reading in readings if reading[0].startswith("%d") == day_first),
        readings[0],
    )
    if certain:
        return Dates(values)
    order = "day first" if chosen.startswith("%d") else "month first"
    return Dates(values, f"Dates were read {order} in")


def parse_any_dates(texts: "pd.Series[str]") -> "pd.Series[pd.Timestamp]":
    """Read what can be read as dates and leave the rest missing.

    Parameters
    ----------
    texts : Series of shape (n_rows,)
        Strings; missing ones allowed.

    Returns
    -------
    Series of shape (n_rows,)
        The dates, ``NaT`` where a text is none, with the index of ``texts``.
    """
    texts = texts.str.strip()
    result = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[us]")
    for pattern, forms in _FORMS:
        todo = texts.str.fullmatch(pattern.pattern).eq(True) & result.isna()
        for form in forms if todo.any() else ():
            parsed = pd.to_datetime(
                texts[todo], format=form, errors="coerce", utc=True
            ).dt.tz_localize(None)
            result = result.fillna(parsed.dt.as_unit("us"))
    return result


def _fitting_formats(texts: pa.Array) -> tuple[str, ...]:
    first = texts[0].as_py()
    for pattern, forms in _FORMS:
        # The first value rules nearly all forms out before a pass over all values.
        if pattern.fullmatch(first) and _all_match(texts, pattern.pattern):
            return forms
    return ()


def _to_datetime(texts: pa.Array, form: str) -> "pd.Series[pd.Timestamp] | None":
    strings = texts.to_pandas()
    # utc=True makes one type of values with and without a zone.
    parsed: pd.Series[pd.Timestamp]
    parsed = pd.to_datetime(strings, format=form, errors="coerce", utc=True)
    if parsed.isna().any():
        return None
    return parsed.dt.tz_localize(None).dt.as_unit("us")


def _all_match(texts: pa.Array, pattern: str) -> bool:
    fits = pc.match_substring_regex(texts, f"^(?:{pattern})$")
    return bool(pc.all(fits, min_count=0).as_py())
