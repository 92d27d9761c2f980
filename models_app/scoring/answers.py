"""What a model answers for rows, in the columns of a result."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from models_app.evaluation.deciding import decide
from models_app.evaluation.recalibration import Calibrator, recalibrated
from models_app.scoring.intervals import Interval, bounds

Answers = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Answering:
    """A fitted pipeline and how its answers are put.

    Attributes
    ----------
    pipeline : Pipeline
        Fitted; its last step is the estimator.
    labels : sequence of str
        Classes as people read them, in the order of the probabilities; empty for
        regression.
    positive : int or None
        Position of the class a threshold is about.
    threshold : float or None
        Its probability from which on it is predicted; None for the more probable class.
    calibrators : sequence of Calibrator
        What makes the probabilities that are told; none tell the model's own.
    intervals : sequence of Interval
        For regression: how far the intervals around a prediction reach.
    """

    pipeline: Pipeline
    labels: Sequence[str] = ()
    positive: int | None = None
    threshold: float | None = None
    calibrators: Sequence[Calibrator] = ()
    intervals: Sequence[Interval] = ()

    def names(self) -> list[str]:
        """Return the names of the answers' columns.

        Returns
        -------
        list of str
            ``prediction``, then a probability a class, or two bounds an interval.
        """
        sides = [name for interval in self.intervals for name in interval.names()]
        shares = [f"probability_{label}" for label in self.labels]
        return ["prediction", *shares, *sides]

    def answer(self, X: pd.DataFrame) -> Answers:
        """Predict rows.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_features)
            Rows with the columns and types of training.

        Returns
        -------
        dict of str to ndarray of shape (n_rows,)
            An array for each of `names`.
        """
        prepared = self.pipeline[:-1].transform(X)
        estimator = self.pipeline[-1]
        if not self.labels:
            values = np.asarray(estimator.predict(prepared), dtype=np.float64)
            arrays = [values]
            for interval in self.intervals:
                half = half_widths(interval, values)
                arrays += [values - half, values + half]
            return dict(zip(self.names(), arrays, strict=True))
        # One pass: the class follows from the probabilities, as scikit-learn's own
        # `predict` has it.
        shares = np.asarray(estimator.predict_proba(prepared), dtype=np.float64)
        codes = decide(shares, positive=self.positive, threshold=self.threshold)
        if self.calibrators:
            shares = recalibrated(shares, list(self.calibrators))
        labels = np.asarray(self.labels, dtype=object)
        arrays = [labels[codes], *shares.T]
        return dict(zip(self.names(), arrays, strict=True))


def half_widths(interval: Interval, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far the interval of each row reaches to both sides.

    Parameters
    ----------
    interval : Interval
        Of one level.
    values : ndarray of shape (n_rows,)
        Predictions.

    Returns
    -------
    ndarray of shape (n_rows,)
        Its group's width of each.
    """
    widths = np.asarray(interval.half_widths, dtype=np.float64)
    found: NDArray[np.float64] = widths[np.searchsorted(interval.edges, values)]
    return found


def as_records(
    answers: Answers, labels: Sequence[str], intervals: Sequence[Interval]
) -> list[dict[str, Any]]:
    """Put answers as JSON knows them, an object a row.

    Parameters
    ----------
    answers : dict of str to ndarray
        From `Answering.answer`.
    labels : sequence of str
        Classes; empty for regression.
    intervals : sequence of Interval
        Of a regression.

    Returns
    -------
    list of dict
        ``prediction``; ``probabilities`` by class; ``intervals`` with ``level``,
        ``lower`` and ``upper``.
    """
    columns = {name: array.tolist() for name, array in answers.items()}
    records = []
    for i, prediction in enumerate(columns["prediction"]):
        record: dict[str, Any] = {"prediction": prediction}
        if labels:
            record["probabilities"] = {
                label: columns[f"probability_{label}"][i] for label in labels
            }
        if intervals:
            record["intervals"] = bounds(intervals, prediction)
        records.append(record)
    return records
