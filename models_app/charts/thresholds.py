"""What a threshold does: metrics and cost at each."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from models_app.charts.classes import rate
from models_app.charts.wording import layout

if TYPE_CHECKING:
    import plotly.graph_objects as go


class ThresholdsData(NamedTuple):
    """Metrics of the positive class at rising thresholds; None where undefined."""

    label: str
    threshold: list[float]
    precision: list[float | None]
    recall: list[float | None]
    f1: list[float | None]
    called: list[float]  # share of the rows that are called positive


def thresholds_data(stored: Mapping[str, Any]) -> ThresholdsData:
    """Prepare stored counts for drawing.

    Parameters
    ----------
    stored : mapping
        Counts as the evaluation left them.

    Returns
    -------
    ThresholdsData
        Shares at each threshold.
    """
    n_positive = stored["n_positive"]
    n = n_positive + stored["n_negative"]
    pairs = list(zip(stored["true_positive"], stored["false_positive"], strict=True))
    return ThresholdsData(
        label=stored["label"],
        threshold=stored["threshold"],
        precision=[_share(hits, hits + alarms) for hits, alarms in pairs],
        recall=[_share(hits, n_positive) for hits, _ in pairs],
        f1=[_share(2 * hits, hits + alarms + n_positive) for hits, alarms in pairs],
        called=[_share(hits + alarms, n) or 0.0 for hits, alarms in pairs],
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def thresholds_figure(data: ThresholdsData) -> "go.Figure":
    """Draw precision, recall, F1 and the share of alarms at each threshold.

    Parameters
    ----------
    data : ThresholdsData
        What `thresholds_data` returned.

    Returns
    -------
    plotly.graph_objects.Figure
        Lines over the threshold.
    """
    import plotly.graph_objects as go  # noqa: PLC0415

    figure = go.Figure()
    for name, values, dash in (
        ("precision", data.precision, "solid"),
        ("recall", data.recall, "solid"),
        ("F1", data.f1, "solid"),
        (f"called {data.label}", data.called, "dot"),
    ):
        figure.add_scatter(
            x=data.threshold,
            y=values,
            mode="lines",
            name=name,
            line={"dash": dash, "width": 2},
            hovertemplate="%{y:.1%} at %{x:.3f}<extra>%{fullData.name}</extra>",
        )
    return figure.update_layout(
        layout(
            "",  # the card says which rows
            xaxis={
                "title": {"text": f"threshold on the probability of {data.label}"},
                "range": [0, 1],
            },
            yaxis=rate(""),
        )
    )


def cost_figure(data: ThresholdsData, cost: list[float]) -> "go.Figure":
    """Draw the cost over all rows at each threshold.

    Parameters
    ----------
    data : ThresholdsData
        What `thresholds_data` returned.
    cost : list of float
        At each of its thresholds.

    Returns
    -------
    plotly.graph_objects.Figure
        One line; below zero is a gain.
    """
    import plotly.graph_objects as go  # noqa: PLC0415

    figure = go.Figure()
    figure.add_scatter(
        x=data.threshold,
        y=cost,
        mode="lines",
        name="cost",
        line={"width": 2},
        hovertemplate="%{y:,.6~g} at %{x:.3f}<extra></extra>",
    )
    return figure.update_layout(
        layout(
            "",  # the card says which rows
            showlegend=False,
            xaxis={
                "title": {"text": f"threshold on the probability of {data.label}"},
                "range": [0, 1],
            },
            yaxis={"title": {"text": "net cost over all rows"}},
        )
    )
