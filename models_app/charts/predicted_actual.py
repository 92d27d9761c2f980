"""Predicted against actual values: a good model's points lie on the diagonal."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from models_app.charts.wording import layout, rows_note

if TYPE_CHECKING:
    import plotly.graph_objects as go


class PredictedActualData(NamedTuple):
    """Pairs of values, and the name of what is predicted."""

    actual: list[float]
    predicted: list[float]
    target: str
    note: str


def predicted_actual_data(
    stored: Mapping[str, Any], *, target: str, rows: str, n_rows: int | None
) -> PredictedActualData:
    """Prepare stored pairs for drawing.

    Parameters
    ----------
    stored : mapping
        ``actual`` and ``predicted`` as the evaluation left them.
    target : str
        Name of the predicted column.
    rows : str
        Which rows they are from.
    n_rows : int or None
        How many these are, of which the pairs may be a sample.

    Returns
    -------
    PredictedActualData
        With a note that tells a sample for what it is.
    """
    shown = len(stored["actual"])
    note = rows_note(rows, n_rows)
    if n_rows is not None and shown < n_rows:
        note += f", a random {shown:,} shown"
    return PredictedActualData(stored["actual"], stored["predicted"], target, note)


def predicted_actual_figure(data: PredictedActualData) -> "go.Figure":
    """Draw the pairs and the diagonal on which predictions are right.

    Parameters
    ----------
    data : PredictedActualData
        What `predicted_actual_data` returned.

    Returns
    -------
    plotly.graph_objects.Figure
        A scatter plot.
    """
    import plotly.graph_objects as go  # noqa: PLC0415

    figure = go.Figure()
    figure.add_scatter(
        x=data.predicted,
        y=data.actual,
        mode="markers",
        name="rows",
        marker={"size": 5, "opacity": 0.55},
        hovertemplate="predicted %{x:,.4~g}<br>actual %{y:,.4~g}<extra></extra>",
    )
    values = [*data.actual, *data.predicted]
    if values:
        ends = [min(values), max(values)]
        figure.add_scatter(
            x=ends,
            y=ends,
            mode="lines",
            name="predicted = actual",
            line={"dash": "dot", "color": "#8a94a6", "width": 1.5},
            hoverinfo="skip",
        )
    return figure.update_layout(
        layout(
            data.note,
            xaxis={"title": {"text": f"predicted {data.target}"}},
            yaxis={"title": {"text": f"actual {data.target}"}},
            showlegend=False,
        )
    )
