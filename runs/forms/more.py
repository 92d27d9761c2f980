"""What few people change of a run, and where it came from."""

from typing import Any

from django import forms

from runs.enums import Descent
from runs.search.halving import Halving

USUAL = Halving()


class MoreForm(forms.Form):
    """Fields of the configure form that travel with it and are rarely touched."""

    train_scores = forms.BooleanField(
        required=False,
        initial=True,
        label="Score each trial on the rows it was fitted on, too",
        help_text="Shows overfitting; costs one more prediction a fold.",
    )
    halving_resource = forms.ChoiceField(
        required=False,
        label="Halving grows",
        choices=[("rows", "The rows fitted on"), ("path", "Trees or iterations")],
        initial=USUAL.resource,
    )
    halving_eta = forms.IntegerField(
        required=False,
        min_value=2,
        max_value=10,
        label="One in so many goes on",
        initial=USUAL.eta,
        help_text="To the next rung, with as many times the resource.",
    )
    halving_start = forms.FloatField(
        required=False,
        min_value=1,
        label="The first rung has one part in",
        initial=round(1 / USUAL.min_resource),
        widget=forms.NumberInput(
            attrs={"min": 1, "step": "any", "inputmode": "decimal"}
        ),
        help_text="Of the whole resource.",
    )
    from_run = forms.IntegerField(required=False, widget=forms.HiddenInput)
    descent = forms.ChoiceField(
        required=False, choices=Descent.choices, widget=forms.HiddenInput
    )


def halving_fields(halving: dict[str, Any] | None) -> dict[str, Any]:
    """Return the values of the fields that stand for a halving."""
    if not halving:
        return {}
    whole = Halving(**halving)
    start = 1 / whole.min_resource
    # 1/27 is written 27: what is meant, if it comes to the same.
    if 1 / round(start) == whole.min_resource:
        start = round(start)
    return {
        "halving_resource": whole.resource,
        "halving_eta": whole.eta,
        "halving_start": start,
    }


def halving_of(cleaned: dict[str, Any]) -> dict[str, Any]:
    start = cleaned.get("halving_start")
    return {
        "resource": cleaned.get("halving_resource") or USUAL.resource,
        "eta": cleaned.get("halving_eta") or USUAL.eta,
        "min_resource": 1 / start if start else USUAL.min_resource,
    }
