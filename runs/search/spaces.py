"""Search spaces: what values each parameter of an algorithm may take."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Any, TypeGuard

from runs.search.parameters import (
    PARAMETERS,
    Parameter,
    Params,
    Value,
    parameters_of,
)
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


@dataclass(frozen=True)
class Fixed:
    """One value, the same in every combination."""

    value: Value


@dataclass(frozen=True)
class Conditional:
    """A distribution that exists only where another parameter has certain values."""

    distribution: "IntRange | FloatRange | Choices | Fixed"
    parameter: str
    values: tuple[Value, ...]


Plain = IntRange | FloatRange | Choices | Fixed
Distribution = Plain | Conditional
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
    _check_conditions(space, known, algorithm)
    return space


def _check_conditions(
    space: Space, known: Mapping[str, Parameter], algorithm: str
) -> None:
    for name, distribution in space.items():
        if not isinstance(distribution, Conditional):
            continue
        parent = space.get(distribution.parameter)
        problem = ""
        if parent is None:
            problem = (
                f"depends on {distribution.parameter!r}, which is not in the space; "
                "add it or leave the condition out"
            )
        elif isinstance(parent, Conditional):
            problem = (
                f"depends on {distribution.parameter!r}, which depends on another "
                "parameter itself; one step is the most"
            )
        elif not any(contains(parent, value) for value in distribution.values):
            values = " or ".join(map(str, distribution.values))
            problem = (
                f"exists only when {distribution.parameter} = {values}, which it never "
                f"is here; let {distribution.parameter} take such a value or leave the "
                "condition out"
            )
        if problem:
            raise SpecError(
                f"{algorithm}: {name} {problem}.",
                field="space",
                algorithm=algorithm,
                parameter=name,
            )


def _distribution(entry: object, parameter: Parameter) -> Distribution:
    if isinstance(entry, Mapping):
        condition = entry.get("when")
        rest = {key: value for key, value in entry.items() if key != "when"}
        plain = _plain(rest, parameter)
        return plain if condition is None else _conditional(plain, condition)
    if isinstance(entry, list | tuple):
        return _choices(entry, parameter)
    return Fixed(_clean(entry, parameter))


def _plain(entry: Mapping[str, Any], parameter: Parameter) -> Plain:
    match entry.get("type"):
        case "int" | "float" as kind:
            return _range(entry, parameter, whole=kind == "int")
        case "categorical":
            return _choices(_keys(entry, {"choices"}).get("choices"), parameter)
        case "fixed":
            if "value" not in _keys(entry, {"value"}):
                raise ValueError('needs a "value"')
            return Fixed(_clean(entry["value"], parameter))
        case _:
            raise ValueError('needs a "type": int, float, categorical or fixed')


def _conditional(plain: Plain, condition: object) -> Conditional:
    if not isinstance(condition, Mapping) or len(condition) != 1:
        raise ValueError(
            'needs one parameter and its values for "when", for example '
            '{"kernel": ["poly"]}'
        )
    [(parameter, values)] = condition.items()
    listed = values if isinstance(values, list | tuple) else [values]
    if not listed:
        raise ValueError('needs at least one value for "when"')
    return Conditional(plain, str(parameter), tuple(listed))


def _clean(value: Any, parameter: Parameter) -> Value:  # noqa: ANN401
    try:
        return parameter.clean(value)
    except ValueError as error:
        raise ValueError(f"{error}, not {value!r}") from error


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
    cleaned = [_clean(value, parameter) for value in values]
    # A value named twice would be the same trial twice. True is not 1 here.
    kept = {(type(clean), clean): clean for clean in cleaned}
    return Choices(tuple(kept.values()))


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
    if step is not None and low < high and step > high - low:
        raise ValueError(
            f"has a step of {step:g}, larger than its range from {low:g} to {high:g}"
        )
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
    if isinstance(distribution, Conditional):
        when = {distribution.parameter: list(distribution.values)}
        return {**_to_json(distribution.distribution), "when": when}
    if isinstance(distribution, Fixed):
        return {"type": "fixed", "value": distribution.value}
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
    if isinstance(distribution, Conditional):
        return size_of(distribution.distribution)
    if isinstance(distribution, Fixed):
        return 1
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
    if isinstance(distribution, Conditional):
        return value_at(distribution.distribution, index)
    if isinstance(distribution, Fixed):
        return distribution.value
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
    if isinstance(distribution, Conditional):
        return contains(distribution.distribution, value)
    if isinstance(distribution, Fixed):
        known = distribution.value
        return value == known and type(value) is type(known)
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


def plain(distribution: Distribution) -> Plain:
    """Leave the condition of a distribution out.

    Parameters
    ----------
    distribution : Distribution
        The distribution.

    Returns
    -------
    IntRange, FloatRange, Choices or Fixed
        What it is where its condition holds.
    """
    if isinstance(distribution, Conditional):
        return distribution.distribution
    return distribution


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
        plain = distribution
        if isinstance(plain, Conditional):
            plain = plain.distribution
        assert isinstance(plain, FloatRange)
        raise SpecError(
            f"A grid cannot list every number from {plain.low:g} to "
            f"{plain.high:g}; give a list of values or a step, or use random "
            "search.",
            field="space",
        )
    return size


def exists(distribution: Distribution, params: Mapping[str, Value]) -> bool:
    """Tell whether a parameter exists, given the values of those it depends on.

    Parameters
    ----------
    distribution : Distribution
        The parameter's distribution.
    params : mapping of str to value
        The unconditional parameters of a combination.

    Returns
    -------
    bool
        True unless it has a condition that does not hold.
    """
    if not isinstance(distribution, Conditional):
        return True
    if distribution.parameter not in params:
        return False
    value = params[distribution.parameter]
    return any(
        value == known and type(value) is type(known) for known in distribution.values
    )


def active(space: Mapping[str, Distribution], params: Mapping[str, Value]) -> list[str]:
    """List the parameters a combination has to name.

    Parameters
    ----------
    space : mapping of str to Distribution
        The space.
    params : mapping of str to value
        The combination, or its unconditional part.

    Returns
    -------
    list of str
        In the order of the space.
    """
    return [name for name in space if exists(space[name], params)]


def fits(space: Mapping[str, Distribution], params: Mapping[str, Value]) -> bool:
    """Tell whether a combination is one of a space.

    Parameters
    ----------
    space : mapping of str to Distribution
        The space.
    params : mapping of str to value
        The combination.

    Returns
    -------
    bool
        True if it names just the parameters that exist for it, with their values.
    """
    return set(active(space, params)) == set(params) and all(
        contains(space[name], value) for name, value in params.items()
    )


def _cases(
    space: Mapping[str, Distribution], names: Sequence[str]
) -> Iterator[tuple[Params, list[str], int]]:
    """Yield each choice of the parameters others depend on, with what is then left.

    Only these are enumerated, and they are few; the rest is multiplied.
    """
    parents = sorted(
        {d.parameter for d in space.values() if isinstance(d, Conditional)}
    )
    listed = [grid_values(space[name]) for name in parents]
    for values in product(*listed):
        chosen = dict(zip(parents, values, strict=True))
        rest = [n for n in names if n not in chosen and exists(space[n], chosen)]
        yield chosen, rest, math.prod(_grid_size(space[name]) for name in rest)


def grid_size(space: Mapping[str, Distribution]) -> int:
    """Count the combinations of a grid without making them.

    Parameters
    ----------
    space : mapping of str to Distribution
        The space.

    Returns
    -------
    int
        The product of the numbers of values, summed over the cases that conditions
        make; 1 for an empty space.

    Raises
    ------
    SpecError
        If a parameter is continuous; ``parameter`` says which.
    """
    for name, distribution in space.items():
        try:
            _grid_size(distribution)
        except SpecError as error:
            raise SpecError(f"{name}: {error}", field="space", parameter=name) from None
    return sum(size for _, _, size in _cases(space, sorted(space)))


def combination_at(space: Mapping[str, Distribution], position: int) -> Params:
    """Return one combination of a grid.

    Parameters
    ----------
    space : mapping of str to Distribution
        The space.
    position : int
        From 0 to ``grid_size(space) - 1``.

    Returns
    -------
    dict of str to value
        Names in sorted order; the last one changes fastest.
    """
    for chosen, rest, size in _cases(space, sorted(space)):
        if position >= size:
            position -= size
            continue
        params: Params = dict(chosen)
        for name in reversed(rest):
            n_values = _grid_size(space[name])
            position, digit = divmod(position, n_values)
            params[name] = value_at(space[name], digit)
        return dict(sorted(params.items()))
    raise IndexError(position)
