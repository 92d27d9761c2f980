"""Advice that a person follows, or does not follow any more."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from runs.models import Dataset, TargetProfile
from runs.services.recipes import change_recipe

GONE = "This advice is not given any more: look at the page again."

Holder = Dataset | TargetProfile
Changes = dict[str, Any]


@transaction.atomic
def accept_advice(
    dataset: Dataset, key: str, *, user: User, target: str = ""
) -> Dataset:
    """Follow a piece of advice: change the table, or remember it for the next run.

    Returns the version of the table to look at. Raises ValidationError when the advice
    is not there, or has no remedy, or the table is being read.
    """
    holder = holder_of(dataset, target)
    advice = next((a for a in holder.advice if a["key"] == key), None)
    if advice is None or not advice["remedy"]:
        raise ValidationError(GONE)
    if any(a["key"] == key for a in holder.accepted):
        return dataset
    undo, changes = effect(dataset, advice)
    followed = [*holder.accepted, {**advice, "undo": undo}]
    return keep(dataset, holder, followed, changes, user=user)


@transaction.atomic
def undo_advice(dataset: Dataset, key: str, *, user: User, target: str = "") -> Dataset:
    """Take back a piece of advice that was followed; the version to look at."""
    holder = holder_of(dataset, target)
    advice = next((a for a in holder.accepted if a["key"] == key), None)
    if advice is None:
        raise ValidationError(GONE)
    followed = [a for a in holder.accepted if a["key"] != key]
    changes = restored(dataset, advice["undo"])
    return keep(dataset, holder, followed, changes, user=user)


def holder_of(dataset: Dataset, target: str) -> Holder:
    if not target:
        return dataset
    profile: TargetProfile | None = dataset.target_profiles.filter(
        target=target
    ).first()
    if profile is None:
        raise ValidationError(GONE)
    return profile


def keep(
    dataset: Dataset,
    holder: Holder,
    followed: list[Any],
    changes: Changes,
    *,
    user: User,
) -> Dataset:
    """Store what is followed, and have the table read again if that changes it."""
    if isinstance(holder, TargetProfile):
        holder.accepted = followed
        holder.save(update_fields=["accepted"])
        return change_recipe(dataset, user=user, **changes) if changes else dataset
    if changes:
        return change_recipe(dataset, user=user, accepted=followed, **changes)
    dataset.accepted = followed
    dataset.save(update_fields=["accepted"])
    return dataset


# --- Remedies that change the table ----------------------------------------------------


def effect(dataset: Dataset, advice: Changes) -> tuple[Changes, Changes]:
    """Return what undoes a remedy and what it changes; nothing if it is for the run."""
    make = EFFECTS.get(advice["remedy"]["action"])
    return make(dataset, advice["remedy"]) if make else ({}, {})


def kinds_set(dataset: Dataset, remedy: Changes) -> tuple[Changes, Changes]:
    kinds = dataset.recipe["kinds"]
    before = {name: kinds.get(name) for name in remedy["kinds"]}
    return {"kinds": before}, {"kinds": {**kinds, **remedy["kinds"]}}


def duplicates_dropped(dataset: Dataset, remedy: Changes) -> tuple[Changes, Changes]:
    before = dataset.recipe["drop_duplicates"]
    return {"drop_duplicates": before}, {"drop_duplicates": True}


def tokens_missing(dataset: Dataset, remedy: Changes) -> tuple[Changes, Changes]:
    options = dataset.recipe["options"]
    found = options.get("missing")
    if found is None:
        found = usual_missing(dataset)
    tokens = list(dict.fromkeys([*found, *remedy["tokens"]]))
    undo = {"missing": options.get("missing")}
    return {"options": undo}, {"options": {**options, "missing": tokens}}


def usual_missing(dataset: Dataset) -> list[str]:
    """Return the texts that were taken for missing when nobody said which."""
    from runs.tables.missing import MISSING

    found = dataset.reading.get("missing_found") or {}
    return list(dict.fromkeys([*sorted(MISSING), *found]))


EFFECTS: dict[str, Callable[[Dataset, Changes], tuple[Changes, Changes]]] = {
    "set_kind": kinds_set,
    "drop_duplicates": duplicates_dropped,
    "missing": tokens_missing,
}


def restored(dataset: Dataset, undo: Changes) -> Changes:
    """Return the recipe's parts as they were; what else was changed since then stays."""
    recipe, changes = dataset.recipe, dict(undo)
    for part in ("kinds", "options"):
        if part in undo:
            merged = {**recipe[part], **undo[part]}
            changes[part] = {n: v for n, v in merged.items() if v is not None}
    return changes
