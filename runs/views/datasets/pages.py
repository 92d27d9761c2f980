"""The page of a table, one of its columns, its end."""

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRefresh

from runs import contents
from runs.access import dataset_for, may
from runs.charts.associations import association_data, association_figure
from runs.charts.missing import missing_data, missing_figure
from runs.columns import (
    CHOSEN,
    KIND_LABELS,
    column_heads,
    column_page,
    column_query,
    kind_counts,
    preview,
)
from runs.details import column_detail
from runs.enums import Role
from runs.forms.reading import ReadingForm
from runs.forms.targets import column_label, likely_target
from runs.http import PageRequest, wants_fragment
from runs.models import Dataset, TargetProfile
from runs.overview import (
    missingness,
    overview,
    progress_of,
    strongest_pairs,
    target_view,
    tips,
)
from runs.services import datasets as services

# Below so many columns the chart of missing values is not as high as the others.
LOW_CHART = 8


@require_GET
@login_required
@vary_on_headers("HX-Request", "HX-Target")
def detail(request: PageRequest, dataset_id: int) -> HttpResponse:
    dataset = dataset_for(request.user, dataset_id)
    if wants_fragment(request):
        if request.htmx.target == "columns" and dataset.is_ready:
            can_edit = may(request.user, dataset.project, Role.EDITOR)
            context = {
                "dataset": dataset,
                "can_edit": can_edit,
                **column_context(request, dataset),
            }
            return render(request, "runs/dataset/columns.html", context)
        # Only a page that waits asks for more; what it waits for is a new page.
        if dataset.is_settled:
            return HttpResponseClientRefresh()
        context = {"dataset": dataset, "progress": progress_of(dataset.progress)}
        return render(request, "runs/dataset.html#reading", context)
    return render(request, "runs/dataset.html", dataset_context(request, dataset))


def dataset_context(
    request: PageRequest, dataset: Dataset, reading_form: ReadingForm | None = None
) -> dict[str, Any]:
    """Return what the page shows, with the form of the settings as it stands."""
    context: dict[str, Any] = {
        "dataset": dataset,
        "project": dataset.project,
        "versions": list(contents.versions(dataset)),
        "progress": progress_of(dataset.progress),
        "can_edit": may(request.user, dataset.project, Role.EDITOR),
    }
    if dataset.is_settled:
        context["reading_form"] = reading_form or ReadingForm(dataset=dataset)
        context["missing_found"] = (dataset.reading.get("missing_found") or {}).items()
    if dataset.is_ready:
        context |= {
            "preview": preview(dataset),
            "runs": contents.runs(dataset.project).filter(dataset=dataset),
            "overview": overview(dataset),
            "tips": tips(dataset),
            **column_context(request, dataset),
            **missing_context(dataset),
            **association_context(dataset),
            **target_context(request, dataset),
        }
    return context


def column_context(request: PageRequest, dataset: Dataset) -> dict[str, Any]:
    query = column_query(request.GET)
    return {
        "columns": column_page(dataset, query),
        "column_query": query,
        "column_heads": column_heads(query),
        "kind_counts": kind_counts(dataset),
        "kind_choices": [(kind, KIND_LABELS[kind]) for kind in CHOSEN],
    }


def missing_context(dataset: Dataset) -> dict[str, Any]:
    found = missingness(dataset)
    if found is None:
        return {"missingness": None}
    data = missing_data(dataset.profile["missingness"])
    figure = missing_figure(data, dataset.n_rows or 0) if data.columns else None
    return {
        "missingness": found,
        "missing_figure": as_json(figure) if figure else None,
        "missing_is_low": len(data.columns) < LOW_CHART,
        "missing_left_out": data.n_left_out,
    }


def association_context(dataset: Dataset) -> dict[str, Any]:
    stored = dataset.profile.get("associations")
    if not stored:
        return {"associations": None}
    data = association_data(stored)
    return {
        "associations": data,
        "association_figure": as_json(association_figure(data)),
        "pairs": strongest_pairs(dataset),
    }


def target_context(
    request: PageRequest, dataset: Dataset, profile: TargetProfile | None = None
) -> dict[str, Any]:
    """Return what the section of the target shows: the one asked for, or the last."""
    asked = request.GET.get("target", "")
    profiles = dataset.target_profiles.all()
    if profile is None:
        profile = (profiles.filter(target=asked) if asked else profiles).first()
    return {
        "target": profile.target if profile else asked or likely_target(dataset),
        "target_choices": [(c["name"], column_label(c)) for c in dataset.columns],
        "target_profile": profile,
        "target_progress": progress_of(profile.progress) if profile else None,
        "target_view": target_view(profile) if profile else None,
        "target_tips": tips(profile) if profile else [],
    }


def as_json(figure: Any) -> dict[str, Any]:  # noqa: ANN401 - a Plotly figure
    found: dict[str, Any] = json.loads(figure.to_json())
    return found


@require_GET
@login_required
@vary_on_headers("HX-Request")
def column(request: PageRequest, dataset_id: int, index: int) -> HttpResponse:
    dataset = dataset_for(request.user, dataset_id)
    if not dataset.is_ready or index >= len(dataset.columns):
        raise Http404
    context = {
        "dataset": dataset,
        "project": dataset.project,
        "detail": column_detail(dataset, index),
        "column": dataset.columns[index],
    }
    fragment = "#facts" if wants_fragment(request) else ""
    return render(request, f"runs/column.html{fragment}", context)


@require_http_methods(["GET", "POST"])
@login_required
def delete(request: PageRequest, dataset_id: int) -> HttpResponse:
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    status = 200
    others = contents.versions(dataset).exclude(pk=dataset.pk)
    if request.method == "POST":
        goal = others.first() or dataset.project
        try:
            services.delete_dataset(dataset)
        except ValidationError as error:
            messages.error(request, error.message)
            status = 409
        else:
            messages.success(request, f"{named(dataset)} was deleted.")
            return redirect(goal)
    context = {
        "dataset": dataset,
        "losses": contents.losses(dataset.runs.all()),
        "n_others": others.count(),
    }
    return render(request, "runs/dataset_delete.html", context, status=status)


def named(dataset: Dataset) -> str:
    if dataset.version > 1:
        return f"Version {dataset.version} of “{dataset.name}”"
    return f"Dataset “{dataset.name}”"
