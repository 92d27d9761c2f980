"""Fold scores of some trials: which is better, and whether on every fold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

Scores = Sequence[float]


def folds_figure(trials: Sequence[tuple[str, Scores]], *, metric: str) -> Figure:
    """Draw the score of each trial on each fold.

    Parameters
    ----------
    trials : sequence of (str, sequence of float)
        Name and scores of each trial, as shown to people.
    metric : str
        Title of the metric.

    Returns
    -------
    Figure
        A line a trial; its points of one fold lie above one another.
    """
    import plotly.graph_objects as go  # noqa: PLC0415 - not for those who only read

    symbols = ("circle", "square", "diamond", "cross", "x", "triangle-up", "star")
    traces = [
        go.Scatter(
            x=[str(fold) for fold in range(1, len(scores) + 1)],
            y=list(scores),
            name=name,
            mode="lines+markers",
            line={"width": 1.5},
            # Told apart without their colours, too.
            marker={"size": 8, "symbol": symbols[at % len(symbols)]},
            hovertemplate=f"{name}, fold %{{x}}: %{{y:.6g}}<extra></extra>",
        )
        for at, (name, scores) in enumerate(trials)
    ]
    layout = go.Layout(
        xaxis={"title": {"text": "Fold"}, "type": "category"},
        yaxis={"title": {"text": metric}},
        showlegend=True,
    )
    return go.Figure(traces, layout)
