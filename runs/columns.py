"""A table's columns and first rows, from its stored profile."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator

from runs.models import Dataset

PER_PAGE = 50
PREVIEW_COLUMNS = 40

N_TOP = 3
ICONS = {
    "numeric": "hash",
    "integer_category": "list-numbers",
    "category": "tag",
    "boolean": "toggle-left",
    "datetime": "calendar",
    "text": "abc",
    "identifier": "id",
    "constant": "equal",
    "ignore": "eye-off",
}
FREE = {"text", "identifier"}
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", " ": "space"}


# What a person may choose; a constant is a finding, not a choice.
KIND_LABELS = {
    "numeric": "numeric",
    "integer_category": "integer category",
    "category": "category",
    "boolean": "boolean",
    "datetime": "datetime",
    "text": "text",
    "identifier": "identifier",
    "constant": "constant",
    "ignore": "ignore",
}
CHOSEN = tuple(kind for kind in KIND_LABELS if kind != "constant")
# By what the list may be sorted, and whether a first click begins at the large end.
ORDERS = {
    "position": False,
    "name": False,
    "kind": False,
    "missing": True,
    "distinct": True,
}


class ColumnQuery(NamedTuple):
    """Which columns are listed, in which order."""

    order: str = "position"
    name: str = ""
    kind: str = ""
    page: str = ""


class Head(NamedTuple):
    """A column head of the list; `order` is what a click on it asks for."""

    name: str
    label: str
    order: str = ""
    sort: str = ""
    css: str = ""


class ColumnRow(NamedTuple):
    position: int
    name: str
    kind: str
    label: str
    icon: str
    reason: str
    is_changed: bool  # by a person
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
    n_more: int  # columns that are not shown


def column_query(asked: Mapping[str, str]) -> ColumnQuery:
    """Return what the address asks for; what is not known is left out."""
    order, kind = asked.get("order", ""), asked.get("kind", "")
    return ColumnQuery(
        order=order if order.removeprefix("-") in ORDERS else "position",
        name=asked.get("name", "").strip(),
        kind=kind if kind in KIND_LABELS else "",
        page=asked.get("page", ""),
    )


def column_page(dataset: Dataset, query: ColumnQuery) -> "Page[ColumnRow]":
    """Return one page of the columns asked for."""
    words = query.name.casefold()
    found = [
        (i, column)
        for i, column in enumerate(dataset.columns)
        if words in column["name"].casefold() and query.kind in {"", column["kind"]}
    ]
    by, descending = query.order.removeprefix("-"), query.order.startswith("-")
    if by == "name":
        found.sort(key=lambda pair: pair[1]["name"].casefold(), reverse=descending)
    elif by != "position":
        found.sort(key=lambda pair: pair[1][by], reverse=descending)
    elif descending:
        found.reverse()
    page: Page[Any] = Paginator(found, PER_PAGE).get_page(query.page)
    n_rows = dataset.n_rows or 0
    page.object_list = [
        column_row(
            column, n_rows, position=i, is_changed=column["name"] in dataset.kinds
        )
        for i, column in page.object_list
    ]
    return page


def column_heads(query: ColumnQuery) -> list[Head]:
    return [
        head("name", "Name", query),
        head("kind", "Kind", query),
        head("missing", "Missing", query, css="number"),
        Head("percent", "%", css="number"),
        head("distinct", "Distinct", query, css="number"),
        Head("distribution", "Distribution"),
        Head("values", "Range or most frequent"),
    ]


def head(name: str, label: str, query: ColumnQuery, *, css: str = "") -> Head:
    first = f"-{name}" if ORDERS[name] else name
    other = name if ORDERS[name] else f"-{name}"
    if query.order not in {first, other}:
        return Head(name, label, first, css=css)
    sort = "descending" if query.order.startswith("-") else "ascending"
    return Head(name, label, other if query.order == first else first, sort, css)


def kind_counts(dataset: Dataset) -> list[tuple[str, str, int]]:
    """Return (kind, label, number of columns) of the kinds that occur."""
    kinds = [column["kind"] for column in dataset.columns]
    return [(k, KIND_LABELS[k], kinds.count(k)) for k in KIND_LABELS if k in kinds]


def column_row(
    column: dict[str, Any], n_rows: int, *, position: int = 0, is_changed: bool = False
) -> ColumnRow:
    return ColumnRow(
        position=position,
        name=column["name"],
        kind=column["kind"],
        label=KIND_LABELS[column["kind"]],
        icon=ICONS[column["kind"]],
        reason=column["reason"],
        is_changed=is_changed,
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


NUMBERS = {"numeric", "integer_category"}


def preview(dataset: Dataset) -> Preview:
    """Return the first rows, each cell with the alignment of its column."""
    kinds = [column["kind"] for column in dataset.columns]
    return preview_of({"preview": dataset.preview, "kinds": kinds})


def preview_of(data: Mapping[str, Any]) -> Preview:
    """Return rows as they are shown, of wide tables the first columns only."""
    stored = data["preview"]
    if not stored:
        return Preview([], [], 0)
    numbers = [kind in NUMBERS for kind in data["kinds"]][:PREVIEW_COLUMNS]
    names = stored["columns"]
    header = [
        Cell(name, is_number) for name, is_number in zip(names, numbers, strict=False)
    ]
    rows = [
        [Cell(text, is_number) for text, is_number in zip(row, numbers, strict=False)]
        for row in stored["rows"]
    ]
    return Preview(header, rows, max(0, len(names) - len(numbers)))


def delimiter_name(delimiter: str) -> str:
    return DELIMITERS.get(delimiter, delimiter or "none")
