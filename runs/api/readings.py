"""A reading tried on the first rows before it is applied."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Field, Router, Schema
from pydantic import ConfigDict

from runs.access import dataset_for
from runs.api.bodies import json_body, shaped
from runs.api.creating import accepts
from runs.api.responses import SENT, answers, body
from runs.api.security import ApiRequest
from runs.api.tables import options_of
from runs.enums import Role
from runs.models import ReadingPreview
from runs.services import recipes as services

router = Router(tags=["Tables"])


class TrialReadingIn(Schema):
    model_config = ConfigDict(extra="forbid")

    options: dict[str, Any] = Field(description="As for `reading`: all overrides.")


class TriedColumnOut(Schema):
    name: str
    kind: str
    reason: str = Field(description="Why it is of this kind.")


class TriedReadingOut(Schema):
    id: int
    url: str
    dataset: int
    state: str = Field(description="waiting, working, ready or failed")
    options: dict[str, Any]
    error: str
    error_option: str = Field(description="The option that the error is about, if any.")
    reading: dict[str, Any] = Field(description="How the file would be read.")
    columns: list[TriedColumnOut]
    rows: list[list[str | None]] = Field(description="The first ones, as texts.")
    repairs: list[Any] = Field(description="What had to be mended in the file.")


def tried_out(preview: ReadingPreview) -> TriedReadingOut:
    data = preview.data
    found = data.get("preview") or {"columns": [], "rows": []}
    columns = zip(
        found["columns"], data.get("kinds", []), data.get("reasons", []), strict=False
    )
    return TriedReadingOut(
        id=preview.pk,
        url=reverse("api:get_tried_reading", args=[preview.dataset_id, preview.pk]),
        dataset=preview.dataset_id,
        state=preview.state,
        options=preview.options,
        error=preview.error,
        error_option=preview.field,
        reading=data.get("reading", {}),
        columns=[
            TriedColumnOut(name=name, kind=kind, reason=reason)
            for name, kind, reason in columns
        ],
        rows=found["rows"],
        repairs=data.get("repairs", []),
    )


@router.post(
    "/datasets/{int:dataset_id}/reading/tries",
    **answers(
        202,
        TriedReadingOut,
        404,
        *SENT,
        **body(TrialReadingIn, example={"options": {"delimiter": ";"}}),
    ),
)
@accepts
def try_reading(request: ApiRequest, dataset_id: int) -> TriedReadingOut:
    """Have the first rows read with options that are not applied; the table stays.

    What was tried with the same options within the last hour is answered at once.
    """
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    wish = shaped(json_body(request), TrialReadingIn)
    return tried_out(services.try_reading(dataset, options_of(wish.options)))


@router.get(
    "/datasets/{int:dataset_id}/reading/tries/{int:preview_id}",
    **answers(200, TriedReadingOut, 404),
)
def get_tried_reading(
    request: ApiRequest, dataset_id: int, preview_id: int
) -> TriedReadingOut:
    """Return what a reading that was tried has found."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    return tried_out(get_object_or_404(dataset.reading_previews, pk=preview_id))
