"""How the search went: every trial's value, and the best value so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

Point = tuple[int, float, str]

NEUTRAL = "#7a8494"  # reads well on light and dark; the other colours are the page's
FEW_TRIALS = 12


class HistoryData(NamedTuple):
    """Completed trials in the order of their numbers.

    Attributes
    ----------
    metric : str
        Title of the metric, with its unit where it has one.
    numbers : list of int
        Trial numbers, ascending.
    values : list of float
        Mean fold scores as shown to people, one a trial.
    algorithms : list of str
        Title of each trial's algorithm.
    best_numbers : list of int
        Trials that were better than all before them, then the last trial.
    best_values : list of float
        The best value from each of `best_numbers` on.
    """

    metric: str
    numbers: list[int]
    values: list[float]
    algorithms: list[str]
    best_numbers: list[int]
    best_values: list[float]


def history_data(
    points: Sequence[Point],
    *,
    metric: str,
    greater_is_better: bool,
    titles: Mapping[str, str] | None = None,
    limit: int = 2000,
) -> HistoryData:
    """Order the trials and follow the best value.

    Parameters
    ----------
    points : sequence of (int, float, str)
        Number, value and algorithm of each completed trial, in any order.
    metric : str
        Title of the metric.
    greater_is_better : bool
        Whether a greater value is a better one.
    titles : mapping of str to str, optional
        Titles of the algorithms; one that is missing keeps its name.
    limit : int, default=2000
        At most about this many trials are kept as points. Those that were the best
        so far are always kept, the others evenly over the numbers.

    Returns
    -------
    HistoryData
        Empty lists if there is no point.
    """
    ordered = sorted(points)
    titles = titles or {}
    best_numbers: list[int] = []
    best_values: list[float] = []
    for number, value, _ in ordered:
        if not best_values or (
            value > best_values[-1] if greater_is_better else value < best_values[-1]
        ):
            best_numbers.append(number)
            best_values.append(value)
    improved = set(best_numbers)
    step = -(-len(ordered) // limit) if ordered else 1
    kept = [
        point
        for i, point in enumerate(ordered)
        if i % step == 0 or point[0] in improved
    ]
    if ordered and best_numbers[-1] != ordered[-1][0]:
        # The line goes on to the last trial, also when that was not the best.
        best_numbers.append(ordered[-1][0])
        best_values.append(best_values[-1])
    return HistoryData(
        metric=metric,
        numbers=[number for number, _, _ in kept],
        values=[value for _, value, _ in kept],
        algorithms=[titles.get(name, name) for _, _, name in kept],
        best_numbers=best_numbers,
        best_values=best_values,
    )


def history_figure(data: HistoryData, *, highlight: int | None = None) -> Figure:
    """Draw the trials as points, an algorithm a colour, and the best so far as steps.

    Parameters
    ----------
    data : HistoryData
        What to draw.
    highlight : int, optional
        Number of a trial to ring; ignored if it is not among the points.

    Returns
    -------
    plotly.graph_objects.Figure
        With no data: an empty figure that says so.
    """
    import plotly.graph_objects as go  # noqa: PLC0415  (only pages with a figure pay for it)

    figure = go.Figure()
    figure.update_layout(
        xaxis={"title": {"text": "Trial number"}},
        yaxis={"title": {"text": data.metric}},
    )
    if not data.numbers:
        figure.update_layout(
            annotations=[
                {
                    "text": "No trial has been scored yet.",
                    "showarrow": False,
                    "xref": "paper",
                    "yref": "paper",
                    "x": 0.5,
                    "y": 0.5,
                }
            ]
        )
        return figure
    if data.best_numbers[-1] < FEW_TRIALS:
        figure.update_layout(xaxis={"dtick": 1})  # there is no trial 0.5
    figure.add_scatter(
        x=data.best_numbers,
        y=data.best_values,
        mode="lines",
        line={"shape": "hv", "color": NEUTRAL},
        name="Best so far",
        hovertemplate="Best up to trial %{x}<br>%{y:.5g}",
    )
    for algorithm in dict.fromkeys(data.algorithms):
        members = [i for i, name in enumerate(data.algorithms) if name == algorithm]
        figure.add_scatter(
            x=[data.numbers[i] for i in members],
            y=[data.values[i] for i in members],
            mode="markers",
            name=algorithm,
            hovertemplate="Trial %{x}<br>%{y:.5g}",
        )
    if highlight in data.numbers:
        figure.add_scatter(
            x=[highlight],
            y=[data.values[data.numbers.index(highlight)]],
            mode="markers",
            marker={
                "symbol": "circle-open",
                "size": 16,
                "color": NEUTRAL,
                "line": {"width": 3},
            },
            name=f"Trial {highlight}",
            hovertemplate="Trial %{x}<br>%{y:.5g}",
        )
    return figure
