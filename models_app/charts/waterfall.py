"""The waterfall: from what is expected of any row to the answer for this one."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from models_app.charts.axes import probability_ticks
from models_app.charts.shap_points import short
from models_app.charts.wording import layout

MAX_STEPS = 11
UP, DOWN, TOTAL = "#d9472b", "#2a78c8", "#7a8699"


class Waterfall(NamedTuple):
    """The steps of one answer, the largest first.

    Attributes
    ----------
    base, output : float
        Where it begins and ends.
    names : list of str
        Columns with their values.
    steps : list of float
        SHAP values.
    """

    base: float
    output: float
    names: list[str]
    steps: list[float]


def waterfall(
    columns: Sequence[str],
    cells: Sequence[Any],
    values: Sequence[float],
    *,
    base: float,
    rest: float = 0.0,
) -> Waterfall:
    """Order the steps of one row.

    Parameters
    ----------
    columns : sequence of str
        Names.
    cells : sequence
        The row's values; None where one is missing.
    values : sequence of float
        SHAP values.
    base : float
        What is expected of any row.
    rest : float, default=0
        SHAP values of columns that are not among these.

    Returns
    -------
    Waterfall
        The eleven largest steps; the others are one.
    """
    order = sorted(range(len(values)), key=lambda i: -abs(values[i]))
    shown, others = order[:MAX_STEPS], order[MAX_STEPS:]
    names = [
        f"{short(columns[i], length=20)} = "
        f"{'missing' if cells[i] is None else short(_number(cells[i]), length=14)}"
        for i in shown
    ]
    steps = [values[i] for i in shown]
    left = sum(values[i] for i in others) + rest
    if others or rest:
        names.append(
            f"{len(others)} other columns" if not rest else "all other columns"
        )
        steps.append(left)
    return Waterfall(base, base + sum(steps), names, steps)


def _number(value: Any) -> str:  # noqa: ANN401
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _figure(value: float, digits: int, *, sign: str = "") -> str:
    if abs(value) >= 10**digits:  # 52,300 is read sooner than 5.23e+04
        return f"{value:{sign},.0f}"
    return f"{value:{sign}.{digits}g}"


def waterfall_figure(
    data: Waterfall, *, note: str, unit: str, is_probability: bool
) -> dict[str, Any]:
    """Draw the steps from the expected output to the row's.

    Parameters
    ----------
    data : Waterfall
        What `waterfall` returned.
    note : str
        Which row this is.
    unit : str
        What the output is measured in.
    is_probability : bool
        Whether it lies from 0 to 1.

    Returns
    -------
    dict
        A figure of Plotly as plain data, the first step at the top: it is drawn at every
        keystroke, and plotly's own objects take a hundred times longer to make.
    """
    names = ["expected of any row", *data.names, "this row"]
    trace = {
        "type": "waterfall",
        "orientation": "h",
        "y": list(range(len(names))),
        "x": [data.base, *data.steps, data.output],
        "measure": ["absolute", *["relative"] * len(data.steps), "total"],
        "text": [
            _figure(data.base, 4),
            *(_figure(step, 3, sign="+") for step in data.steps),
            _figure(data.output, 4),
        ],
        "textposition": "outside",
        "cliponaxis": False,
        "increasing": {"marker": {"color": UP}},
        "decreasing": {"marker": {"color": DOWN}},
        "totals": {"marker": {"color": TOTAL}},
        "connector": {"line": {"color": TOTAL, "width": 1, "dash": "dot"}},
        "customdata": names,
        "hovertemplate": "%{customdata}<br>%{text}<extra></extra>",
    }
    ends = [data.base]
    for step in data.steps:
        ends.append(ends[-1] + step)
    low, high = min(ends), max(ends)
    room = 0.4 * (high - low) or 0.1
    left, right = low - 1.4 * room, high + room
    drawn = layout(
        note,
        showlegend=False,
        # The bars of the two ends begin outside: what matters is the way between.
        xaxis={
            "title": {"text": unit},
            "range": [left, right],
            "zeroline": False,
            **(probability_ticks(left, right) if is_probability else {}),
        },
        yaxis={
            "tickmode": "array",
            "tickvals": list(range(len(names))),
            "ticktext": names,
            "autorange": "reversed",
            "showgrid": False,
        },
    )
    return {"data": [trace], "layout": drawn}
