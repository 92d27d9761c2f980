"""What a preset answers: one of the product's, or one that a project has saved."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from runs.models import SavedPreset
from runs.search.algorithms import ALGORITHMS, resolve
from runs.search.metrics import METRICS
from runs.search.presets import PRESETS, Shape
from runs.search.problem import SpecError, TaskType


class Suited(NamedTuple):
    """The answers of a saved preset for a task, and what of it does not apply."""

    wish: dict[str, Any]
    notes: list[str]


def bundle_of(project_id: int, name: str, shape: Shape) -> dict[str, Any]:
    """Return the arguments of a configuration that a preset gives.

    The product's own names win over those that a project has saved.

    Raises
    ------
    SpecError
        If there is no preset of this name.
    """
    if name in PRESETS:
        return PRESETS[name].build(shape)
    presets = SavedPreset.objects.filter(project_id=project_id)
    saved = presets.filter(name=name).first()
    if saved is None:
        own = presets.values_list("name", flat=True)
        known = ", ".join([*PRESETS, *own])
        message = f"There is no preset “{name}”. The presets are: {known}."
        raise SpecError(message, field="preset")
    return answers_of(saved, shape.task).wish


def answers_of(saved: SavedPreset, task: TaskType) -> Suited:
    """Return what a saved preset says, as far as it exists for the task."""
    wish = dict(saved.specification)
    notes: list[str] = []
    asked = list(wish.get("algorithms") or [])
    named = {name: counterpart(name, task) for name in asked}
    lost = [name for name, found in named.items() if found is None]
    if lost:
        titles = ", ".join(
            ALGORITHMS[n].title if n in ALGORITHMS else str(n) for n in lost
        )
        notes.append(f"{titles} left out: not for this task")
    if asked:
        kept = list(dict.fromkeys(found for found in named.values() if found))
        wish["algorithms"] = kept or None
    spaces: Mapping[str, Any] = wish.get("spaces") or {}
    # Another task's linear model has other parameters.
    wish["spaces"] = {n: s for n, s in spaces.items() if counterpart(n, task) == n}
    wish["spaces"] = wish["spaces"] or None
    if not fits(wish.get("scoring"), task):
        notes.append(f"metric {METRICS[wish['scoring']].title} left out")
        del wish["scoring"]
        wish.pop("metrics", None)
        wish.pop("target_score", None)
    if not all(fits(name, task) for name in wish.get("metrics") or []):
        del wish["metrics"]
    return Suited(wish, notes)


def counterpart(name: str, task: TaskType) -> str | None:
    """Return the algorithm itself, or the one that the task calls by the same name."""
    aliases = ALGORITHMS[name].aliases if name in ALGORITHMS else ()
    for spelling in (name, *aliases):
        try:
            return resolve(spelling, task).name
        except SpecError:
            continue
    return None


def fits(metric: str | None, task: TaskType) -> bool:
    found = METRICS.get(metric or "")
    return found is None or task in found.tasks
