"""The sample tables, and one of them as a dataset."""

from ninja import Field, Router, Schema
from pydantic import ConfigDict

from runs.access import project_for
from runs.api.bodies import json_body, shaped
from runs.api.creating import uploads
from runs.api.datasets import DatasetDetail, dataset_detail
from runs.api.problems import FieldError, invalid, pointer
from runs.api.responses import SENT, answers, body
from runs.api.security import ApiRequest
from runs.enums import Role
from runs.samples import SAMPLES
from runs.services import datasets as services

router = Router(tags=["Datasets"])


class SampleOut(Schema):
    name: str
    title: str
    filename: str
    description: str
    target: str = Field(description="The column that is meant to be predicted.")
    task: str
    licence: str
    source: str = Field(description="Where it comes from.")


class SampleList(Schema):
    items: list[SampleOut]


class SampleIn(Schema):
    model_config = ConfigDict(extra="forbid")

    sample: str = Field(description=f"One of {', '.join(SAMPLES)}.")


@router.get("/samples", **answers(200, SampleList))
def list_samples(request: ApiRequest) -> SampleList:
    """Return the small openly licensed tables to begin with."""
    names = SampleOut.model_fields
    return SampleList(
        items=[
            SampleOut(**{name: getattr(sample, name) for name in names})
            for sample in SAMPLES.values()
        ]
    )


@router.post(
    "/projects/{int:project_id}/samples",
    **answers(
        201,
        DatasetDetail,
        404,
        *SENT,
        **body(SampleIn, example={"sample": "penguins"}),
    ),
)
@uploads
def add_sample(request: ApiRequest, project_id: int) -> DatasetDetail:
    """Add a sample table to a project; a worker then reads it like an uploaded one."""
    project = project_for(request.user, project_id, Role.EDITOR)
    wish = shaped(json_body(request), SampleIn)
    if wish.sample not in SAMPLES:
        detail = f"There is no sample “{wish.sample[:80]}”, only {', '.join(SAMPLES)}."
        raise invalid([FieldError(detail, pointer=pointer("sample"))])
    dataset = services.add_sample(
        user=request.user, project=project, sample_name=wish.sample
    )
    return dataset_detail(dataset)
