"""The confusion matrix: how often each class was taken for each other."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from models_app.charts.wording import layout, rows_note

if TYPE_CHECKING:
    import plotly.graph_objects as go

MAX_LABELLED = 16  # beyond so many classes numbers no longer fit into the cells


class ClassRow(NamedTuple):
    """What a row of the matrix says about one class; None where it says nothing."""

    label: str
    n_rows: int
    precision: float | None
    recall: float | None
    f1: float | None


class ConfusionData(NamedTuple):
    """Counts, and the same as shares of the actual class in percent."""

    labels: list[str]
    counts: list[list[int]]
    percent: list[list[float]]
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
        With row percentages, and precision, recall and F1 for each class.
    """
    counts = stored["counts"]
    totals = [sum(row) for row in counts]
    percent = [
        [100 * n / total if total else 0.0 for n in row]
        for row, total in zip(counts, totals, strict=True)
    ]
    predicted = [sum(column) for column in zip(*counts, strict=True)]
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
    return ConfusionData(list(stored["labels"]), counts, percent, classes, note)


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


def confusion_figure(data: ConfusionData, *, by_row: bool = False) -> "go.Figure":
    """Draw the matrix, the first actual class on top.

    Parameters
    ----------
    data : ConfusionData
        What `confusion_data` returned.
    by_row : bool, default=False
        Show shares of the actual class in percent in place of counts.

    Returns
    -------
    plotly.graph_objects.Figure
        A heat map; every cell tells both numbers when pointed at.
    """
    import plotly.graph_objects as go  # noqa: PLC0415

    cells = data.percent if by_row else data.counts
    positions = list(range(len(data.labels)))
    heatmap = go.Heatmap(
        z=cells,
        # Positions, not names: two classes such as "1" and "1.0" must stay apart.
        x=positions,
        y=positions,
        customdata=[
            [
                [data.labels[i], data.labels[j], data.counts[i][j], data.percent[i][j]]
                for j in positions
            ]
            for i in positions
        ],
        texttemplate=("%{z:.1f} %" if by_row else "%{z:,d}")
        if len(positions) <= MAX_LABELLED
        else None,
        hovertemplate=(
            "actual %{customdata[0]}<br>predicted %{customdata[1]}"
            "<br>%{customdata[2]:,d} rows, %{customdata[3]:.1f} % of the actual class"
            "<extra></extra>"
        ),
        zmin=0,
        # Both ends, or Plotly takes the smallest cell for zero.
        zmax=100 if by_row else max(1, *map(max, data.counts)),
        colorbar={
            "title": {"text": "% of actual" if by_row else "rows"},
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
