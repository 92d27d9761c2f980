"""Between the arguments of a configuration and the fields of the configure form."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from runs.configuration import Configuration, configure
from runs.forms.more import halving_fields
from runs.forms.spaces import as_text
from runs.models import Dataset
from runs.search.algorithms import ALGORITHMS, resolve
from runs.search.problem import SpecError, TaskType
from runs.specifications import (
    answered,
    changed_spaces,
    keys_of,
    parse_all,
    read_document,
    specification_of,
)

# Arguments of `configure` that are fields of the form under the same name.
SAME = (
    *("algorithms", "strategy", "n_trials", "share", "patience", "target_score"),
    *("scheme", "n_splits", "n_repeats", "ensemble", "scoring", "metrics", "exclude"),
    *("split_column", "trial_seconds", "trial_memory_mb", "seed", "train_scores"),
)
# Those whose field says the same in another unit.
UNITS = {
    "time_budget_seconds": ("time_budget_minutes", 1 / 60),
    "holdout_fraction": ("holdout_percent", 100.0),
    "validation_fraction": ("validation_percent", 100.0),
}
# What the checks call an argument that has another name.
OWN_NAMES = {"space": "spaces", "metric": "scoring"}
# A configuration is some kilobytes; what is far larger is some other file.
MAX_BYTES = 2_000_000
# More than this many problems at once help nobody.
MAX_PROBLEMS = 30


def fields_of(wish: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the fields that stand for arguments of `configure`."""
    found = {
        name: wish[name]
        for name in SAME
        if name in wish and not (wish[name] is None and name in {"metrics", "exclude"})
    }
    if wish.get("spaces"):
        found["spaces"] = as_text(wish["spaces"])
    for name, (field, factor) in UNITS.items():
        if wish.get(name) is not None:
            found[field] = converted(wish[name], factor)
    if wish.get("enqueued"):
        found["first"] = list(wish["enqueued"])
    return found | halving_fields(wish.get("halving"))


def converted(value: float, factor: float) -> float:
    """Return a value in another unit, as few digits as give exactly the same back."""
    number = value * factor
    for digits in range(13):
        rounded = round(number, digits)
        back = rounded / factor if factor > 1 else rounded * round(1 / factor)
        if back == value:
            return int(rounded) if rounded == int(rounded) else rounded
    return number


def fields_of_all(configuration: Configuration, dataset: Dataset) -> dict[str, Any]:
    """Return the values of all fields that make this configuration."""
    document = specification_of(configuration, dataset)
    spaces = changed_spaces(
        configuration.spaces, configuration.task, configuration.strategy
    )
    wish = document | {"algorithms": list(configuration.spaces), "spaces": spaces}
    return fields_of(wish) | {
        "target": configuration.target,
        "task": configuration.task,
        "preset": configuration.preset,
    }


# --- Documents from elsewhere -----------------------------------------------------------


class Problem(NamedTuple):
    """Something wrong in a document, and the key it stands under.

    `path` says where below the key, as far as that is known.
    """

    key: str
    text: str
    path: tuple[str | int, ...] = ()


class Reading(NamedTuple):
    """What a document says, or all that is wrong with it."""

    configuration: Configuration | None
    name: str
    problems: list[Problem]


def read_text(text: str, *, dataset: Dataset, target: str) -> Reading:
    """Read a configuration that came as JSON; `target` is used where it names none."""
    if not text.strip():
        return Reading(None, "", [Problem("", "Paste a document, or choose a file.")])
    try:
        found = read_document(text)
    except SpecError as error:
        message = str(error)
        return Reading(None, "", [Problem("", message[0].upper() + message[1:])])
    return read_found(found, dataset=dataset, target=target)


def read_found(
    found: Mapping[str, Any], *, dataset: Dataset, target: str = ""
) -> Reading:
    """Read a configuration that came as a JSON object."""
    arguments, wrong = parse_all(found)
    problems = [
        Problem(key, str(error), place_in(arguments, error)[1])
        for key, error in wrong.items()
    ]
    wish = answered(arguments)
    name = str(wish.pop("name", None) or "")
    named = wish.get("target")
    wish["target"] = target if named in (None, "") else str(named)
    if not wish["target"]:
        if "target" not in wrong:
            problems.append(Problem("target", "Name the column to predict."))
        return Reading(None, name, problems)
    keys = keys_of(found)
    configuration, more = try_out(wish, dataset)
    problems += [one._replace(key=keys.get(one.key, one.key)) for one in more]
    return Reading(None if problems else configuration, name, problems)


def place_in(
    wish: Mapping[str, Any], error: SpecError
) -> tuple[str, tuple[str | int, ...]]:
    """Return the argument in which something is wrong, and where, as far as is known.

    An algorithm is looked for by the name that it has there, which may be an alias.
    """
    field = OWN_NAMES.get(error.field or "", error.field or "")
    if error.path or error.algorithm is None or field not in {"spaces", "algorithms"}:
        return field, error.path
    spaces, listed = wish.get("spaces") or {}, wish.get("algorithms") or []
    for name in spaces:
        if is_named(error.algorithm, name):
            parameter = [error.parameter] if error.parameter else []
            return "spaces", (name, *parameter)
    for at, name in enumerate(listed):
        if is_named(error.algorithm, name):
            return "algorithms", (at,)
    return field, (error.algorithm,) if field == "spaces" else ()


def is_named(algorithm: str, name: str) -> bool:
    """Tell whether a name in a document is of an algorithm that an error is about."""
    if name == algorithm:
        return True
    with suppress(SpecError):
        return any(
            resolve(name, task).name == algorithm for task in tasks_of(algorithm)
        )
    return False


def tasks_of(algorithm: str) -> frozenset[TaskType]:
    known = ALGORITHMS.get(algorithm)
    return known.tasks if known else frozenset()


def try_out(
    wish: dict[str, Any], dataset: Dataset
) -> tuple[Configuration | None, list[Problem]]:
    """Configure, and look on for more once something is wrong."""
    rest = dict(wish)
    problems: list[Problem] = []
    while len(problems) < MAX_PROBLEMS:
        try:
            configuration = configure(dataset, **rest)
        except SpecError as error:
            field, path = place_in(rest, error)
            problems.append(Problem(field, str(error), path))
            if not without(rest, field, path, error):
                return None, problems
        except (TypeError, ValueError, AttributeError, KeyError) as error:
            # Of a kind that no check foresaw: said, rather than a page that breaks.
            text = f"This cannot be read as a configuration: {error}."
            problems.append(Problem("", text))
            return None, problems
        else:
            return (None if problems else configuration), problems
    return None, problems


def without(
    wish: dict[str, Any], field: str, path: tuple[str | int, ...], error: SpecError
) -> bool:
    """Take out what was wrong; False if that is not possible."""
    if field == "spaces" and path and path[0] in (wish.get("spaces") or {}):
        spaces = dict(wish["spaces"])
        space = dict(spaces.pop(path[0]))
        if error.parameter in space and len(space) > 1:
            del space[error.parameter]
            spaces[str(path[0])] = space
        wish["spaces"] = spaces
        return bool(spaces)
    if field == "target" or field not in wish:
        return False
    del wish[field]
    return True


def as_document(configuration: Configuration, dataset: Dataset) -> str:
    """Write the whole configuration, spaces a parameter a line."""
    found = specification_of(configuration, dataset)
    lines = []
    for key, value in found.items():
        text = as_text(value) if key == "spaces" else json.dumps(value)
        lines.append(f"  {json.dumps(key)}: " + text.replace("\n", "\n  "))
    return "{\n" + ",\n".join(lines) + "\n}\n"
