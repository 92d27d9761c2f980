"""Describe texts: how long they are, of what form, and whether they are numbers."""

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from runs.tables.profile.numbers import quantile

_PERCENTS = (5, 25, 50, 75, 95)
_SHOWN = 300
_N_EXAMPLES = 3
# Different texts whose form is looked at.
_SAMPLE = 2000
_NUMBER = r"^\s*[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?\s*$"
# Rows that are split into words at a time.
_ROWS = 1 << 16
_HAS_DIGIT = re.compile(r"\d")
_HAS_BLANK = re.compile(r"\s")
_LETTERS = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"\d+")


def detail_texts(series: pd.Series, *, with_words: bool) -> dict[str, Any]:
    """Describe a column of texts.

    Parameters
    ----------
    series : Series of str of shape (n_rows,)
        The column, None or NaN where missing.
    with_words : bool
        Whether to count words.

    Returns
    -------
    dict
        ``characters``, ``words`` if asked for, ``examples``, ``longest``, ``is_code``
        and ``mixed``.
    """
    texts = pa.array(series, pa.large_string(), from_pandas=True)
    encoded = texts.dictionary_encode()
    present = texts.drop_null()
    lengths = pc.utf8_length(present).to_numpy(zero_copy_only=False)
    result: dict[str, Any] = {"characters": _quantiles(lengths)}
    if with_words:
        result["words"] = _quantiles(_n_words(present))
    distinct = encoded.dictionary
    step = max(1, len(distinct) // _SAMPLE)
    some = distinct.take(pa.array(np.arange(0, len(distinct), step))).to_pylist()
    longest = present[int(lengths.argmax())].as_py() if len(lengths) else None
    return result | {
        "examples": [text[:_SHOWN] for text in distinct[:_N_EXAMPLES].to_pylist()],
        "longest": None if longest is None else longest[:_SHOWN],
        "is_code": _are_codes(some),
        "mixed": _mixed(encoded),
    }


def _quantiles(counts: npt.NDArray[Any]) -> dict[str, float | None]:
    ordered = np.sort(counts)
    result = {str(p): quantile(ordered, p) for p in _PERCENTS}
    return result | {"max": float(ordered[-1]) if len(ordered) else None}


def _n_words(present: pa.Array) -> npt.NDArray[Any]:
    # Some rows at a time: split, a text takes several times its memory.
    parts = [
        pc.list_value_length(
            pc.utf8_split_whitespace(pc.utf8_trim_whitespace(present[i : i + _ROWS]))
        ).to_numpy(zero_copy_only=False)
        for i in range(0, len(present), _ROWS)
    ]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


def _are_codes(texts: list[str]) -> bool:
    """Tell codes such as ``7590-VHVEG`` from words: one form, and digits in it."""
    if not texts or any(map(_HAS_BLANK.search, texts)):
        return False
    if sum(map(bool, map(_HAS_DIGIT.search, texts))) < 0.9 * len(texts):
        return False
    forms = [_DIGITS.sub("9", _LETTERS.sub("A", text)) for text in texts]
    return max(map(forms.count, set(forms[:20]))) >= 0.9 * len(texts)


def _mixed(encoded: pa.DictionaryArray) -> dict[str, Any] | None:
    """Describe the rest of a column of which more than half are numbers."""
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    known = ~np.isnan(codes) if codes.dtype.kind == "f" else np.ones(len(codes), bool)
    is_number = pc.match_substring_regex(encoded.dictionary, _NUMBER)
    numeric = is_number.to_numpy(zero_copy_only=False)
    kept = codes[known].astype(np.int64)
    others = np.flatnonzero(~numeric[kept]) if len(kept) else kept
    n_numbers = len(kept) - len(others)
    if not len(others) or n_numbers <= len(others):
        return None
    rows = np.flatnonzero(known)[others]
    values, first = np.unique(kept[others], return_index=True)
    places = np.sort(first)[:_N_EXAMPLES]
    return {
        "n_numbers": n_numbers,
        "n_other": len(others),
        "n_distinct_other": len(values),
        "examples": [
            [
                int(rows[i]) + 1,
                encoded.dictionary[int(kept[others[i]])].as_py()[:_SHOWN],
            ]
            for i in places
        ],
    }
