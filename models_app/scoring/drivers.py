"""What moved each answer of many rows: the columns that add to a result."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_app.explanation.prepared import Prepared, rows_of
from models_app.explanation.sampled import SampledShap
from models_app.explanation.shapley import Explainer
from models_app.scoring.answers import Answers
from models_app.scoring.families import (
    MAX_DRIVERS,
    MAX_SECONDS,
    SAMPLED_ROWS,
    SAMPLED_SECONDS,
    duration,
)

# So that progress is told about once a second, and little is in memory.
_CHUNK_SECONDS = 1.0
_FEWEST, _MOST = 20, 5_000
_MAX_NUMBERS = 4_000_000
_TIMED_ROWS = 32


class TooManyRowsError(Exception):
    """Explaining the rows would take too long, with a sentence that says what to do."""


class Drivers:
    """Explains rows some at a time, and names what moved each answer the most.

    Parameters
    ----------
    prepared : Prepared
        The model.
    explainer : Explainer
        Of that model.
    labels : sequence of str
        Its classes; empty for regression.
    positive : int or None
        Of two classes the one that is explained; of more the predicted one is.
    target : str
        What is predicted.
    n_threads : int, default=1
        Threads to use.
    """

    def __init__(
        self,
        prepared: Prepared,
        explainer: Explainer,
        *,
        labels: Sequence[str],
        positive: int | None,
        target: str,
        n_threads: int = 1,
    ) -> None:
        self._prepared = prepared
        self._explainer = explainer
        self._labels = np.asarray(labels, dtype=object)
        self._target = target
        self._n_threads = n_threads
        self._about = (
            labels[1 if positive is None else positive] if len(labels) == 2 else ""
        )
        self._columns = np.asarray(prepared.columns, dtype=object)
        self._n_named = min(MAX_DRIVERS, len(self._columns))
        self.chunk_rows = _FEWEST

    def names(self) -> list[str]:
        """Return the names of the columns.

        Returns
        -------
        list of str
            The base, then a column's name and its contribution for each driver, the
            strongest first, and what all other columns contributed together.
        """
        numbers = range(1, self._n_named + 1)
        named = [
            n for i in numbers for n in (f"driver_{i}", f"driver_{i}_contribution")
        ]
        others = ["driver_others"] if self._has_others else []
        return ["driver_base", *named, *others]

    @property
    def _has_others(self) -> bool:
        return len(self._columns) > self._n_named

    def begin(self, X: pd.DataFrame, n_rows: int) -> None:
        """Measure how long a row takes, and refuse what would take too long.

        Parameters
        ----------
        X : DataFrame of shape (n_first_rows, n_features)
            The first rows.
        n_rows : int
            How many are to be explained.

        Raises
        ------
        TooManyRowsError
            If they are too many for this explainer.
        """
        encoded = rows_of(self._prepared.prepare(X), slice(0, _TIMED_ROWS))
        explainer = self._explainer
        if isinstance(explainer, SampledShap):
            if n_rows > SAMPLED_ROWS:
                raise TooManyRowsError(
                    "This model has no quick explainer: rows are explained by mixing "
                    f"them with training rows, at most {SAMPLED_ROWS:,} of a file, and "
                    f"this one has {n_rows:,}. Nothing was predicted: predict it "
                    "without explanations, or send fewer rows."
                )
            explainer.adapt(encoded, seconds=SAMPLED_SECONDS, n_rows=n_rows)
            encoded = rows_of(encoded, slice(0, 2))
        explainer.values(rows_of(encoded, slice(0, 1)))  # the first call may compile
        started = time.perf_counter()
        explainer.values(encoded, n_threads=self._n_threads)
        a_row = (time.perf_counter() - started) / len(encoded[0])
        if a_row * n_rows > MAX_SECONDS:
            fitting = int(MAX_SECONDS / a_row)
            raise TooManyRowsError(
                f"Explaining {n_rows:,} rows of this model would take about "
                f"{duration(a_row * n_rows)}; at most {duration(MAX_SECONDS)} are spent "
                f"on a file, which is enough for {fitting:,} rows. Nothing was "
                "predicted: predict it without explanations, or send fewer rows."
            )
        width = max(matrix.shape[1] + 1 for matrix in encoded)
        room = _MAX_NUMBERS // (width * len(explainer.base))
        in_time = int(_CHUNK_SECONDS / max(a_row, 1e-9))
        self.chunk_rows = max(1, min(room, max(_FEWEST, min(_MOST, in_time))))

    def of(self, X: pd.DataFrame, predicted: NDArray[Any]) -> Answers:
        """Explain rows.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_features)
            Rows with the columns and types of training.
        predicted : ndarray of shape (n_rows,)
            What is answered for them.

        Returns
        -------
        dict of str to ndarray of shape (n_rows,)
            An array for each of `names`. A driver that did not move the answer is
            missing, and those behind it.
        """
        encoded = self._prepared.prepare(X)
        values = self._explainer.values(encoded, n_threads=self._n_threads)
        at = np.zeros(len(X), dtype=np.int64)
        if values.shape[2] > 1:
            at = np.argmax(predicted[:, None] == self._labels[None, :], axis=1)
        rows = np.arange(len(X))
        own = values[rows, :, at]
        order = np.argsort(-np.abs(own), axis=1, kind="stable")[:, : self._n_named]
        strongest = np.take_along_axis(own, order, axis=1)
        arrays: list[NDArray[Any]] = [np.asarray(self._explainer.base)[at]]
        for i in range(self._n_named):
            still = strongest[:, i] == 0
            named = self._columns[order[:, i]]
            named[still] = None
            arrays += [named, np.where(still, np.nan, strongest[:, i])]
        if self._has_others:
            arrays.append(own.sum(axis=1) - strongest.sum(axis=1))
        return dict(zip(self.names(), arrays, strict=True))

    def note(self) -> str:
        """Say by what rows were explained, and what the numbers are.

        Returns
        -------
        str
            Some sentences.
        """
        about = self._about or ("the predicted class" if len(self._labels) else "")
        unit = {
            "probability": f"the probability of {about}",
            "log-odds": f"the log-odds of {about}",
            "value": f"the unit of {self._target}",
        }[self._explainer.space]
        others = " and driver_others" if self._has_others else ""
        own = "model's own answer" if len(self._labels) else "prediction"
        return (
            f"Drivers by {self._explainer.method}. Contributions are in {unit}: "
            f"driver_base, the contributions{others} of a row add up to the {own}."
        )
