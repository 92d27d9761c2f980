"""A long search in few numbers: the points worth drawing, and how scores spread."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

LIMIT = 1000
# So many quantiles stand for the scores of an algorithm in a long search.
QUANTILES = 41


def kept(
    points: Sequence[Any], *, greater_is_better: bool, limit: int = LIMIT
) -> list[int]:
    """Choose the points to draw: improvements always, the others evenly.

    Evenly for each algorithm: those that take turns would fall into step with a choice
    by place.

    Parameters
    ----------
    points : sequence of (int, float, str)
        Number, value and algorithm of each trial, in the order of the numbers.
    greater_is_better : bool
        Whether a greater value is a better one.
    limit : int, default=1000
        About how many points are kept.

    Returns
    -------
    list of int
        Positions in `points`, ascending; those that were the best so far of their
        algorithm, and the last of each algorithm, are among them.
    """
    if len(points) <= limit:
        return list(range(len(points)))
    sign = 1 if greater_is_better else -1
    best: dict[str, float] = {}
    last: dict[str, int] = {}
    step = -(-len(points) // limit)
    seen: Counter[str] = Counter()
    chosen: set[int] = set()
    for i, (_, value, algorithm) in enumerate(points):
        if seen[algorithm] % step == 0:
            chosen.add(i)
        seen[algorithm] += 1
        last[algorithm] = i
        if algorithm not in best or sign * value > best[algorithm]:
            best[algorithm] = sign * value
            chosen.add(i)
    return sorted(chosen.union(last.values()))


def digest(values: Sequence[float], n: int = QUANTILES) -> list[list[float]]:
    """Summarise numbers as `[value, weight]`: themselves, or quantiles if there are many.

    Parameters
    ----------
    values : sequence of float
        In any order.
    n : int, default=41
        At most so many pairs are returned.

    Returns
    -------
    list of [float, float]
        Ascending; the weights add up to the number of values.
    """
    ordered = sorted(values)
    if len(ordered) <= n:
        return [[value, 1.0] for value in ordered]
    step = (len(ordered) - 1) / (n - 1)
    weight = len(ordered) / n
    return [[ordered[round(i * step)], weight] for i in range(n)]


def digests(points: Sequence[Any]) -> dict[str, list[list[float]]]:
    """Summarise the values of each algorithm.

    Parameters
    ----------
    points : sequence of (int, float, str)
        Number, value and algorithm of each trial.

    Returns
    -------
    dict of str to list of [float, float]
        What `digest` says of each algorithm.
    """
    by_name: dict[str, list[float]] = {}
    for _, value, algorithm in points:
        by_name.setdefault(algorithm, []).append(value)
    return {name: digest(values) for name, values in by_name.items()}
