"""Moving a known good combination into a space that does not hold it."""

import math
from collections.abc import Mapping
from typing import TypeGuard

from runs.search.parameters import Params, Value
from runs.search.spaces import (
    Choices,
    Conditional,
    Distribution,
    Fixed,
    FloatRange,
    IntRange,
    contains,
    exists,
    size_of,
    value_at,
)


def nearest(space: Mapping[str, Distribution], params: Mapping[str, Value]) -> Params:
    """Return the combination of a space that comes closest to another combination.

    Parameters
    ----------
    space : mapping of str to Distribution
        The space.
    params : mapping of str to value
        A combination of the same algorithm. A number that a range does not reach
        becomes its nearest end, no limit (None) its upper end; what is no number, or
        not named at all, becomes the middle.

    Returns
    -------
    dict of str to value
        A combination that fits the space.
    """
    found: Params = {}
    # Conditions are looked at when what they name is known.
    for name in sorted(space, key=lambda name: isinstance(space[name], Conditional)):
        if exists(space[name], found):
            wanted = params.get(name, _UNKNOWN)
            found[name] = _closest(space[name], wanted)
    return {name: found[name] for name in space if name in found}


# No parameter has this value, so it is neither contained in a distribution nor a number.
_UNKNOWN = "\0"


def _closest(distribution: Distribution, value: Value) -> Value:
    if isinstance(distribution, Conditional):
        return _closest(distribution.distribution, value)
    if contains(distribution, value):
        return value
    if isinstance(distribution, Fixed):
        return distribution.value
    if isinstance(distribution, Choices):
        return _closest_choice(distribution.choices, value)
    return _closest_number(distribution, value)


def _closest_choice(choices: tuple[Value, ...], value: Value) -> Value:
    numbers = [choice for choice in choices if _is_number(choice)]
    if not _is_number(value) or not numbers:
        return choices[0]
    return min(numbers, key=lambda number: abs(number - value))


def _closest_number(distribution: IntRange | FloatRange, value: Value) -> Value:
    low, high = distribution.low, distribution.high
    if value is None:
        wanted = float(high)
    elif _is_number(value):
        wanted = min(max(float(value), low), high)
    else:
        wanted = math.sqrt(low * high) if distribution.log else (low + high) / 2
    if isinstance(distribution, FloatRange) and distribution.step is None:
        return wanted
    size = size_of(distribution)
    assert size is not None
    index = round((wanted - low) / (distribution.step or 1))
    return value_at(distribution, min(index, size - 1))


def _is_number(value: Value) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
