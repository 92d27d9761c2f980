"""One parameter of a search space as fields of a form, and back."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from runs.forms.space_values import number_text, read_number, read_values, texts_of
from runs.search.json_text import read_json
from runs.search.parameters import Parameter
from runs.search.problem import SpecError
from runs.search.spaces import (
    Choices,
    Conditional,
    Distribution,
    Fixed,
    IntRange,
    parse_space,
    space_to_json,
)

Entry = dict[str, Any]

KINDS = {
    "int": "Range of whole numbers",
    "float": "Range of numbers",
    "categorical": "List of values",
    "fixed": "One value",
}


class Fields(NamedTuple):
    """What is typed for one parameter; those its kind does not use are kept, unread."""

    kind: str
    low: str = ""
    high: str = ""
    log: str = ""
    step: str = ""
    values: str = ""
    when: str = ""  # the condition as JSON
    points: str = ""  # how many values a list made of the range is to have


class FieldError(ValueError):
    """What is wrong with one field, as a sentence."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def kinds_for(parameter: Parameter) -> dict[str, str]:
    """Return the kinds of distribution that make sense for a parameter."""
    numeric = parameter.whole is not None or parameter.reals is not None
    return {
        kind: label
        for kind, label in KINDS.items()
        if kind not in {"int", "float"}
        or (numeric and (kind == "int" or parameter.reals is not None))
    }


def fields_of(distribution: Distribution) -> Fields:
    if isinstance(distribution, Conditional):
        when = json.dumps({distribution.parameter: list(distribution.values)})
        return fields_of(distribution.distribution)._replace(when=when)
    if isinstance(distribution, Choices):
        return Fields("categorical", values=texts_of(distribution.choices))
    if isinstance(distribution, Fixed):
        return Fields("fixed", values=texts_of((distribution.value,)))
    whole = isinstance(distribution, IntRange)
    step = None if whole and distribution.step == 1 else distribution.step
    return Fields(
        "int" if whole else "float",
        low=number_text(distribution.low),
        high=number_text(distribution.high),
        log="on" if distribution.log else "",
        step=number_text(step),
    )


def entry_of(fields: Fields, parameter: Parameter, *, algorithm: str) -> Entry:
    """Return the distribution in its JSON form, checked by itself.

    Raises
    ------
    FieldError
        Naming the field.
    """
    if fields.kind in {"int", "float"}:
        entry = range_entry(fields, parameter)
    else:
        entry = values_entry(fields, parameter)
    try:
        space = parse_space({parameter.name: entry}, algorithm=algorithm)
    except SpecError as error:
        message = str(error).removeprefix(f"{algorithm}: {parameter.name} ")
        raise FieldError(
            field_of(message, fields.kind), message[:1].upper() + message[1:]
        ) from None
    entry = space_to_json(space)[parameter.name]
    return entry | ({"when": read_when(fields.when)} if fields.when else {})


def range_entry(fields: Fields, parameter: Parameter) -> Entry:
    entry: Entry = {"type": fields.kind, "log": bool(fields.log)}
    for name in ("low", "high", "step"):
        text = getattr(fields, name)
        if name == "step" and not text.strip():
            continue
        try:
            entry[name] = read_number(text)
            if name != "step" and fields.kind in kinds_for(parameter):
                check_bound(entry[name], fields.kind, parameter)
        except ValueError as error:
            raise FieldError(name, str(error)) from None
    return entry


def check_bound(value: float, kind: str, parameter: Parameter) -> None:
    if kind == "int" and not float(value).is_integer():
        raise ValueError(f"{value:g} is not whole; choose “{KINDS['float']}” for it.")
    try:
        parameter.clean(int(value) if kind == "int" else float(value))
    except ValueError:
        message = f"{value:g} is not taken: {parameter.name} is {parameter.accepts}."
        raise ValueError(message) from None


def values_entry(fields: Fields, parameter: Parameter) -> Entry:
    try:
        values = read_values(fields.values, parameter)
    except ValueError as error:
        raise FieldError("values", str(error)) from None
    if fields.kind == "categorical":
        if not values:
            raise FieldError("values", "Give at least one value, or remove it.")
        return {"type": "categorical", "choices": values}
    if fields.kind != "fixed":
        raise FieldError("kind", "Choose a kind.")
    if len(values) != 1:
        raise FieldError("values", f"Give one value, not {len(values)}.")
    return {"type": "fixed", "value": values[0]}


def read_when(text: str) -> Any:  # noqa: ANN401
    try:
        return read_json(text)
    except ValueError:
        raise FieldError("when", "This condition cannot be read.") from None


def field_of(message: str, kind: str) -> str:
    """Return the field that a message about a whole distribution is shown at."""
    if kind not in {"int", "float"}:
        return "values"
    if "step" in message:
        return "step"
    return "high" if "above its high" in message else "low"


def condition_text(when: str) -> str:
    """Say when a parameter exists: only when kernel = poly."""
    try:
        found = read_json(when) if when else {}
        [(name, values)] = found.items() if isinstance(found, Mapping) else []
    except ValueError:
        return ""
    listed = values if isinstance(values, list) else [values]
    return f"only when {name} = {' or '.join(map(str, listed))}"
