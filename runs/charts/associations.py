"""How strongly the columns of a table go together: a heat map."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import plotly.graph_objects as go

MAX_COLUMNS = 40
MAX_NAME = 24
MAX_NAMES = 20


class AssociationData(NamedTuple):
    """The matrix that is drawn.

    Attributes
    ----------
    columns : list of str
        Names, cut where they are long.
    values : list of list of float or None
        Strength from 0 to 1; None where a pair cannot be compared.
    n_not_compared : int
        Columns that were too many to be compared.
    """

    columns: list[str]
    values: list[list[float | None]]
    n_not_compared: int


def association_data(stored: Mapping[str, Any]) -> AssociationData:
    """Choose what is drawn of the stored associations.

    Parameters
    ----------
    stored : mapping
        The ``associations`` of a profile.

    Returns
    -------
    AssociationData
        The forty columns at most that go together most, in the table's order, with
        strengths without their sign.
    """
    columns, matrix = list(stored.get("columns", [])), stored.get("matrix", [])
    best = [
        max((abs(v or 0) for j, v in enumerate(row) if j != i), default=0)
        for i, row in enumerate(matrix)
    ]
    ranked = sorted(range(len(columns)), key=lambda i: -best[i])
    shown = sorted(ranked[:MAX_COLUMNS])
    return AssociationData(
        columns=[cut(columns[i]) for i in shown],
        values=[[magnitude(matrix[i][j]) for j in shown] for i in shown],
        n_not_compared=int(stored.get("left_out") or 0),
    )


def magnitude(value: float | None) -> float | None:
    """Return a value without its sign.

    Parameters
    ----------
    value : float or None
        A correlation, or any other measure.

    Returns
    -------
    float or None
        Its size; None for None.
    """
    return None if value is None else abs(value)


def cut(name: str) -> str:
    """Shorten a column's name for an axis.

    Parameters
    ----------
    name : str
        The name.

    Returns
    -------
    str
        At most 24 characters of it.
    """
    return name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 1]}…"


def association_figure(data: AssociationData) -> "go.Figure":
    """Draw the matrix.

    Parameters
    ----------
    data : AssociationData
        What to draw.

    Returns
    -------
    plotly.graph_objects.Figure
        A heat map; with fewer than two columns an empty figure that says so.
    """
    import plotly.graph_objects as go  # noqa: PLC0415

    figure = go.Figure()
    if len(data.columns) < 2:
        note = {
            "text": "There are no two columns to compare.",
            "showarrow": False,
            "xref": "paper",
            "yref": "paper",
            "x": 0.5,
            "y": 0.5,
        }
        return figure.update_layout(annotations=[note])
    positions = list(range(len(data.columns)))
    names = [[[a, b] for b in data.columns] for a in data.columns]
    figure.add_heatmap(
        z=data.values,
        # Positions, not names: cut ones may be equal.
        x=positions,
        y=positions,
        customdata=names,
        zmin=0,
        zmax=1,
        xgap=1,
        ygap=1,
        hoverongaps=False,
        hovertemplate=(
            "%{customdata[0]}<br>%{customdata[1]}<br>strength %{z:.2f}<extra></extra>"
        ),
        colorbar={"title": {"text": "strength"}, "thickness": 12},
    )
    # Of many names only every second one has room; pointing at a cell tells both.
    step = 1 + (len(positions) - 1) // MAX_NAMES
    ticks = {
        "tickvals": positions[::step],
        "ticktext": data.columns[::step],
        "showgrid": False,
    }
    return figure.update_layout(
        xaxis={**ticks, "tickangle": -60},
        yaxis={**ticks, "autorange": "reversed"},
        margin={"t": 10},
    )
