"""Numbers written as text, in the forms people and programs write them."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_PLAIN = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_WHOLE = r"[+-]?\d+"
# More digits than this are a code, not a quantity: float64 could not hold them.
_MAX_DIGITS = 15
_MAX_INT64_DIGITS = 18
_PHONE = r"\+\d{7,}"
_AFFIX = r"^([+-]?)(?:[$€£¥₹]\s?)([+-]?)"
_SUFFIX = r"\s?(?:[$€£¥₹%]|EUR|USD|GBP|CHF)$"


@dataclass(frozen=True, slots=True)
class _Form:
    """One way to write numbers: what it looks like and how it becomes plain."""

    pattern: str
    drop: str
    decimal: str
    note: str


_THOUSANDS = _Form(
    r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?", ",", ".", "a comma for thousands"
)
_DECIMAL_COMMA = _Form(
    r"[+-]?(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d+)?", "", ",", "a decimal comma"
)
_EUROPEAN = _Form(
    r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d*)?",
    ".",
    ",",
    "a decimal comma and a point for thousands",
)
_SPACED = _Form(
    r"[+-]?(?:\d{1,3}(?:[ \x{00A0}\x{202F}'\x{2019}]\d{3})+|\d+)(?:\.\d*)?",
    " \u00a0\u202f'\u2019",
    ".",
    "a blank or apostrophe for thousands",
)
_SPACED_COMMA = _Form(
    r"[+-]?(?:\d{1,3}(?:[ \x{00A0}\x{202F}'\x{2019}]\d{3})+|\d+)(?:,\d*)?",
    " \u00a0\u202f'\u2019",
    ",",
    "a decimal comma and a blank or apostrophe for thousands",
)
_COMMA_FIRST = (_DECIMAL_COMMA, _EUROPEAN, _THOUSANDS, _SPACED, _SPACED_COMMA)
_POINT_FIRST = (_THOUSANDS, _DECIMAL_COMMA, _EUROPEAN, _SPACED, _SPACED_COMMA)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers read from text, integers when all are, and how they were written."""

    array: npt.NDArray[np.int64] | npt.NDArray[np.float64]
    note: str = ""


def parse_numbers(
    texts: pa.Array,
    *,
    comma_first: bool = False,
    decimal: str | None = None,
    thousands: str | None = None,
) -> Numbers | None:
    """Read texts as numbers if every one of them is written as one.

    Parameters
    ----------
    texts : pyarrow.Array of shape (n_values,)
        Trimmed strings, none missing.
    comma_first : bool, default False
        Whether ``1,234`` is more likely 1.234 than 1234, as in files whose delimiter
        is a semicolon.
    decimal, thousands : str or None, default None
        The marks a person says they are written with, empty for none; detected if
        None.

    Returns
    -------
    Numbers or None
        None if a text is no number, or if the texts are codes made of digits: phone
        numbers and integers too long to be exact.
    """
    if not len(texts) or not re.search(r"\d", texts[0].as_py()):
        return None
    if _all_match(texts, _PHONE):
        return None
    if _all_match(texts, _WHOLE):
        return _parse_whole(texts)
    if decimal is not None or thousands is not None:
        return _parse_given(texts, decimal, thousands)
    if _all_match(texts, _PLAIN):
        return Numbers(_to_float(texts))
    stripped, affix = _strip_affix(texts)
    if affix and _all_match(stripped, _PLAIN):
        return Numbers(_to_float(stripped), affix)
    for form in _COMMA_FIRST if comma_first else _POINT_FIRST:
        if _all_match(stripped, form.pattern):
            values = _to_float(_to_plain(stripped, form))
            if form.decimal == "." and not affix and (values == np.rint(values)).all():
                return Numbers(values.astype(np.int64), form.note)
            return Numbers(values, f"{affix} and {form.note}" if affix else form.note)
    return None


def parse_plain(
    texts: pa.Array,
) -> npt.NDArray[np.int64] | npt.NDArray[np.float64] | None:
    """Read texts that are plain numbers or empty, as `parse_numbers` would.

    It looks at all characters at once, which takes a fraction of the time, and leaves
    whatever is not clear at first sight to the longer way.

    Parameters
    ----------
    texts : pyarrow.Array of shape (n_values,)
        Strings, none of them null.

    Returns
    -------
    ndarray of shape (n_values,) or None
        Integers, or floats with NaN for empty texts; None if it is not clear.
    """
    filled = pc.not_equal(pc.binary_length(texts), 0)
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, np.int64)[texts.offset :][: len(texts) + 1]
    if not len(texts) or ends[0] == ends[-1] or texts.null_count:
        return None
    chars = bytes(memoryview(data)[ends[0] : ends[-1]])
    if chars.translate(None, b"0123456789+-.eE"):
        return None
    whole = not any(mark in chars for mark in b".eE")
    # Codes of many digits, phone numbers: not of one kind at first sight.
    if whole and (b"+" in chars or np.diff(ends).max() > _MAX_DIGITS):
        return None
    present = texts if pc.all(filled).as_py() else pc.if_else(filled, texts, None)
    try:
        if whole and present is texts:
            return np.array(pc.cast(texts, pa.int64()).to_numpy(zero_copy_only=False))
        return _to_float(present)
    except pa.ArrowInvalid:  # such as a date, or a sign alone
        return None


