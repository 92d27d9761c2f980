"""A form field for search spaces as JSON, as in a specification."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from runs.search.json_text import read_json

Spaces = dict[str, dict[str, Any]]


def as_text(spaces: Spaces) -> str:
    """Write spaces as they are edited: an algorithm and a parameter a line."""
    lines = [
        f"  {json.dumps(name)}: {{\n"
        + ",\n".join(
            f"    {json.dumps(parameter)}: {json.dumps(values)}"
            for parameter, values in space.items()
        )
        + "\n  }"
        for name, space in spaces.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}" if lines else ""


class SpacesField(forms.CharField):
    """Text that must be a JSON object with an object for each algorithm."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Spaces | None:  # type: ignore[override]  # noqa: ANN401
        text = super().to_python(value)
        if not text:
            return None
        try:
            found = read_json(text)
        except ValueError as error:
            raise ValidationError(str(error)) from None
        if not isinstance(found, dict):
            raise ValidationError("Give one JSON object with a space an algorithm.")
        for name, space in found.items():
            if not isinstance(space, dict):
                message = (
                    f"The space of “{name}” must be an object: values a parameter."
                )
                raise ValidationError(message)
        return found

    def validate(self, value: Any) -> None:  # noqa: ANN401
        """Accept any object: `configure` knows algorithms and parameters."""

    def run_validators(self, value: Any) -> None:  # noqa: ANN401
        """Validate nothing about the text: it is none any more."""
