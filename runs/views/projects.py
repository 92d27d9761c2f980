"""Projects: the list, one project, its form, its members, its end."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from runs import contents
from runs.access import may, membership_to_end, project_for
from runs.dashboard.page import dashboard
from runs.dashboard.starting import LOOKED
from runs.enums import Role
from runs.forms.datasets import PasteForm, UploadForm
from runs.forms.projects import MemberForm, ProjectForm, RoleForm
from runs.http import PageRequest
from runs.models import Project
from runs.samples import SAMPLES
from runs.services import projects as services


@require_GET
@login_required
def index(request: PageRequest) -> HttpResponse:
    context = {
        "projects": contents.projects(request.user),
        "samples": SAMPLES.values(),
    }
    return render(request, "runs/projects.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def create(request: PageRequest) -> HttpResponse:
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        project = services.create_project(user=request.user, **form.cleaned_data)
        return redirect(project)
    status = 422 if form.is_bound else 200
    return render(request, "runs/project_form.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@login_required
def edit(request: PageRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, Role.OWNER)
    # A bound model form writes into its instance: it gets one of its own.
    form = ProjectForm(
        request.POST or None,
        initial={"name": project.name, "description": project.description},
    )
    if request.method == "POST" and form.is_valid():
        services.update_project(project, **form.cleaned_data)
        return redirect(project)
    status = 422 if form.is_bound else 200
    context = {"form": form, "project": project}
    return render(request, "runs/project_form.html", context, status=status)


@require_GET
@login_required
def detail(request: PageRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id)
    context = project_context(request, project, UploadForm())
    return render(request, "runs/project.html", context)


def project_context(
    request: PageRequest,
    project: Project,
    form: UploadForm,
    paste_form: PasteForm | None = None,
) -> dict[str, object]:
    """Return what the project's page shows, with the forms as they stand."""
    found = dashboard(
        project,
        request.user,
        page=request.GET.get("page", ""),
        all_tables=request.GET.get("tables") == "all",
        has_looked=project.pk in request.session.get(LOOKED, []),
    )
    return {
        **found,
        "form": form,
        "paste_form": paste_form or PasteForm(),
        "upload_note": upload_note(),
        "samples": SAMPLES.values(),
    }


def upload_note() -> str:
    return (
        "CSV or other text, Excel, OpenDocument, Parquet, Feather, JSON, ARFF; plain or "
        f"compressed, up to {settings.UPLOAD_LIMIT_MB:,} MB"
    )


@require_http_methods(["GET", "POST"])
@login_required
def delete(request: PageRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, Role.OWNER)
    status = 200
    if request.method == "POST":
        try:
            services.delete_project(project)
        except ValidationError as error:
            messages.error(request, error.message)
            status = 409
        else:
            messages.success(request, f"Project “{project.name}” was deleted.")
            return redirect("runs:projects")
    context = {
        "project": project,
        "n_datasets": project.datasets.count(),
        "losses": contents.losses(project.runs.all()),
    }
    return render(request, "runs/project_delete.html", context, status=status)


@require_http_methods(["GET", "POST"])
@login_required
def members(request: PageRequest, project_id: int) -> HttpResponse:
    role = Role.OWNER if request.method == "POST" else Role.VIEWER
    project = project_for(request.user, project_id, role)
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_member(project, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("runs:project_members", project.pk)
    return members_page(request, project, form)


def members_page(
    request: PageRequest, project: Project, form: MemberForm, problem: str = ""
) -> HttpResponse:
    context = {
        "project": project,
        "form": form,
        "members": contents.members(project),
        "roles": Role.choices,
        "problem": problem,
        "can_own": may(request.user, project, Role.OWNER),
    }
    status = 422 if form.is_bound or problem else 200
    return render(request, "runs/members.html", context, status=status)


@require_POST
@login_required
def member_change(request: PageRequest, project_id: int, user_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, Role.OWNER)
    membership = get_object_or_404(project.memberships, user=user_id)
    form = RoleForm(request.POST)
    problem = "Choose one of the roles." if not form.is_valid() else ""
    if not problem:
        try:
            services.change_role(membership, **form.cleaned_data)
        except ValidationError as error:
            problem = error.messages[0]
    if problem:
        return members_page(request, project, MemberForm(), problem)
    return redirect("runs:project_members", project.pk)


@require_POST
@login_required
def member_remove(request: PageRequest, project_id: int, user_id: int) -> HttpResponse:
    membership = membership_to_end(request.user, project_id, user_id)
    project = membership.project
    try:
        services.remove_member(membership)
    except ValidationError as error:
        return members_page(request, project, MemberForm(), error.messages[0])
    if user_id == request.user.pk:
        return redirect("runs:projects")
    return redirect("runs:project_members", project.pk)
