"""Partial dependence with individual curves, and of two columns as a heat map."""

from collections.abc import Mapping, Sequence
from typing import Any

from models_app.charts.axes import PROBABILITIES, around_one
from models_app.charts.shap_points import short
from models_app.charts.wording import BELOW, layout
from runs.charts.wording import count

LINE, MEAN, HERE = "#8a94a6", "#2a6dc6", "#d9472b"
BAND = "rgba(42, 109, 198, 0.15)"
THIN = "rgba(138, 148, 166, 0.14)"
# A category that so few rows have says little of rows to come.
FEW_ROWS = 10
FEW = "rgba(42, 109, 198, 0.35)"


def dependence_figure(
    curve: Mapping[str, Any], output: int, *, note: str, unit: str, n_rows: int
) -> dict[str, Any]:
    """Draw the mean answer along a column, and some rows' own.

    Parameters
    ----------
    curve : mapping
        As stored.
    output : int
        Position of the class.
    note : str
        Which rows these are.
    unit : str
        What the answer is measured in.
    n_rows : int
        How many rows the curve's shares are of.

    Returns
    -------
    dict
        A figure of Plotly as plain data. Below the curve of a number stand the deciles of its values; where less than a
        twentieth of the rows lie on one side, the ground is grey. A category that fewer than ten rows have is pale.
    """
    is_category = curve["kind"] == "category"
    return {
        "data": _levels(curve, output, n_rows) if is_category else _line(curve, output),
        "layout": layout(
            note,
            xaxis={
                "title": {"text": curve["column"]},
                **({"type": "category"} if is_category else {}),
            },
            yaxis={"title": {"text": unit}},
            shapes=_thin(curve),
            legend=BELOW,
        ),
    }


def _line(curve: Mapping[str, Any], output: int) -> list[dict[str, Any]]:
    """Return the traces of a number or a date: single rows, their middle, the mean."""
    grid, mean, lines = curve["grid"], curve["mean"][output], curve["lines"][output]
    low, high = curve["low"][output], curve["high"][output]
    every = [*low, *high, *(v for line in lines for v in line)]
    bottom = min(every) - 0.04 * ((max(every) - min(every)) or 1)
    single = [
        {
            "type": "scatter",
            "x": grid,
            "y": line,
            "mode": "lines",
            "hoverinfo": "skip",
            "showlegend": False,
            "line": {"color": LINE, "width": 0.7},
            "opacity": 0.45,
        }
        for line in lines
    ]
    band = {
        "type": "scatter",
        "x": [*grid, *reversed(grid)],
        "y": [*high, *reversed(low)],
        "fill": "toself",
        "fillcolor": BAND,
        "line": {"width": 0},
        "hoverinfo": "skip",
        "name": "middle 80 % of the rows",
    }
    middle = {
        "type": "scatter",
        "x": grid,
        "y": mean,
        "mode": "lines+markers",
        "name": "mean",
        "line": {"color": MEAN, "width": 2.5},
        "marker": {"size": 4},
        "hovertemplate": "%{x}<br>mean %{y:.4g}<extra></extra>",
    }
    tenths = {
        "type": "scatter",
        "x": curve["deciles"],
        "y": [bottom] * len(curve["deciles"]),
        "mode": "markers",
        "marker": {"symbol": "line-ns-open", "size": 10, "color": LINE},
        "name": "tenths of the rows",
        "hovertemplate": "decile %{x}<extra></extra>",
    }
    return [*single, band, middle, tenths]


def _levels(curve: Mapping[str, Any], output: int, n_rows: int) -> list[dict[str, Any]]:
    """Return the traces of a category: single rows, their middle, and the mean."""
    low, high, lines = (curve[name][output] for name in ("low", "high", "lines"))
    names = [short(str(value), length=18) for value in curve["grid"]]
    single = {
        "type": "scatter",
        "x": names * len(lines),
        "y": [value for line in lines for value in line],
        "mode": "markers",
        "name": "single rows",
        "marker": {"size": 4, "color": LINE},
        "opacity": 0.45,
        "hoverinfo": "skip",
    }
    half = [(h - v) / 2 for h, v in zip(high, low, strict=True)]
    middle = {
        "type": "scatter",
        "x": names,
        "y": [v + d for v, d in zip(low, half, strict=True)],
        "mode": "markers",
        "name": "middle 80 % of the rows",
        "marker": {"size": 1, "color": LINE},
        "error_y": {"type": "data", "array": half, "color": LINE, "thickness": 1.5},
        "hoverinfo": "skip",
    }
    counts = [round(share * n_rows) for share in curve["shares"]]
    mean = {
        "type": "scatter",
        "x": names,
        "y": curve["mean"][output],
        "mode": "markers",
        "name": "mean",
        "marker": {
            "color": [FEW if n < FEW_ROWS else MEAN for n in counts],
            "size": 9,
        },
        "customdata": [
            f"{count(n, 'row')}, {100 * share:.1f} %{', few' if n < FEW_ROWS else ''}"
            for n, share in zip(counts, curve["shares"], strict=True)
        ],
        "hovertemplate": "%{x}<br>mean %{y:.4g}<br>%{customdata}<extra></extra>",
    }
    return [single, middle, mean]


