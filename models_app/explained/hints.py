"""What the values of a column were in training, for whoever types another."""

from collections.abc import Mapping
from typing import Any

from runs.charts.ordering import in_own_order

MAX_NAMED = 5


def is_listed(profile: Mapping[str, Any]) -> bool:
    """Return whether the column's values are a few that are known: codes, or texts."""
    kind, dtype = profile.get("kind"), profile.get("dtype")
    is_few = dtype in ("string", "bool") or kind == "integer_category"
    return bool(profile.get("classes")) and is_few


def classes(profile: Mapping[str, Any]) -> list[str]:
    """Return the values of a column that `is_listed`, in their order."""
    found = [str(value) for value, _ in profile.get("classes", [])]
    return in_own_order(found) or sorted(found)


def hint_of(profile: Mapping[str, Any]) -> str:
    """Say from where to where values go, or which there are; empty if that is not known."""
    if is_listed(profile):
        named = classes(profile)
        more = len(named) - MAX_NAMED
        ending = f" and {more} more" if more > 0 else ""
        return f"{', '.join(named[:MAX_NAMED])}{ending} in training"
    low, high = profile.get("min"), profile.get("max")
    if profile.get("dtype") in ("int64", "float64"):
        return "" if low is None else f"{low:,.6g} to {high:,.6g} in training"
    if profile.get("dtype") == "datetime64":
        days = [str(text)[:10] for text in (low, high) if text]
        return f"{' to '.join(days)} in training" if days else ""
    return ""
