"""Where in a table values are missing: blocks of rows by column."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from runs.charts.associations import MAX_NAMES, cut

if TYPE_CHECKING:
    import plotly.graph_objects as go

MAX_COLUMNS = 30
MIN_SCALE = 5


class MissingData(NamedTuple):
    """The strip that is drawn.

    Attributes
    ----------
    columns : list of str
        Columns with missing values, the most first.
    starts : list of int
        First row of each block, counted from 1.
    percent : list of list of float
        Share of missing cells by column and block, in percent.
    n_left_out : int
        Columns with missing values that are not drawn.
    """

    columns: list[str]
    starts: list[int]
    percent: list[list[float]]
    n_left_out: int


def missing_data(stored: Mapping[str, Any]) -> MissingData:
    """Choose what is drawn of the stored missingness.

    Parameters
    ----------
    stored : mapping
        The ``missingness`` of a profile.

    Returns
    -------
    MissingData
        The thirty columns with the most missing values.
    """
    blocks = stored.get("blocks") or {}
    columns = list(blocks.get("columns", []))[:MAX_COLUMNS]
    shares = blocks.get("shares", [])[:MAX_COLUMNS]
    return MissingData(
        columns=[cut(name) for name in columns],
        starts=[start + 1 for start in blocks.get("starts", [])],
        percent=[[100 * share for share in row] for row in shares],
        n_left_out=max(0, len(stored.get("by_column", [])) - len(columns)),
    )


def missing_figure(data: MissingData, n_rows: int) -> "go.Figure":
    """Draw the strip.

    Parameters
    ----------
    data : MissingData
        What to draw.
    n_rows : int
        Rows of the table, where the last block ends.

    Returns
    -------
    plotly.graph_objects.Figure
        A heat map, a line for each column.
    """
    import plotly.graph_objects as go  # noqa: PLC0415

    figure = go.Figure()
    if not data.columns:
        return figure
    positions = list(range(len(data.columns)))
    figure.add_heatmap(
        z=data.percent,
        # One more edge than blocks: each is as wide as its rows.
        x=[*data.starts, n_rows + 1],
        y=positions,
        customdata=[[name] * len(data.starts) for name in data.columns],
        zmin=0,
        # A scale up to all would show a few missing cells like none.
        zmax=min(100, max(MIN_SCALE, *map(max, data.percent))),
        xgap=0,
        ygap=2,
        hovertemplate=(
            "%{customdata}<br>near row %{x:,.0f}<br>%{z:.0f} % missing<extra></extra>"
        ),
        colorbar={"title": {"text": "% missing"}, "thickness": 12},
    )
    step = 1 + (len(positions) - 1) // MAX_NAMES
    ticks = {
        "tickvals": positions[::step],
        "ticktext": data.columns[::step],
        "showgrid": False,
    }
    return figure.update_layout(
        xaxis={"title": {"text": "Row"}, "showgrid": False},
        yaxis={**ticks, "autorange": "reversed"},
        margin={"t": 10},
    )
