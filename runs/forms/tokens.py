"""A new token of the API."""

from datetime import datetime, timedelta

from django import forms
from django.utils import timezone

from runs.enums import Scope


class TokenForm(forms.Form):
    name = forms.CharField(
        max_length=80, help_text="Where it will be used: a script, a machine."
    )
    scopes = forms.MultipleChoiceField(
        choices=Scope.choices,
        initial=[Scope.READ, Scope.WRITE],
        label="What it may do",
        widget=forms.CheckboxSelectMultiple,
        help_text="Within what your roles in the projects allow.",
    )
    days = forms.TypedChoiceField(
        choices=[
            (7, "in 7 days"),
            (30, "in 30 days"),
            (90, "in 90 days"),
            (365, "in a year"),
            ("", "never"),
        ],
        coerce=int,
        empty_value=None,
        required=False,
        initial=90,
        label="Expires",
    )

    @property
    def expires_at(self) -> datetime | None:
        days: int | None = self.cleaned_data["days"]
        return None if days is None else timezone.now() + timedelta(days=days)
