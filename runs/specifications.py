"""A run's configuration as JSON: the `--spec` file of `train`, and what pages exchange."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runs.configuration import FEATURE_KINDS, MAX_TRIALS, Configuration, Wishes
from runs.enums import Scheme, Strategy
from runs.limits import check_limits
from runs.models import Dataset, Run
from runs.search.algorithms import ALGORITHMS
from runs.search.json_text import read_json
from runs.search.problem import SpecError, TaskType
from runs.search.spaces import parse_space, space_to_json

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
    "enqueued": "enqueued",
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
    "enqueued": (list,),
}
# Where null says that there is none, or the usual, whatever a preset says; elsewhere it
# leaves the question open.
NULLABLE = frozenset(
    {
        *("exclude", "scoring", "metrics", "algorithms", "spaces", "enqueued"),
        *("halving", "n_trials", "time_budget_seconds", "target_score", "patience"),
        *("trial_seconds", "trial_memory_mb"),
    }
)
# What only makes sense of one table.
NOT_REUSABLE = frozenset(
    {"target", "task", "name", "preset", "exclude", "split_column", "enqueued"}
)
# Lists of names, and what one of them is.
NAMES = {"algorithms": "algorithm", "metrics": "metric", "exclude": "column"}
KINDS = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
}


# --- From JSON ------------------------------------------------------------------------


def read_specification(path: Path) -> dict[str, Any]:
    """Return the arguments for `configure` that a specification file gives.

    Raises
    ------
    SpecError
        If the file cannot be read, is no JSON object, or has an unknown key.
    """
    try:
        text = path.read_text()
    except OSError as error:
        raise SpecError(f"{path}: {error.strerror}.", field="spec") from None
    except UnicodeDecodeError:
        raise SpecError(f"{path}: not a text file.", field="spec") from None
    try:
        found = read_document(text)
    except SpecError as error:
        raise SpecError(f"{path}: {error}", field="spec") from None
    return parse_specification(found)


def read_document(text: str) -> dict[str, Any]:
    """Return the JSON object that a text is, or raise SpecError with the place."""
    try:
        found = read_json(text)
    except ValueError as error:
        raise SpecError(str(error).replace("N", "n", 1), field="spec") from None
    if not isinstance(found, dict):
        message = "the specification must be one JSON object."
        raise SpecError(message, field="spec")
    return found


def parse_specification(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `configure`; SpecError for the first thing wrong."""
    arguments, problems = parse_all(found)
    if problems:
        raise next(iter(problems.values()))
    return arguments


def parse_all(found: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, SpecError]]:
    """Return the arguments of `configure` that can be read, and what is wrong, by key."""
    arguments: dict[str, Any] = {}
    problems: dict[str, SpecError] = {}
    for key, value in found.items():
        try:
            name = argument_of(key, value)
            check_type(key, name, value)
            if value is not None:
                check_limits({name: value})
            if name in arguments:
                message = (
                    f"The specification says “{name}” twice (as “{key}” the second "
                    "time)."
                )
                raise SpecError(message, field="spec")
        except SpecError as error:
            problems[key] = error
        else:
            arguments[name] = value
    return arguments, problems


def argument_of(key: str, value: object) -> str:
    if key not in KEYS:
        known = ", ".join(KEYS)
        message = f"The specification has an unknown key “{key}”. Known: {known}."
        raise SpecError(message, field="spec")
    if key == "algorithms" and isinstance(value, dict):
        return "spaces"  # {"random_forest": {"max_depth": [2, 4]}} gives grids
    return KEYS[key]


def keys_of(found: Mapping[str, Any]) -> dict[str, str]:
    """Return by argument the key that a document has for it."""
    return {argument_of(key, value): key for key, value in found.items() if key in KEYS}


