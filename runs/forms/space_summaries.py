"""A search space in one line."""

from runs.forms.space_values import number_text, text_of
from runs.search.problem import SpecError
from runs.search.spaces import (
    Choices,
    Conditional,
    Distribution,
    Fixed,
    Space,
    grid_size,
)

N_SHOWN = 3


def summary_of(space: Space, *, listed: bool) -> str:
    """Say how many parameters and combinations there are, and the first of them."""
    if not space:
        return "No parameter: the estimator as it comes"
    n = len(space)
    text = f"{n} parameter{'' if n == 1 else 's'}"
    if listed:
        text += f", {combinations(space)}"
    shown = [f"{name} {short(d)}" for name, d in list(space.items())[:N_SHOWN]]
    more = [f"{n - N_SHOWN} more"] if n > N_SHOWN else []
    return f"{text} · {', '.join([*shown, *more])}"


def combinations(space: Space) -> str:
    try:
        size = grid_size(space)
    except SpecError:
        return "ranges to be listed"
    return f"{size:,} combination{'' if size == 1 else 's'}"


def short(distribution: Distribution) -> str:
    """Write a distribution as briefly as can be understood: 2–12, auto, 4|8|None."""
    if isinstance(distribution, Conditional):
        return short(distribution.distribution)
    if isinstance(distribution, Fixed):
        return text_of(distribution.value)
    if isinstance(distribution, Choices):
        values = [text_of(value) for value in distribution.choices]
        if len(values) > N_SHOWN + 1:
            return f"{values[0]}|…|{values[-1]}"
        return "|".join(values)
    ends = f"{number_text(distribution.low)}–{number_text(distribution.high)}"
    step = "" if distribution.step in (None, 1) else f" by {distribution.step:g}"
    return ends + (" (log)" if distribution.log else step)
