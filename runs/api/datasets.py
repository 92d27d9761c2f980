"""Datasets: the list, one of them with its columns, an upload, its name, its end."""

from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.urls import reverse
from ninja import Field, Query, Router, Schema, Status
from pydantic import ConfigDict

from runs import audit, contents
from runs.access import dataset_for, project_for
from runs.addresses import whole_number
from runs.api.bodies import json_body, refuse_form_errors, shaped, storable, wants
from runs.api.creating import uploads
from runs.api.files import sends_file, stored_file
from runs.api.paging import NEWEST, page_of
from runs.api.problems import FieldError, ProblemError, invalid, pointer
from runs.api.responses import MAX_ID, SENT, Paging, answers, body, sends
from runs.api.security import ApiRequest
from runs.enums import Action, Role
from runs.forms.datasets import PasteForm, UploadForm
from runs.models import Dataset, Project
from runs.overview import overview, progress_text
from runs.services import datasets as services
from runs.trials.code import table_name
from runs.trials.files import TYPES

router = Router(tags=["Datasets"])
FORM = "multipart/form-data"
UPLOAD = {
    "type": "object",
    "properties": {
        "project": {
            "type": "integer",
            "minimum": 1,
            "maximum": MAX_ID,
            "description": "The project it is for.",
        },
        "file": {"type": "string", "format": "binary", "description": "The table."},
        "text": {
            "type": "string",
            "description": "Or its cells, as they come from a spreadsheet’s clipboard.",
        },
        "name": {"type": "string", "maxLength": 200, "description": "Else the file’s."},
    },
    "required": ["project"],
    "anyOf": [{"required": ["file"]}, {"required": ["text"]}],
}


class DatasetOut(Schema):
    id: int
    url: str
    project: int
    name: str
    filename: str
    version: int
    state: str = Field(description="waiting, reading, ready or failed")
    progress: str = Field(description="What is being done while it is read.")
    error: str = Field(description="Why it could not be read, in a sentence.")
    n_rows: int | None
    n_columns: int | None
    size_bytes: int
    created_at: datetime


class DatasetList(Schema):
    items: list[DatasetOut]
    next_cursor: str | None


class ColumnOut(Schema):
    name: str
    kind: str
    reason: str = Field("", description="Why it is of this kind.")
    dtype: str = ""
    missing: int | None = None
    distinct: int | None = None
    min: Any = None
    max: Any = None
    mean: float | None = None
    median: Any = None
    top: list[Any] | None = Field(None, description="Frequent values with their count.")


class SummaryOut(Schema):
    n_duplicate_rows: int
    n_missing_cells: int
    memory_bytes: int
    sample: str = Field(description="Which rows the expensive figures are of.")


class DatasetDetail(DatasetOut):
    content_hash: str
    columns: list[ColumnOut]
    profile: SummaryOut | None
    n_runs: int


class DatasetChange(Schema):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)


class DatasetQuery(Paging):
    project: int | None = Field(None, ge=1, le=MAX_ID, description="Only of this one.")


def fields_of(dataset: Dataset) -> dict[str, Any]:
    return {
        "id": dataset.pk,
        "url": reverse("api:get_dataset", args=[dataset.pk]),
        "project": dataset.project_id,
        "name": dataset.name,
        "filename": dataset.filename,
        "version": dataset.version,
        "state": dataset.state,
        "progress": "" if dataset.is_settled else progress_text(dataset.progress),
        "error": dataset.error,
        "n_rows": dataset.n_rows,
        "n_columns": dataset.n_columns,
        "size_bytes": dataset.size_bytes,
        "created_at": dataset.created_at,
    }


def dataset_detail(dataset: Dataset) -> DatasetDetail:
    found = overview(dataset)
    profile = found and SummaryOut(
        n_duplicate_rows=found.n_duplicates,
        n_missing_cells=found.n_missing,
        memory_bytes=found.memory_bytes,
        sample=found.sample,
    )
    return DatasetDetail(
        **fields_of(dataset),
        content_hash=dataset.content_hash,
        columns=[ColumnOut(**column) for column in dataset.columns],
        profile=profile,
        n_runs=dataset.runs.count(),
    )


