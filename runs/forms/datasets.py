"""Clean input: the cleaned data of a form are what a service takes."""

from collections.abc import Mapping
from typing import Any

from django import forms

from runs.columns import CHOSEN, KIND_LABELS
from runs.models import Dataset

ACCEPTED = ",".join(
    [
        *(".csv", ".tsv", ".tab", ".txt", ".dat", ".psv", ".json", ".jsonl", ".ndjson"),
        *(".parquet", ".pq", ".feather", ".arrow", ".xlsx", ".xls", ".xlsb", ".ods"),
        *(".arff", ".gz", ".bz2", ".xz", ".zst", ".zip", "text/csv"),
    ]
)


class UploadForm(forms.Form):
    """A chosen file; what may be stored is decided by the service."""

    file = forms.FileField(
        label="File",
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        error_messages={
            "required": "Choose a file first.",
            "empty": "The file is empty: there is nothing to read in it.",
        },
    )


class PasteForm(forms.Form):
    """Cells copied from a spreadsheet, or any text that is a table."""

    text = forms.CharField(
        label="Cells",
        strip=False,
        widget=forms.Textarea(
            attrs={
                "rows": 6,
                "spellcheck": "false",
                "placeholder": "Paste cells here, the names of the columns first",
            }
        ),
        help_text="Up to about 15 MB; upload what is larger as a file.",
        error_messages={"required": "Paste some cells first."},
    )
    name = forms.CharField(
        required=False,
        max_length=200,
        help_text="Empty: named after the time.",
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="paste-%s")


class KindsForm(forms.Form):
    """Kinds of the columns on a page of the list; empty: what is found in the values.

    Valid, it has the `changes`, by column.
    """

    def __init__(self, data: Mapping[str, Any], *, dataset: Dataset) -> None:
        super().__init__(data)
        self.columns: dict[str, str] = {}
        self.now = dataset.recipe["kinds"]
        choices = [("", "detected"), *((kind, KIND_LABELS[kind]) for kind in CHOSEN)]
        for field in data:
            prefix, _, index = field.partition("-")
            is_kind = prefix == "kind" and index.isdecimal()
            if is_kind and int(index) < len(dataset.columns):
                self.columns[field] = dataset.columns[int(index)]["name"]
                self.fields[field] = forms.ChoiceField(required=False, choices=choices)

    @property
    def changes(self) -> dict[str, str | None]:
        wanted = {
            name: self.cleaned_data[field] or None
            for field, name in self.columns.items()
        }
        return {n: kind for n, kind in wanted.items() if kind != self.now.get(n)}


class AdviceForm(forms.Form):
    """Which piece of advice, about the table or about a column to predict."""

    key = forms.CharField(strip=False)
    target = forms.CharField(required=False, strip=False)


class TargetForm(forms.Form):
    target = forms.CharField(strip=False)
