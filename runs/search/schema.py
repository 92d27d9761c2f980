"""The JSON Schema of search spaces, for editors and for programs that write them.

``runs/search/space.schema.json`` is what ``python -m runs.search.schema`` prints; a test
holds the file to it. The schema tells forms and names; what it cannot say, such as a low
above a high, ``parse_space`` refuses by itself.
"""

import json
import math
from pathlib import Path
from typing import Any

from runs.search.algorithms import ALGORITHMS
from runs.search.parameters import PARAMETERS, Parameter

Schema = dict[str, Any]

PUBLISHED = Path(__file__).with_name("space.schema.json")
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SCALAR = {"type": ["boolean", "number", "string", "null"]}
_WHEN: Schema = {
    "type": "object",
    "description": "The parameter exists only where this other one has these values.",
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": {
        "anyOf": [_SCALAR, {"type": "array", "items": _SCALAR, "minItems": 1}]
    },
}


def space_schema() -> Schema:
    """Build the schema of a specification's ``spaces``.

    Returns
    -------
    dict
        A JSON Schema (draft 2020-12): an object that maps algorithms to spaces.
    """
    return {
        "$schema": DIALECT,
        "title": "Search spaces",
        "description": "For each algorithm the values its parameters may take.",
        "type": "object",
        "properties": {
            name: _space(name) for name, entry in ALGORITHMS.items() if entry.offered
        },
        # Aliases are accepted, too; their parameters are checked when they are read.
        "additionalProperties": {"type": "object"},
        "$defs": {
            "when": _WHEN,
            "int": _range("int", "integer"),
            "float": _range("float", "number"),
        },
    }


def _space(algorithm: str) -> Schema:
    entry = ALGORITHMS[algorithm]
    return {
        "type": "object",
        "title": entry.title,
        "description": entry.description,
        "properties": {
            parameter.name: _parameter(parameter) for parameter in PARAMETERS[algorithm]
        },
        "additionalProperties": False,
    }


def _parameter(parameter: Parameter) -> Schema:
    value = _value(parameter)
    forms = [
        value,
        {"type": "array", "items": value, "minItems": 1},
        _object(
            "categorical", choices={"type": "array", "items": value, "minItems": 1}
        ),
        _object("fixed", value=value),
    ]
    if parameter.whole is not None:
        forms.append({"$ref": "#/$defs/int"})
    if parameter.reals is not None:
        forms.append({"$ref": "#/$defs/float"})
    return {"description": parameter.help, "anyOf": forms}


def _value(parameter: Parameter) -> Schema:
    kinds: list[Schema] = []
    if parameter.words:
        kinds.append({"enum": list(parameter.words)})
    if parameter.whole is not None:
        whole: Schema = {"type": "integer", "minimum": parameter.whole.start}
        if parameter.whole.stop < 2**31 - 1:
            whole["maximum"] = parameter.whole.stop - 1
        kinds.append(whole)
    if parameter.reals is not None:
        reals = parameter.reals
        least = "exclusiveMinimum" if reals.open else "minimum"
        real: Schema = {"type": "number", least: reals.low}
        if math.isfinite(reals.high):
            real["maximum"] = reals.high
        kinds.append(real)
    return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}


def _range(kind: str, number: str) -> Schema:
    bound = {"type": number}
    found = _object(kind, low=bound, high=bound)
    found["properties"] |= {
        "log": {"type": "boolean", "description": "On a logarithmic scale."},
        "step": {"type": number, "exclusiveMinimum": 0},
    }
    return found


def _object(kind: str, **needed: Schema) -> Schema:
    return {
        "type": "object",
        "properties": {
            "type": {"const": kind},
            **needed,
            "when": {"$ref": "#/$defs/when"},
        },
        "required": ["type", *needed],
        "additionalProperties": False,
    }


def as_text() -> str:
    """Write the schema as the file holds it.

    Returns
    -------
    str
        JSON with a line break at the end.
    """
    return json.dumps(space_schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(as_text(), end="")  # noqa: T201
