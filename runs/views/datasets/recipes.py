"""What changes a table: settings of the reading, kinds of columns, advice."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from runs.access import dataset_for
from runs.columns import preview_of
from runs.enums import Role
from runs.forms.datasets import AdviceForm, KindsForm
from runs.forms.reading import ReadingForm
from runs.http import PageRequest
from runs.models import Dataset, ReadingPreview
from runs.services import advice as advice_services
from runs.services import recipes as services
from runs.views.datasets.pages import dataset_context

NEW_VERSION = "A run uses version {}, which stays as it is: this is version {}."

# --- How it is read ----------------------------------------------------------------


@require_POST
@login_required
def read_again(request: PageRequest, dataset_id: int) -> HttpResponse:
    """Read the whole file with the settings of the form."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    form = ReadingForm(request.POST, dataset=dataset)
    if form.is_valid():
        try:
            goal = services.change_recipe(
                dataset, user=request.user, options=form.options
            )
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect(dataset)
        return to_version(request, dataset, goal)
    context = dataset_context(request, dataset, form)
    return render(request, "runs/dataset.html", context, status=422)


@require_POST
@login_required
def try_reading(request: PageRequest, dataset_id: int) -> HttpResponse:
    """Show the first rows as they would be read; a worker reads them."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    form = ReadingForm(request.POST, dataset=dataset)
    if not form.is_valid():
        return tried(request, dataset, form, None)
    return tried(request, dataset, form, services.try_reading(dataset, form.options))


@require_GET
@login_required
def tried_reading(
    request: PageRequest, dataset_id: int, preview_id: int
) -> HttpResponse:
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    preview = get_object_or_404(dataset.reading_previews, pk=preview_id)
    return tried(request, dataset, ReadingForm(dataset=dataset), preview)


def tried(
    request: PageRequest,
    dataset: Dataset,
    form: ReadingForm,
    preview: ReadingPreview | None,
) -> HttpResponse:
    """Answer with the preview, and the error of each field where it belongs."""
    errors = {name: " ".join(map(str, found)) for name, found in form.errors.items()}
    if preview and preview.error:
        errors[preview.field or "__all__"] = preview.error
    context = {
        "dataset": dataset,
        "trial": preview,
        "trial_preview": preview_of(preview.data) if preview and preview.data else None,
        "slots": [(name, errors.get(name, "")) for name in form.fields],
        "errors": errors,
        "other_error": "".join(errors[n] for n in errors if n not in form.fields),
    }
    return render(
        request,
        "runs/dataset/reading_preview.html",
        context,
        status=422 if form.errors else 200,
    )


# --- Kinds ----------------------------------------------------------------------------


@require_POST
@login_required
def change_kinds(request: PageRequest, dataset_id: int) -> HttpResponse:
    """Take columns for something else than they were taken for."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    form = KindsForm(request.POST, dataset=dataset)
    if not form.is_valid():
        messages.error(request, "Choose one of the kinds in the list.")
        return redirect(dataset)
    if not form.changes:
        messages.info(request, "No kind was changed.")
        return redirect(f"{dataset.get_absolute_url()}#columns")
    try:
        goal = services.change_kinds(dataset, form.changes, user=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(dataset)
    return to_version(request, dataset, goal, "#columns")


# --- Advice ---------------------------------------------------------------------------


@require_POST
@login_required
def accept(request: PageRequest, dataset_id: int) -> HttpResponse:
    return follow(request, dataset_id, advice_services.accept_advice)


@require_POST
@login_required
def undo(request: PageRequest, dataset_id: int) -> HttpResponse:
    return follow(request, dataset_id, advice_services.undo_advice)


def follow(
    request: PageRequest, dataset_id: int, act: Callable[..., Dataset]
) -> HttpResponse:
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    form = AdviceForm(request.POST)
    if not form.is_valid():
        messages.error(request, "This names no advice.")
        return redirect(dataset)
    target = form.cleaned_data["target"]
    try:
        goal = act(dataset, form.cleaned_data["key"], user=request.user, target=target)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        goal = dataset
    query = f"?{urlencode({'target': target})}#target" if target else "#advice"
    return to_version(request, dataset, goal, query)


def to_version(
    request: PageRequest, dataset: Dataset, goal: Dataset, query: str = ""
) -> HttpResponse:
    if goal.pk != dataset.pk:
        note = NEW_VERSION.format(dataset.version, goal.version)
        messages.info(request, note)
    return redirect(f"{goal.get_absolute_url()}{query}")