@router.get("/datasets", **answers(200, DatasetList, 404, 422))
def list_datasets(request: ApiRequest, query: Query[DatasetQuery]) -> DatasetList:
    """Return the newest version of each table you can see, the newest table first."""
    rows: QuerySet[Dataset] = Dataset.objects.visible_to(request.user)
    if query.project is not None:
        rows = rows.filter(project=project_for(request.user, query.project))
    found = page_of(
        contents.newest(rows),
        NEWEST,
        order="datasets",
        cursor=query.cursor,
        limit=query.limit,
    )
    return DatasetList(
        items=[DatasetOut(**fields_of(d)) for d in found.rows],
        next_cursor=found.next_cursor,
    )


@router.post(
    "/datasets",
    **answers(
        201,
        DatasetDetail,
        404,
        *SENT,
        **body(UPLOAD, media_type=FORM),
    ),
)
@uploads
def upload_dataset(request: ApiRequest) -> DatasetDetail:
    """Store a table; a worker then reads it, which `state` and `progress` tell of."""
    wants(request, FORM)
    project_id = whole_number(request.POST.get("project"))
    if project_id is None:
        detail = "Give the id of the project it is for."
        raise invalid([FieldError(detail, pointer=pointer("project"))])
    project = project_for(request.user, project_id, Role.EDITOR)
    name = request.POST.get("name", "").strip()
    if not storable(name) or len(name) > 200:
        detail = "A name has at most 200 characters, none of them unprintable."
        raise invalid([FieldError(detail, pointer=pointer("name"))])
    if "text" in request.POST:
        return dataset_detail(pasted(request, project))
    form = UploadForm(request.POST, request.FILES)
    refuse_form_errors(form)
    file = form.cleaned_data["file"]
    dataset = services.add_dataset(
        user=request.user, project=project, file=file, filename=file.name, name=name
    )
    return dataset_detail(dataset)


def pasted(request: ApiRequest, project: Project) -> Dataset:
    if "file" in request.FILES:
        detail = "Send a file or a text, not both."
        raise invalid([FieldError(detail, pointer=pointer("text"))])
    form = PasteForm(request.POST)
    refuse_form_errors(form)
    return services.add_pasted(user=request.user, project=project, **form.cleaned_data)


@router.get("/datasets/{int:dataset_id}", **answers(200, DatasetDetail, 404))
def get_dataset(request: ApiRequest, dataset_id: int) -> DatasetDetail:
    """Return one table: how far it is read, its columns, what is known of all of it."""
    return dataset_detail(dataset_for(request.user, dataset_id))


@router.get(
    "/datasets/{int:dataset_id}/table",
    **sends_file(409, media_types=(TYPES["parquet"],)),
)
def get_dataset_table(request: ApiRequest, dataset_id: int) -> HttpResponseBase:
    """Return a table as the programs of its trials read it: a Parquet file."""
    dataset = dataset_for(request.user, dataset_id)
    if not dataset.is_ready or not dataset.table:
        raise ProblemError(409, dataset.error or "The table is not read yet.")
    return stored_file(
        request,
        dataset.table,
        filename=table_name(dataset),
        content_type=TYPES["parquet"],
        on_send=partial(
            audit.record, Action.DATASET_DOWNLOADED, dataset, project=dataset.project
        ),
    )


@router.patch(
    "/datasets/{int:dataset_id}",
    **answers(
        200,
        DatasetDetail,
        404,
        *SENT,
        **sends(DatasetChange, example={"name": "Penguins of 2009"}),
    ),
)
def change_dataset(request: ApiRequest, dataset_id: int) -> DatasetDetail:
    """Rename a table, with all of its versions."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    wish = shaped(json_body(request), DatasetChange)
    services.rename_dataset(dataset, name=wish.name)
    return dataset_detail(dataset)


@router.delete("/datasets/{int:dataset_id}", **answers(204, None, 404, 409))
def delete_dataset(request: ApiRequest, dataset_id: int) -> Status[None]:
    """Delete a table with its runs, their models and all their files."""
    services.delete_dataset(dataset_for(request.user, dataset_id, Role.EDITOR))
    return Status(204, None)
