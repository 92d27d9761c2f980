"""What a person accepted of the advice about a table, as values of the configure page."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.utils.text import Truncator

from runs.enums import Scheme
from runs.models import Dataset, TargetProfile
from runs.search.metrics import METRICS
from runs.search.presets import PRESETS

N_NAMED = 5


class Carried(NamedTuple):
    """Values of the form, and what is said of them."""

    values: dict[str, Any]
    preset: str
    notes: list[str]


def carried_over(dataset: Dataset, target: str) -> Carried:
    """Return what follows for a run from the advice accepted for this target."""
    profile = dataset.target_profiles.filter(target=target).only("accepted").first()
    accepted = [*dataset.accepted, *(profile.accepted if profile else [])]
    remedies = [(a["remedy"], a["columns"]) for a in accepted if a.get("remedy")]
    values: dict[str, Any] = {}
    notes = []
    exclude = [
        name
        for name in excluded_of(remedies)
        if name != target and dataset.column(name) is not None
    ]
    if exclude:
        values["exclude"] = exclude
        notes.append(f"{listed(exclude)} left out")
    preset = ""
    for remedy, _ in remedies:
        if remedy["action"] not in {"scheme", "metric", "preset", "folds"}:
            continue
        preset = str(remedy.get("preset", preset))
        for name in ("scheme", "split_column", "scoring", "n_splits"):
            if name in remedy:
                values[name] = remedy[name]
        notes += said_of(remedy)
    return Carried(values, preset if preset in PRESETS else "", notes)


def excluded_of(remedies: Sequence[tuple[dict[str, Any], list[str]]]) -> list[str]:
    names = [
        name
        for remedy, columns in remedies
        if remedy["action"] == "exclude"
        for name in columns
    ]
    return list(dict.fromkeys(names))


def said_of(remedy: dict[str, Any]) -> list[str]:
    notes = []
    if remedy.get("scheme") in Scheme.values:
        column = remedy.get("split_column")
        by = f" by {column}" if column else ""
        notes.append(f"validation: {Scheme(remedy['scheme']).label.lower()}{by}")
    if remedy.get("preset") in PRESETS:
        notes.append(f"preset {PRESETS[remedy['preset']].title}")
    if remedy.get("scoring") in METRICS:
        notes.append(f"metric {METRICS[remedy['scoring']].title}")
    if "n_splits" in remedy:
        notes.append(f"{remedy['n_splits']} folds")
    return notes


def listed(names: list[str]) -> str:
    shown = ", ".join(Truncator(name).chars(40) for name in names[:N_NAMED])
    more = len(names) - N_NAMED
    return f"{shown} and {more:,} more" if more > 0 else shown


def still_excluded(dataset: Dataset, target: str, sent: Sequence[str]) -> list[str]:
    """Return what stays left out when another target is chosen.

    What was advised against for some other target counts again.
    """
    others = TargetProfile.objects.filter(dataset=dataset).exclude(target=target)
    advised = {
        name
        for accepted in others.values_list("accepted", flat=True)
        for name in excluded_of([(a["remedy"], a["columns"]) for a in accepted])
    }
    carried = carried_over(dataset, target).values.get("exclude", [])
    kept = [name for name in sent if name not in advised and name != target]
    return list(dict.fromkeys([*kept, *carried]))
