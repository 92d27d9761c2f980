"""Calibration: whether what is called 70 % probable comes true in 70 of 100 rows."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from models_app.charts.classes import GREY, rate
from models_app.charts.wording import BELOW, layout, rows_note

if TYPE_CHECKING:
    import plotly.graph_objects as go

Strategy = Literal["quantile", "uniform"]
TITLES = {"": "as predicted", "sigmoid": "sigmoid", "isotonic": "isotonic"}


class Curve(NamedTuple):
    """Groups of rows: what was said and what came true."""

    label: str
    brier: float
    error: float
    x: list[float]
    y: list[float]
    n_rows: list[int]


class Method(NamedTuple):
    """The model's own probabilities, or recalibrated ones."""

    name: str
    title: str
    brier: float
    log_loss: float
    curves: list[Curve]


class CalibrationData(NamedTuple):
    """All methods over the same kind of groups."""

    methods: list[Method]
    n_folds: int
    note: str


def calibration_data(
    stored: Mapping[str, Any],
    *,
    strategy: Strategy = "quantile",
    rows: str,
    n_rows: int | None,
) -> CalibrationData:
    """Prepare stored calibration curves for drawing.

    Parameters
    ----------
    stored : mapping
        Methods as the evaluation left them.
    strategy : {"quantile", "uniform"}, default="quantile"
        Groups of as many rows, or of as wide a range.
    rows : str
        Which rows they are from.
    n_rows : int or None
        How many these are.

    Returns
    -------
    CalibrationData
        The model's own probabilities first.
    """
    methods = [
        Method(
            name=method["method"],
            title=TITLES.get(method["method"], method["method"]),
            brier=method["brier"],
            log_loss=method["log_loss"],
            curves=[
                Curve(
                    label=curve["label"],
                    brier=curve["brier"],
                    error=curve[f"{strategy}_error"],
                    x=curve[strategy]["predicted"],
                    y=curve[strategy]["actual"],
                    n_rows=curve[strategy]["n_rows"],
                )
                for curve in method["curves"]
            ],
        )
        for method in stored["methods"]
    ]
    note = rows_note(rows, n_rows)
    if n_rows is not None and stored["n_rows"] < n_rows:
        note += f", {stored['n_rows']:,} of them shown"
    return CalibrationData(methods, stored["n_folds"], note)


def calibration_figure(data: CalibrationData) -> "go.Figure":
    """Draw what was said against what came true.

    Parameters
    ----------
    data : CalibrationData
        What `calibration_data` returned.

    Returns
    -------
    plotly.graph_objects.Figure
        A line a method; those of all classes are a click away in the legend.
    """
    import plotly.graph_objects as go  # noqa: PLC0415

    figure = go.Figure()
    for position, method in enumerate(data.methods):
        curve = method.curves[0]
        figure.add_scatter(
            x=curve.x,
            y=curve.y,
            customdata=curve.n_rows,
            mode="lines+markers",
            name=f"{method.title} (ECE {curve.error:.3f})",
            line={} if position == 0 else {"dash": "dash", "width": 1.5},
            marker={"size": 7 if position == 0 else 5},
            hovertemplate=(
                "said %{x:.1%}, came true %{y:.1%}<br>%{customdata:,d} rows"
                "<extra>%{fullData.name}</extra>"
            ),
        )
    for position, curve in enumerate(data.methods[0].curves[1:]):
        figure.add_scatter(
            x=curve.x,
            y=curve.y,
            customdata=curve.n_rows,
            mode="lines",
            name="each class, as predicted",
            legendgroup="classes",
            showlegend=position == 0,
            visible="legendonly",
            line={"color": GREY, "width": 1},
            hovertemplate=(
                "said %{x:.1%}, came true %{y:.1%}<br>%{customdata:,d} rows"
                f"<extra>{curve.label} (ECE {curve.error:.3f})</extra>"
            ),
        )
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        name="perfect",
        line={"dash": "dot", "color": GREY, "width": 1.5},
        hoverinfo="skip",
    )
    what = data.methods[0].curves[0].label
    return figure.update_layout(
        layout(
            data.note,
            xaxis=rate(f"mean probability of {what}"),
            yaxis=rate("came true (% of the rows of the group)"),
            legend=BELOW,
        )
    )
