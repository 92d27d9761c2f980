"""Keeping a configuration as a preset of the project, and changing one that is kept."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from runs.forms.carried import listed
from runs.models import SavedPreset
from runs.search.problem import SpecError
from runs.specifications import (
    KEYS,
    NOT_REUSABLE,
    answered,
    parse_all,
    read_document,
)


class SaveForm(forms.Form):
    """Fields beside those of a run: what a preset made of it is called."""

    # They stand in the form that starts runs, which asks for no name.
    use_required_attribute = False
    preset_name = forms.CharField(
        max_length=80,
        label="Name of the preset",
        error_messages={"required": "Give the preset a name."},
    )
    preset_description = forms.CharField(
        required=False, max_length=300, label="What it is for"
    )
    preset_replace = forms.BooleanField(
        required=False, label="Replace the preset of this name"
    )


class PresetForm(forms.Form):
    """A preset that is kept; `specification` is valid when it can be read."""

    name = forms.CharField(max_length=80)
    description = forms.CharField(
        required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    specification = forms.CharField(
        label="What it answers, as JSON",
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false"}),
        help_text="In the form of a specification, without target and columns.",
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, preset: SavedPreset
    ) -> None:
        initial = {
            "name": preset.name,
            "description": preset.description,
            "specification": json.dumps(preset.specification, indent=2),
        }
        super().__init__(data, initial=initial)

    def clean_specification(self) -> dict[str, Any]:
        try:
            found = read_document(self.cleaned_data["specification"])
        except SpecError as error:
            raise ValidationError(str(error).capitalize()) from None
        specification, problems = read_reusable(found)
        if problems:
            raise ValidationError(list(problems.values()))
        return specification


def read_reusable(found: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what a preset is to say, and by key what cannot be said in one."""
    arguments, wrong = parse_all(found)
    problems = {key: str(error) for key, error in wrong.items()}
    for key in found:
        if key not in wrong and KEYS[key] in NOT_REUSABLE:
            problems[key] = f"A preset is for any table: leave out {key}."
    return answered(arguments), problems


def not_kept(columns: Sequence[str]) -> str:
    """Say what a preset made of a configuration does not have of it."""
    return f"What was asked of columns is not kept in it: {listed([*columns])}."
