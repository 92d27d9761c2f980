"""The JSON Schema of a run's configuration, made from what is read of it."""

from typing import Any

from runs.enums import Scheme, Share, Strategy, Task
from runs.specifications import KEYS, TYPES

NAMES = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    list: "array",
    dict: "object",
}
WORDS = {
    "strategy": Strategy.values,
    "share": Share.values,
    "scheme": Scheme.values,
    "task": Task.values,
}
ITEMS: dict[str, dict[str, Any]] = {
    "exclude": {"items": {"type": "string"}},
    "metrics": {"items": {"type": "string"}},
    "algorithms": {"items": {"type": "string"}},
    "enqueued": {
        "items": {
            "type": "object",
            "properties": {
                "algorithm": {"type": "string"},
                "params": {"type": "object"},
            },
            "required": ["algorithm", "params"],
        }
    },
    "spaces": {"additionalProperties": {"type": "object"}},
}
TEXTS = {
    "target": "The column to predict.",
    "name": "Name of the run; empty: named after target and table.",
    "preset": "Answers what is left open; see /presets.",
    "scoring": "The metric that ranks the trials.",
    "metrics": "Others to compute for every trial.",
    "spaces": (
        "Algorithm → parameter → distribution, or a list of values; the schema of it is "
        "at /schemas/spaces.json."
    ),
    "enqueued": "Combinations to try first.",
    "time_budget_seconds": "For everything, models included.",
    "n_trials": "Trials at most.",
    "exclude": "Columns not to predict from.",
    "seed": "The same seed gives the same folds and the same scores.",
}


def specification_schema() -> dict[str, Any]:
    """Return the schema of the document that starts a run.

    It is that of `train --spec` and of the configure page, other names of keys included.
    """
    return {
        "title": "Configuration",
        "type": "object",
        "properties": {key: property_of(key, name) for key, name in KEYS.items()},
        "required": ["target"],
        "additionalProperties": False,
    }


def property_of(key: str, name: str) -> dict[str, Any]:
    types = [NAMES[kind] for kind in TYPES[name]]
    if "number" in types and "integer" in types:
        types.remove("integer")  # it is one
    found: dict[str, Any] = {"type": types[0] if name == "target" else [*types, "null"]}
    if name in WORDS:
        found["enum"] = [*WORDS[name], None]
    found |= ITEMS.get(name, {})
    if key != name:
        found["description"] = f"Another name of {name}."
    elif name in TEXTS:
        found["description"] = TEXTS[name]
    return found
