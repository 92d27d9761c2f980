"""How far apart a class and the others are in their probability."""

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from models_app.charts.wording import layout, rows_note

if TYPE_CHECKING:
    import plotly.graph_objects as go


class Scores(NamedTuple):
    """Rows by the probability of one class: its own and the others."""

    label: str
    own: list[int]
    others: list[int]


class DistributionsData(NamedTuple):
    """Histograms over the same bins."""

    edges: list[float]
    classes: list[Scores]
    note: str


def distributions_data(
    stored: Mapping[str, Any], *, rows: str, n_rows: int | None
) -> DistributionsData:
    """Prepare stored histograms for drawing.

    Parameters
    ----------
    stored : mapping
        Bins and counts as the evaluation left them.
    rows : str
        Which rows they are from.
    n_rows : int or None
        How many these are.

    Returns
    -------
    DistributionsData
        Of two classes one histogram, of more one for each.
    """
    classes = [Scores(**scores) for scores in stored["classes"]]
    return DistributionsData(stored["edges"], classes, rows_note(rows, n_rows))


def shares(counts: list[int]) -> list[float]:
    """Return counts in percent of their sum.

    Parameters
    ----------
    counts : list of int
        Rows.

    Returns
    -------
    list of float
        Zeros where there are no rows.
    """
    total = sum(counts)
    return [100 * n / total if total else 0.0 for n in counts]


def distributions_figure(data: DistributionsData) -> "go.Figure":
    """Draw two histograms, or of several classes a row of shades each.

    Parameters
    ----------
    data : DistributionsData
        What `distributions_data` returned.

    Returns
    -------
    plotly.graph_objects.Figure
        Shares of the rows of each class, so that a rare one is seen as well.
    """
    return _two(data) if len(data.classes) == 1 else _many(data)


def _two(data: DistributionsData) -> "go.Figure":
    import plotly.graph_objects as go  # noqa: PLC0415

    scores, pairs = data.classes[0], list(pairwise(data.edges))
    figure = go.Figure()
    for name, counts in ((scores.label, scores.own), ("the others", scores.others)):
        figure.add_bar(
            x=[(low + high) / 2 for low, high in pairs],
            y=shares(counts),
            width=[high - low for low, high in pairs],
            customdata=[
                [low, high, n] for (low, high), n in zip(pairs, counts, strict=True)
            ],
            name=f"{name} ({sum(counts):,} rows)",
            opacity=0.65,
            hovertemplate=(
                "probability %{customdata[0]:.3f} to %{customdata[1]:.3f}<br>"
                "%{customdata[2]:,d} rows, %{y:.1f} %<extra>%{fullData.name}</extra>"
            ),
        )
    return figure.update_layout(
        layout(
            data.note,
            barmode="overlay",
            bargap=0,
            xaxis={
                "title": {"text": f"probability of {scores.label}"},
                "range": [0, 1],
            },
            yaxis={"title": {"text": "% of the rows of the class"}},
            legend={"x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"},
        )
    )


def _many(data: DistributionsData) -> "go.Figure":
    import plotly.graph_objects as go  # noqa: PLC0415

    centres = [(low + high) / 2 for low, high in pairwise(data.edges)]
    positions = list(range(len(data.classes)))
    figure = go.Figure(
        go.Heatmap(
            z=[shares(scores.own) for scores in data.classes],
            x=centres,
            y=positions,
            customdata=[
                [[scores.label, n] for n in scores.own] for scores in data.classes
            ],
            zmin=0,
            zmax=100,
            colorbar={"title": {"text": "% of<br>the class"}, "thickness": 12},
            hovertemplate=(
                "%{customdata[0]}: %{customdata[1]:,d} rows, %{z:.1f} %<br>"
                "probability around %{x:.3f}<extra></extra>"
            ),
        )
    )
    return figure.update_layout(
        layout(
            data.note,
            xaxis={
                "title": {"text": "probability of the actual class"},
                "range": [0, 1],
            },
            yaxis={
                "autorange": "reversed",
                "tickvals": positions,
                "ticktext": [scores.label for scores in data.classes],
                "automargin": True,
            },
        )
    )
