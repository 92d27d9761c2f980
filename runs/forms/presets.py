"""Presets on the configure page: cards to begin with, and the values they fill in."""

from typing import Any, NamedTuple

from django.http import QueryDict

from runs.configuration import detected_task, shape_of, target_column
from runs.enums import Scheme
from runs.forms.spaces import as_text
from runs.forms.targets import likely_target
from runs.models import Dataset
from runs.search.presets import PRESETS, Preset
from runs.search.problem import SpecError

# Arguments of `configure` that are fields of the form under the same name.
SAME = (
    *("algorithms", "strategy", "n_trials", "share", "patience", "target_score"),
    *("scheme", "n_splits", "n_repeats", "ensemble", "scoring", "metrics"),
)


class PresetCard(NamedTuple):
    """A preset to choose; the address is that of the page filled in by it."""

    preset: Preset
    query: str
    is_chosen: bool


def preset_cards(chosen: str, target: str) -> list[PresetCard]:
    cards = []
    for preset in PRESETS.values():
        query = QueryDict(mutable=True)
        query["preset"] = preset.name
        if target:
            query["target"] = target
        cards.append(PresetCard(preset, query.urlencode(), preset.name == chosen))
    return cards


def initial_of(query: QueryDict, dataset: Dataset) -> dict[str, Any]:
    """Return the values a preset named in the address opens the form with."""
    preset = PRESETS.get(query.get("preset", ""))
    target = query.get("target") or likely_target(dataset)
    if preset is None or not target:
        return {}
    try:
        column = target_column(dataset, target)
        task = detected_task(dataset, target)
    except SpecError:  # the form says what is wrong with the target
        return {}
    wish = preset.build(shape_of(dataset, column, task))
    found = {name: wish[name] for name in SAME if name in wish}
    if wish.get("spaces"):
        found["spaces"] = as_text(wish["spaces"])
    if wish.get("time_budget_seconds"):
        found["time_budget_minutes"] = wish["time_budget_seconds"] / 60
    if wish.get("scheme") == Scheme.HOLDOUT:
        found["validation_percent"] = 100 * wish["validation_fraction"]
    return {**found, "preset": preset.name, "target": target}
