"""SHAP values as points: the beeswarm of all columns, and one column in detail."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from models_app.charts.axes import around_one
from models_app.charts.wording import layout
from runs.charts.ordering import in_own_order

MAX_POINTS = 2_000
MAX_COLUMNS = 12
N_BINS = 50
MAX_STRIPS = 12
MISSING = "#8a94a6"
GONE = "missing"  # what stands in place of a value that is not there
# Low to high, told apart in the light and in the dark, and by the colour blind.
RAMP = [[0, "#2a78c8"], [0.5, "#9b8bb4"], [1, "#d9472b"]]


class Swarm(NamedTuple):
    """One column's points.

    Attributes
    ----------
    column : str
        Its name.
    x : list of float
        SHAP values.
    y : list of float
        Offsets within the column's strip.
    colour : list of float or None
        0 for the lowest value of the column, 1 for the highest; None for a missing one.
    text : list of str
        Row and value.
    """

    column: str
    x: list[float]
    y: list[float]
    colour: list[float | None]
    text: list[str]


def swarms(
    rows: Mapping[str, Any], values: Sequence[Sequence[float]], *, n_columns: int
) -> list[Swarm]:
    """Choose and place the points of a beeswarm.

    Parameters
    ----------
    rows : mapping
        Numbers, columns, kinds and cells of the explained rows, as stored.
    values : sequence of sequence of float
        SHAP values: a row a list, a column a number.
    n_columns : int
        How many columns, the heaviest first.

    Returns
    -------
    list of Swarm
        Together at most 2,000 points: of each column the most extreme ones, and of the
        others every so many along the sorted values, so that the shape stays.
    """
    shown = rows["columns"][:n_columns]
    most = MAX_POINTS // max(1, len(shown))
    found = []
    for at, column in enumerate(shown):
        x = [row[at] for row in values]
        chosen = _chosen(x, most)
        cells = rows["cells"][at]
        ranks = ranked(cells, rows["kinds"][at])
        found.append(
            Swarm(
                column=column,
                x=[x[i] for i in chosen],
                y=_offsets([x[i] for i in chosen]),
                colour=[ranks[i] for i in chosen],
                text=[
                    f"row {rows['numbers'][i]}: {column} = {_cell(cells[i])}"
                    for i in chosen
                ],
            )
        )
    return found


def _cell(value: object) -> str:
    return GONE if value is None else str(value)


def _chosen(x: Sequence[float], most: int) -> list[int]:
    order = sorted(range(len(x)), key=lambda i: x[i])
    if len(order) <= most:
        return order
    ends = most // 8
    middle = order[ends : len(order) - ends]
    n = most - 2 * ends
    step = len(middle) / n
    return [*order[:ends], *(middle[int(k * step)] for k in range(n)), *order[-ends:]]


def _offsets(x: Sequence[float]) -> list[float]:
    """Stack points of about the same value, alternately up and down."""
    low, high = min(x, default=0.0), max(x, default=0.0)
    width = (high - low) / N_BINS or 1.0
    bins = [int((value - low) / width) for value in x]
    counts: dict[int, int] = {}
    places = []
    for at in bins:
        n = counts[at] = counts.get(at, 0) + 1
        places.append((n // 2) * (1 if n % 2 else -1))
    tallest = max((abs(p) for p in places), default=1) or 1
    scale = 0.4 / max(tallest, 8)
    return [round(place * scale, 4) for place in places]


def ranked(cells: Sequence[Any], kind: str) -> list[float | None]:
    """Give each value its place from 0 to 1 among all.

    Parameters
    ----------
    cells : sequence
        Numbers or text; None where one is missing.
    kind : str
        "number", "date" or "category".

    Returns
    -------
    list of float or None
        Of numbers by rank, so that an outlier does not take all the colours.
    """
    present = [c for c in cells if c is not None]
    known = in_own_order(set(present)) or sorted(set(present))
    if kind != "category":
        known = sorted(present)
    place: dict[Any, int] = {}
    for i, value in enumerate(known):
        place.setdefault(value, i)
    last = max(1, max(place.values(), default=0))
    return [None if c is None else round(place[c] / last, 3) for c in cells]


def beeswarm_figure(data: Sequence[Swarm], *, note: str, unit: str) -> dict[str, Any]:
    """Draw a strip of points for each column.

    Parameters
    ----------
    data : sequence of Swarm
        The heaviest column first.
    note : str
        Which rows these are.
    unit : str
        What a SHAP value is measured in.

    Returns
    -------
    dict
        A figure of Plotly as plain data; a sentence alone when there is no column.
    """
    # Two traces for all columns: a figure of many is slow to draw.
    points = [
        (x, len(data) - 1 - at + y, colour, text)
        for at, swarm in enumerate(data)
        for x, y, colour, text in zip(
            swarm.x, swarm.y, swarm.colour, swarm.text, strict=True
        )
    ]
    known = [point for point in points if point[2] is not None]
    gone = [point for point in points if point[2] is None]
    ranks = {"color": [point[2] for point in known], "coloraxis": "coloraxis"}
    traces = [
        {
            "type": "scatter",
            "x": [point[0] for point in part],
            "y": [point[1] for point in part],
            "text": [point[3] for point in part],
            "mode": "markers",
            "marker": {"size": 4, "opacity": 0.8, **marker},
            "hovertemplate": "%{text}<br>SHAP value %{x:.4g}<extra></extra>",
            "showlegend": False,
        }
        for part, marker in ((known, ranks), (gone, {"color": MISSING}))
        if part
    ]
    nothing = {"text": "The model uses no column.", "showarrow": False}
    names = [swarm.column for swarm in reversed(data)]
    return {
        "data": traces,
        "layout": layout(
            note,
            annotations=[] if data else [nothing],
            xaxis={"title": {"text": f"SHAP value ({unit})"}, "zeroline": True},
            yaxis={
                "tickmode": "array",
                "tickvals": list(range(len(names))),
                "ticktext": [short(name) for name in names],
                "range": [-0.6, len(names) - 0.4],
                "showgrid": False,
                "zeroline": False,
            },
            coloraxis={
                "cmin": 0,
                "cmax": 1,
                "colorscale": RAMP,
                "colorbar": {
                    "title": {"text": "value", "side": "right"},
                    "tickvals": [0, 1],
                    "ticktext": ["low", "high"],
                    "thickness": 8,
                    "outlinewidth": 0,
                },
            },
        ),
    }


def short(name: str, *, length: int = 24) -> str:
    """Shorten a column's name for an axis.

    Parameters
    ----------
    name : str
        The name.
    length : int, default=24
        Characters at most.

    Returns
    -------
    str
        The name, or its beginning and an ellipsis.
    """
    return name if len(name) <= length else f"{name[: length - 1]}…"


class Spread(NamedTuple):
    """The SHAP values of one column along its values.

    Attributes
    ----------
    column, by : str
        The column, and the one that colours the points; "" for none.
    kind, by_kind : str
        "number", "date" or "category".
    x, y : list
        Values and SHAP values.
    colour : list
        Values of the other column.
    numbers : list of int
        Rows in the table.
    """

    column: str
    by: str
    kind: str
    by_kind: str
    x: list[Any]
    y: list[float]
    colour: list[Any]
    numbers: list[int]


def spread(
    rows: Mapping[str, Any],
    values: Sequence[Sequence[float]],
    *,
    column: str,
    by: str = "",
) -> Spread:
    """Prepare the points of one column.

    Parameters
    ----------
    rows : mapping
        As stored.
    values : sequence of sequence of float
        SHAP values.
    column, by : str
        Names of shown columns.

    Returns
    -------
    Spread
        A point a row; rows where the column is missing come with the text "missing".
    """
    at = rows["columns"].index(column)
    other = rows["columns"].index(by) if by in rows["columns"] else None
    kind = rows["kinds"][at]
    cells = rows["cells"][at]
    keep = [i for i, cell in enumerate(cells) if cell is not None or kind == "category"]
    return Spread(
        column=column,
        by=by if other is not None else "",
        kind=kind,
        by_kind=rows["kinds"][other] if other is not None else "",
        x=[GONE if cells[i] is None else cells[i] for i in keep],
        y=[values[i][at] for i in keep],
        colour=[] if other is None else [rows["cells"][other][i] for i in keep],
        numbers=[rows["numbers"][i] for i in keep],
    )


def spread_figure(data: Spread, *, note: str, unit: str) -> dict[str, Any]:
    """Draw one column's SHAP values, coloured by another column.

    Parameters
    ----------
    data : Spread
        What `spread` returned.
    note : str
        Which rows these are.
    unit : str
        What a SHAP value is measured in.

    Returns
    -------
    dict
        A figure of Plotly as plain data. Categories are strips side by side, the most
        frequent first, or in their own order if they have one.
    """
    traces: list[dict[str, Any]] = []
    x: Sequence[Any] = data.x
    axis: dict[str, Any] = {"title": {"text": data.column}}
    if data.kind == "category":
        x, axis = _strips(data)
    elif data.kind == "number":
        axis |= around_one(data.x)
    base = {
        "type": "scatter",
        "mode": "markers",
        "hovertemplate": _HOVER % data.column,
    }
    texts = [
        f"{_cell(value)}<br>row {n}"
        for value, n in zip(data.x, data.numbers, strict=True)
    ]
    if data.by_kind == "number":
        known = [i for i, c in enumerate(data.colour) if c is not None]
        marker = {
            "size": 5,
            "opacity": 0.75,
            "color": _clipped([data.colour[i] for i in known]),
            "colorscale": RAMP,
            "colorbar": {
                "title": {"text": short(data.by), "side": "right"},
                "thickness": 8,
                "outlinewidth": 0,
            },
        }
        traces.append(
            {
                **base,
                "x": [x[i] for i in known],
                "y": [data.y[i] for i in known],
                "text": [f"{texts[i]}<br>{data.by} = {data.colour[i]}" for i in known],
                "marker": marker,
            }
        )
    else:
        traces += [
            {
                **base,
                "x": [x[i] for i in part],
                "y": [data.y[i] for i in part],
                "text": [texts[i] for i in part],
                "name": name,
                "marker": {"size": 5, "opacity": 0.75},
                "showlegend": bool(data.by),
            }
            for name, part in _by_category(data)
        ]
    return {
        "data": traces,
        "layout": layout(
            note,
            xaxis=axis,
            yaxis={
                "title": {"text": f"SHAP value of {short(data.column)} ({unit})"},
                "zeroline": True,
                **around_one(data.y),
            },
            legend={
                "title": {"text": short(data.by)},
                "orientation": "v",
                "x": 1.02,
                "xanchor": "left",
                "y": 1,
                "yanchor": "top",
            },
        ),
    }


_HOVER = "%s = %%{text}<br>SHAP value %%{y:.4g}<extra></extra>"


def _strips(data: Spread) -> tuple[list[float], dict[str, Any]]:
    """Put categories side by side, their points spread over the width of a strip."""
    counts: dict[str, int] = {}
    for value in data.x:
        counts[value] = counts.get(value, 0) + 1
    names = sorted(counts, key=lambda name: -counts[name])
    n_others = len(names) - MAX_STRIPS
    names = _in_order(names[:MAX_STRIPS])
    if n_others > 0:
        names.append(f"{n_others} others")
    at = {name: i for i, name in enumerate(names)}
    last = len(names) - 1
    # The golden ratio spreads any number of points evenly.
    x = [
        at.get(v, last) + 0.5 * ((i * 0.618034) % 1) - 0.25
        for i, v in enumerate(data.x)
    ]
    axis = {
        "title": {"text": data.column},
        "tickmode": "array",
        "tickvals": list(range(len(names))),
        "ticktext": [short(name, length=14) for name in names],
        # Of a single category too the strip is as wide as its place.
        "range": [-0.6, last + 0.6],
        "showgrid": False,
        "zeroline": False,
    }
    return x, axis


def _in_order(names: list[str]) -> list[str]:
    """Return names in their own order if they have one; what is missing comes last."""
    known = [name for name in names if name != GONE]
    order = in_own_order(known)
    return names if order is None else [*order, *(n for n in names if n == GONE)]


def _clipped(values: Sequence[float]) -> list[float]:
    """Cut the colours' values to the middle 90 %, so that outliers do not take them all."""
    ordered = sorted(values)
    if not ordered:
        return []
    low, high = ordered[len(ordered) // 20], ordered[-1 - len(ordered) // 20]
    return [min(max(value, low), high) for value in values]


def _by_category(data: Spread, *, most: int = 7) -> list[tuple[str, list[int]]]:
    if not data.by:
        return [("", list(range(len(data.x))))]
    parts: dict[str, list[int]] = {}
    for i, value in enumerate(data.colour):
        parts.setdefault(_cell(value), []).append(i)
    names = sorted(parts, key=lambda name: -len(parts[name]))
    found = [(short(name), parts[name]) for name in _in_order(names[:most])]
    rest = [i for name in names[most:] for i in parts[name]]
    return [*found, ("others", rest)] if rest else found
