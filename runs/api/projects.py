"""Projects: the list, one of them, a new one, its change and its end."""

from datetime import datetime

from django.urls import reverse
from ninja import Field, Query, Router, Schema, Status
from pydantic import ConfigDict

from runs import contents
from runs.access import project_for
from runs.api.bodies import json_body, refuse_form_errors, shaped
from runs.api.creating import creates
from runs.api.paging import NEWEST, page_of
from runs.api.responses import SENT, Paging, answers, body, sends
from runs.api.security import ApiRequest
from runs.enums import Role
from runs.forms.projects import ProjectForm
from runs.models import Project
from runs.services import projects as services

router = Router(tags=["Projects"])


class ProjectIn(Schema):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=120)
    description: str = Field("", max_length=2000)


class ProjectChange(Schema):
    """What is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(None, min_length=1, max_length=120)
    description: str | None = Field(None, max_length=2000)


class ProjectOut(Schema):
    id: int
    url: str
    name: str
    description: str
    created_at: datetime
    role: str | None = Field(description="Yours; null for an administrator’s view.")
    n_datasets: int
    n_runs: int
    last_run_at: datetime | None


class ProjectList(Schema):
    items: list[ProjectOut]
    next_cursor: str | None


def project_out(project: Project) -> ProjectOut:
    """Describe a row of `contents.projects`."""
    return ProjectOut(
        id=project.pk,
        url=reverse("api:get_project", args=[project.pk]),
        name=project.name,
        description=project.description,
        created_at=project.created_at,
        role=project.own_role,  # type: ignore[attr-defined]
        n_datasets=project.n_datasets,  # type: ignore[attr-defined]
        n_runs=project.n_runs,  # type: ignore[attr-defined]
        last_run_at=project.last_run_at,  # type: ignore[attr-defined]
    )


@router.get("/projects", **answers(200, ProjectList, 422))
def list_projects(request: ApiRequest, paging: Query[Paging]) -> ProjectList:
    """Return the projects you can see, the newest first."""
    rows = contents.projects(request.user)
    found = page_of(
        rows, NEWEST, order="projects", cursor=paging.cursor, limit=paging.limit
    )
    return ProjectList(
        items=[project_out(p) for p in found.rows], next_cursor=found.next_cursor
    )


@router.post(
    "/projects",
    **answers(
        201,
        ProjectOut,
        *SENT,
        **body(ProjectIn, example={"name": "Penguins"}),
    ),
)
@creates
def create_project(request: ApiRequest) -> ProjectOut:
    """Make a project; it is yours."""
    wish = shaped(json_body(request), ProjectIn)
    form = ProjectForm(wish.model_dump())
    refuse_form_errors(form)
    project = services.create_project(user=request.user, **form.cleaned_data)
    return get_project(request, project.pk)


@router.get("/projects/{int:project_id}", **answers(200, ProjectOut, 404))
def get_project(request: ApiRequest, project_id: int) -> ProjectOut:
    """Return one project."""
    project = project_for(request.user, project_id)
    return project_out(contents.projects(request.user).get(pk=project.pk))


@router.patch(
    "/projects/{int:project_id}",
    **answers(
        200,
        ProjectOut,
        404,
        *SENT,
        **sends(ProjectChange, example={"description": "Of Palmer station."}),
    ),
)
def change_project(request: ApiRequest, project_id: int) -> ProjectOut:
    """Change a project’s name or description."""
    project = project_for(request.user, project_id, Role.OWNER)
    wish = shaped(json_body(request), ProjectChange).model_dump(exclude_none=True)
    now = {"name": project.name, "description": project.description}
    form = ProjectForm({**now, **wish})
    refuse_form_errors(form)
    services.update_project(project, **form.cleaned_data)
    return get_project(request, project_id)


@router.delete("/projects/{int:project_id}", **answers(204, None, 404, 409))
def delete_project(request: ApiRequest, project_id: int) -> Status[None]:
    """Delete a project with its datasets, runs, models and all their files."""
    services.delete_project(project_for(request.user, project_id, Role.OWNER))
    return Status(204, None)
