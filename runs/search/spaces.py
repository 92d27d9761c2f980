"""Search spaces: what values each parameter of an algorithm may take."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeGuard

from runs.search.parameters import PARAMETERS, Parameter, Value, parameters_of
from runs.search.problem import SpecError


@dataclass(frozen=True)
class IntRange:
    """Whole numbers from ``low`` to ``high``, both included."""

    low: int
    high: int
    log: bool = False
    step: int = 1


@dataclass(frozen=True)
class FloatRange:
    """Real numbers from ``low`` to ``high``; with a ``step`` only every step-th."""

    low: float
    high: float
    log: bool = False
    step: float | None = None


@dataclass(frozen=True)
class Choices:
    """A list of values."""

    choices: tuple[Value, ...]


Distribution = IntRange | FloatRange | Choices
Space = dict[str, Distribution]


def parse_space(data: Mapping[str, Any], *, algorithm: str) -> Space:
    """Read a search space from its JSON form.

    Parameters
    ----------
    data : mapping of str to object
        For each parameter a list of values, a single value, or a distribution such as
        ``{"type": "float", "low": 0.01, "high": 1, "log": true}``,
        ``{"type": "int", "low": 1, "high": 9, "step": 2}`` or
        ``{"type": "categorical", "choices": [1, null]}``.
    algorithm : str
        Name of the algorithm in the registry.

    Returns
    -------
    dict of str to Distribution
        The space, in the order given.

    Raises
    ------
    SpecError
        If a parameter is unknown or its values make no sense.
    """
    if not isinstance(data, Mapping):
        raise SpecError(
            f"The search space of {algorithm} must be an object that maps parameters "
            "to values.",
            field="space",
            algorithm=algorithm,
        )
    if algorithm not in PARAMETERS:
        raise SpecError(
            f"There is no algorithm {algorithm!r}; known are {', '.join(PARAMETERS)}.",
            field="algorithms",
            algorithm=algorithm,
        )
    known = parameters_of(algorithm)
    space: Space = {}
    for name, entry in data.items():
        if name not in known:
            raise SpecError(
                f"{algorithm} has no parameter {name!r}; it has {', '.join(known)}.",
                field="space",
                algorithm=algorithm,
                parameter=str(name),
            )
        try:
            space[name] = _distribution(entry, known[name])
        except ValueError as error:
            raise SpecError(
                f"{algorithm}: {name} {error}.",
                field="space",
                algorithm=algorithm,
                parameter=name,
            ) from error
    return space


def _distribution(entry: object, parameter: Parameter) -> Distribution:
    if isinstance(entry, Mapping):
        match entry.get("type"):
            case "int" | "float" as kind:
                return _range(entry, parameter, whole=kind == "int")
            case "categorical":
                return _choices(_keys(entry, {"choices"}).get("choices"), parameter)
            case _:
                raise ValueError('needs a "type": int, float or categorical')
    return _choices(entry if isinstance(entry, list | tuple) else [entry], parameter)


def _keys(entry: Mapping[str, Any], allowed: set[str]) -> Mapping[str, Any]:
    unknown = [str(key) for key in entry if key not in allowed | {"type"}]
    if unknown:
        raise ValueError(
            f"has an unknown key {unknown[0]!r}; known are {', '.join(sorted(allowed))}"
        )
    return entry


def _choices(values: object, parameter: Parameter) -> Choices:
    if not isinstance(values, list | tuple):
        raise ValueError("needs a list of values")
    if not values:
        raise ValueError("has an empty list of values; give at least one")
    kept: list[Value] = []
    for value in values:
        try:
            clean = parameter.clean(value)
        except ValueError as error:
            raise ValueError(f"{error}, not {value!r}") from error
        # A value named twice would be the same trial twice. True is not 1 here.
        if not any(clean == other and type(clean) is type(other) for other in kept):
            kept.append(clean)
    return Choices(tuple(kept))


def _range(
    entry: Mapping[str, Any], parameter: Parameter, *, whole: bool
) -> IntRange | FloatRange:
    _keys(entry, {"low", "high", "log", "step"})
    low = _bound(entry, "low", parameter, whole=whole)
    high = _bound(entry, "high", parameter, whole=whole)
    log, step = entry.get("log", False), entry.get("step")
    if low > high:
        raise ValueError(f"has a low of {low:g} above its high of {high:g}")
    if not isinstance(log, bool):
        raise ValueError('needs true or false for "log"')
    if log and low <= 0:
        raise ValueError("needs a low above 0 on a logarithmic scale")
    if step is not None and (not _is_number(step) or step <= 0):
        raise ValueError(f"needs a step above 0, not {step!r}")
    if whole:
        step = 1 if step is None else step
        if not float(step).is_integer():
            raise ValueError("needs a whole step for an int range")
        distribution: IntRange | FloatRange = IntRange(
            int(low), int(high), log, int(step)
        )
        stepped = step != 1
    else:
        if parameter.reals is None:
            raise ValueError("needs an int range")
        distribution = FloatRange(
            float(low), float(high), log, None if step is None else float(step)
        )
        stepped = step is not None
    if log and stepped:
        raise ValueError("can have a logarithmic scale or a step, not both")
    return distribution


def _bound(
    entry: Mapping[str, Any], key: str, parameter: Parameter, *, whole: bool
) -> int | float:
    value = entry.get(key)
    if not _is_number(value):
        raise ValueError(f'needs a number for "{key}"')
    if not whole:
        value = float(value)
    elif float(value).is_integer():
        value = int(value)
    else:
        raise ValueError("needs whole numbers for an int range")
    try:
        parameter.clean(value)
    except ValueError as error:
        raise ValueError(f"{error}, not {value!r}") from error
    return value


def _is_number(value: object) -> TypeGuard[int | float]:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value)
    )


def space_to_json(space: Mapping[str, Distribution]) -> dict[str, dict[str, Any]]:
    """Write a search space in its JSON form.

    Parameters
    ----------
    space : mapping of str to Distribution
        The space.

    Returns
    -------
    dict of str to dict
        What ``parse_space`` turns into an equal space.
    """
    return {name: _to_json(distribution) for name, distribution in space.items()}


def _to_json(distribution: Distribution) -> dict[str, Any]:
    if isinstance(distribution, Choices):
        return {"type": "categorical", "choices": list(distribution.choices)}
    data: dict[str, Any] = {
        "type": "int" if isinstance(distribution, IntRange) else "float",
        "low": distribution.low,
        "high": distribution.high,
    }
    if distribution.log:
        data["log"] = True
    if distribution.step not in (None, 1) or isinstance(distribution.step, float):
        data["step"] = distribution.step
    return data


def size_of(distribution: Distribution) -> int | None:
    """Count the values of a distribution.

    Parameters
    ----------
    distribution : Distribution
        The distribution.

    Returns
    -------
    int or None
        Their number, or None if there is no counting them.
    """
    if isinstance(distribution, Choices):
        return len(distribution.choices)
    if isinstance(distribution, IntRange):
        return (distribution.high - distribution.low) // distribution.step + 1
    if distribution.low == distribution.high:
        return 1
    if distribution.step is None:
        return None
    # Decimal, because 0.3 / 0.1 is less than 3 in binary floating point.
    low, high = Decimal(str(distribution.low)), Decimal(str(distribution.high))
    return int((high - low) / Decimal(str(distribution.step))) + 1


def value_at(distribution: Distribution, index: int) -> Value:
    """Return one value of a countable distribution.

    Parameters
    ----------
    distribution : Distribution
        The distribution.
    index : int
        Position, from 0 to ``size_of(distribution) - 1``.

    Returns
    -------
    bool, int, float, str or None
        The value.
    """
    if isinstance(distribution, Choices):
        return distribution.choices[index]
    if isinstance(distribution, IntRange):
        return distribution.low + index * distribution.step
    step = Decimal(str(distribution.step or 0.0))
    return float(Decimal(str(distribution.low)) + index * step)


def contains(distribution: Distribution, value: Value) -> bool:
    """Tell whether a distribution can produce a value.

    Parameters
    ----------
    distribution : Distribution
        The distribution.
    value : bool, int, float, str or None
        The value.

    Returns
    -------
    bool
        True if it can.
    """
    if isinstance(distribution, Choices):
        return any(
            value == choice and type(value) is type(choice)
            for choice in distribution.choices
        )
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if not distribution.low <= value <= distribution.high:
        return False
    if isinstance(distribution, IntRange):
        return (
            isinstance(value, int)
            and (value - distribution.low) % distribution.step == 0
        )
    if distribution.step is None:
        return True
    nearest = round((value - distribution.low) / distribution.step)
    return value == value_at(distribution, nearest)


def grid_values(distribution: Distribution) -> list[Value]:
    """List the values a grid takes from a distribution.

    Parameters
    ----------
    distribution : Distribution
        Choices, a range of whole numbers, or a range with a step.

    Returns
    -------
    list
        The values in order.

    Raises
    ------
    SpecError
        If the distribution is continuous.
    """
    return [value_at(distribution, i) for i in range(_grid_size(distribution))]


def _grid_size(distribution: Distribution) -> int:
    size = size_of(distribution)
    if size is None:
        assert isinstance(distribution, FloatRange)
        raise SpecError(
            f"A grid cannot list every number from {distribution.low:g} to "
            f"{distribution.high:g}; give a list of values or a step, or use random "
            "search.",
            field="space",
        )
    return size


def grid_size(space: Mapping[str, Distribution]) -> int:
    """Count the combinations of a grid without making them.

    Parameters
    ----------
    space : mapping of str to Distribution
        The space.

    Returns
    -------
    int
        The product of the numbers of values; 1 for an empty space.

    Raises
    ------
    SpecError
        If a parameter is continuous; ``parameter`` says which.
    """
    size = 1
    for name, distribution in space.items():
        try:
            size *= _grid_size(distribution)
        except SpecError as error:
            raise SpecError(f"{name}: {error}", field="space", parameter=name) from None
    return size
