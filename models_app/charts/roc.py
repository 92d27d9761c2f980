"""The ROC curve: how many rows are found, at the price of how many false alarms."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from models_app.charts.wording import layout, rows_note

if TYPE_CHECKING:
    import plotly.graph_objects as go

# The lower right of the plot is empty for any curve worth having: room for a few names.
INSIDE = {"x": 1, "xanchor": "right", "y": 0.02, "yanchor": "bottom"}
BESIDE = {"x": 1.02, "xanchor": "left", "y": 1, "yanchor": "top", "orientation": "v"}
MAX_INSIDE = 3
MAX_SHOWN = 8  # curves visible at first; the others are a click away in the legend


class Curve(NamedTuple):
    """One class against the rest."""

    label: str
    area: float
    n_positive: int
    x: list[float]
    y: list[float]
    threshold: list[float | None]


class RocData(NamedTuple):
    """The curves, and the areas under them on average."""

    curves: list[Curve]
    micro_area: float | None
    macro_area: float | None
    undefined: list[str]
    note: str


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
    )


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
    for position, curve in enumerate(data.curves):
        figure.add_scatter(
            x=curve.x,
            y=curve.y,
            customdata=curve.threshold,
            mode="lines",
            name=f"{curve.label} (area {curve.area:.3f})",
            visible=True if position < MAX_SHOWN else "legendonly",
            hovertemplate=(
                "%{x:.1%} false alarms<br>%{y:.1%} found<br>"
                "threshold %{customdata:.3f}<extra>%{fullData.name}</extra>"
            ),
        )
    if data.curves:
        figure.add_scatter(
            x=[0, 1],
            y=[0, 1],
            mode="lines",
            name="guessing (area 0.500)",
            line={"dash": "dot", "color": "#8a94a6", "width": 1.5},
            hoverinfo="skip",
        )
    else:
        figure.add_annotation(
            text="The curve needs rows of at least two classes.", showarrow=False
        )
    rate = {"range": [-0.01, 1.01], "tickformat": ".0%"}
    return figure.update_layout(
        layout(
            data.note,
            xaxis={"title": {"text": "false positive rate (% of other rows)"}, **rate},
            yaxis={"title": {"text": "true positive rate (% of the class)"}, **rate},
            legend=INSIDE if len(data.curves) <= MAX_INSIDE else BESIDE,
        )
    )
