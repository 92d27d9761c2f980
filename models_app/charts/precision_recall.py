"""The precision-recall curve: how many alarms are right, at each share that is found."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from models_app.charts.classes import ClassCurve, add_curves, add_guess, rate
from models_app.charts.wording import layout, rows_note

if TYPE_CHECKING:
    import plotly.graph_objects as go

INSIDE = {"x": 0.02, "xanchor": "left", "y": 0.02, "yanchor": "bottom"}


class Curve(NamedTuple):
    """One class against the rest."""

    label: str
    average_precision: float
    n_positive: int
    share: float
    x: list[float]
    y: list[float]
    threshold: list[float | None]


class PrecisionRecallData(NamedTuple):
    """The curves, and their averages."""

    curves: list[Curve]
    micro_average: float | None
    macro_average: float | None
    undefined: list[str]
    n_micro_rows: int | None
    note: str


def precision_recall_data(
    stored: Mapping[str, Any], *, rows: str, n_rows: int | None
) -> PrecisionRecallData:
    """Prepare stored precision-recall curves for drawing.

    Parameters
    ----------
    stored : mapping
        Curves and averages as the evaluation left them.
    rows : str
        Which rows they are from.
    n_rows : int or None
        How many these are.

    Returns
    -------
    PrecisionRecallData
        Curves in the order of the classes.
    """
    curves = [
        Curve(
            label=curve["label"],
            average_precision=curve["average_precision"],
            n_positive=curve["n_positive"],
            share=curve["share"],
            x=curve["recall"],
            y=curve["precision"],
            threshold=curve["threshold"],
        )
        for curve in stored["curves"]
    ]
    return PrecisionRecallData(
        curves=curves,
        micro_average=stored["micro_average"],
        macro_average=stored["macro_average"],
        undefined=list(stored["undefined"]),
        n_micro_rows=stored["n_micro_rows"],
        note=rows_note(rows, n_rows),
    )


def precision_recall_figure(data: PrecisionRecallData) -> "go.Figure":
    """Draw the curves; of a single one also what guessing would give.

    Parameters
    ----------
    data : PrecisionRecallData
        What `precision_recall_data` returned.

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
            measure=f"AP {c.average_precision:.3f}",
            worth=c.average_precision,
            x=c.x,
            y=c.y,
            custom=c.threshold,
        )
        for c in data.curves
    ]
    hover = (
        "%{x:.1%} found<br>%{y:.1%} of the alarms right<br>threshold %{customdata:.3f}"
    )
    add_curves(figure, drawn, hover=hover)
    if len(data.curves) == 1:
        share = data.curves[0].share
        add_guess(figure, [share, share], name=f"guessing (AP {share:.3f})")
    return figure.update_layout(
        layout(
            data.note,
            xaxis=rate("recall (% of the class that is found)"),
            yaxis=rate("precision (% of the alarms that are right)"),
            legend=INSIDE,
        )
    )
