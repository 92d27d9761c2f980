"""Single combinations, as a person names them: checked, and compared with others."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from runs.search.algorithms import resolve
from runs.search.parameters import Params, Value, parameters_of
from runs.search.problem import SpecError, TaskType
from runs.search.spaces import (
    Choices,
    Conditional,
    Distribution,
    Fixed,
    IntRange,
    contains,
    parse_space,
)


def clean_combinations(
    entries: Iterable[object], task: TaskType, *, among: Collection[str]
) -> list[dict[str, Any]]:
    """Check combinations that are to be tried before others.

    Parameters
    ----------
    entries : iterable of mapping
        Each with ``algorithm``, a name or an alias, and ``params``.
    task : TaskType
        What is to be predicted.
    among : collection of str
        Names of the algorithms that are searched.

    Returns
    -------
    list of dict
        The same, cleaned, each once, in the order given.

    Raises
    ------
    SpecError
        Naming ``algorithm`` and ``parameter`` where the message is about one.
    """
    found: list[dict[str, Any]] = []
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, Mapping) or set(entry) != {"algorithm", "params"}:
            raise SpecError(
                f"Combination {number} to try first must be an object with "
                '"algorithm" and "params".',
                field="enqueued",
                path=(number - 1,),
            )
        try:
            algorithm = resolve(str(entry["algorithm"]), task)
        except SpecError as error:
            raise SpecError(
                str(error),
                field="enqueued",
                algorithm=error.algorithm,
                path=(number - 1, "algorithm"),
            ) from error
        if algorithm.name not in among:
            raise SpecError(
                f"{algorithm.title} has a combination to try first but is not among "
                "the algorithms of this search; add it, or remove the combination.",
                field="enqueued",
                algorithm=algorithm.name,
                path=(number - 1, "algorithm"),
            )
        try:
            params = clean_combination(algorithm.name, entry["params"], task=task)
        except SpecError as error:
            raise SpecError(
                str(error),
                field="enqueued",
                algorithm=algorithm.name,
                parameter=error.parameter,
                path=(number - 1, "params", *filter(None, [error.parameter])),
            ) from error
        combination = {"algorithm": algorithm.name, "params": params}
        # By text: True equals 1, but an estimator tells them apart.
        if repr(combination) not in map(repr, found):
            found.append(combination)
    return found


def clean_combination(
    algorithm: str,
    params: Mapping[str, Any],
    *,
    task: TaskType,
    space: Mapping[str, Distribution] | None = None,
) -> Params:
    """Check a combination, and write its values as the space of its algorithm would.

    Parameters
    ----------
    algorithm : str
        Name of the algorithm in the registry.
    params : mapping of str to object
        A value for each parameter; the estimator's own default is used for others.
    task : TaskType
        What is to be predicted.
    space : mapping of str to Distribution, optional
        The space searched. Its fixed values are added where they are left out, and a
        number that is one of its choices is written as there: ``1`` as ``1.0``.

    Returns
    -------
    dict of str to value
        The combination, names in sorted order.

    Raises
    ------
    SpecError
        With the ``field`` ``"params"``, and ``parameter`` where it is about one.
    """
    space = space or {}
    if not isinstance(params, Mapping):
        raise SpecError(
            "A combination must be an object that maps parameters to values.",
            field="params",
            algorithm=algorithm,
        )
    known = parameters_of(algorithm, task)
    found: Params = {}
    for name, value in params.items():
        if name not in known:
            raise SpecError(
                f"{algorithm} has no parameter {name!r} for {task.value}; it has "
                f"{', '.join(known)}.",
                field="params",
                algorithm=algorithm,
                parameter=str(name),
            )
        found[name] = _clean(algorithm, name, value, space.get(name))
    for name, distribution in space.items():
        if name not in found and isinstance(distribution, Fixed):
            found[name] = distribution.value
    return dict(sorted(found.items()))


def _clean(
    algorithm: str, name: str, value: object, distribution: Distribution | None
) -> Value:
    if isinstance(value, Mapping | list | tuple):
        raise SpecError(
            f"{algorithm}: {name} needs one value in a combination, not {value!r}.",
            field="params",
            algorithm=algorithm,
            parameter=name,
        )
    try:
        parsed = parse_space({name: value}, algorithm=algorithm)[name]
    except SpecError as error:
        raise SpecError(
            str(error), field="params", algorithm=algorithm, parameter=name
        ) from error
    assert isinstance(parsed, Fixed)
    return as_in(distribution, comparable(algorithm, name, parsed.value))


def as_in(distribution: Distribution | None, value: Value) -> Value:
    """Write a number as a list of values does.

    Parameters
    ----------
    distribution : Distribution or None
        Where the value may be listed.
    value : bool, int, float, str or None
        The value.

    Returns
    -------
    bool, int, float, str or None
        The equal value of the list, or else the same.
    """
    if isinstance(distribution, Conditional):
        return as_in(distribution.distribution, value)
    if isinstance(distribution, IntRange) and isinstance(value, float):
        is_whole = value.is_integer() and contains(distribution, int(value))
        return int(value) if is_whole else value
    listed: tuple[Value, ...] = ()
    if isinstance(distribution, Choices):
        listed = distribution.choices
    elif isinstance(distribution, Fixed):
        listed = (distribution.value,)
    # The type first: of 1 and 1.0, which can mean different things, its own is meant.
    same = [v for v in listed if v == value and type(v) is type(value)]
    same += [v for v in listed if v == value and _are_numbers(v, value)]
    return same[0] if same else value


def _are_numbers(*values: Value) -> bool:
    return all(
        isinstance(value, int | float) and not isinstance(value, bool)
        for value in values
    )


def comparable(algorithm: str, name: str, value: Value) -> Value:
    """Write a value so that equal ones are equal in type too.

    Parameters
    ----------
    algorithm : str
        Name of the algorithm.
    name : str
        Name of the parameter.
    value : bool, int, float, str or None
        A value of it.

    Returns
    -------
    bool, int, float, str or None
        A float where whole numbers mean nothing else than real ones.
    """
    parameter = parameters_of(algorithm).get(name)
    is_real = parameter and parameter.whole is None and parameter.reals is not None
    if is_real and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


def comparable_params(algorithm: str, params: Mapping[str, Value]) -> Params:
    """Write a combination so that an equal one is equal in types too.

    Parameters
    ----------
    algorithm : str
        Name of the algorithm.
    params : mapping of str to value
        The combination.

    Returns
    -------
    dict of str to value
        The combination; its key tells whether another one is the same.
    """
    return {name: comparable(algorithm, name, value) for name, value in params.items()}
