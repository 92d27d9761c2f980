"""What charts with a curve for each class have in common."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import plotly.graph_objects as go

MAX_NAMED = 8  # more curves than that are not told apart by colours
WORST_NAMED = 4  # of so many these are named, and the others drawn in grey
MAX_LABEL = 26  # longer names would leave a narrow screen no room for curves
GREY = "#8a94a6"
NOT_TWO = "The curve needs rows of at least two classes."


class ClassCurve(NamedTuple):
    """One class against the rest, as it is drawn.

    Attributes
    ----------
    label : str
        Name of the class.
    measure : str
        What stands behind it in the legend.
    worth : float
        How good the curve is.
    x, y : sequence of float
        Its points.
    custom : sequence
        What is told of a point besides.
    """

    label: str
    measure: str
    worth: float
    x: Sequence[float]
    y: Sequence[float | None]
    custom: Sequence[Any]


def add_curves(
    figure: "go.Figure", curves: Sequence[ClassCurve], *, hover: str
) -> None:
    """Draw the curve of each class; without any, say what it would need.

    Parameters
    ----------
    figure : Figure
        Where.
    curves : sequence of ClassCurve
        What, in the order of the classes.
    hover : str
        What is told of a point, before the name of the class.
    """
    chosen = named([curve.worth for curve in curves])
    others = [curve for at, curve in enumerate(curves) if at not in chosen]
    if others:
        figure.add_scatter(
            **_together(others), hovertemplate=f"{hover}<extra>%{{text}}</extra>"
        )
    for at in sorted(chosen):
        curve = curves[at]
        figure.add_scatter(
            x=curve.x,
            y=curve.y,
            customdata=curve.custom,
            name=f"{short(curve.label)} ({curve.measure})",
            mode="lines",
            hovertemplate=f"{hover}<extra>{curve.label}</extra>",
        )
    if not curves:
        figure.add_annotation(text=NOT_TWO, showarrow=False)


def add_guess(
    figure: "go.Figure", y: Sequence[float], *, name: str, is_named: bool = True
) -> None:
    """Draw what guessing would give, a straight line.

    Parameters
    ----------
    figure : Figure
        Where.
    y : sequence of float
        Its height at both ends.
    name : str
        What the legend calls it.
    is_named : bool, default=True
        Whether the legend does.
    """
    figure.add_scatter(
        x=[0, 1],
        y=list(y),
        mode="lines",
        name=name,
        line={"dash": "dot", "color": GREY, "width": 1.5},
        hoverinfo="skip",
        showlegend=is_named,
    )


def named(worth: Sequence[float]) -> set[int]:
    """Choose the curves that are named.

    Parameters
    ----------
    worth : sequence of float
        How good each curve is.

    Returns
    -------
    set of int
        Positions: all of a few, or the worst, which are those to look at.
    """
    places = range(len(worth))
    if len(worth) <= MAX_NAMED:
        return set(places)
    return set(sorted(places, key=lambda i: worth[i])[:WORST_NAMED])


def _together(curves: Sequence[ClassCurve]) -> dict[str, Any]:
    """Draw many curves as one with gaps: a hundred by themselves take most of a second."""
    joined: dict[str, list[Any]] = {"x": [], "y": [], "customdata": [], "text": []}
    for curve in curves:
        joined["x"] += [*curve.x, None]
        joined["y"] += [*curve.y, None]
        joined["customdata"] += [*curve.custom, None]
        # Whoever points at one reads its own name.
        joined["text"] += [f"{curve.label} ({curve.measure})"] * (len(curve.x) + 1)
    return {
        **joined,
        "name": f"{len(curves)} better ones",
        "mode": "lines",
        "legendrank": 2000,
        "line": {"color": GREY, "width": 1},
    }


def short(label: str) -> str:
    """Cut a name to what a legend has room for.

    Parameters
    ----------
    label : str
        Name of a class.

    Returns
    -------
    str
        At most 26 characters.
    """
    return label if len(label) <= MAX_LABEL else f"{label[: MAX_LABEL - 1]}…"


def rate(title: str) -> dict[str, Any]:
    """Return an axis of shares.

    Parameters
    ----------
    title : str
        What it is a share of.

    Returns
    -------
    dict
        Plotly's axis.
    """
    return {"title": {"text": title}, "range": [-0.01, 1.01], "tickformat": ".0%"}
