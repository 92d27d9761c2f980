"""Scores by fold, by number of rows fitted, and by segment."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from models_app.charts.axes import around_one
from models_app.charts.wording import layout

if TYPE_CHECKING:
    import plotly.graph_objects as go

GREY = "#8a94a6"
ROW_PIXELS = 34  # of a segment
Scores = Sequence[float | None]


def folds_figure(test: Scores, train: Scores, *, title: str, note: str) -> "go.Figure":
    """Draw the score of each fold on the rows tested and on those fitted.

    Parameters
    ----------
    test : sequence of float or None
        Score of each fold on the rows it did not see.
    train : sequence of float or None
        The same on the rows it was fitted on; empty if not known.
    title : str
        Title of the metric.
    note : str
        Which rows these are.

    Returns
    -------
    plotly.graph_objects.Figure
        Markers of different form, and a line at the mean of each.
    """
    import plotly.graph_objects as go  # noqa: PLC0415

    figure = go.Figure()
    drawn = [("rows tested", test, "circle"), ("rows fitted", train, "diamond")]
    for name, scores, symbol in drawn:
        known = [score for score in scores if score is not None]
        if not known:
            continue
        folds = [str(fold) for fold in range(1, len(scores) + 1)]
        figure.add_scatter(
            x=folds,
            y=list(scores),
            mode="markers",
            name=name,
            marker={"size": 10, "symbol": symbol},
            hovertemplate=f"fold %{{x}}, {name}: %{{y:.6~g}}<extra></extra>",
        )
        mean = sum(known) / len(known)
        figure.add_hline(y=mean, line={"dash": "dot", "color": GREY, "width": 1.2})
    return figure.update_layout(
        layout(
            "",
            xaxis={"title": {"text": f"fold; {note}"}, "type": "category"},
            yaxis={"title": {"text": title}, **around_one([*test, *train])},
            showlegend=True,
        )
    )


def learning_figure(stored: Mapping[str, Any], *, title: str) -> "go.Figure":
    """Draw the score by number of rows fitted, with its range over the folds.

    Parameters
    ----------
    stored : mapping
        Learning curve, as stored.
    title : str
        Title of the metric.

    Returns
    -------
    plotly.graph_objects.Figure
        A line of means for the rows tested and one for those fitted; the bars reach
        from the worst to the best fold.
    """
    import plotly.graph_objects as go  # noqa: PLC0415

    figure = go.Figure()
    drawn = [
        ("rows tested", stored["test"], "circle", "solid"),
        ("rows fitted", stored["train"], "diamond", "dash"),
    ]
    for name, of_sizes, symbol, dash in drawn:
        points = [
            (size, [s for s in scores if s is not None])
            for size, scores in zip(stored["n_rows"], of_sizes, strict=True)
        ]
        points = [(size, scores) for size, scores in points if scores]
        if not points:
            continue
        means = [sum(scores) / len(scores) for _, scores in points]
        figure.add_scatter(
            x=[size for size, _ in points],
            y=means,
            mode="lines+markers",
            name=name,
            line={"dash": dash, "width": 2},
            marker={"size": 8, "symbol": symbol},
            error_y={
                "type": "data",
                "array": [max(s) - m for (_, s), m in zip(points, means, strict=True)],
                "arrayminus": [
                    m - min(s) for (_, s), m in zip(points, means, strict=True)
                ],
                "thickness": 1.2,
            },
            hovertemplate=f"%{{x:,d}} rows, {name}: %{{y:.6~g}}<extra></extra>",
        )
    n_folds = stored["n_folds"]
    return figure.update_layout(
        layout(
            "",
            xaxis={"title": {"text": f"rows fitted on, {n_folds} folds"}},
            yaxis={"title": {"text": title}},
            showlegend=True,
        )
    )


def segments_figure(
    segments: Sequence[Mapping[str, Any]],
    *,
    measure: str,
    title: str,
    overall: float | None,
    note: str,
) -> "go.Figure":
    """Draw a measure on each group of a column, with its interval.

    Parameters
    ----------
    segments : sequence of mapping
        ``label``, ``n_rows`` and ``measures``, as stored.
    measure : str
        Which of the measures to draw.
    title : str
        Its title.
    overall : float or None
        The measure over all rows, where a line is drawn.
    note : str
        Which rows they are from.

    Returns
    -------
    plotly.graph_objects.Figure
        A point a group in the order given, from above.
    """
    import plotly.graph_objects as go  # noqa: PLC0415

    shown = [s for s in segments if measure in s["measures"]]
    found = [s["measures"][measure] for s in shown]
    figure = go.Figure()
    figure.add_scatter(
        y=[f"{s['label']} ({s['n_rows']:,})" for s in shown],
        x=[value for value, _, _ in found],
        customdata=[s["n_rows"] for s in shown],
        mode="markers",
        name=title,
        marker={"size": 10},
        error_x={
            "type": "data",
            "array": [0 if high is None else high - v for v, _, high in found],
            "arrayminus": [0 if low is None else v - low for v, low, _ in found],
            "thickness": 1.5,
        },
        hovertemplate="%{y}<br>%{x:,.5~g}, %{customdata:,d} rows<extra></extra>",
    )
    if overall is not None:
        figure.add_vline(x=overall, line={"dash": "dot", "color": GREY, "width": 1.5})
    return figure.update_layout(
        layout(
            note,
            xaxis={"title": {"text": title}},
            yaxis={"type": "category", "autorange": "reversed"},
            showlegend=False,
        )
    )
