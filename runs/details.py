"""One column of a table in full, from its stored profile."""

from typing import Any, NamedTuple

from runs.columns import bars, percent, short
from runs.models import Dataset

QUANTILES = {
    "5": "5 %",
    "25": "25 %",
    "50": "50 % (median)",
    "75": "75 %",
    "95": "95 %",
}
N_TOP = 10


class ColumnDetail(NamedTuple):
    """What the opened row of the list shows."""

    name: str
    facts: list[tuple[str, str]]
    quantiles: list[tuple[str, str]]
    bars: list[tuple[str, int]]
    top: list[tuple[str, int, str]]  # value, rows, percent of all rows
    examples: list[str]
    notes: list[str]


def column_detail(dataset: Dataset, index: int) -> ColumnDetail:
    column, n_rows = dataset.columns[index], dataset.n_rows or 0
    top = column.get("top") or column.get("classes") or []
    return ColumnDetail(
        name=column["name"],
        facts=facts(column, n_rows),
        quantiles=quantiles(column),
        bars=bars(column),
        top=[(str(v), n, percent(n, n_rows)) for v, n in top[:N_TOP]],
        examples=[str(text) for text in column.get("examples") or []],
        notes=notes(column),
    )


def facts(column: dict[str, Any], n_rows: int) -> list[tuple[str, str]]:
    present = n_rows - column["missing"]
    found = [
        ("Values", f"{present:,} of {n_rows:,} rows"),
        ("Distinct", f"{column['distinct']:,}"),
        ("Stored as", column["dtype"]),
    ]
    for name, label in (
        ("mean", "Mean"),
        ("std", "Standard deviation"),
        ("skew", "Skew"),
    ):
        if column.get(name) is not None:
            found.append((label, short(column[name])))
    for name, label in (
        ("n_zero", "Zeros"),
        ("n_negative", "Negative"),
        ("n_infinite", "Infinite"),
    ):
        if column.get(name):
            found.append((label, f"{column[name]:,} rows"))
    for name, label in (("words", "Words"), ("characters", "Characters")):
        lengths = column.get(name)
        if lengths:
            text = (
                f"{short(lengths['50'])} in the median, {short(lengths['max'])} at most"
            )
            found.append((label, text))
    if column.get("order"):
        found.append(("Order of the rows", column["order"]))
    return found


def quantiles(column: dict[str, Any]) -> list[tuple[str, str]]:
    if column.get("min") is None:
        return []
    found = column.get("quantiles") or {}
    inner = [
        (label, short(found[key]))
        for key, label in QUANTILES.items()
        if found.get(key) is not None
    ]
    least, most = ("Minimum", short(column["min"])), ("Maximum", short(column["max"]))
    return [least, *inner, most]


def notes(column: dict[str, Any]) -> list[str]:
    found = []
    if outliers := column.get("outliers"):
        n_out = outliers["n_low"] + outliers["n_high"]
        if n_out:
            low, high = short(outliers["low"]), short(outliers["high"])
            rows = "row is" if n_out == 1 else "rows are"
            found.append(f"{n_out:,} {rows} far outside of {low} to {high}.")
    if mixed := column.get("mixed"):
        shown = "; ".join(
            f"row {row:,}: “{text}”" for row, text in mixed["examples"][:3]
        )
        found.append(
            f"{mixed['n_numbers']:,} values are numbers and {mixed['n_other']:,} are not, "
            f"for example {shown}."
        )
    if gap := column.get("largest_gap"):
        found.append(f"The largest gap is {short(gap['from'])} to {short(gap['to'])}.")
    return found
