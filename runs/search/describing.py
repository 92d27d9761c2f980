"""Search spaces in words, the same on every page."""

from collections.abc import Mapping

from runs.search.parameters import Value
from runs.search.spaces import Conditional, Distribution, Fixed, FloatRange, IntRange

_MANY_CHOICES = 6


def describe(distribution: Distribution | None) -> str:
    """Say what values a parameter takes.

    Parameters
    ----------
    distribution : Distribution or None
        Its distribution; None if the parameter is not searched.

    Returns
    -------
    str
        For example ``0.01 to 0.3 (log)``, ``2, 4 or 8``, or ``always True``.
    """
    if distribution is None:
        return "its default"
    if isinstance(distribution, Conditional):
        values = _listed(distribution.values)
        where = f"where {distribution.parameter} is {values}"
        return f"{describe(distribution.distribution)}, {where}"
    if isinstance(distribution, Fixed):
        return f"always {_word(distribution.value)}"
    if isinstance(distribution, IntRange | FloatRange):
        text = f"{_word(distribution.low)} to {_word(distribution.high)}"
        if distribution.log:
            return f"{text} (log)"
        if distribution.step not in (None, 1) or isinstance(distribution.step, float):
            return f"{text} in steps of {_word(distribution.step)}"
        return text
    return _listed(distribution.choices)


def _listed(values: tuple[Value, ...]) -> str:
    words = [_word(value) for value in values]
    if len(words) > _MANY_CHOICES:
        return f"{len(words)} values from {words[0]} to {words[-1]}"
    return " or ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)


def _word(value: Value) -> str:
    # As pages write the parameters of a trial: None and True, not null and true.
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def changes(
    before: Mapping[str, Distribution], after: Mapping[str, Distribution]
) -> str:
    """Say how a space differs from what it was.

    Parameters
    ----------
    before : mapping of str to Distribution
        The space as it was.
    after : mapping of str to Distribution
        The space as it is.

    Returns
    -------
    str
        A part for each parameter that differs.
    """
    parts = []
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        parts.append(f"{name} from {describe(old)} to {describe(new)}")
    return "; ".join(parts)
