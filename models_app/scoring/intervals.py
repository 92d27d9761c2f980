"""Prediction intervals as predictions tell them: by the row's own prediction.

Without NumPy, as the web process puts them around the answers of the inference service.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Interval(NamedTuple):
    """How far the intervals of one level reach.

    Attributes
    ----------
    level : float
        How often an interval shall hold the truth.
    edges : list of float of shape (n_groups - 1,)
        Predictions at which groups of rows end, themselves included.
    half_widths : list of float of shape (n_groups,)
        Of each group; a single one where all rows have the same.
    """

    level: float
    edges: list[float]
    half_widths: list[float]

    def half_width(self, prediction: float) -> float:
        """Return how far the interval of a row reaches to both sides.

        Parameters
        ----------
        prediction : float
            What was predicted for it.

        Returns
        -------
        float
            Its group's width.
        """
        return self.half_widths[bisect_left(self.edges, prediction)]

    def names(self) -> tuple[str, str]:
        """Return the names of the columns of both bounds.

        Returns
        -------
        tuple of str
            Such as ``lower_90`` and ``upper_90``.
        """
        percent = f"{100 * self.level:g}"
        return f"lower_{percent}", f"upper_{percent}"


def intervals_of(stored: Mapping[str, Any]) -> list[Interval]:
    """Read the intervals that were measured with a model.

    They are those of `evaluation.conformal.half_widths`: rows with similar predictions
    have a width of their own, where there are enough of them.

    Parameters
    ----------
    stored : mapping
        ``levels`` and ``groups`` as stored of ``PredictionIntervals``, or empty.

    Returns
    -------
    list of Interval
        Of the levels that had enough rows.
    """
    groups = stored.get("groups") or []
    found = []
    for at, level in enumerate(stored.get("levels", [])):
        everywhere = level.get("half_width")
        if everywhere is None:
            continue
        own = [group["half_widths"][at] for group in groups] or [everywhere]
        found.append(
            Interval(
                level=float(level["level"]),
                edges=[float(group["high"]) for group in groups[:-1]],
                half_widths=[float(everywhere if w is None else w) for w in own],
            )
        )
    return found


def bounds(intervals: Sequence[Interval], prediction: float) -> list[dict[str, float]]:
    """Put the intervals of one row as JSON knows them.

    Parameters
    ----------
    intervals : sequence of Interval
        The model's.
    prediction : float
        What was predicted for the row.

    Returns
    -------
    list of dict
        ``level``, ``lower`` and ``upper`` of each.
    """
    found = []
    for interval in intervals:
        half = interval.half_width(prediction)
        found.append(
            {
                "level": interval.level,
                "lower": prediction - half,
                "upper": prediction + half,
            }
        )
    return found
