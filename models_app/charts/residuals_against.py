"""Residuals against the prediction, or against any column of the rows."""

import itertools
import statistics
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from models_app.charts.wording import layout, rows_note

if TYPE_CHECKING:
    import plotly.graph_objects as go

MISSING = "missing"
MAX_GROUPS = 12
N_STEPS = 12  # of the line that shows where the residuals lie
MIN_A_STEP = 10


class ResidualsAgainst(NamedTuple):
    """Residuals with what they are drawn against.

    Attributes
    ----------
    x : list
        Numbers, times as text, or names of groups.
    residual : list of float
        Actual minus predicted.
    row_numbers : list of int
        Rows of the table as uploaded.
    name : str
        Title of the axis.
    form : str
        ``"number"``, ``"time"`` or ``"group"``.
    target : str
        Name of the predicted column.
    note : str
        Which rows these are.
    """

    x: list[Any]
    residual: list[float]
    row_numbers: list[int]
    name: str
    form: str
    target: str
    note: str


def residuals_against(
    values: Sequence[Any],
    residual: Sequence[float],
    row_numbers: Sequence[int],
    *,
    name: str,
    form: str,
    target: str,
    rows: str,
    n_rows: int | None,
) -> ResidualsAgainst:
    """Pair residuals with the values of a column.

    Parameters
    ----------
    values : sequence
        The column's values; None where one is missing.
    residual : sequence of float
        Actual minus predicted of the same rows.
    row_numbers : sequence of int
        Which rows these are.
    name : str
        What the values are.
    form : str
        ``"number"``, ``"time"`` or ``"group"``.
    target : str
        Name of the predicted column.
    rows : str
        Which rows they are from.
    n_rows : int or None
        How many there are, of which these may be a sample.

    Returns
    -------
    ResidualsAgainst
        Rows without a number or time are left out and counted in the note; rows without
        another value are a group. Of many groups the rarer ones are one.
    """
    note = rows_note(rows, n_rows)
    if n_rows is not None and len(values) < n_rows:
        note += f", a random {len(values):,} shown"
    found: list[tuple[Any, float, int]] = list(
        zip(values, residual, row_numbers, strict=True)
    )
    if form == "group":
        names = [MISSING if v is None else str(v) for v in values]
        common = [name for name, _ in Counter(names).most_common(MAX_GROUPS)]
        n_rare = len(set(names)) - len(common)
        rest = f"{n_rare} rarer values"
        found = [
            (v if v in common else rest, missed, row)
            for v, (_, missed, row) in zip(names, found, strict=True)
        ]
    else:
        known = [one for one in found if one[0] is not None]
        if len(known) < len(found):
            note += f", {len(found) - len(known):,} without a value left out"
        found = known
    x, residuals, numbers = (
        (list(part) for part in zip(*found, strict=False)) if found else ([], [], [])
    )
    return ResidualsAgainst(x, residuals, numbers, name, form, target, note)


def middles(data: ResidualsAgainst) -> list[tuple[Any, float, int]]:
    """Return the middle residual along the axis, or of each group.

    Parameters
    ----------
    data : ResidualsAgainst
        What `residuals_against` returned.

    Returns
    -------
    list of (x, float, int)
        The middle of each step, the median residual there, and the number of rows.
    """
    pairs = sorted(zip(data.x, data.residual, strict=True), key=lambda pair: pair[0])
    if data.form == "group":
        counts = Counter(data.x)
        return [
            (name, statistics.median(r for x, r in pairs if x == name), n)
            for name, n in counts.most_common()
        ]
    n_steps = min(N_STEPS, len(pairs) // MIN_A_STEP)
    if not n_steps:
        return []
    ends = [round(at * len(pairs) / n_steps) for at in range(n_steps + 1)]
    steps = [pairs[low:high] for low, high in itertools.pairwise(ends)]
    return [
        (step[len(step) // 2][0], statistics.median(r for _, r in step), len(step))
        for step in steps
    ]


def residuals_against_figure(data: ResidualsAgainst) -> "go.Figure":
    """Draw a point a row with the middle along the axis, or a box a group.

    Parameters
    ----------
    data : ResidualsAgainst
        What `residuals_against` returned.

    Returns
    -------
    plotly.graph_objects.Figure
        With a line at zero.
    """
    import plotly.graph_objects as go  # noqa: PLC0415

    figure = go.Figure()
    axis: dict[str, Any] = {"title": {"text": data.name}}
    if data.form == "group":
        order = [name for name, *_ in middles(data)]
        axis |= {"type": "category", "categoryorder": "array", "categoryarray": order}
        figure.add_box(
            x=data.x,
            y=data.residual,
            name="rows",
            boxpoints="outliers",
            marker={"size": 4, "opacity": 0.55},
            line={"width": 1.5},
        )
    else:
        if data.form == "time":
            axis["type"] = "date"
        figure.add_scatter(
            x=data.x,
            y=data.residual,
            customdata=data.row_numbers,
            mode="markers",
            name="rows",
            marker={"size": 5, "opacity": 0.45},
            hovertemplate="%{x}<br>residual %{y:,.4~g}"
            "<br>row %{customdata:,d}<extra></extra>",
        )
        steps = middles(data)
        figure.add_scatter(
            x=[x for x, *_ in steps],
            y=[middle for _, middle, _ in steps],
            customdata=[n for *_, n in steps],
            mode="lines+markers",
            name="median along the axis",
            line={"width": 2.5},
            marker={"symbol": "diamond", "size": 8},
            hovertemplate="median %{y:,.4~g} of %{customdata:,d} rows<extra></extra>",
        )
    figure.add_hline(y=0, line={"dash": "dot", "color": "#8a94a6", "width": 1.5})
    return figure.update_layout(
        layout(
            data.note,
            xaxis=axis,
            yaxis={"title": {"text": f"{data.target}: actual minus predicted"}},
            showlegend=False,
        )
    )
