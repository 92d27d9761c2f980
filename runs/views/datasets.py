"""Datasets: upload, sample tables, one table's page, its end."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from runs import contents
from runs.access import dataset_for, may, project_for
from runs.columns import column_rows, delimiter_name, preview
from runs.enums import Role
from runs.forms.datasets import UploadForm
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
    dataset = services.add_sample(user=request.user, project=project, sample_name=name)
    return redirect(dataset)


@require_GET
@login_required
@vary_on_headers("HX-Request")
def detail(request: PageRequest, dataset_id: int) -> HttpResponse:
    dataset = dataset_for(request.user, dataset_id)
    if wants_fragment(request):
        # Only a page that waits asks for the fragment; what it waits for is a new page.
        if dataset.is_settled:
            return HttpResponseClientRefresh()
        return render(request, "runs/dataset.html#reading", {"dataset": dataset})
    context = {
        "dataset": dataset,
        "project": dataset.project,
        "columns": column_rows(dataset),
        "preview": preview(dataset),
        "delimiter": delimiter_name(dataset.reading.get("delimiter", "")),
        "runs": contents.runs(dataset.project).filter(dataset=dataset),
        "can_edit": may(request.user, dataset.project, Role.EDITOR),
    }
    return render(request, "runs/dataset.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def delete(request: PageRequest, dataset_id: int) -> HttpResponse:
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    status = 200
    if request.method == "POST":
        try:
            services.delete_dataset(dataset)
        except ValidationError as error:
            messages.error(request, error.message)
            status = 409
        else:
            messages.success(request, f"Dataset “{dataset.name}” was deleted.")
            return redirect(dataset.project)
    context = {"dataset": dataset, "losses": contents.losses(dataset.runs.all())}
    return render(request, "runs/dataset_delete.html", context, status=status)
