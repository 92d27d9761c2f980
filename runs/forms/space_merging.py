"""Fields and JSON of the same spaces: which of the two counts, and how they keep in step.

The JSON holds the spaces that differ from an algorithm's own. The page also sends the
JSON as the server last wrote it; what differs from that was typed by a person.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from runs.forms.space_sections import (
    Section,
    Spaces,
    is_listed,
    opened_fields,
    sent_fields,
    usual_space,
)
from runs.search.algorithms import Algorithm, resolve
from runs.search.json_text import read_json
from runs.search.problem import SpecError, TaskType
from runs.search.spaces import Space, parse_space, space_to_json


def read_spaces(text: object, task: TaskType) -> Spaces | None:
    """Return spaces by the algorithms' own names; None for what is no such JSON."""
    if not str(text or "").strip():
        return {}
    try:
        found = read_json(str(text))
    except ValueError:
        return None
    if not isinstance(found, dict) or not all(
        isinstance(s, dict) for s in found.values()
    ):
        return None
    return {own_name(name, task): space for name, space in found.items()}


def own_name(name: str, task: TaskType) -> str:
    try:
        return resolve(name, task).name
    except SpecError:
        return name


def parsed(space: object, algorithm: str) -> Space | None:
    try:
        return parse_space(space, algorithm=algorithm)  # type: ignore[arg-type]
    except SpecError:
        return None


class Merged:
    """The spaces of a page, from what was typed in its fields and in its JSON."""

    def __init__(
        self,
        data: Any,  # noqa: ANN401 - a QueryDict, or the initial values of a form
        algorithms: Sequence[Algorithm],
        *,
        task: TaskType,
        strategy: str,
        text: str,
        before: str | None,
    ) -> None:
        self.task = task
        self.listed = is_listed(strategy)
        self.written = read_spaces(text, task)
        # Where nothing is said of it, all of the JSON counts as typed.
        self.before = (read_spaces(before, task) or {}) if before is not None else {}
        opened = set(data.getlist("open")) if hasattr(data, "getlist") else set()
        self.sections = [self.section(a, data, a.name in opened) for a in algorithms]

    @property
    def is_hand_written(self) -> bool:
        return self.written is None or self.written != self.before

    @property
    def is_opened(self) -> bool:
        return any(section.is_open for section in self.sections)

    def unticked(self, spaces: Spaces, names: Sequence[str]) -> list[str]:
        """Complain of spaces typed by hand for algorithms that are not searched."""
        wrong = []
        for name in spaces:
            try:
                found = resolve(name, self.task)
            except SpecError as error:
                wrong.append(str(error))
                continue
            if found.name not in names and self.was_typed(found.name):
                wrong.append(f"{found.title} has a space but is not ticked above.")
        return wrong

    def section(
        self, algorithm: Algorithm, data: Mapping[str, Any], is_open: bool
    ) -> Section:
        name = algorithm.name
        usual = usual_space(algorithm, self.task, listed=self.listed)
        space = (
            parsed((self.written or {})[name], name) if self.has_json(name) else None
        )
        return Section(
            algorithm,
            self.task,
            listed=self.listed,
            space=usual if space is None else space,
            fields=sent_fields(data, name, self.task) if is_open else None,
        )

    def has_json(self, name: str) -> bool:
        return name in (self.written or {})

    def was_typed(self, name: str) -> bool:
        """Tell whether the JSON of an algorithm was changed by hand."""
        return (self.written or {}).get(name) != self.before.get(name)

    def spaces(self, names: Sequence[str]) -> tuple[Spaces, list[str]]:
        """Return the spaces that differ from the usual, and what is wrong."""
        found: Spaces = {}
        wrong: list[str] = []
        for section in self.sections:
            if section.name not in names:
                continue
            if section.problems:
                wrong += section.sentences
            elif section.is_open and self.was_typed(section.name):
                wrong += self.conflict(section)
                if self.has_json(section.name):
                    found[section.name] = (self.written or {})[section.name]
            elif section.is_open:
                if not section.is_usual:
                    found[section.name] = section.entries
            elif self.has_json(section.name):
                found[section.name] = (self.written or {})[section.name]
        return found, wrong

    def conflict(self, section: Section) -> list[str]:
        """Complain if fields and JSON were both changed, and differently."""
        name = section.name
        usual = section.usual
        before = parsed(self.before[name], name) if name in self.before else usual
        asked = parsed((self.written or {}).get(name), name)
        now = asked if self.has_json(name) else usual
        if section.space in (before, now):
            return []
        return [
            f"{section.algorithm.title}: both the fields and the JSON were changed. "
            "Fill one of them from the other."
        ]

    def in_full(self, names: Sequence[str]) -> Spaces:
        """Return all spaces, also those that are as usual."""
        found, _ = self.spaces(names)
        return {
            section.name: found[section.name]
            if section.name in found
            else space_to_json(section.space)
            for section in self.sections
            if section.name in names
        }

    def in_step(self, names: Sequence[str]) -> Spaces:
        """Return what the JSON should say: of algorithms switched off, what it said."""
        found, _ = self.spaces(names)
        return {
            section.name: found[section.name]
            if section.name in found
            else (self.written or {})[section.name]
            for section in self.sections
            if section.name in found
            or (
                (section.name not in names or section.problems)
                and self.has_json(section.name)
            )
        }

    def from_json(self, section: Section) -> dict[str, Any] | None:
        """Return the fields that an algorithm's JSON fills in; None if it cannot."""
        name = section.name
        if not self.has_json(name):
            return opened_fields(section.usual)
        space = parsed((self.written or {})[name], name)
        return None if space is None else opened_fields(space)
