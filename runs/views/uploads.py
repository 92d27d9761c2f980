"""How tables come into a project: uploaded, pasted, or from the samples."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from runs.access import project_for
from runs.enums import Role
from runs.forms.datasets import PasteForm, UploadForm
from runs.http import PageRequest, wants_fragment
from runs.models import Dataset, Membership, Project
from runs.samples import SAMPLES
from runs.services import datasets as services
from runs.services.projects import create_project
from runs.views.projects import project_context

SAMPLES_PROJECT = "Samples"


@require_POST
@login_required
def upload(request: PageRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, Role.EDITOR)
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            dataset = services.add_dataset(
                user=request.user, project=project, file=file, filename=file.name
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return to_page(request, dataset)
    context = project_context(request, project, form)
    fragment = "#upload" if wants_fragment(request) else ""
    return render(request, f"runs/project.html{fragment}", context, status=422)


@require_POST
@login_required
def paste(request: PageRequest, project_id: int) -> HttpResponse:
    """Store cells from the clipboard."""
    project = project_for(request.user, project_id, Role.EDITOR)
    form = PasteForm(request.POST)
    if form.is_valid():
        try:
            dataset = services.add_pasted(
                user=request.user, project=project, **form.cleaned_data
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect(dataset)
    context = project_context(request, project, UploadForm(), form)
    return render(request, "runs/project.html", context, status=422)


def to_page(request: PageRequest, dataset: Dataset) -> HttpResponse:
    # A script follows a redirect by itself, and would fetch the page twice.
    if wants_fragment(request):
        return HttpResponseClientRedirect(dataset.get_absolute_url())
    return redirect(dataset)


@require_POST
@login_required
def add_sample(request: PageRequest, project_id: int, name: str) -> HttpResponse:
    project = project_for(request.user, project_id, Role.EDITOR)
    return sample_into(request, project, name)


@require_POST
@login_required
def add_sample_anywhere(request: PageRequest, name: str) -> HttpResponse:
    """Add a sample table for somebody who has no project yet, in one click."""
    if name not in SAMPLES:
        raise Http404
    membership = (
        Membership.objects.filter(
            user=request.user, role=Role.OWNER, project__name=SAMPLES_PROJECT
        )
        .select_related("project")
        .first()
    )
    project = membership.project if membership else None
    if project is None:
        project = create_project(
            user=request.user,
            name=SAMPLES_PROJECT,
            description="Small openly licensed tables to try things out with.",
        )
    return sample_into(request, project, name)


def sample_into(request: PageRequest, project: Project, name: str) -> HttpResponse:
    if name not in SAMPLES:
        raise Http404
    try:
        dataset = services.add_sample(
            user=request.user, project=project, sample_name=name
        )
    except ValidationError as error:  # the project is full
        messages.error(request, " ".join(error.messages))
        return redirect(project)
    return redirect(dataset)
