"""Presets on the configure page: cards to begin with, and the values they fill in."""

from typing import Any, NamedTuple

from django.http import QueryDict

from runs.bundles import answers_of, bundle_of
from runs.configuration import (
    Configuration,
    configure,
    detected_task,
    shape_of,
    target_column,
)
from runs.forms.documents import fields_of
from runs.forms.targets import likely_target
from runs.models import Dataset, SavedPreset
from runs.search.presets import PRESETS
from runs.search.problem import SpecError, TaskType


class PresetCard(NamedTuple):
    """A preset to choose; the address is that of the page filled in by it."""

    name: str
    title: str
    description: str
    costs: str  # in words, where nothing better is known
    saved: SavedPreset | None
    query: str
    is_chosen: bool
    configuration: Configuration | None  # what it would make of this table
    problem: str  # why it cannot be used as it is
    notes: list[str]

    @property
    def is_by_time(self) -> bool:
        """Whether it is the time that says how many combinations there are."""
        return self.configuration is not None and self.configuration.is_by_time


def preset_cards(
    dataset: Dataset, *, chosen: str, target: str, task: TaskType
) -> list[PresetCard]:
    """Return the product's presets, then the project's own."""
    cards = []
    for preset in PRESETS.values():
        configuration, problem = made_by(dataset, target, task, preset=preset.name)
        cards.append(
            PresetCard(
                name=preset.name,
                title=preset.title,
                description=preset.description,
                costs=preset.costs,
                saved=None,
                query=address(preset.name, target),
                is_chosen=preset.name == chosen,
                configuration=configuration,
                problem=problem,
                notes=[],
            )
        )
    own = SavedPreset.objects.filter(project_id=dataset.project_id)
    for saved in own.select_related("created_by"):
        suited = answers_of(saved, task)
        configuration, problem = made_by(dataset, target, task, **suited.wish)
        cards.append(
            PresetCard(
                name=saved.name,
                title=saved.name,
                description=saved.description,
                costs="",
                saved=saved,
                query=address(saved.name, target),
                is_chosen=saved.name == chosen,
                configuration=configuration,
                problem=problem,
                notes=suited.notes,
            )
        )
    return cards


def address(name: str, target: str) -> str:
    query = QueryDict(mutable=True)
    query["preset"] = name
    if target:
        query["target"] = target
    return query.urlencode()


def made_by(
    dataset: Dataset, target: str, task: TaskType, **wish: Any
) -> tuple[Configuration | None, str]:
    try:
        return configure(dataset, target=target, task=task.value, **wish), ""
    except SpecError as error:
        return None, str(error)


def without_unknown(query: QueryDict, dataset: Dataset) -> QueryDict:
    """Drop a preset that there is not, or no longer."""
    name = query.get("preset", "")
    own = SavedPreset.objects.filter(project_id=dataset.project_id, name=name)
    if not name or name in PRESETS or own.exists():
        return query
    query = query.copy()
    del query["preset"]
    return query


def initial_of(query: QueryDict, dataset: Dataset) -> dict[str, Any]:
    """Return the values a preset named in the address opens the form with."""
    name = query.get("preset", "")
    target = query.get("target") or likely_target(dataset)
    if not name or not target:
        return {}
    try:
        column = target_column(dataset, target)
        task = query.get("task", "")
        chosen = (
            TaskType(task) if task in set(TaskType) else detected_task(dataset, target)
        )
        wish = bundle_of(dataset.project_id, name, shape_of(dataset, column, chosen))
    except SpecError:  # the form says what is wrong with the target
        return {}
    return {**fields_of(wish), "preset": name, "target": target}