def answered(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what null leaves open, and keep it where it says that there is none."""
    return {
        name: value
        for name, value in arguments.items()
        if value is not None or name in NULLABLE
    }


def check_type(key: str, name: str, value: object) -> None:
    allowed = TYPES[name]
    if value is None or is_one(value, allowed):
        if name == "spaces" and isinstance(value, dict):
            check_spaces(value)
        if name in NAMES and isinstance(value, list):
            check_names(name, value)
        return
    wanted = KINDS[allowed[-1]]
    if name == "spaces":
        wanted += " with a space for each algorithm"
    raise SpecError(f"“{key}” must be {wanted}, not {json.dumps(value)}.", field=name)


def check_names(name: str, values: list[object]) -> None:
    for at, value in enumerate(values):
        if not isinstance(value, str):
            message = f"The {NAMES[name]} must be a text, not {json.dumps(value)}."
            raise SpecError(message, field=name, path=(at,))


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


# --- To JSON --------------------------------------------------------------------------


def specification_of(wish: Configuration | Run, dataset: Dataset) -> dict[str, Any]:
    """Return a document that says all of a configuration.

    Read again by `parse_specification` and given to `configure` with the same dataset, it
    makes an equal configuration.
    """
    exact = {
        "exclude": left_out(wish, dataset),
        "metrics": list(wish.metrics),
        "halving": dict(wish.halving) or None,
        "n_trials": trials_asked(wish),
    }
    found: dict[str, Any] = {
        "target": wish.target,
        "task": wish.task,
        "preset": wish.preset or None,
    }
    for name in Wishes.__annotations__:
        if name != "algorithms":  # the spaces name them, in their order
            found[name] = exact[name] if name in exact else getattr(wish, name)
    return found


def left_out(wish: Configuration | Run, dataset: Dataset) -> list[str]:
    """Return the columns that could be predicted from, and are not."""
    kept = {*wish.features, wish.target}
    if wish.scheme != Scheme.TIME:  # a column of groups or folds is left out by itself
        kept.add(wish.split_column)
    return [
        c["name"]
        for c in dataset.columns
        if c["kind"] in FEATURE_KINDS and c["name"] not in kept
    ]


def trials_asked(wish: Configuration | Run) -> int | None:
    """Return the number of trials; None where it is the time that ends the search."""
    in_seconds = (
        wish.strategy != Strategy.GRID
        and wish.time_budget_seconds is not None
        and wish.n_trials == MAX_TRIALS
    )
    return None if in_seconds else wish.n_trials


def not_reusable(wish: Configuration | Run, dataset: Dataset) -> list[str]:
    """Return the columns that something is asked of, which `reusable` leaves out."""
    return [name for name in [*left_out(wish, dataset), wish.split_column] if name]


def changed_spaces(
    spaces: Mapping[str, Mapping[str, Any]], task: str, strategy: str
) -> dict[str, dict[str, Any]]:
    """Return the spaces that are not those an algorithm has for a strategy by itself."""
    found = {}
    for name, space in spaces.items():
        algorithm, kind = ALGORITHMS[name], TaskType(task)
        usual = (
            algorithm.grid(kind) if strategy == Strategy.GRID else algorithm.space(kind)
        )
        if parse_space(space, algorithm=name) != usual:
            found[name] = space_to_json(parse_space(space, algorithm=name))
    return found


def reusable(wish: Configuration | Run) -> dict[str, Any]:
    """Return what of a configuration can be asked of another target or another table.

    Target, task, columns and the scheme that follows one of them are left out.
    """
    found: dict[str, Any] = {
        name: getattr(wish, name)
        for name in Wishes.__annotations__
        if name not in {*NOT_REUSABLE, "algorithms", "spaces"}
    }
    if wish.split_column:
        del found["scheme"], found["n_splits"], found["n_repeats"]
    return found | {
        "metrics": list(wish.metrics),
        "halving": dict(wish.halving) or None,
        "n_trials": trials_asked(wish),
        "algorithms": list(wish.spaces),
        "spaces": changed_spaces(wish.spaces, wish.task, wish.strategy) or None,
    }
