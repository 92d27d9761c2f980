"""Buttons and typing on the configure page; without JavaScript the page comes back."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from runs.access import dataset_for
from runs.enums import Role
from runs.forms import changes
from runs.forms.runs import RunForm
from runs.forms.space_sections import Section
from runs.http import PageRequest, wants_fragment
from runs.views.configuring import form_context

# What each kind of wish replaces on a page with JavaScript.
ALGORITHMS = "runs/configure/algorithms.html#algorithms"
SECTION = "runs/configure/section.html#body"
FIRST = "runs/configure/first.html#first"


@require_POST
@login_required
def change(request: PageRequest, dataset_id: int) -> HttpResponse:
    """Answer with the page as it is after a button, or with what is wrong while typing."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    wish = request.POST.get("do", "")
    form, notes = changes.change(request.POST, wish, dataset=dataset, user=request.user)
    is_first = wish.startswith("first")
    context = form_context(form, request.user)
    context |= {"first_notes" if is_first else "notes": notes}
    if not wants_fragment(request):
        return render(request, "runs/run_form.html", context)
    if not wish:
        return render(
            request,
            "runs/configure/checks.html",
            context | check_context(form, request.POST.get("check", "")),
        )
    section = section_named(form, wish.partition(":")[2].partition(":")[0])
    main = FIRST if is_first else SECTION if section else ALGORITHMS
    found = {"main": main, "section": None if is_first else section}
    return render(request, "runs/configure/changed.html", context | found)


def check_context(form: RunForm, check: str) -> dict[str, Any]:
    section = section_named(form, check)
    # What somebody is writing in the JSON stays as it is.
    in_step = section is not None and not form.merged.is_hand_written
    return {"check": check, "section": section, "show_json": in_step}


def section_named(form: RunForm, name: str) -> Section | None:
    return next((s for s in form.merged.sections if s.name == name), None)
