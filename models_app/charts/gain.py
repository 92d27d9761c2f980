"""Gain or lift: what asking the most probable rows first brings."""

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from models_app.charts.classes import (
    MAX_NAMED,
    ClassCurve,
    add_curves,
    add_guess,
    rate,
)
from models_app.charts.wording import layout, rows_note

if TYPE_CHECKING:
    import plotly.graph_objects as go

LOWER_RIGHT = {"x": 1, "xanchor": "right", "y": 0.02, "yanchor": "bottom"}
UPPER_RIGHT = {"x": 1, "xanchor": "right", "y": 0.98, "yanchor": "top"}
DECILES = [0.1 * i for i in range(1, 11)]


class Curve(NamedTuple):
    """One class, its most probable rows first."""

    label: str
    n_positive: int
    share: float
    asked: list[float]
    found: list[float]
    lift: list[float | None]  # None where nobody was asked
    distance: float
    distance_at: float


class GainData(NamedTuple):
    """All curves."""

    curves: list[Curve]
    undefined: list[str]
    note: str


def gain_data(stored: Mapping[str, Any], *, rows: str, n_rows: int | None) -> GainData:
    """Prepare stored gain curves for drawing.

    Parameters
    ----------
    stored : mapping
        Curves as the evaluation left them.
    rows : str
        Which rows they are from.
    n_rows : int or None
        How many these are.

    Returns
    -------
    GainData
        The same with the lift: the share found over the share asked.
    """
    curves = [
        Curve(
            **curve,
            lift=[
                found / asked if asked else None
                for found, asked in zip(curve["found"], curve["asked"], strict=True)
            ],
        )
        for curve in stored["curves"]
    ]
    return GainData(curves, list(stored["undefined"]), rows_note(rows, n_rows))


def gain_at(curve: Curve, asked: float) -> float:
    """Return the share that is found by asking a share of the rows.

    Parameters
    ----------
    curve : Curve
        One class.
    asked : float
        From 0 to 1.

    Returns
    -------
    float
        On the line between the two nearest points.
    """
    points = list(zip(curve.asked, curve.found, strict=True))
    for (x0, y0), (x1, y1) in pairwise(points):
        if asked <= x1:
            return y0 + (y1 - y0) * (asked - x0) / (x1 - x0) if x1 > x0 else y1
    return 1.0


def gain_figure(data: GainData, *, as_lift: bool = False) -> "go.Figure":
    """Draw the curves and what asking anybody would bring.

    Parameters
    ----------
    data : GainData
        What `gain_data` returned.
    as_lift : bool, default=False
        Draw how many times more than by asking anybody.

    Returns
    -------
    plotly.graph_objects.Figure
        Empty but for a sentence when no class can be traced.
    """
    import plotly.graph_objects as go  # noqa: PLC0415

    figure = go.Figure()
    drawn = [
        ClassCurve(
            label=c.label,
            measure=f"KS {c.distance:.3f}",
            worth=c.distance,
            x=c.asked,
            y=c.lift if as_lift else c.found,
            custom=c.lift,
        )
        for c in data.curves
    ]
    hover = "%{x:.1%} of the rows asked<br>lift %{customdata:.2f}"
    if not as_lift:
        hover += "<br>%{y:.1%} of the class found"
    add_curves(figure, drawn, hover=hover)
    if drawn:
        ends = [1, 1] if as_lift else [0, 1]
        few = len(drawn) <= MAX_NAMED
        add_guess(figure, ends, name="asking anybody", is_named=few)
    up = (
        {"title": {"text": "lift (times as many as by chance)"}, "rangemode": "tozero"}
        if as_lift
        else rate("gain (% of the class that is found)")
    )
    return figure.update_layout(
        layout(
            data.note,
            xaxis=rate("% of the rows asked, the most probable first"),
            yaxis=up,
            legend=UPPER_RIGHT if as_lift else LOWER_RIGHT,
        )
    )