def _thin(curve: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the grey ground where few rows are."""
    grid, shares = curve["grid"], curve["shares"]
    if curve["kind"] == "category" or len(grid) < 4:
        return []
    low = next(
        (v for v, share in zip(grid, shares, strict=True) if share >= 0.05), None
    )
    high = next(
        (v for v, share in zip(grid[::-1], shares[::-1], strict=True) if share <= 0.95),
        None,
    )
    sides = [(grid[0], low), (high, grid[-1])]
    return [
        {
            "type": "rect",
            "xref": "x",
            "yref": "paper",
            "x0": a,
            "x1": b,
            "y0": 0,
            "y1": 1,
            "fillcolor": THIN,
            "line": {"width": 0},
            "layer": "below",
        }
        for a, b in sides
        if a is not None and b is not None and a != b
    ]


def pair_figure(
    pair: Mapping[str, Any], output: int, *, note: str, unit: str
) -> dict[str, Any]:
    """Draw the mean answer for pairs of values of two columns.

    Parameters
    ----------
    pair : mapping
        As stored.
    output : int
        Position of the class.
    note : str
        Which rows these are.
    unit : str
        What the answer is measured in.

    Returns
    -------
    dict
        A figure of Plotly as plain data. A cell without a row near it has a dot: there the model is asked about what the
        table does not have.
    """
    first, second = pair["columns"]
    counts = pair["counts"]
    trace = {
        "type": "heatmap",
        "x": [_tick(v) for v in pair["grids"][0]],
        "y": [_tick(v) for v in pair["grids"][1]],
        "z": _turned(pair["mean"][output]),
        "customdata": _turned(counts),
        "text": [["·" if n == 0 else "" for n in row] for row in _turned(counts)],
        "texttemplate": "%{text}",
        "colorbar": {
            "title": {"text": unit, "side": "right"},
            "thickness": 8,
            "outlinewidth": 0,
        },
        "hovertemplate": (
            f"{first} = %{{x}}<br>{second} = %{{y}}<br>mean %{{z:.4g}}<br>"
            "%{customdata} rows near<extra></extra>"
        ),
    }
    return {
        "data": [trace],
        "layout": layout(
            note,
            xaxis={"title": {"text": first}, "type": "category"},
            yaxis={"title": {"text": second}, "type": "category"},
        ),
    }


def _turned(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _tick(value: Any) -> str:  # noqa: ANN401
    return f"{value:.5g}" if isinstance(value, float) else short(str(value), length=16)


def position_figure(
    curve: Mapping[str, Any],
    output: int,
    *,
    value: Any,  # noqa: ANN401
    answer: float,
    unit: str,
    is_probability: bool,
) -> dict[str, Any]:
    """Draw one row's curve along a column, and where the row is on it.

    Parameters
    ----------
    curve : mapping
        Column, kind, grid and outputs.
    output : int
        Position of the class.
    value : object
        The row's own value; None if it is missing.
    answer : float
        The row's answer.
    unit : str
        What it is measured in.
    is_probability : bool
        Whether it lies from 0 to 1.

    Returns
    -------
    dict
        A figure of Plotly as plain data, as of a waterfall: a line for numbers and dates, points for categories.
    """
    is_category = curve["kind"] == "category"
    grid = (
        [short(str(v), length=18) for v in curve["grid"]]
        if is_category
        else curve["grid"]
    )
    outputs = curve["outputs"][output]
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "x": grid,
            "y": outputs,
            "mode": "markers" if is_category else "lines+markers",
            "name": "with another value",
            "line": {"color": MEAN, "width": 2},
            "marker": {"size": 8 if is_category else 4},
            "hovertemplate": "%{x}<br>%{y:.4g}<extra></extra>",
        }
    ]
    if value is not None:
        here = short(str(value), length=18) if is_category else value
        traces.append(
            {
                "type": "scatter",
                "x": [here],
                "y": [answer],
                "mode": "markers",
                "name": "this row",
                "marker": {"size": 12, "color": HERE, "symbol": "diamond"},
                "hovertemplate": "this row: %{x}<br>%{y:.4g}<extra></extra>",
            }
        )
    kind = {"type": "category"} if is_category else {}
    reach = PROBABILITIES if is_probability else around_one([answer, *outputs])
    drawn = layout(
        "other values of this column",
        xaxis={"title": {"text": curve["column"]}, **kind},
        yaxis={"title": {"text": unit}, **reach},
        legend=BELOW,
    )
    return {"data": traces, "layout": drawn}
