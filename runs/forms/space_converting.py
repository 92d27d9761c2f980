"""Another strategy or task: the values of the page follow, and say so."""

from typing import Any

from django.http import QueryDict

from runs.forms.space_merging import Merged, parsed
from runs.forms.space_sections import (
    Section,
    Spaces,
    made_for,
    opened_fields,
    put_fields,
    usual_space,
)
from runs.forms.space_summaries import short
from runs.forms.spaces import as_text
from runs.search.algorithms import Algorithm
from runs.search.converting import listed, ranged
from runs.search.problem import TaskType
from runs.search.spaces import Space, space_to_json


def read_made_for(text: str) -> tuple[bool, TaskType] | None:
    """Read what the values of a page were meant for."""
    kind, _, task = text.partition(":")
    if kind not in {"grid", "sampled"} or task not in set(TaskType):
        return None
    return kind == "grid", TaskType(task)


def converted(
    data: QueryDict,
    algorithms: list[Algorithm],
    *,
    task: TaskType,
    strategy: str,
) -> list[str]:
    """Change the values in `data` to suit strategy and task; return what was done.

    An algorithm's own values give way to those it has for the new strategy. Of a
    person's own, ranges become lists for a grid, and lists of what is usually a range
    become one; what cannot be read stays as it was typed.
    """
    now = made_for(strategy, task)
    before = read_made_for(data.get("made_for", ""))
    was = data.get("made_for", "")
    data["made_for"] = now
    if before is None or was == now:
        return []
    to_grid, was_grid = now.startswith("grid"), before[0]
    known = {algorithm.name for algorithm in algorithms}
    for name in data.getlist("open"):
        if name not in known:
            put_fields(data, name, None)
    # Read as of before, so that a range is none of a grid's errors.
    merged = Merged(
        data,
        algorithms,
        task=task,
        strategy="grid" if was_grid else "random",
        text=data.get("spaces", ""),
        before=data.get("spaces_before"),
    )
    notes = []
    spaces: Spaces = {}
    for section in merged.sections:
        old = old_usual(section, *before)
        new = usual_space(section.algorithm, task, listed=to_grid)
        if section.is_open and not section.problems:
            space = suited(section.space, old, new, to_grid=to_grid, section=section)
            put_fields(data, section.name, opened_fields(space))
            notes += said_of(section, space, old)
        if merged.has_json(section.name):
            spaces[section.name] = json_suited(merged, section, old, new, to_grid)
    if merged.written is not None and not merged.is_hand_written:
        data["spaces"] = data["spaces_before"] = as_text(spaces)
    return notes


def old_usual(section: Section, was_grid: bool, task: TaskType) -> Space:
    if task not in section.algorithm.tasks:
        return section.usual
    return usual_space(section.algorithm, task, listed=was_grid)


def suited(
    space: Space, old: Space, new: Space, *, to_grid: bool, section: Section
) -> Space:
    if space == old:
        return new
    if to_grid:
        return listed(space)
    return ranged(space, usual_space(section.algorithm, section.task, listed=False))


def json_suited(
    merged: Merged, section: Section, old: Space, new: Space, to_grid: bool
) -> dict[str, Any]:
    written = (merged.written or {})[section.name]
    space = parsed(written, section.name)
    if space is None:
        return written
    return space_to_json(suited(space, old, new, to_grid=to_grid, section=section))


def said_of(section: Section, space: Space, old: Space) -> list[str]:
    """Say what became of a person's own values."""
    if section.space == old:
        return []
    changes = [
        f"{name} {short(before)} became {short(space[name])}"
        for name, before in section.space.items()
        if space[name] != before
    ]
    return [f"{section.algorithm.title}: {', '.join(changes)}."] if changes else []
