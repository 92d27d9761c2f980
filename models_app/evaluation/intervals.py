"""How far each metric would move on other rows like these: bootstrap intervals."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models_app.evaluation.confusion import confusion
from models_app.evaluation.resampling import (
    LEVEL,
    N_RESAMPLES,
    Drawn,
    Interval,
    drawn_from,
    intervals,
    percentile_interval,
    resample_counts,
    resamples,
)
from models_app.evaluation.weighted import (
    class_metrics,
    count_metrics,
    rank_metrics,
    ranking,
    regression_metrics,
)
from models_app.evaluation.weighted_rows import WeightedRows

# Rows that resamples are drawn from at most, and rows times classes times resamples:
# what ranks each class is a pass over all of them.
MAX_ROWS = 5_000
MAX_CELLS = 40_000_000
# Tables of counts that are resampled at a time have so many cells.
_COUNTS_TOGETHER = 5_000_000


class Intervals(NamedTuple):
    """Metrics with the range that other rows like these would give.

    Attributes
    ----------
    metrics : dict of str to Interval
        By the name of the metric.
    level : float
        Share of such ranges that hold the true value.
    n_resamples : int
        How many resamples the range is of.
    n_drawn_from : int
        How many of the rows those resamples are drawn from that look at each row; of
        counts they are always drawn from all.
    is_stratified : bool
        Whether each class keeps its number of rows.
    """

    metrics: dict[str, Interval]
    level: float
    n_resamples: int
    n_drawn_from: int
    is_stratified: bool


class ClassMetrics(NamedTuple):
    """What was measured of one class against the rest; None where undefined."""

    label: str
    n_rows: int
    n_predicted: int
    metrics: dict[str, Interval | None]


def classification_intervals(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    probabilities: ArrayLike,
    *,
    metrics: Mapping[str, float],
    labels: Sequence[str],
    positive: int | None = None,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
) -> tuple[Intervals, list[ClassMetrics]]:
    """Return intervals of all metrics, overall and of each class.

    Rows are resampled within each actual class.

    Parameters
    ----------
    y_true, y_pred : array-like of int of shape (n_samples,)
        Actual and predicted classes as positions in `labels`.
    probabilities : array-like of float of shape (n_samples, n_classes)
        Predicted probability of each class.
    metrics : mapping of str to float
        What was measured on all rows.
    labels : sequence of str
        Names of the classes.
    positive : int, optional
        With two classes, the position of the one to be found.
    n_resamples : int, default=1000
        How many resamples.
    seed : int, default=0
        Where chance begins.

    Returns
    -------
    Intervals
        Of `metrics`.
    list of ClassMetrics
        Precision, recall, F1, ROC AUC and average precision of each class.
    """
    y, scores = np.asarray(y_true, np.int64), np.asarray(probabilities, float)
    rng = np.random.default_rng(seed)
    table = np.asarray(confusion(y, y_pred, labels=labels).counts)
    overall, per_class = _of_counts(table, positive, n_resamples, rng)
    max_rows = min(MAX_ROWS, max(1_000, MAX_CELLS // (n_resamples * len(labels))))
    drawn = drawn_from(y, max_rows=max_rows, rng=rng)
    rows = WeightedRows(y[drawn.rows], scores[drawn.rows], positive)
    parts = [
        rows.measured(w) for w in resamples(drawn, n_resamples=n_resamples, rng=rng)
    ]
    whole = rows.measured(drawn.once())
    overall |= _joined([part[0] for part in parts])
    around = (
        {name: float(v[0]) for name, v in whole[0].items()} if drawn.is_sample else {}
    )
    found = Intervals(
        metrics=intervals(metrics, overall, around),
        level=LEVEL,
        n_resamples=n_resamples,
        n_drawn_from=len(drawn.rows),
        is_stratified=True,
    )
    per_class |= _joined([part[1] for part in parts])
    exact = {name: values[0] for name, values in class_metrics(table[None]).items()}
    exact |= _ranked(y, scores) if drawn.is_sample else _first(whole[1])
    moved = _first(whole[1]) if drawn.is_sample else {}
    return found, [
        ClassMetrics(
            label=label,
            n_rows=int(table[code].sum()),
            n_predicted=int(table[:, code].sum()),
            metrics={
                name: percentile_interval(
                    exact[name][code],
                    per_class[name][:, code],
                    around=moved[name][code] if name in moved else None,
                )
                if table[code].any()
                else None
                for name in per_class
            },
        )
        for code, label in enumerate(labels)
    ]


def _of_counts(
    table: NDArray[np.int64], positive: int | None, n: int, rng: np.random.Generator
) -> tuple[dict[str, NDArray[np.float64]], dict[str, NDArray[np.float64]]]:
    """Return what resampled tables give: metrics overall and of each class."""
    together = max(1, _COUNTS_TOGETHER // table.size)
    overall, per_class = [], []
    for start in range(0, n, together):
        tables = resample_counts(table, n_resamples=min(together, n - start), rng=rng)
        overall.append(count_metrics(tables, positive))
        per_class.append(class_metrics(tables))
    return _joined(overall), _joined(per_class)


def _joined(parts: list[dict[str, Any]]) -> dict[str, NDArray[np.float64]]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _first(metrics: Mapping[str, NDArray[np.float64]]) -> dict[str, Any]:
    return {name: values[0] for name, values in metrics.items()}


def _ranked(y: NDArray[np.int64], scores: NDArray[np.float64]) -> dict[str, Any]:
    """Measure what ranks rows of each class on all of them, a class at a time."""
    once = np.ones((1, len(y)))
    found = [
        rank_metrics(ranking(y == code, scores[:, code]), once)
        for code in range(scores.shape[1])
    ]
    areas, averages = zip(*found, strict=True)
    return {
        "roc_auc": np.concatenate(areas),
        "average_precision": np.concatenate(averages),
    }


def regression_intervals(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    metrics: Mapping[str, float],
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
) -> Intervals:
    """Return intervals of all metrics of regression.

    Parameters
    ----------
    y_true, y_pred : array-like of float of shape (n_samples,)
        Actual and predicted numbers.
    metrics : mapping of str to float
        What was measured on all rows.
    n_resamples : int, default=1000
        How many resamples.
    seed : int, default=0
        Where chance begins.

    Returns
    -------
    Intervals
        Of `metrics`.
    """
    y, predicted = np.asarray(y_true, float), np.asarray(y_pred, float)
    rng = np.random.default_rng(seed)
    drawn: Drawn = drawn_from(np.zeros(len(y), int), max_rows=MAX_ROWS, rng=rng)
    y, predicted = y[drawn.rows], predicted[drawn.rows]
    parts = [
        regression_metrics(y, predicted, weights)
        for weights in resamples(drawn, n_resamples=n_resamples, rng=rng)
    ]
    whole = regression_metrics(y, predicted, drawn.once())
    around = {n: float(v[0]) for n, v in whole.items()} if drawn.is_sample else {}
    return Intervals(
        metrics=intervals(metrics, _joined(parts), around),
        level=LEVEL,
        n_resamples=n_resamples,
        n_drawn_from=len(drawn.rows),
        is_stratified=False,
    )
