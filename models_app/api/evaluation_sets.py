"""Common evaluation sets: rows of one dataset that several models predict anew."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.urls import reverse
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict

from models_app.comparing.asked import LEAST, MOST, CompareError
from models_app.comparing.common import wanted_models
from models_app.comparing.requested import (
    Candidate,
    Part,
    Status,
    candidate_of,
    choices,
    request_set,
    status_of,
)
from models_app.models import ModelMeta
from runs.access import project_for
from runs.api.bodies import json_body, shaped
from runs.api.creating import accepts
from runs.api.problems import FieldError, ProblemError, invalid, pointer
from runs.api.responses import MAX_ID, SENT, answers, body
from runs.api.security import ApiRequest
from runs.enums import Role
from runs.models import Project

router = Router(tags=["Models"])
Number = Annotated[int, Field(ge=1, le=MAX_ID)]
WHICH = f"{LEAST} to {MOST} models of one target."


class ModelsQuery(Schema):
    models: list[Number] = Field([], description=WHICH)


class SetIn(Schema):
    model_config = ConfigDict(extra="forbid")

    models: list[Number] = Field(description=WHICH)
    on: Number = Field(description="The dataset whose rows all are to predict.")


class SetChoice(Schema):
    dataset: int = Field(description="What `on` of the comparison names.")
    url: str
    name: str
    version: int
    n_rows: int | None
    n_learners: int = Field(
        description="Of the models, how many have learnt from this very table."
    )
    n_unseen: int = Field(
        description="Rows that no model has learnt from: at most so many, and exactly "
        "so many once workers have predicted the set."
    )


class SetChoices(Schema):
    items: list[SetChoice]


class PartOut(Schema):
    model: int
    doing: str = Field(description="In some words.")
    percent: int
    error: str = Field(description="Why it could not predict the rows.")


class SetOut(Schema):
    dataset: int
    url: str
    state: str = Field(description="missing, computing, ready or failed")
    sentence: str = Field(description="The same, where it is not ready.")
    models: list[PartOut]


def address_of(project_id: int, models: Sequence[ModelMeta], dataset_id: int) -> str:
    path = reverse("api:get_evaluation_set", args=[project_id, dataset_id])
    return f"{path}?{urlencode([('models', model.pk) for model in models])}"


def state_of(status: Status) -> str:
    if status.is_done:
        return "ready"
    if status.is_going:
        return "computing"
    return "failed" if any(part.error for part in status.parts) else "missing"


def part_out(part: Part) -> PartOut:
    return PartOut(
        model=part.model.pk, doing=part.doing, percent=part.percent, error=part.error
    )


def set_out(models: Sequence[ModelMeta], status: Status) -> SetOut:
    return SetOut(
        dataset=status.dataset.pk,
        url=address_of(status.dataset.project_id, models, status.dataset.pk),
        state=state_of(status),
        sentence="" if status.is_done else status.sentence,
        models=[part_out(part) for part in status.parts],
    )


def choice_out(models: Sequence[ModelMeta], found: Candidate) -> SetChoice:
    dataset = found.dataset
    return SetChoice(
        dataset=dataset.pk,
        url=address_of(dataset.project_id, models, dataset.pk),
        name=dataset.name,
        version=dataset.version,
        n_rows=dataset.n_rows,
        n_learners=found.n_learners,
        n_unseen=found.n_unseen,
    )


def models_asked_for(project: Project, query: ModelsQuery) -> list[ModelMeta]:
    try:
        return wanted_models(project, list(dict.fromkeys(query.models)))
    except CompareError as error:
        raise invalid([FieldError(str(error), parameter="models")]) from None


@router.get(
    "/projects/{int:project_id}/comparison/sets", **answers(200, SetChoices, 404, 422)
)
def list_evaluation_sets(
    request: ApiRequest, project_id: int, query: Query[ModelsQuery]
) -> SetChoices:
    """Return the datasets whose rows models can be compared on, the fairest first.

    These are the ones with the most rows that no model has learnt from; of those with fewer
    than 30 such rows the one that the fewest models have learnt from.
    """
    project = project_for(request.user, project_id)
    models = models_asked_for(project, query)
    return SetChoices(items=[choice_out(models, found) for found in choices(models)])


@router.post(
    "/projects/{int:project_id}/comparison/sets",
    **answers(
        202, SetOut, 404, *SENT, **body(SetIn, example={"models": [3, 5], "on": 2})
    ),
)
@accepts
def request_evaluation_set(request: ApiRequest, project_id: int) -> SetOut:
    """Have every model predict rows of a dataset that has not done so.

    At most 5,000 rows, none of which any of the models has learnt from if there are at least
    30 such.
    """
    project = project_for(request.user, project_id, Role.EDITOR)
    wish = shaped(json_body(request), SetIn)
    try:
        models = wanted_models(project, list(dict.fromkeys(wish.models)))
    except CompareError as error:
        raise invalid([FieldError(str(error), pointer=pointer("models"))]) from None
    try:
        dataset = candidate_of(models, wish.on)
    except CompareError as error:
        raise invalid([FieldError(str(error), pointer=pointer("on"))]) from None
    try:
        request_set(models, dataset, user=request.user)
    except ValidationError as error:  # a model that is not ready
        raise ProblemError(409, " ".join(error.messages)) from None
    return set_out(models, status_of(models, dataset))


@router.get(
    "/projects/{int:project_id}/comparison/sets/{int:dataset_id}",
    **answers(200, SetOut, 404, 422),
)
def get_evaluation_set(
    request: ApiRequest, project_id: int, dataset_id: int, query: Query[ModelsQuery]
) -> SetOut:
    """Return how far models are with the rows of a dataset."""
    project = project_for(request.user, project_id)
    models = models_asked_for(project, query)
    try:
        dataset = candidate_of(models, dataset_id)
    except CompareError as error:
        raise ProblemError(404, str(error)) from None
    return set_out(models, status_of(models, dataset))
