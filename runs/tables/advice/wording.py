"""Words for evidence."""

from collections.abc import Callable, Sequence

from runs.tables.advice.advice import Advice

_EACH = 3
_NAMED = 5


def named(names: Sequence[str]) -> str:
    """List some names.

    Parameters
    ----------
    names : sequence of str
        At least one.

    Returns
    -------
    str
        The first five in quotation marks, and how many more there are.
    """
    shown = [f"“{name}”" for name in names[:_NAMED]]
    if len(names) > _NAMED:
        return f"{', '.join(shown)} and {len(names) - _NAMED:,} more"
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def counted(n: int, one: str) -> str:
    """Write a number with its noun.

    Parameters
    ----------
    n : int
        The number.
    one : str
        The noun for one.

    Returns
    -------
    str
        As "1 row" or "2,000 rows".
    """
    return f"{n:,} {one}" if n == 1 else f"{n:,} {one}s"


def percent(share: float) -> str:
    """Write a share.

    Parameters
    ----------
    share : float
        From 0 to 1.

    Returns
    -------
    str
        In percent, never rounded to all or nothing.
    """
    text = f"{100 * share:.1f}"
    if text == "100.0" and share < 1:
        return "over 99.9 %"
    if text == "0.0" and share > 0:
        return "under 0.1 %"
    return f"{text.removesuffix('.0')} %"


def each_or_all(
    found: Sequence[tuple[str, str]],
    build: Callable[[tuple[str, ...], str], Advice],
) -> list[Advice]:
    """Make an advice for each of a few columns, or one for all of many.

    Parameters
    ----------
    found : sequence of (str, str)
        Names of columns with the evidence, a clause.
    build : callable
        ``build(columns, evidence)`` makes the advice.

    Returns
    -------
    list of Advice
        None if nothing was found.
    """
    if len(found) <= _EACH:
        return [build((name,), f"“{name}”: {evidence}") for name, evidence in found]
    clauses = [f"“{name}”: {evidence}" for name, evidence in found[:_EACH]]
    rest = counted(len(found) - _EACH, "more column")
    names = tuple(name for name, _ in found)
    return [build(names, "; ".join([*clauses, f"and {rest}"]))]
