"""Charts of several models on the same rows; a model has the same colour in each."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from models_app.charts.axes import around_one
from models_app.charts.wording import BELOW, layout

if TYPE_CHECKING:
    import plotly.graph_objects as go

QUIET = "#8a94a6"
# Beyond so many columns the numbers of a matrix do not fit into its cells.
MAX_TEXT = 10


class NamedCurve(NamedTuple):
    """A model's curve."""

    name: str
    x: list[float]
    y: list[float]
    label: str  # what the legend says of it


class Axis(NamedTuple):
    """What an axis measures; shares run from 0 to 1."""

    title: str
    is_share: bool = False

    @property
    def layout(self) -> dict[str, object]:
        """Return the axis as Plotly takes it."""
        found: dict[str, object] = {"title": {"text": self.title}}
        if self.is_share:
            found |= {"range": [-0.01, 1.01], "tickformat": ".0%"}
        return found


class Point(NamedTuple):
    """A model's value with its interval, and the seconds it took to fit."""

    name: str
    value: float
    low: float
    high: float
    seconds: float | None = None
    is_on_front: bool = False


def overlay_figure(
    curves: Sequence[NamedCurve],
    *,
    x: Axis,
    y: Axis,
    note: str,
    diagonal: str = "",
    markers: bool = False,
) -> "go.Figure":
    """Draw a curve of each model into one plot.

    Parameters
    ----------
    curves : sequence of NamedCurve
        In the order of the models.
    x, y : Axis
        What the axes measure.
    note : str
        Which rows the curves are of.
    diagonal : str, default=""
        What the line from corner to corner means; none without.
    markers : bool, default=False
        Whether the points are marked, where they are few.

    Returns
    -------
    plotly.graph_objects.Figure
        Empty but for a sentence without curves.
    """
    import plotly.graph_objects as go  # noqa: PLC0415

    figure = go.Figure()
    for curve in curves:
        figure.add_scatter(
            x=curve.x,
            y=curve.y,
            mode="lines+markers" if markers else "lines",
            name=f"{curve.name} ({curve.label})",
            hovertemplate="%{x:.3g}, %{y:.3g}<extra>%{fullData.name}</extra>",
        )
    if not curves:
        figure.add_annotation(
            text="These rows have no class to trace.", showarrow=False
        )
    elif diagonal:
        figure.add_scatter(
            x=[0, 1],
            y=[0, 1],
            mode="lines",
            name=diagonal,
            line={"dash": "dot", "color": QUIET, "width": 1.5},
            hoverinfo="skip",
        )
    return figure.update_layout(
        layout(note, xaxis=x.layout, yaxis=y.layout, legend=BELOW)
    )


def interval_figure(points: Sequence[Point], *, axis: str, note: str) -> "go.Figure":
    """Draw each model's value with its interval.

    Parameters
    ----------
    points : sequence of Point
        In the order of the models.
    axis : str
        Title of the values' axis.
    note : str
        Which rows they are of.

    Returns
    -------
    plotly.graph_objects.Figure
        The first model at the top.
    """
    import plotly.graph_objects as go  # noqa: PLC0415

    figure = go.Figure()
    for point in points:
        figure.add_scatter(
            x=[point.value],
            y=[point.name],
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [_known(point.high - point.value)],
                "arrayminus": [_known(point.value - point.low)],
            },
            mode="markers",
            marker={"size": 9},
            name=point.name,
            customdata=[[point.low, point.high]],
            hovertemplate=(
                "%{x:.4g}, 95 % interval %{customdata[0]:.4g} to "
                "%{customdata[1]:.4g}<extra>%{fullData.name}</extra>"
            ),
        )
    return figure.update_layout(
        layout(
            note,
            xaxis={
                "title": {"text": axis},
                **around_one(v for p in points for v in (p.value, p.low, p.high)),
            },
            yaxis={"autorange": "reversed", "type": "category"},
            showlegend=False,
        )
    )


def _known(length: float) -> float:
    return max(0.0, length) if math.isfinite(length) else 0.0


def front_figure(points: Sequence[Point], *, axis: str, note: str) -> "go.Figure":
    """Draw quality against the time of the fit, and the models that no other beats.

    Parameters
    ----------
    points : sequence of Point
        Those without seconds are left out.
    axis : str
        Title of the values' axis.
    note : str
        Which rows they are of.

    Returns
    -------
    plotly.graph_objects.Figure
        A step line joins the front.
    """
    import plotly.graph_objects as go  # noqa: PLC0415

    figure = go.Figure()
    front = sorted(
        (p.seconds, p.value) for p in points if p.is_on_front and p.seconds is not None
    )
    for point in points:
        # Those without a time keep their place, and so the others their colours.
        figure.add_scatter(
            x=[point.seconds],
            y=[point.value],
            mode="markers",
            marker={
                "size": 12,
                "symbol": "circle" if point.is_on_front else "circle-open",
            },
            name=point.name,
            hovertemplate="%{x:.3g} s, %{y:.4g}<extra>%{fullData.name}</extra>",
        )
    figure.add_scatter(
        x=[seconds for seconds, _ in front],
        y=[value for _, value in front],
        mode="lines",
        line={"shape": "hv", "dash": "dot", "color": QUIET, "width": 1.5},
        name="no other is quicker and as good",
        hoverinfo="skip",
    )
    return figure.update_layout(
        layout(
            note,
            xaxis={"title": {"text": "fit (seconds)"}, "type": "log"},
            yaxis={"title": {"text": axis}, **around_one(p.value for p in points)},
            legend=BELOW,
        )
    )


def matrix_figure(
    values: Sequence[Sequence[float | None]],
    *,
    columns: Sequence[str],
    rows: Sequence[str],
    limits: tuple[float, float],
    note: str,
) -> "go.Figure":
    """Draw a matrix, darker for greater numbers.

    Parameters
    ----------
    values : sequence of sequence of float or None
        A row each; None where there is no number.
    columns, rows : sequence of str
        Their names.
    limits : tuple of float
        Where the colours begin and end.
    note : str
        What stands above.

    Returns
    -------
    plotly.graph_objects.Figure
        The numbers stand in the cells where there is room.
    """
    import plotly.graph_objects as go  # noqa: PLC0415

    figure = go.Figure()
    figure.add_heatmap(
        z=[list(row) for row in values],
        x=list(columns),
        y=list(rows),
        zmin=limits[0],
        zmax=limits[1],
        texttemplate="%{z:.2f}" if len(columns) <= MAX_TEXT else "",
        hoverongaps=False,
        hovertemplate="%{y}, %{x}: %{z:.4g}<extra></extra>",
        colorbar={"thickness": 10},
    )
    category = {"type": "category"}
    return figure.update_layout(
        layout(note, xaxis=category, yaxis={**category, "autorange": "reversed"})
    )
