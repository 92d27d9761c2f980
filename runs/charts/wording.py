"""Numbers, spans and lists as the sentences of the charts write them."""

import math
from collections.abc import Sequence


def number(value: float) -> str:
    """Write a number with the digits that matter.

    Parameters
    ----------
    value : float
        The number.

    Returns
    -------
    str
        For example "0.8531", "12.35" or "48,213.5".
    """
    if not math.isfinite(value):
        return "–"
    decimals = _decimals(value)
    return f"{value:.3g}" if decimals is None else f"{value:,.{decimals}f}"


def spread(size: float, value: float) -> str:
    """Write how far a number spreads, to the same place as the number itself.

    Parameters
    ----------
    size : float
        Such as a standard deviation.
    value : float
        The number.

    Returns
    -------
    str
        For example "3,267.9" beside 59,757.1, or "0.0100" beside 0.2.
    """
    decimals = _decimals(value)
    if decimals is None or not math.isfinite(size):
        return number(size)
    return f"{size:,.{decimals}f}"


def _decimals(value: float) -> int | None:
    """Return how many decimals are written; None where digits are counted instead."""
    size = abs(value)
    if size >= 1e9 or 0 < size < 1e-4:
        return None
    return 1 if size >= 1000 else 2 if size >= 10 else 3 if size >= 1 else 4


def setting(value: object) -> str:
    """Write a parameter's value, without the tail of binary fractions.

    Parameters
    ----------
    value : object
        A number, text, True, False or None.

    Returns
    -------
    str
        For example "0.02", "None" or "rbf".
    """
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    return str(value)


UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


def span(seconds: float) -> str:
    """Write a span of time.

    Parameters
    ----------
    seconds : float
        How long it is.

    Returns
    -------
    str
        Its two largest units: "12 ms", "3.4 s", "5 min 12 s" or "2 h 0 min".
    """
    if seconds < 1:
        return f"{1000 * seconds:.0f} ms"
    if seconds < 10:
        return f"{seconds:.1f} s"
    rest = int(seconds)
    parts: list[str] = []
    for name, size in UNITS:
        count, rest = divmod(rest, size)
        if count or parts:
            parts.append(f"{count} {name}")
    return " ".join(parts[:2])


def count(n: int, thing: str) -> str:
    """Write how many there are of a thing.

    Parameters
    ----------
    n : int
        How many.
    thing : str
        The thing, in the singular.

    Returns
    -------
    str
        For example "1 trial" or "1,204 trials".
    """
    return f"{n:,} {thing}" + ("" if n == 1 else "s")


def listed(parts: Sequence[str]) -> str:
    """Join parts as a sentence does.

    Parameters
    ----------
    parts : sequence of str
        What is listed.

    Returns
    -------
    str
        For example "a, b and c".
    """
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
