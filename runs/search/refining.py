"""A narrower space around the best trials of an earlier search."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from runs.search.parameters import Parameter, Params, Value, parameters_of
from runs.search.spaces import (
    Choices,
    Conditional,
    Distribution,
    Fixed,
    FloatRange,
    IntRange,
    Plain,
    Space,
    contains,
)

# The best trials that say where to look: this share of them, and at least so many.
BEST_SHARE = 0.1
AT_LEAST = 5
# Parts of an old range: how near to a bound counts as at it, how far a range that ends
# there is extended, and the step around a single value.
AT_BOUND = 0.02
BEYOND = 0.1
# A list of numbers that spans so much is taken to be on a logarithmic scale.
WIDE = 10.0


class Change(NamedTuple):
    """One parameter of a refined space.

    Attributes
    ----------
    parameter : str
        Its name.
    before : Distribution
        As it was searched.
    after : Distribution or None
        As proposed; None if it can no longer occur.
    beyond : bool
        Whether the proposal leaves the old bounds, for the best lay at one.
    """

    parameter: str
    before: Distribution
    after: Distribution | None
    beyond: bool


class Refinement(NamedTuple):
    """A proposal for one algorithm.

    Attributes
    ----------
    space : dict of str to Distribution
        The space proposed.
    changes : list of Change
        The parameters that differ, in the order of the space.
    n_best : int
        Number of trials whose values were looked at; 0 if there were too few.
    n_trials : int
        Number of trials there were.
    """

    space: Space
    changes: list[Change]
    n_best: int
    n_trials: int


def refine_space(
    space: Space, trials: Sequence[tuple[Params, float]], *, algorithm: str
) -> Refinement:
    """Propose a space around the best combinations.

    Ranges of numbers become the span of the best values on the scale of the parameter,
    wider by half a step on each side; they stay within the old bounds except where the
    best combination lies at one of them. Of other values those stay that occur.

    Parameters
    ----------
    space : dict of str to Distribution
        The space that was searched.
    trials : sequence of (dict, float)
        Combinations and their values, of which greater is better.
    algorithm : str
        Name of the algorithm in the registry.

    Returns
    -------
    Refinement
        The proposal; with fewer than five trials it is the old space.
    """
    ranked = sorted(trials, key=lambda trial: -trial[1])
    if len(ranked) < AT_LEAST:
        return Refinement(dict(space), [], 0, len(ranked))
    n_best = max(AT_LEAST, math.ceil(BEST_SHARE * len(ranked)))
    best = [params for params, _ in ranked[:n_best]]
    known = parameters_of(algorithm)
    refined: Space = {}
    for name, before in space.items():
        values = [params[name] for params in best if name in params]
        plain = before.distribution if isinstance(before, Conditional) else before
        after = _refined(plain, values, known[name]) if values else plain
        refined[name] = (
            Conditional(after, before.parameter, before.values)
            if isinstance(before, Conditional)
            else after
        )
    refined = {n: d for n, d in refined.items() if _can_occur(d, refined)}
    changes = [
        Change(name, before, refined.get(name), _is_beyond(before, refined.get(name)))
        for name, before in space.items()
        if refined.get(name) != before
    ]
    return Refinement(refined, changes, n_best, len(ranked))


def _can_occur(distribution: Distribution, space: Mapping[str, Distribution]) -> bool:
    if not isinstance(distribution, Conditional):
        return True
    parent = space.get(distribution.parameter)
    return parent is not None and any(contains(parent, v) for v in distribution.values)


def _is_beyond(before: Distribution, after: Distribution | None) -> bool:
    if isinstance(before, Conditional) and isinstance(after, Conditional):
        return _is_beyond(before.distribution, after.distribution)
    if isinstance(before, IntRange | FloatRange):
        assert isinstance(after, IntRange | FloatRange | None)
        return after is not None and (
            after.low < before.low or after.high > before.high
        )
    if isinstance(before, Choices) and isinstance(after, Choices):
        old, new = _numbers(before.choices), _numbers(after.choices)
        return bool(old and new and (min(new) < min(old) or max(new) > max(old)))
    return False


def _refined(before: Plain, values: list[Value], parameter: Parameter) -> Plain:
    """Narrow one distribution; `values` are those of the best, the best of all first."""
    if isinstance(before, Fixed):
        return before
    if isinstance(before, Choices):
        return _refined_choices(before, values, parameter)
    numbers = _numbers(values)
    if len(numbers) < len(values) or before.low == before.high:
        return before  # combinations from elsewhere, such as those asked for by hand
    if isinstance(before, IntRange):
        return _refined_whole(before, numbers, parameter)
    return _refined_real(before, numbers, parameter)


def _numbers(values: Sequence[Value]) -> list[int | float]:
    return [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]


# --- Ranges ---------------------------------------------------------------------------


def _span(
    before: IntRange | FloatRange, numbers: Sequence[float], parameter: Parameter
) -> tuple[float, float]:
    """Return new bounds as real numbers, half a step around the numbers."""
    to, back = (math.log, math.exp) if before.log else (float, float)
    bottom, top = to(before.low), to(before.high)
    places = [min(max(to(n), bottom), top) for n in numbers if n > 0 or not before.log]
    width = top - bottom
    low, high = min(places), max(places)
    is_stepped = before.step is not None and not before.log and before.step != 1
    if is_stepped:
        step = float(before.step or 1)
    elif high > low:
        step = (high - low) / (len(set(places)) - 1)
    else:
        step = BEYOND * width
    new_low = back(max(bottom, low - step / 2))
    new_high = back(min(top, high + step / 2))
    further = step if is_stepped else BEYOND * width
    if places[0] - bottom <= AT_BOUND * width:
        new_low = _accepted(back(bottom - further), before.low, before, parameter)
    if top - places[0] <= AT_BOUND * width:
        new_high = _accepted(back(top + further), before.high, before, parameter)
    return new_low, new_high


def _accepted(
    wanted: float, bound: float, before: IntRange | FloatRange, parameter: Parameter
) -> float:
    """Return a bound further out if the estimator takes it, else the old one."""
    value = round(wanted) if isinstance(before, IntRange) else wanted
    try:
        parameter.clean(value)
    except ValueError:
        return bound
    return value


def _refined_whole(
    before: IntRange, numbers: Sequence[float], parameter: Parameter
) -> IntRange:
    low, high = _span(before, numbers, parameter)
    # Whole steps from the old low, outwards; rounding must not shrink the span.
    step = before.step
    down = math.floor((low - before.low) / step + 1e-9)
    up = math.ceil((high - before.low) / step - 1e-9)
    new_low, new_high = before.low + down * step, before.low + up * step
    if low >= before.low:
        new_low = max(new_low, before.low)
    if high <= before.high:
        new_high = min(new_high, before.high)
    return IntRange(new_low, new_high, before.log, step)


def _refined_real(
    before: FloatRange, numbers: Sequence[float], parameter: Parameter
) -> FloatRange:
    low, high = _span(before, numbers, parameter)
    if before.step is not None:
        down = math.floor((low - before.low) / before.step + 1e-9)
        up = math.ceil((high - before.low) / before.step - 1e-9)
        new_low = _tidy(before.low + down * before.step)
        new_high = _tidy(before.low + up * before.step)
        if high <= before.high:
            new_high = min(new_high, before.high)
        return FloatRange(new_low, new_high, before.log, before.step)
    # Rounded, for people read and change it; the old bounds stay what they are.
    low = before.low if low == before.low else _tidy(low)
    high = before.high if high == before.high else _tidy(high)
    return FloatRange(low, high, before.log)


def _tidy(number: float) -> float:
    return float(f"{number:.4g}")


# --- Lists ----------------------------------------------------------------------------


def _refined_choices(
    before: Choices, values: Sequence[Value], parameter: Parameter
) -> Choices:
    """Keep the values that occur; between numbers, also what lies half way to the next."""
    old = _numbers(before.choices)
    best = [v for v in _numbers(values) if v in old]
    if len(old) == len(before.choices) > 1 and best:
        return Choices(tuple(_between(sorted(old), best, parameter)))
    kept = [c for c in before.choices if any(_same(c, v) for v in values)]
    return Choices(tuple(kept)) if kept else before


def _same(choice: Value, value: Value) -> bool:
    # By type too: True equals 1, but an estimator tells them apart.
    return choice == value and type(choice) is type(value)


def _between(
    old: list[int | float], best: Sequence[float], parameter: Parameter
) -> list[Value]:
    is_log = old[0] > 0 and old[-1] / old[0] >= WIDE
    to, back = (math.log, math.exp) if is_log else (float, float)
    places = [to(n) for n in old]
    first, last = old.index(min(best)), old.index(max(best))
    inner = [to(n) for n in old[first : last + 1]]
    around = [places[i] for i in (first - 1, last + 1) if 0 <= i < len(places)]
    if best[0] == old[0]:  # the best of all is at the end of the list
        around.append(2 * places[0] - places[1])
    if best[0] == old[-1]:
        around.append(2 * places[-1] - places[-2])
    known = sorted({*inner, *around})
    halves = [(a + b) / 2 for a, b in pairwise(known)]
    whole = all(isinstance(n, int) for n in old)
    found: list[Value] = list(old[first : last + 1])
    for place in halves:
        number = back(place)
        value: Value = round(number) if whole else _tidy(number)
        try:
            value = parameter.clean(value)
        except ValueError:
            continue
        if value not in found and (whole is isinstance(value, int)):
            found.append(value)
    return sorted(found)  # type: ignore[type-var]
