"""From distributions to lists of values and back: what a change of strategy asks for.

A grid tries lists, a sampled search draws from ranges; a space made for one is not the
best for the other.
"""

from collections.abc import Mapping

from runs.search.parameters import Value
from runs.search.spaces import (
    Choices,
    Conditional,
    Distribution,
    FloatRange,
    IntRange,
    Plain,
    Space,
    size_of,
    value_at,
)

N_POINTS = 5


def points(distribution: IntRange | FloatRange, n: int) -> Choices:
    """List values spread evenly over a range, on its own scale.

    Parameters
    ----------
    distribution : IntRange or FloatRange
        The range; both of its ends are among the values.
    n : int
        How many values at most; a range of whole numbers may have fewer.

    Returns
    -------
    Choices
        The values in rising order, rounded to three digits between the ends.
    """
    low, high = distribution.low, distribution.high
    if n <= 1 or low == high:
        return Choices((low,))
    shares = [i / (n - 1) for i in range(n)]
    size = size_of(distribution)
    if size is not None and not distribution.log:
        places = [round(share * (size - 1)) for share in shares]
        return Choices(
            tuple(value_at(distribution, place) for place in dict.fromkeys(places))
        )
    if distribution.log:
        inner = [low * (high / low) ** share for share in shares[1:-1]]
    else:
        inner = [low + (high - low) * share for share in shares[1:-1]]
    whole = isinstance(distribution, IntRange)
    values = [low, *(round(v) if whole else _short(v, low, high) for v in inner), high]
    rising: list[Value] = [
        value
        for before, value in zip([None, *values], values, strict=False)
        if before is None or value > before
    ]
    return Choices(tuple(rising))


def _short(value: float, low: float, high: float) -> float:
    """Round to three digits, unless that leaves the range."""
    rounded = float(f"{value:.3g}")
    return rounded if low < rounded < high else value


def listed(space: Mapping[str, Distribution], n: int = N_POINTS) -> Space:
    """Make a space that a grid can list.

    Parameters
    ----------
    space : mapping of str to Distribution
        The space.
    n : int, default=5
        How many values of a range.

    Returns
    -------
    dict of str to Distribution
        Lists in place of the ranges; everything else as it was.
    """
    return {name: _listed(distribution, n) for name, distribution in space.items()}


def _listed(distribution: Distribution, n: int) -> Distribution:
    if isinstance(distribution, Conditional):
        inner = _listed(distribution.distribution, n)
        assert not isinstance(inner, Conditional)
        return Conditional(inner, distribution.parameter, distribution.values)
    if isinstance(distribution, IntRange | FloatRange):
        return points(distribution, n)
    return distribution


def ranged(
    space: Mapping[str, Distribution], usual: Mapping[str, Distribution]
) -> Space:
    """Make ranges of the lists of numbers that are usually ranges.

    Parameters
    ----------
    space : mapping of str to Distribution
        The space.
    usual : mapping of str to Distribution
        The algorithm's own space for a sampled search: it says which parameters are
        ranges, of which kind, and on which scale.

    Returns
    -------
    dict of str to Distribution
        A range from the least to the largest value in place of such a list; everything
        else as it was.
    """
    return {
        name: _ranged(distribution, usual.get(name))
        for name, distribution in space.items()
    }


def _ranged(distribution: Distribution, usual: Distribution | None) -> Distribution:
    if isinstance(distribution, Conditional):
        inner = _ranged(distribution.distribution, usual)
        assert not isinstance(inner, Conditional)
        return Conditional(inner, distribution.parameter, distribution.values)
    model = usual.distribution if isinstance(usual, Conditional) else usual
    if not isinstance(distribution, Choices) or not isinstance(
        model, IntRange | FloatRange
    ):
        return distribution
    return _range_of(distribution, model)


def _range_of(choices: Choices, model: IntRange | FloatRange) -> Plain:
    numbers = [
        value
        for value in choices.choices
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    # A list with a word, such as None, says something that a range cannot.
    if len(numbers) < 2 or len(numbers) < len(choices.choices):
        return choices
    low, high = min(numbers), max(numbers)
    log = model.log and low > 0
    if isinstance(model, IntRange):
        whole = all(float(number).is_integer() for number in numbers)
        return IntRange(int(low), int(high), log) if whole else choices
    return FloatRange(float(low), float(high), log)
