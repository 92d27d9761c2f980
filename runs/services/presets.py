"""Presets of a project: what people keep of a configuration for the next table."""

from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from runs import audit
from runs.enums import Action
from runs.models import Project, SavedPreset
from runs.search.presets import PRESETS

RESERVED = {"none", *PRESETS, *(preset.title.lower() for preset in PRESETS.values())}


@transaction.atomic
def save_preset(
    project: Project,
    *,
    user: User,
    name: str,
    description: str,
    specification: dict[str, Any],
    replace: bool = False,
) -> SavedPreset:
    """Keep a configuration under a name.

    Raises
    ------
    ValidationError
        If the name is one of the product's own, or taken and not to be replaced.
    """
    name = checked(name)
    there = project.saved_presets.select_for_update().filter(name=name).first()
    if there is not None and not replace:
        message = f"There is a preset “{name}” already; say that it is to be replaced."
        raise ValidationError({"name": message})
    preset = there or SavedPreset(project=project, name=name)
    preset.description = description.strip()
    preset.specification = specification
    preset.created_by = user
    preset.full_clean(exclude=["specification"])
    preset.save()
    note = "" if there is None else "In place of the one of this name."
    note_preset(Action.PRESET_SAVED, preset, note, user=user)
    return preset


@transaction.atomic
def change_preset(
    preset: SavedPreset, *, name: str, description: str, specification: dict[str, Any]
) -> None:
    """Rename a preset, or change what it says; runs made with it stay what they are."""
    before, preset.name = preset.name, checked(name)
    preset.description = description.strip()
    preset.specification = specification
    same = SavedPreset.objects.filter(project_id=preset.project_id, name=preset.name)
    if same.exclude(pk=preset.pk).exists():
        message = f"There is a preset “{preset.name}” already; choose another name."
        raise ValidationError({"name": message})
    # Whoever made it may have no account any more.
    preset.full_clean(exclude=["specification", "created_by"])
    preset.save()
    note = f"It was called “{before}”." if before != preset.name else ""
    note_preset(Action.PRESET_CHANGED, preset, note)


def checked(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise ValidationError({"name": "Give the preset a name."})
    if name.lower() in RESERVED:
        message = f"“{name}” is the name of a built-in preset; choose another."
        raise ValidationError({"name": message})
    return name


@transaction.atomic
def delete_preset(preset: SavedPreset) -> None:
    note_preset(Action.PRESET_DELETED, preset)
    preset.delete()


def note_preset(
    action: Action, preset: SavedPreset, note: str = "", *, user: User | None = None
) -> None:
    audit.record(action, preset, project=preset.project, user=user, note=note)
