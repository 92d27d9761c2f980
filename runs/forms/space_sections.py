"""The sections of the configure page, one an algorithm, with what was typed in them."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

from django.http import QueryDict

from runs.enums import Strategy
from runs.forms.space_fields import (
    Entry,
    FieldError,
    Fields,
    condition_text,
    entry_of,
    fields_of,
    kinds_for,
)
from runs.forms.space_summaries import summary_of
from runs.forms.space_values import text_of
from runs.search.algorithms import Algorithm
from runs.search.estimator_defaults import defaults_of
from runs.search.parameters import Parameter, parameters_of
from runs.search.problem import SpecError, TaskType
from runs.search.spaces import Space, parse_space, size_of, space_to_json

Spaces = dict[str, dict[str, Any]]
Problems = dict[tuple[str, str], str]  # (parameter, field) -> sentence


def usual_space(algorithm: Algorithm, task: TaskType, *, listed: bool) -> Space:
    return algorithm.grid(task) if listed else algorithm.space(task)


def is_listed(strategy: str) -> bool:
    return strategy == Strategy.GRID


def made_for(strategy: str, task: TaskType) -> str:
    """Name what the values of a page are meant for; another needs others."""
    return f"{'grid' if is_listed(strategy) else 'sampled'}:{task.value}"


def prefix(algorithm: str, parameter: str = "") -> str:
    return f"p:{algorithm}:{parameter}:" if parameter else f"p:{algorithm}:"


def sent_fields(
    data: Mapping[str, Any], algorithm: str, task: TaskType
) -> dict[str, Fields]:
    """Return what was typed for an algorithm, in the order of the page.

    Parameters that do not exist for the task are left out.
    """
    start = prefix(algorithm)
    names = [
        key.split(":")[2]
        for key in data
        if key.startswith(start) and key.endswith(":kind")
    ]
    known = parameters_of(algorithm, task)
    return {
        name: Fields(
            **{f: data.get(prefix(algorithm, name) + f, "") for f in Fields._fields}
        )
        for name in names
        if name in known
    }


def put_fields(
    data: QueryDict, algorithm: str, fields: Mapping[str, Fields] | None
) -> None:
    """Write the fields of an algorithm in place of those it has; None closes it."""
    for key in [key for key in data if key.startswith(prefix(algorithm))]:
        del data[key]
    rest = [name for name in data.getlist("open") if name != algorithm]
    data.setlist("open", [*rest, *([algorithm] if fields is not None else [])])
    for name, typed in (fields or {}).items():
        for field, text in typed._asdict().items():
            if text or field == "kind":
                data[prefix(algorithm, name) + field] = text


def read_fields(
    fields: Mapping[str, Fields], algorithm: str, task: TaskType, *, listed: bool
) -> tuple[dict[str, Entry], Problems]:
    """Return the space that was typed, in its JSON form, and what is wrong with it."""
    known = parameters_of(algorithm, task)
    entries: dict[str, Entry] = {}
    problems: Problems = {}
    for name, typed in fields.items():
        try:
            entries[name] = entry_of(typed, known[name], algorithm=algorithm)
        except FieldError as error:
            problems[name, error.field] = str(error)
    if problems:
        return entries, problems
    try:
        space = parse_space(entries, algorithm=algorithm)
    except SpecError as error:
        name = error.parameter or next(iter(fields))
        message = str(error).removeprefix(f"{algorithm}: {name} ")
        return entries, {(name, "when"): message[:1].upper() + message[1:]}
    for name, distribution in space.items():
        if listed and size_of(distribution) is None:
            message = (
                "A grid cannot try every number of a range: say how many points of it "
                "and list them, or give a step."
            )
            problems[name, "points"] = message
    return space_to_json(space), problems


class ParameterRow(NamedTuple):
    """One parameter as it is shown."""

    parameter: Parameter
    key: str  # of its elements' ids
    prefix: str  # of its fields' names
    fields: Fields
    kinds: dict[str, str]
    errors: dict[str, str]  # field -> sentence
    default: str | None
    condition: str
    when: str  # the condition as JSON, also where it is not ticked


class Section:
    """One algorithm: what is typed if it was opened, else what it would try."""

    def __init__(
        self,
        algorithm: Algorithm,
        task: TaskType,
        *,
        listed: bool,
        space: Space,
        fields: dict[str, Fields] | None,
    ) -> None:
        self.algorithm = algorithm
        self.task = task
        self.listed = listed
        self.space = space
        self.is_open = fields is not None
        self.fields = fields if fields is not None else {}
        self.usual = usual_space(algorithm, task, listed=listed)
        self.problems: Problems = {}
        self.entries: dict[str, Entry] = {}
        if self.is_open:
            self.entries, self.problems = read_fields(
                self.fields, algorithm.name, task, listed=listed
            )
            if not self.problems:
                self.space = parse_space(self.entries, algorithm=algorithm.name)

    @property
    def name(self) -> str:
        return self.algorithm.name

    @property
    def summary(self) -> str:
        if self.problems:
            n = len(self.problems)
            return f"{n} value{'s' if n > 1 else ''} cannot be used"
        return summary_of(self.space, listed=self.listed)

    @property
    def is_usual(self) -> bool:
        return not self.problems and self.space == self.usual

    @property
    def sentences(self) -> list[str]:
        """Return what is wrong, for a list of problems away from the fields."""
        return [
            f"{self.algorithm.title}, {name}: {message}"
            for (name, _), message in self.problems.items()
        ]

    @cached_property
    def rows(self) -> list[ParameterRow]:
        known = parameters_of(self.name, self.task)
        defaults = defaults_of(self.name, self.task)
        # Conditions are the sampled space's; a grid may not have the parameter at all.
        spaces = self.algorithm.space(self.task) | self.usual
        usual = {name: fields_of(d) for name, d in spaces.items()}
        whens = {
            name: typed.when or (usual[name].when if name in usual else "")
            for name, typed in self.fields.items()
        }
        return [
            ParameterRow(
                known[name],
                f"{self.name}-{name}",
                prefix(self.name, name),
                typed,
                kinds_for(known[name]),
                {f: text for (n, f), text in self.problems.items() if n == name},
                text_of(defaults[name]) if name in defaults else None,
                condition_text(whens[name]),
                whens[name],
            )
            for name, typed in self.fields.items()
        ]

    @property
    def addable(self) -> list[Parameter]:
        """Return the parameters the estimator has besides."""
        known = parameters_of(self.name, self.task).values()
        return [p for p in known if p.name not in self.fields]


def opened_fields(space: Space) -> dict[str, Fields]:
    return {name: fields_of(distribution) for name, distribution in space.items()}
