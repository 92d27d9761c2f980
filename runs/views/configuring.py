"""What the configure page shows."""

import json
from functools import partial
from typing import Any, NamedTuple

from django.contrib.auth.models import User

from runs.configuration import Configuration
from runs.forms.commands import command_of
from runs.forms.descents import descended
from runs.forms.differences import differences, preset_configuration, span
from runs.forms.documents import as_document
from runs.forms.first import earlier_runs
from runs.forms.presets import PresetCard, preset_cards
from runs.forms.runs import RunForm
from runs.forms.saving import SaveForm
from runs.models import Dataset, Preflight
from runs.outlook import concerns, outlook
from runs.services import preflights


class Card(NamedTuple):
    """A preset, and how long it would take if that has been found out."""

    preset: PresetCard
    seconds: str

    @property
    def budget(self) -> str:
        """The time that the preset allows; empty if it sets no limit."""
        wish = self.preset.configuration
        has_limit = wish is not None and wish.time_budget_seconds is not None
        return span(wish.time_budget_seconds) if wish and has_limit else ""

    @property
    def vals(self) -> str:
        """What choosing it sends besides the form, as JSON."""
        return json.dumps({"choose": self.preset.name})


def form_context(form: RunForm, user: User) -> dict[str, Any]:
    preview = form.preview()
    return {
        "form": form,
        "dataset": form.dataset,
        "preview": preview,
        "facts": form.target_facts(),
        # Looked at only where they are shown: a change in the form shows neither again.
        "cards": partial(cards_of, form),
        "saving": SaveForm(),
        "origin": partial(descended, origin_of(form), form.dataset),
        "earlier_runs": earlier_runs(
            user, form.dataset, form.raw("target"), form.task_type
        ),
        **preflight_context(form.dataset, preview.configuration),
        **document_context(form, preview.configuration),
    }


def origin_of(form: RunForm) -> dict[str, str]:
    return {name: form.raw(name) for name in ("from_run", "descent")}


def cards_of(form: RunForm) -> list[Card]:
    cards = preset_cards(
        form.dataset,
        chosen=form.raw("preset"),
        target=form.raw("target"),
        task=form.task_type,
    )
    asked = [card.configuration for card in cards if card.configuration]
    found = iter(preflights.known_of(form.dataset, asked))
    shown = []
    for card in cards:
        known = next(found) if card.configuration else None
        estimate = outlook(known) if known else None
        shown.append(Card(card, estimate.headline if estimate else ""))
    return shown


def document_context(
    form: RunForm, configuration: Configuration | None
) -> dict[str, Any]:
    """Return the differences from the preset, the document and the command line."""
    if configuration is None:
        return {}
    dataset, base = form.dataset, None
    if configuration.preset:
        base = preset_configuration(
            dataset,
            preset=configuration.preset,
            target=configuration.target,
            task=configuration.task,
        )
    return {
        "has_preset": base is not None,
        "differences": differences(configuration, base, dataset) if base else [],
        "document": as_document(configuration, dataset),
        "command": command_of(configuration, dataset, base),
    }


def preflight_context(
    dataset: Dataset, configuration: Configuration | None
) -> dict[str, Any]:
    """Return what the fragment shows of a configuration; nothing of one that is wrong."""
    if configuration is None:
        return {"preflight_possible": False}
    known = preflights.known(dataset, configuration)
    return shown(dataset, configuration, known)


def shown(
    dataset: Dataset, configuration: Configuration, preflight: Preflight | None
) -> dict[str, Any]:
    return {
        "preflight_possible": True,
        "preflight": preflight,
        "outlook": outlook(preflight) if preflight else None,
        "concerns": concerns(dataset, configuration, preflight),
    }
