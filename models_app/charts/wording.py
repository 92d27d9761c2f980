"""Sentences and layout that all charts share."""

from typing import Any

from runs.charts.wording import number as _number

ROW_NAMES = {
    "holdout": "holdout",
    "out_of_fold": "out-of-fold predictions",
    "training": "training",
}
# Below everything, however long the labels of the axis are.
BELOW = {
    "orientation": "h",
    "x": 0,
    "xanchor": "left",
    "yref": "container",
    "y": 0,
    "yanchor": "bottom",
}


def rows_note(rows: str, n_rows: int | None, *, n_all: int | None = None) -> str:
    """Say which rows a chart is from.

    Parameters
    ----------
    rows : str
        As stored: "holdout", "out_of_fold" or "training".
    n_rows : int or None
        How many there are, if known.
    n_all : int, optional
        Of how many they are drawn, if that is known.

    Returns
    -------
    str
        For example "holdout, 179 rows" or "holdout, 1,000 of 4,128 rows".
    """
    name = ROW_NAMES.get(rows, rows)
    if n_rows is None:
        return name
    if n_all is not None and n_rows < n_all:
        return f"{name}, {n_rows:,} of {n_all:,} rows"
    return f"{name}, {n_rows:,} row{'' if n_rows == 1 else 's'}"


def number(value: float | None) -> str:
    """Write a number with the digits that matter.

    Parameters
    ----------
    value : float or None
        The number, if there is one.

    Returns
    -------
    str
        For example "0.8531", "12.35" or "48,213.5".
    """
    return "–" if value is None else _number(value)


def layout(note: str, **more: Any) -> dict[str, Any]:
    """Return the layout every figure starts from; colours are the page's to set.

    Parameters
    ----------
    note : str
        What stands above the plot: which rows it shows.
    **more : Any
        Further layout properties.

    Returns
    -------
    dict
        Arguments for ``Figure.update_layout``.
    """
    title = {
        "text": note,
        "font": {"size": 12},
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "yref": "paper",
        "y": 1,
        "yanchor": "bottom",
        "pad": {"b": 8},
        "automargin": True,
    }
    return {
        "template": "none",
        "title": title,
        "uirevision": "keep",  # zoom and legend choices survive a redraw
        **more,
    }
