"""Residuals: how far, and to which side, the predictions miss."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from models_app.charts.wording import layout, rows_note

if TYPE_CHECKING:
    import plotly.graph_objects as go


class ResidualsData(NamedTuple):
    """A histogram of actual minus predicted, with its summary."""

    edges: list[float]
    counts: list[int]
    mean: float
    std: float
    median_absolute: float
    target: str
    note: str


def residuals_data(
    stored: Mapping[str, Any], *, target: str, rows: str, n_rows: int | None
) -> ResidualsData:
    """Prepare stored residuals for drawing.

    Parameters
    ----------
    stored : mapping
        Histogram and summary as the evaluation left them.
    target : str
        Name of the predicted column.
    rows : str
        Which rows they are from.
    n_rows : int or None
        How many these are.

    Returns
    -------
    ResidualsData
        The same with a note on the rows.
    """
    note = rows_note(rows, n_rows)
    return ResidualsData(
        edges=stored["edges"],
        counts=stored["counts"],
        mean=stored["mean"],
        std=stored["std"],
        median_absolute=stored["median_absolute"],
        target=target,
        note=note,
    )


def residuals_figure(data: ResidualsData) -> "go.Figure":
    """Draw how many rows were missed by how much.

    Parameters
    ----------
    data : ResidualsData
        What `residuals_data` returned.

    Returns
    -------
    plotly.graph_objects.Figure
        A histogram with a line at zero.
    """
    import plotly.graph_objects as go  # noqa: PLC0415

    pairs = list(zip(data.edges[:-1], data.edges[1:], strict=True))
    figure = go.Figure(
        go.Bar(
            x=[(low + high) / 2 for low, high in pairs],
            y=data.counts,
            width=[high - low for low, high in pairs],
            customdata=pairs,
            name="rows",
            hovertemplate=(
                "%{customdata[0]:,.4~g} to %{customdata[1]:,.4~g}"
                "<br>%{y:,d} rows<extra></extra>"
            ),
        )
    )
    figure.add_vline(x=0, line={"dash": "dot", "color": "#8a94a6", "width": 1.5})
    return figure.update_layout(
        layout(
            f"{data.note}; mean {_short(data.mean)}, standard deviation {_short(data.std)}",
            xaxis={"title": {"text": f"{data.target}: actual minus predicted"}},
            yaxis={"title": {"text": "rows"}},
            bargap=0.02,
            showlegend=False,
        )
    )


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