def parse_any_numbers(texts: "pd.Series[str]") -> npt.NDArray[np.float64]:
    """Read what can be read as numbers and leave the rest missing.

    Parameters
    ----------
    texts : Series of shape (n_rows,)
        Strings; missing ones allowed.

    Returns
    -------
    ndarray of shape (n_rows,)
        The numbers, NaN where a text is none.
    """
    array = pc.utf8_trim_whitespace(pa.array(texts, pa.large_string()))
    stripped, _ = _strip_affix(array)
    result = np.full(len(texts), np.nan)
    for form in (None, *_POINT_FIRST):
        pattern = form.pattern if form else _PLAIN
        fits = pc.fill_null(_matches(stripped, pattern), False).to_numpy(
            zero_copy_only=False
        )
        todo = fits & np.isnan(result)
        if todo.any():
            chosen = stripped.filter(pa.array(todo))
            plain = _to_plain(chosen, form) if form else chosen
            result[todo] = _to_float(plain)
    return result


def _parse_given(
    texts: pa.Array, decimal: str | None, thousands: str | None
) -> Numbers | None:
    """Read numbers in the marks a person gave, and with no other."""
    if decimal is None:
        decimal = "," if thousands == "." else "."
    if thousands is None:
        thousands = ""
    # A blank and an apostrophe each have several shapes.
    drop = next(
        (
            kind
            for kind in (" \u00a0\u202f", "'\u2019")
            if thousands and thousands in kind
        ),
        thousands,
    )
    whole = r"\d+"
    if drop:
        marks = "".join(rf"\x{{{ord(char):04X}}}" for char in drop)
        whole = rf"(?:\d{{1,3}}(?:[{marks}]\d{{3}})+|\d+)"
    mark = re.escape(decimal)
    pattern = rf"[+-]?(?:{whole}(?:{mark}\d*)?|{mark}\d+)(?:[eE][+-]?\d+)?"
    form = _Form(pattern, drop, decimal, "")
    stripped, affix = _strip_affix(texts)
    if not _all_match(stripped, form.pattern):
        return None
    plain = _to_plain(stripped, form)
    return (
        _parse_whole(plain)
        if _all_match(plain, _WHOLE)
        else Numbers(_to_float(plain), affix)
    )


def _parse_whole(texts: pa.Array) -> Numbers | None:
    n_digits = pc.max(pc.utf8_length(pc.utf8_ltrim(texts, "+-0"))).as_py()
    if n_digits > _MAX_INT64_DIGITS:
        return None
    # Arrow reads no plus sign in front of an integer.
    return Numbers(_to_numpy(pc.cast(pc.utf8_ltrim(texts, "+"), pa.int64())))


def too_long_for_float(values: npt.NDArray[Any]) -> bool:
    """Tell whether integers would lose digits as float64.

    Parameters
    ----------
    values : ndarray of shape (n_values,)
        The integers.

    Returns
    -------
    bool
        Whether one of them has more than 15 digits.
    """
    return bool((np.abs(values) >= 10**_MAX_DIGITS).any())


def _strip_affix(texts: pa.Array) -> tuple[pa.Array, str]:
    """Take a currency sign or percent sign off, if every text has one."""
    for pattern, replacement in ((_AFFIX, r"\1\2"), (_SUFFIX, "")):
        has = pc.match_substring_regex(texts, pattern)
        if pc.all(has, min_count=0).as_py() and len(texts) > texts.null_count:
            sign = "percent" if "%" in (texts.drop_null()[0].as_py()) else "currency"
            stripped = pc.replace_substring_regex(texts, pattern, replacement)
            return stripped, f"a {sign} sign"
    return texts, ""


def _to_plain(texts: pa.Array, form: _Form) -> pa.Array:
    for char in form.drop:
        texts = pc.replace_substring(texts, char, "")
    return pc.replace_substring(texts, ",", ".") if form.decimal == "," else texts


def _to_float(texts: pa.Array) -> npt.NDArray[np.float64]:
    values: npt.NDArray[np.float64] = _to_numpy(pc.cast(texts, pa.float64()))
    values[~np.isfinite(values)] = np.nan  # beyond what float64 holds, such as 1e999
    return values


def _to_numpy(array: pa.Array) -> Any:  # noqa: ANN401 - pyarrow has no types
    # A copy: what Arrow hands out may not be written to.
    return np.array(array.to_numpy(zero_copy_only=False))


def _matches(texts: pa.Array, pattern: str) -> pa.Array:
    return pc.match_substring_regex(texts, f"^(?:{pattern})$")


def _all_match(texts: pa.Array, pattern: str) -> bool:
    # The first values decide most often, which saves the pass over all others.
    first = pc.all(_matches(texts.slice(0, 100), pattern), min_count=0).as_py()
    return first and bool(pc.all(_matches(texts, pattern), min_count=0).as_py())
