"""Prepare single rows in microseconds: what was prepared once is remembered.

A pipeline prepares a table in one go, and needs tens of milliseconds for a single row. But
a column is prepared by itself: a category becomes the same numbers each time, and a number
is scaled. What is done here is held to the pipeline on probe rows when a model is loaded;
a column that comes out otherwise is left to the pipeline.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_app.explanation.prepared import Encoded, Part, Prepared

Row = Mapping[str, Any]
Coerce = Callable[[Sequence[Row]], pd.DataFrame]

# Values remembered of a column; of free text nearly each is new.
MAX_REMEMBERED = 5_000
_PROBES = (0.0, 1.0, -2.5, 3.0, 1e6, 0.1, math.nan)


class QuickRows:
    """Prepares rows whose values it knows how to.

    Parameters
    ----------
    prepared : Prepared
        The model.
    columns : sequence of mapping
        Name, kind and dtype of each column, as a model file has them.
    categories : mapping of str to list
        Values of categories seen in training.
    coerce : callable
        ``coerce(rows)`` returns the frame that the pipeline takes.
    """

    def __init__(
        self,
        prepared: Prepared,
        columns: Sequence[Mapping[str, str]],
        categories: Mapping[str, Sequence[Any]],
        coerce: Coerce,
    ) -> None:
        self._prepared = prepared
        self._coerce = coerce
        self._columns = list(columns)
        self._names = frozenset(prepared.columns)
        self._own = [
            [np.flatnonzero(part.owner == j) for j in range(len(prepared.columns))]
            for part in prepared.parts
        ]
        self._memory: list[dict[Any, list[NDArray[Any]]]] = [{} for _ in columns]
        self._numbers: list[list[_Number] | None] = [None] * len(self._columns)
        self._learn(categories)

    def encode(self, rows: Sequence[Row]) -> Encoded | None:
        """Prepare rows.

        Parameters
        ----------
        rows : sequence of mapping
            Values by column, of the types of JSON.

        Returns
        -------
        list of ndarray of shape (n_rows, n_encoded), or None
            What ``Prepared.prepare`` gives; None if some value is not known, or not of
            the type of its column.
        """
        encoded = self._empty(len(rows))
        for i, row in enumerate(rows):
            if row.keys() != self._names:
                return None
            for j, column in enumerate(self._columns):
                value = row[column["name"]]
                if not _is_plain(value, column["dtype"]):
                    return None
                numbers = self._numbers[j]
                if numbers is not None:
                    number = math.nan if value is None else float(value)
                    for part, to in enumerate(numbers):
                        to.write(encoded[part][i], number)
                    continue
                blocks = self._memory[j].get(value)
                if blocks is None:
                    return None
                for part, block in enumerate(blocks):
                    encoded[part][i, self._own[part][j]] = block
        return encoded

    def remember(self, rows: Sequence[Row], encoded: Encoded) -> None:
        """Keep what the pipeline has made of values, for the next time.

        Parameters
        ----------
        rows : sequence of mapping
            Values by column.
        encoded : list of ndarray of shape (n_rows, n_encoded)
            The same rows, prepared.
        """
        for j, column in enumerate(self._columns):
            if self._numbers[j] is not None:
                continue
            memory = self._memory[j]
            for i, row in enumerate(rows):
                value = row.get(column["name"])
                if not _is_plain(value, column["dtype"]) or value in memory:
                    continue
                if len(memory) >= MAX_REMEMBERED:
                    memory.clear()
                memory[value] = [
                    encoded[part][i, own[j]].copy()
                    for part, own in enumerate(self._own)
                ]

    def _empty(self, n_rows: int) -> Encoded:
        return [
            np.zeros((n_rows, len(part.owner)), dtype=dtype)
            for part, dtype in zip(self._prepared.parts, self._dtypes, strict=True)
        ]

    def _learn(self, categories: Mapping[str, Sequence[Any]]) -> None:
        """Prepare every known category and some numbers by the pipeline itself."""
        values: list[list[Any]] = []
        for column in self._columns:
            known = [_json(v) for v in categories.get(column["name"], ())]
            if known:
                values.append([*known[: MAX_REMEMBERED - 1], None])
            elif column["dtype"] in ("int64", "float64"):
                probes = _PROBES if column["dtype"] == "float64" else (0, 1, 7, -3)
                values.append([None if p != p else p for p in probes] + [None])
            elif column["dtype"] == "bool":
                values.append([True, False])
            else:
                values.append([None])
        n_rows = max(map(len, values), default=0)
        rows = [
            {
                c["name"]: v[i % len(v)]
                for c, v in zip(self._columns, values, strict=True)
            }
            for i in range(n_rows)
        ]
        encoded = self._prepared.prepare(self._coerce(rows))
        self._dtypes = [matrix.dtype for matrix in encoded]
        for j, column in enumerate(self._columns):
            if column["dtype"] in ("int64", "float64", "bool"):
                self._numbers[j] = self._number(j, column["name"], rows, encoded)
        self.remember(rows, encoded)

    def _number(
        self, j: int, name: str, rows: Sequence[Row], encoded: Encoded
    ) -> "list[_Number] | None":
        """Return how a number is prepared, if probes show that it is done so."""
        found = []
        for part, matrix, own in zip(
            self._prepared.parts, encoded, self._own, strict=True
        ):
            number = _Number(part, own[j])
            again = np.zeros_like(matrix)
            for i, row in enumerate(rows):
                value = row[name]
                number.write(again[i], math.nan if value is None else float(value))
            if not np.array_equal(again[:, own[j]], matrix[:, own[j]], equal_nan=True):
                return None
            found.append(number)
        return found


class _Number:
    """How one part of a model prepares a column of numbers."""

    def __init__(self, part: Part, own: NDArray[np.int64]) -> None:
        self.at = int(own[0]) if len(own) else None
        steps = part.preprocessor.named_steps
        imputer, scaler = steps.get("impute"), steps.get("scale")
        self.linear = imputer is not None
        self.flag_at: int | None = None
        if self.at is None or imputer is None:
            return
        n_plain = len(imputer.statistics_)
        flags = list(imputer.indicator_.features_) if imputer.indicator_ else []
        if len(own) > 1 and self.at in flags:
            self.flag_at = n_plain + flags.index(self.at)
        self.fill = imputer.statistics_[self.at]
        self.mean, self.scale = scaler.mean_, scaler.scale_

    def write(self, row: NDArray[Any], value: float) -> None:
        at = self.at
        if at is None:
            return
        with np.errstate(over="ignore"):
            single = np.float32(value)
        missing = not np.isfinite(single)
        if not self.linear:
            row[at] = np.nan if missing else single
            return
        number = self.fill if missing else np.float64(single)
        row[at] = (number - self.mean[at]) / self.scale[at]
        if self.flag_at is not None:
            flag = self.flag_at
            row[flag] = (float(missing) - self.mean[flag]) / self.scale[flag]


def _is_plain(value: Any, dtype: str) -> bool:  # noqa: ANN401
    """Tell whether a value of JSON has the type of its column already."""
    if value is None:
        return True
    if dtype == "string":
        return isinstance(value, str)
    if dtype == "bool":
        return isinstance(value, bool)
    if dtype == "int64":
        # A whole number beyond single precision is still the same column.
        return isinstance(value, int) and not isinstance(value, bool)
    if dtype == "float64":
        # Python's JSON also knows NaN and infinity.
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return is_number and math.isfinite(value)
    return isinstance(value, str)


def _json(value: Any) -> Any:  # noqa: ANN401
    return value.item() if hasattr(value, "item") else value
