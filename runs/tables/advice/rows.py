"""Advice about rows: which are the same, which belong together, in which order."""

import re
from collections.abc import Sequence
from typing import Any, Literal

from runs.tables.advice.advice import Advice
from runs.tables.advice.wording import counted, named, percent

_MIN_ROWS = 20
_MIN_MOMENTS = 10
_MIN_GROUPS = 10
_MIN_CODES = 20
_ROWS_A_GROUP = 2
_WHO = re.compile(
    r"(?:^|[\W_])(?i:id|uuid|guid)$|[a-z](?:Id|ID)$"
    r"|^(?i:patient|customer|client|user|subject|person|participant|household|family"
    r"|session|account|member|employee|student|player|device|machine|vehicle|group)$"
)

Facts = dict[str, Any]


def duplicates(overview: dict[str, Any]) -> list[Advice]:
    """Tell of rows that occur more than once.

    Parameters
    ----------
    overview : dict
        The profile's overview.

    Returns
    -------
    list of Advice
        At most one.
    """
    n, n_rows = overview["n_duplicates"], overview["n_rows"]
    if not n:
        return []
    text = (
        f"{counted(n, 'row')} of {n_rows:,} ({percent(n / n_rows)}) repeat an earlier "
        "row. In training and test data at once they make scores look better than they "
        "are."
    )
    # A few, as chance makes them among rows of few values, are no reason to worry.
    level: Literal["warning", "info"] = "warning" if n >= 0.01 * n_rows else "info"
    remedy = {"action": "drop_duplicates"}
    return [Advice("duplicates", level, "Duplicated rows", text, (), remedy)]


def time_order(facts: Sequence[Facts]) -> list[Advice]:
    """Propose to divide by time where rows are sorted by a date.

    Parameters
    ----------
    facts : sequence of dict
        The profile's columns.

    Returns
    -------
    list of Advice
        At most one, about the finest of such dates.
    """
    dates = [
        c
        for c in facts
        if c["kind"] == "datetime"
        and c.get("order") is not None
        and c["n_rows"] - c["missing"] >= _MIN_ROWS
        and c["distinct"] >= _MIN_MOMENTS
    ]
    if not dates:
        return []
    c = max(dates, key=lambda c: c["distinct"])
    text = (
        f"The rows are sorted by “{c['name']}”, from {c['min']} to {c['max']}. Folds "
        "drawn at random would predict the past from the future."
    )
    remedy = {"action": "scheme", "scheme": "time", "split_column": c["name"]}
    return [Advice("time_order", "warning", "Rows in order of time", text, (c["name"],), remedy)]  # fmt: skip


def groups(facts: Sequence[Facts]) -> list[Advice]:
    """Propose to keep rows together that are about the same somebody.

    Parameters
    ----------
    facts : sequence of dict
        The profile's columns.

    Returns
    -------
    list of Advice
        At most one, about the column with the most values.
    """
    found = [c for c in facts if _is_group(c)]
    if not found:
        return []
    c = max(found, key=lambda c: (bool(_WHO.search(c["name"])), c["distinct"]))
    n = c["n_rows"] - c["missing"]
    others = [other["name"] for other in found if other is not c]
    also = f" {named(others)} might do, too." if others else ""
    text = (
        f"“{c['name']}” has {c['distinct']:,} different values, each in "
        f"{n / c['distinct']:,.1f} rows on average. If rows of the same value are alike, "
        f"random folds test on what was trained on.{also}"
    )
    remedy = {"action": "scheme", "scheme": "group", "split_column": c["name"]}
    return [Advice("groups", "info", "Rows that belong together", text, (c["name"],), remedy)]  # fmt: skip


def _is_group(c: Facts) -> bool:
    n = c["n_rows"] - c["missing"]
    if c["kind"] in ("ignore", "constant", "datetime") or c["dtype"] == "float64":
        return False
    if c["distinct"] < _MIN_GROUPS or n < _ROWS_A_GROUP * c["distinct"]:
        return False
    if _WHO.search(c["name"]):
        return True
    if c.get("mixed"):  # numbers with a few words are no codes
        return False
    return bool(c.get("is_code")) and bool(c["distinct"] >= _MIN_CODES)
