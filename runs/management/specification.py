"""The `--spec` file of `train`: a run's configuration as JSON, checked by name."""

import json
from pathlib import Path
from typing import Any

from runs.search.problem import SpecError

# Every key a specification may have, with the argument of `configure` it stands for.
KEYS = {
    "name": "name",
    "target": "target",
    "task": "task",
    "preset": "preset",
    "exclude": "exclude",
    "metric": "scoring",
    "scoring": "scoring",
    "metrics": "metrics",
    "algorithms": "algorithms",
    "spaces": "spaces",
    "grids": "spaces",
    "strategy": "strategy",
    "share": "share",
    "halving": "halving",
    "max_trials": "n_trials",
    "n_trials": "n_trials",
    "time_budget": "time_budget_seconds",
    "time_budget_seconds": "time_budget_seconds",
    "target_score": "target_score",
    "patience": "patience",
    "trial_seconds": "trial_seconds",
    "trial_memory_mb": "trial_memory_mb",
    "scheme": "scheme",
    "cv": "n_splits",
    "n_splits": "n_splits",
    "n_repeats": "n_repeats",
    "split_column": "split_column",
    "validation_fraction": "validation_fraction",
    "holdout": "holdout_fraction",
    "holdout_fraction": "holdout_fraction",
    "train_scores": "train_scores",
    "ensemble": "ensemble",
    "seed": "seed",
}
TYPES: dict[str, tuple[type, ...]] = {
    "name": (str,),
    "target": (str, int, float),
    "task": (str,),
    "preset": (str,),
    "exclude": (list,),
    "scoring": (str,),
    "metrics": (list,),
    "strategy": (str,),
    "share": (str,),
    "halving": (dict,),
    "n_trials": (int,),
    "time_budget_seconds": (int, float),
    "target_score": (int, float),
    "patience": (int,),
    "trial_seconds": (int, float),
    "trial_memory_mb": (int,),
    "scheme": (str,),
    "n_splits": (int,),
    "n_repeats": (int,),
    "split_column": (str,),
    "validation_fraction": (int, float),
    "holdout_fraction": (int, float),
    "train_scores": (bool,),
    "ensemble": (bool,),
    "seed": (int,),
    "algorithms": (list,),
    "spaces": (dict,),
}
KINDS = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
}


def read_specification(path: Path) -> dict[str, Any]:
    """Return the arguments for `configure` that a specification file gives.

    Raises
    ------
    SpecError
        If the file cannot be read, is no JSON object, or has an unknown key.
    """
    try:
        found = json.loads(path.read_text())
    except OSError as error:
        raise SpecError(f"{path}: {error.strerror}.", field="spec") from None
    except UnicodeDecodeError:
        raise SpecError(f"{path}: not a text file.", field="spec") from None
    except json.JSONDecodeError as error:
        message = (
            f"{path}: not JSON: line {error.lineno}, column {error.colno}: {error.msg}."
        )
        raise SpecError(message, field="spec") from None
    if not isinstance(found, dict):
        message = f"{path}: the specification must be one JSON object."
        raise SpecError(message, field="spec")
    return parse_specification(found)


def parse_specification(found: dict[str, Any]) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for key, value in found.items():
        if key not in KEYS:
            message = f"The specification has an unknown key “{key}”. Known: {', '.join(KEYS)}."
            raise SpecError(message, field="spec")
        name = KEYS[key]
        if name == "algorithms" and isinstance(value, dict):
            name = "spaces"  # {"random_forest": {"max_depth": [2, 4]}} gives grids
        check_type(key, name, value)
        if name in arguments:
            message = (
                f"The specification says “{name}” twice (as “{key}” the second time)."
            )
            raise SpecError(message, field="spec")
        arguments[name] = value
    return arguments


def check_type(key: str, name: str, value: object) -> None:
    allowed = TYPES[name]
    if value is None or is_one(value, allowed):
        if name == "spaces" and isinstance(value, dict):
            check_spaces(value)
        return
    wanted = KINDS[allowed[-1]]
    if name == "spaces":
        wanted += " with a space for each algorithm"
    raise SpecError(f"“{key}” must be {wanted}, not {json.dumps(value)}.", field=name)


def is_one(value: object, allowed: tuple[type, ...]) -> bool:
    # To Python, true is a whole number.
    return isinstance(value, bool) == (bool in allowed) and isinstance(value, allowed)


def check_spaces(spaces: dict[str, object]) -> None:
    for algorithm, space in spaces.items():
        if not isinstance(space, dict):
            message = (
                f"The space of “{algorithm}” must be an object with a list of values for "
                f"each parameter, not {json.dumps(space)}."
            )
            raise SpecError(message, field="spaces", algorithm=algorithm)
