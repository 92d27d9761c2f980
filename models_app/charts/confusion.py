"""The confusion matrix: how often each class was taken for each other."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from models_app.charts.wording import layout, rows_note

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from numpy.typing import NDArray

MAX_LABELLED = 24  # beyond so many classes numbers no longer fit into the cells
MANY = 10  # from so many on they are written small
Cells = Literal["count", "row", "column"]
TITLES = {"count": "rows", "row": "% of actual", "column": "% of predicted"}


class ClassRow(NamedTuple):
    """What a row of the matrix says about one class; None where it says nothing."""

    label: str
    n_rows: int
    precision: float | None
    recall: float | None
    f1: float | None


class ConfusionData(NamedTuple):
    """Counts, and the same in percent of the actual and of the predicted class."""

    labels: list[str]
    counts: list[list[int]]
    percent: list[list[float]]  # of the row: what became of an actual class
    of_predicted: list[list[float]]  # of the column: what a predicted class is made of
    classes: list[ClassRow]
    note: str


def confusion_data(
    stored: Mapping[str, Any], *, rows: str, n_rows: int | None
) -> ConfusionData:
    """Prepare a stored confusion matrix for drawing.

    Parameters
    ----------
    stored : mapping
        ``labels`` and ``counts`` as the evaluation left them.
    rows : str
        Which rows it is from.
    n_rows : int or None
        How many these are.

    Returns
    -------
    ConfusionData
        With percentages by row and by column, and precision, recall and F1 for each class.
    """
    counts = stored["counts"]
    totals = [sum(row) for row in counts]
    percent = [
        [100 * n / total if total else 0.0 for n in row]
        for row, total in zip(counts, totals, strict=True)
    ]
    predicted = [sum(column) for column in zip(*counts, strict=True)]
    of_predicted = [
        [
            100 * n / total if total else 0.0
            for n, total in zip(row, predicted, strict=True)
        ]
        for row in counts
    ]
    classes = [
        ClassRow(
            label=label,
            n_rows=totals[i],
            precision=ratio(counts[i][i], predicted[i]),
            recall=ratio(counts[i][i], totals[i]),
            f1=ratio(2 * counts[i][i], predicted[i] + totals[i]),
        )
        for i, label in enumerate(stored["labels"])
    ]
    note = rows_note(rows, n_rows)
    return ConfusionData(
        list(stored["labels"]), counts, percent, of_predicted, classes, note
    )


def cell_text(number: float, cells: Cells) -> str:
    """Write what stands in a cell.

    Parameters
    ----------
    number : float
        Rows, or percent.
    cells : {"count", "row", "column"}
        Which of them.

    Returns
    -------
    str
        Nothing for zero.
    """
    if not number:
        return ""
    return f"{number:,.0f}" if cells == "count" else f"{number:.0f}%"


def ratio(part: int, whole: int) -> float | None:
    """Divide, or say that there is nothing to divide by.

    Parameters
    ----------
    part, whole : int
        Counts of rows.

    Returns
    -------
    float or None
        None when `whole` is zero.
    """
    return part / whole if whole else None


def _told(data: ConfusionData) -> "NDArray[Any]":
    """Return what each cell tells when pointed at.

    An array, because Plotly looks at every item of a list, and a hundred classes have
    fifty thousand.
    """
    import numpy as np  # noqa: PLC0415

    size = len(data.labels)
    told = np.empty((size, size, 5), dtype=object)
    told[:, :, 0] = np.asarray(data.labels, dtype=object)[:, None]
    told[:, :, 1] = np.asarray(data.labels, dtype=object)[None, :]
    for at, numbers in enumerate((data.counts, data.percent, data.of_predicted), 2):
        # Of objects, so that counts stay whole numbers.
        told[:, :, at] = np.asarray(numbers, dtype=object)
    return told


def confusion_figure(data: ConfusionData, *, cells: Cells = "count") -> "go.Figure":
    """Draw the matrix, the first actual class on top.

    Parameters
    ----------
    data : ConfusionData
        What `confusion_data` returned.
    cells : {"count", "row", "column"}, default="count"
        Show rows, or their share of the actual or of the predicted class in percent.

    Returns
    -------
    plotly.graph_objects.Figure
        A heat map; every cell tells all numbers when pointed at.
    """
    import plotly.graph_objects as go  # noqa: PLC0415

    numbers: dict[Cells, Sequence[Sequence[float]]] = {
        "count": data.counts,
        "row": data.percent,
        "column": data.of_predicted,
    }
    positions = list(range(len(data.labels)))
    is_few = len(positions) <= MAX_LABELLED
    heatmap = go.Heatmap(
        z=numbers[cells],
        # Positions, not names: two classes such as "1" and "1.0" must stay apart.
        x=positions,
        y=positions,
        customdata=_told(data),
        # An empty cell says so by its colour: twenty zeros a row would hide the rest.
        text=[[cell_text(n, cells) for n in row] for row in numbers[cells]]
        if is_few
        else None,
        texttemplate="%{text}" if is_few else None,
        textfont={"size": 10} if len(positions) > MANY else {},
        meta={"cells": cells},
        hovertemplate=(
            "actual %{customdata[0]}<br>predicted %{customdata[1]}"
            "<br>%{customdata[2]:,d} rows<br>%{customdata[3]:.1f} % of the actual class"
            "<br>%{customdata[4]:.1f} % of the predicted class"
            "<extra></extra>"
        ),
        zmin=0,
        # Both ends, or Plotly takes the smallest cell for zero.
        zmax=max(1, *map(max, data.counts)) if cells == "count" else 100,
        colorbar={
            "title": {"text": TITLES[cells]},
            "thickness": 12,
        },
    )
    ticks = {"tickvals": positions, "ticktext": data.labels, "automargin": True}
    figure = go.Figure(heatmap)
    return figure.update_layout(
        layout(
            data.note,
            xaxis={
                "title": {"text": "predicted class"},
                "constrain": "domain",
                **ticks,
            },
            yaxis={"title": {"text": "actual class"}, "autorange": "reversed", **ticks},
        )
    )
