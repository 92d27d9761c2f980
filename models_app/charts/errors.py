"""Sizes of errors, their distribution against the normal one, coverage of intervals."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from models_app.charts.wording import layout, number

if TYPE_CHECKING:
    import plotly.graph_objects as go

SYMBOLS = ("circle", "square", "diamond", "triangle-up")
GREY = "#8a94a6"


def error_quantiles_figure(
    quantiles: Sequence[Mapping[str, float]], *, target: str, note: str
) -> "go.Figure":
    """Draw which error each share of the rows does not exceed.

    Parameters
    ----------
    quantiles : sequence of mapping
        ``share`` and ``absolute``, as stored.
    target : str
        Name of the predicted column.
    note : str
        Which rows they are from.

    Returns
    -------
    plotly.graph_objects.Figure
        Bars with their numbers.
    """
    import plotly.graph_objects as go  # noqa: PLC0415

    errors = [found["absolute"] for found in quantiles]
    figure = go.Figure(
        go.Bar(
            x=[f"{found['share']:.0%}" for found in quantiles],
            y=errors,
            text=[number(error) for error in errors],
            textposition="auto",
            name="error",
            hovertemplate="%{x} of the rows: at most %{y:,.4~g}<extra></extra>",
        )
    )
    return figure.update_layout(
        layout(
            note,
            xaxis={"title": {"text": "share of the rows"}, "type": "category"},
            yaxis={"title": {"text": f"{target}: absolute error at most"}},
            bargap=0.3,
            showlegend=False,
        )
    )


def qq_figure(normal: Mapping[str, Any], *, target: str, note: str) -> "go.Figure":
    """Draw residuals in order against those of a normal distribution.

    Parameters
    ----------
    normal : mapping
        Points and line, as stored.
    target : str
        Name of the predicted column.
    note : str
        Which rows they are from.

    Returns
    -------
    plotly.graph_objects.Figure
        Points, and the line they would lie on.
    """
    import plotly.graph_objects as go  # noqa: PLC0415

    theoretical = normal["theoretical"]
    ends = [theoretical[0], theoretical[-1]]
    figure = go.Figure()
    figure.add_scatter(
        x=theoretical,
        y=normal["residual"],
        mode="markers",
        name="rows",
        marker={"size": 5},
        hovertemplate="normal %{x:.3f}<br>residual %{y:,.4~g}<extra></extra>",
    )
    figure.add_scatter(
        x=ends,
        y=[normal["intercept"] + normal["slope"] * x for x in ends],
        mode="lines",
        name="normal",
        line={"dash": "dot", "color": GREY, "width": 1.5},
        hoverinfo="skip",
    )
    return figure.update_layout(
        layout(
            note,
            xaxis={"title": {"text": "quantile of the standard normal distribution"}},
            yaxis={"title": {"text": f"{target}: actual minus predicted"}},
            showlegend=False,
        )
    )


def coverage_figure(
    stored: Mapping[str, Any], *, target: str, note: str, is_local: bool = False
) -> "go.Figure":
    """Draw how often the intervals held the truth, over all rows and by prediction.

    Parameters
    ----------
    stored : mapping
        Prediction intervals, as stored.
    target : str
        Name of the predicted column.
    note : str
        Which rows they were measured on.
    is_local : bool, default=False
        Whether each group has its own width.

    Returns
    -------
    plotly.graph_objects.Figure
        For each level the measured coverage, with a dotted line where it should be.
    """
    import plotly.graph_objects as go  # noqa: PLC0415

    names = ["all rows", *(ends_of(one, brief) for one in stored["groups"])]
    whole, part = (
        ("local_coverage", "local_coverages") if is_local else ("coverage", "coverages")
    )
    figure = go.Figure()
    for at, level in enumerate(stored["levels"]):
        figure.add_scatter(
            x=names,
            y=[level[whole], *(group[part][at] for group in stored["groups"])],
            mode="markers",
            name=f"{level['level']:.0%} intervals",
            marker={"size": 10, "symbol": SYMBOLS[at % len(SYMBOLS)]},
            hovertemplate="%{x}<br>%{y:.1%} of the rows inside<extra>%{fullData.name}</extra>",
        )
        figure.add_hline(
            y=level["level"], line={"dash": "dot", "color": GREY, "width": 1.2}
        )
    return figure.update_layout(
        layout(
            "",
            xaxis={
                "title": {"text": f"predicted {target}; {note}"},
                "type": "category",
            },
            yaxis={"title": {"text": "rows inside"}, "tickformat": ".0%"},
            showlegend=True,
        )
    )


def ends_of(group: Mapping[str, Any], written: Callable[[float], str] = number) -> str:
    """Return the ends of a group of predictions as text.

    Parameters
    ----------
    group : mapping
        ``low`` and ``high``, each None for an open end.
    written : callable, default=number
        Writes a number.

    Returns
    -------
    str
        For example "up to 1.20" or "1.20 to 3.50".
    """
    low, high = group["low"], group["high"]
    if low is None:
        return f"up to {written(high)}"
    return (
        f"above {written(low)}"
        if high is None
        else f"{written(low)} to {written(high)}"
    )


def brief(value: float) -> str:
    """Write a number in the width that an axis has for it.

    Parameters
    ----------
    value : float
        The number.

    Returns
    -------
    str
        Three digits, for example "1.23", "45.6k" or "1.2M".
    """
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.3g}"
