"""What is asked of a model: a file of rows, or the values of one row."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from models_app.decisions import MAX_COST
from models_app.enums import Recalibration, ResultFormat, Stage
from models_app.explained.hints import classes, hint_of, is_listed
from runs.forms.datasets import ACCEPTED

NOTE_LENGTH = 1_000


class PredictionForm(forms.Form):
    """A file of rows to predict; what may be stored is decided by the service."""

    file = forms.FileField(
        label="File",
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        error_messages={
            "required": "Choose a file first.",
            "empty": "The file is empty: there is nothing to predict.",
        },
    )
    output_format = forms.ChoiceField(
        label="Write the result as",
        choices=ResultFormat.choices,
        initial=ResultFormat.CSV,
        required=False,
    )
    with_explanation = forms.BooleanField(
        label="Explain each row: which columns moved its answer", required=False
    )

    def clean_output_format(self) -> str:
        return self.cleaned_data["output_format"] or ResultFormat.CSV


class ThresholdForm(forms.Form):
    """From which probability on the positive class is answered, and what mistakes cost."""

    threshold = forms.FloatField(min_value=0, max_value=1)
    false_positive = forms.FloatField(min_value=0, max_value=MAX_COST)
    false_negative = forms.FloatField(min_value=0, max_value=MAX_COST)
    true_positive = forms.FloatField(min_value=0, max_value=MAX_COST)
    true_negative = forms.FloatField(min_value=0, max_value=MAX_COST)

    def costs(self) -> dict[str, float]:
        return {k: v for k, v in self.cleaned_data.items() if k != "threshold"}


class RecalibrationForm(forms.Form):
    """How the probabilities that predictions tell are made."""

    recalibration = forms.ChoiceField(choices=Recalibration.choices, required=False)


# More inputs than this are no form to fill in.
MAX_FIELDS = 200
MISSING = ("", "missing")


class RowForm(forms.Form):
    """The values of one row, asked for as the training table's columns were.

    Nothing is required: a model knows what to do where a value is missing.
    """

    def __init__(
        self, *args: Any, profiles: Sequence[Mapping[str, Any]], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.profiles = {f"value{i}": profile for i, profile in enumerate(profiles)}
        for field, profile in self.profiles.items():
            self.fields[field] = field_of(profile)

    def row(self) -> dict[str, Any]:
        """Return the row as JSON would have it."""
        return {
            profile["name"]: as_json(self.cleaned_data.get(field), profile)
            for field, profile in self.profiles.items()
        }

    def typical(self) -> dict[str, Any]:
        """Return the row the form starts with."""
        return {
            profile["name"]: as_json(self.fields[field].initial, profile)
            for field, profile in self.profiles.items()
        }


def as_json(value: Any, profile: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """Return what was typed as JSON knows it: a code is a number, not its text."""
    if value is None or value == "":
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if profile.get("dtype") == "bool":
        return str(value).lower() == "true"
    if profile.get("dtype") in ("int64", "float64"):
        number = float(value)
        return int(number) if number.is_integer() else number
    return value


def field_of(profile: Mapping[str, Any]) -> forms.Field:
    """Ask for a value of a column: a number, a date, one of a few, or text."""
    about: dict[str, Any] = {"label": profile["name"], "required": False}
    dtype = profile.get("dtype")
    if is_listed(profile):
        choices = [MISSING, *((value, value) for value in classes(profile))]
        most_frequent = str(profile["classes"][0][0])
        return forms.ChoiceField(**about, choices=choices, initial=most_frequent)
    about["help_text"] = hint_of(profile)
    if dtype in ("int64", "float64"):
        widget = forms.NumberInput(attrs={"step": "any"})
        return forms.FloatField(
            **about, widget=widget, initial=shortened(profile.get("median"))
        )
    if dtype == "datetime64":
        return date_field(about, profile.get("min"), profile.get("max"))
    top = profile.get("top") or [["", 0]]
    return forms.CharField(**about, initial=top[0][0])


def shortened(number: float | None) -> float | int | None:
    """Return a number with as many digits as a person would type."""
    if number is None:
        return None
    short = float(f"{number:.6g}")
    return int(short) if short.is_integer() else short


def date_field(
    about: Mapping[str, Any], low: str | None, high: str | None
) -> forms.Field:
    with_time = any(text and text[11:] not in ("", "00:00:00") for text in (low, high))
    if with_time:
        box: forms.Widget = forms.DateTimeInput(attrs={"type": "datetime-local"})
        return forms.DateTimeField(**about, widget=box, initial=(high or "")[:16])
    box = forms.DateInput(attrs={"type": "date"})
    return forms.DateField(**about, widget=box, initial=(high or "")[:10])


class StageForm(forms.Form):
    """What a model is used for, and why that changes."""

    stage = forms.ChoiceField(
        label="Stage", choices=Stage.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=NOTE_LENGTH,
        help_text="Why: kept with the change, for whoever looks later.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
