"""The ROC curve: how many rows are found, at the price of how many false alarms."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from models_app.charts.classes import (
    MAX_NAMED,
    ClassCurve,
    add_curves,
    add_guess,
    rate,
)
from models_app.charts.wording import BELOW, layout, rows_note

if TYPE_CHECKING:
    import plotly.graph_objects as go

# The lower right of the plot is empty for any curve worth having: room for a few names.
INSIDE = {"x": 1, "xanchor": "right", "y": 0.02, "yanchor": "bottom"}


# Kind -> what it is called, its colour, its dash.
MEANS = {
    "macro": ("macro average", "#d6336c", "solid"),
    "micro": ("micro average", "#7048e8", "dash"),
}


class Curve(NamedTuple):
    """One class against the rest."""

    label: str
    area: float
    n_positive: int
    x: list[float]
    y: list[float]
    threshold: list[float | None]


class Mean(NamedTuple):
    """The average curve of all classes."""

    name: str
    area: float
    x: list[float]
    y: list[float]
    colour: str
    dash: str


class RocData(NamedTuple):
    """The curves, and the areas under them on average."""

    curves: list[Curve]
    micro_area: float | None
    macro_area: float | None
    undefined: list[str]
    note: str
    n_micro_rows: int | None = None
    means: tuple[Mean, ...] = ()


def roc_data(stored: Mapping[str, Any], *, rows: str, n_rows: int | None) -> RocData:
    """Prepare stored ROC curves for drawing.

    Parameters
    ----------
    stored : mapping
        Curves and areas as the evaluation left them.
    rows : str
        Which rows they are from.
    n_rows : int or None
        How many these are.

    Returns
    -------
    RocData
        Curves in the order of the classes.
    """
    curves = [
        Curve(
            label=curve["label"],
            area=curve["area"],
            n_positive=curve["n_positive"],
            x=curve["false_positive_rate"],
            y=curve["true_positive_rate"],
            threshold=curve["threshold"],
        )
        for curve in stored["curves"]
    ]
    return RocData(
        curves=curves,
        micro_area=stored["micro_area"],
        macro_area=stored["macro_area"],
        undefined=list(stored["undefined"]),
        note=rows_note(rows, n_rows),
        n_micro_rows=stored.get("n_micro_rows"),  # earlier versions looked at all
        means=tuple(
            Mean(
                name,
                stored[f"{kind}_area"],
                curve["false_positive_rate"],
                curve["true_positive_rate"],
                colour,
                dash,
            )
            for kind, (name, colour, dash) in MEANS.items()
            # Earlier versions stored the areas alone.
            if (curve := stored.get(kind)) is not None
        ),
    )


def roc_rows(stored: Mapping[str, Any]) -> Iterator[list[Any]]:
    """Yield the stored points, those of the classes first.

    Parameters
    ----------
    stored : mapping
        Curves as the evaluation left them.

    Yields
    ------
    list
        Name of the curve, threshold, false and true positive rate.
    """
    for curve in stored["curves"]:
        columns = (curve["threshold"], *_rates(curve))
        yield from ([curve["label"], *p] for p in zip(*columns, strict=True))
    for kind, (name, _, _) in MEANS.items():
        if (curve := stored.get(kind)) is not None:
            points = zip(*_rates(curve), strict=True)
            yield from ([name, None, x, y] for x, y in points)


def _rates(curve: Mapping[str, Any]) -> tuple[list[float], list[float]]:
    return curve["false_positive_rate"], curve["true_positive_rate"]


def roc_figure(data: RocData) -> "go.Figure":
    """Draw the curves and the diagonal of guessing.

    Parameters
    ----------
    data : RocData
        What `roc_data` returned.

    Returns
    -------
    plotly.graph_objects.Figure
        Empty but for a sentence when no class can be traced.
    """
    import plotly.graph_objects as go  # noqa: PLC0415

    figure = go.Figure()
    drawn = [
        ClassCurve(c.label, f"area {c.area:.3f}", c.area, c.x, c.y, c.threshold)
        for c in data.curves
    ]
    hover = "%{x:.1%} false alarms<br>%{y:.1%} found<br>threshold %{customdata:.3f}"
    add_curves(figure, drawn, hover=hover)
    for mean in data.means:
        figure.add_scatter(
            x=mean.x,
            y=mean.y,
            mode="lines",
            name=f"{mean.name} (area {mean.area:.3f})",
            line={"color": mean.colour, "dash": mean.dash, "width": 3},
            # First in the legend: of many classes they are what is read.
            legendrank=500,
            hovertemplate=(
                f"%{{x:.1%}} false alarms<br>%{{y:.1%}} found<extra>{mean.name}</extra>"
            ),
        )
    if drawn:
        few = len(drawn) <= MAX_NAMED
        add_guess(figure, [0, 1], name="guessing (area 0.500)", is_named=few)
    return figure.update_layout(
        layout(
            data.note,
            xaxis=rate("false positive rate (% of other rows)"),
            yaxis=rate("true positive rate (% of the class)"),
            # With averages there are too many names for a place inside.
            legend=BELOW if data.means else INSIDE,
        )
    )
