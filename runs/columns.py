"""A table's columns and first rows, from its stored profile."""

from itertools import pairwise
from typing import Any, NamedTuple

from runs.models import Dataset

N_TOP = 3
ICONS = {
    "numeric": "hash",
    "category": "tag",
    "integer_category": "list-numbers",
    "boolean": "toggle-left",
    "datetime": "calendar",
    "text": "abc",
    "identifier": "id",
    "constant": "equal",
    "ignore": "eye-off",
}
FREE = {"text", "identifier"}
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", " ": "space"}


class ColumnRow(NamedTuple):
    name: str
    kind: str
    icon: str
    reason: str
    missing: int
    missing_percent: str
    distinct: int
    bars: list[tuple[str, int]]
    values: str


class Cell(NamedTuple):
    text: str | None
    is_number: bool


class Preview(NamedTuple):
    header: list[Cell]
    rows: list[list[Cell]]


def column_rows(dataset: Dataset) -> list[ColumnRow]:
    return [column_row(column, dataset.n_rows or 0) for column in dataset.columns]


def column_row(column: dict[str, Any], n_rows: int) -> ColumnRow:
    return ColumnRow(
        name=column["name"],
        kind=column["kind"],
        icon=ICONS[column["kind"]],
        reason=column["reason"],
        missing=column["missing"],
        missing_percent=percent(column["missing"], n_rows),
        distinct=column["distinct"],
        bars=bars(column),
        values=values(column),
    )


def bars(column: dict[str, Any]) -> list[tuple[str, int]]:
    """Return what the small picture shows: (label, count) of a bin or a value."""
    if "histogram" in column:
        histogram = column["histogram"]
        labels = [bin_label(low, high) for low, high in pairwise(histogram["edges"])]
        return list(zip(labels, histogram["counts"], strict=True))
    top = [(str(value), count) for value, count in column.get("top", [])]
    if column["kind"] in FREE or not top or top[0][1] == 1:
        # Values that are mostly different have no shape: one tall bar of all others.
        return []
    other = column.get("other", 0)
    return [*top, ("all others", other)] if other else top


def bin_label(low: float | str, high: float | str) -> str:
    # A bin of one whole number reaches half a step to both sides of it.
    if not isinstance(low, str) and not isinstance(high, str):
        middle = (low + high) / 2
        if high - low == 1 and middle == int(middle):
            return short(middle)
    return f"{short(low)} to {short(high)}"


def values(column: dict[str, Any]) -> str:
    """Return the range of a number or date, or the most frequent values."""
    if column.get("min") is not None:
        text = f"{short(column['min'])} to {short(column['max'])}"
        median = column.get("median")
        return text if median is None else f"{text}, median {short(median)}"
    top = column.get("top", [])
    shown = [str(value) for value, _ in top[:N_TOP]]
    more = column["distinct"] - len(shown)
    if more > 0 and shown:
        shown.append(f"{more:,} more")
    return " · ".join(shown)


def percent(part: int, whole: int) -> str:
    share = 100 * part / whole if whole else 0.0
    if 0 < share < 0.1:
        return "< 0.1"
    return f"{share:.1f}"


def short(value: float | str) -> str:
    """Return a number with four digits or so, a date without an idle midnight."""
    if isinstance(value, str):
        return (
            value.removesuffix("T00:00:00").removesuffix(" 00:00:00").replace("T", " ")
        )
    if abs(value) < 1e15 and (value == int(value) or abs(value) >= 10_000):
        return f"{value:,.0f}"
    return f"{value:.4g}"


def preview(dataset: Dataset) -> Preview:
    """Return the first rows, each cell with the alignment of its column."""
    if not dataset.preview:
        return Preview([], [])
    numbers = [column["kind"] == "numeric" for column in dataset.columns]
    header = [
        Cell(name, is_number)
        for name, is_number in zip(dataset.preview["columns"], numbers, strict=True)
    ]
    rows = [
        [Cell(text, is_number) for text, is_number in zip(row, numbers, strict=True)]
        for row in dataset.preview["rows"]
    ]
    return Preview(header, rows)


def delimiter_name(delimiter: str) -> str:
    return DELIMITERS.get(delimiter, delimiter or "none")
