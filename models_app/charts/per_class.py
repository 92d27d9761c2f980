"""How well each class is predicted."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from models_app.charts.classes import rate
from models_app.charts.wording import layout, rows_note

if TYPE_CHECKING:
    import plotly.graph_objects as go

# Symbols as well as colours: the three must be told apart without the latter.
SYMBOLS = {"precision": "triangle-up", "recall": "circle", "f1": "diamond"}
TITLES = {
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "roc_auc": "ROC AUC",
    "average_precision": "average precision",
}


class Measured(NamedTuple):
    """A value with its interval."""

    value: float
    low: float
    high: float


class ClassRow(NamedTuple):
    """One class; None where nothing can be measured."""

    label: str
    n_rows: int
    n_predicted: int
    metrics: dict[str, Measured | None]


class PerClassData(NamedTuple):
    """All classes."""

    classes: list[ClassRow]
    level: float
    note: str


def per_class_data(
    stored: Mapping[str, Any], *, rows: str, n_rows: int | None
) -> PerClassData:
    """Prepare stored metrics of classes for drawing.

    Parameters
    ----------
    stored : mapping
        As the evaluation left them.
    rows : str
        Which rows they are from.
    n_rows : int or None
        How many these are.

    Returns
    -------
    PerClassData
        In the order of the classes. A class that was never predicted has no precision.
    """
    classes = [
        ClassRow(
            label=row["label"],
            n_rows=row["n_rows"],
            n_predicted=row["n_predicted"],
            metrics={
                name: Measured(**interval)
                if interval and (name != "precision" or row["n_predicted"])
                else None
                for name, interval in row["metrics"].items()
            },
        )
        for row in stored["classes"]
    ]
    return PerClassData(classes, stored["level"], rows_note(rows, n_rows))


def _worth(row: ClassRow) -> float:
    f1 = row.metrics["f1"]
    return f1.value if f1 else -1.0


def per_class_figure(data: PerClassData) -> "go.Figure":
    """Draw precision, recall and F1 of each class with their intervals.

    Parameters
    ----------
    data : PerClassData
        What `per_class_data` returned.

    Returns
    -------
    plotly.graph_objects.Figure
        A line a class, the one with the lowest F1 on top.
    """
    import plotly.graph_objects as go  # noqa: PLC0415

    rows = sorted(data.classes, key=_worth)
    positions = list(range(len(rows)))
    figure = go.Figure()
    for offset, name in zip(
        (-0.22, 0, 0.22), ("precision", "recall", "f1"), strict=True
    ):
        found = [(i, r.label, r.metrics[name]) for i, r in enumerate(rows)]
        points = [(i, label, m) for i, label, m in found if m]
        figure.add_scatter(
            x=[m.value for _, _, m in points],
            y=[i + offset for i, _, _ in points],
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [max(0.0, m.high - m.value) for _, _, m in points],
                "arrayminus": [max(0.0, m.value - m.low) for _, _, m in points],
                "thickness": 1.2,
                "width": 0,
            },
            customdata=[[label, m.low, m.high] for _, label, m in points],
            mode="markers",
            name=TITLES[name],
            marker={"symbol": SYMBOLS[name], "size": 8},
            hovertemplate=(
                "%{customdata[0]}: %{x:.3f}<br>%{customdata[1]:.3f} to "
                "%{customdata[2]:.3f}<extra>%{fullData.name}</extra>"
            ),
        )
    return figure.update_layout(
        layout(
            data.note,
            xaxis=rate(""),
            yaxis={
                "autorange": "reversed",
                "tickvals": positions,
                "ticktext": [row.label for row in rows],
                "automargin": True,
                "showgrid": False,
            },
            legend={"orientation": "h", "x": 0, "y": -0.08, "yanchor": "top"},
        )
    )
