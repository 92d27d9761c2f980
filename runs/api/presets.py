"""Presets of a project: kept of a configuration or a run, changed, deleted."""

from datetime import datetime
from typing import Any, NamedTuple, Self

from django.urls import reverse
from ninja import Field, Router, Schema, Status
from pydantic import ConfigDict, model_validator

from runs.access import preset_for, project_for
from runs.api.bodies import json_body, shaped
from runs.api.configurations import read_configuration
from runs.api.creating import creates
from runs.api.problems import FieldError, invalid, pointer
from runs.api.responses import MAX_ID, SENT, answers, body, sends
from runs.api.security import ApiRequest
from runs.configuration import Configuration
from runs.enums import Role
from runs.forms.saving import not_kept, read_reusable
from runs.models import Dataset, Project, Run, SavedPreset
from runs.services import presets as services
from runs.specifications import not_reusable, reusable

router = Router(tags=["Catalogue"])
NAME = Field(min_length=1, max_length=80)
SOURCES = ("run", "configuration", "specification")


class PresetIn(Schema):
    """What is kept comes from one of `run`, `configuration` and `specification`."""

    model_config = ConfigDict(extra="forbid")

    name: str = NAME
    description: str = Field("", max_length=300)
    replace: bool = Field(False, description="Whether it takes the place of this name.")
    run: int | None = Field(
        None, ge=1, le=MAX_ID, description="As this run of the project was configured."
    )
    dataset: int | None = Field(
        None, ge=1, le=MAX_ID, description="The table that `configuration` is for."
    )
    configuration: dict[str, Any] | None = Field(
        None, description="The document that would start a run of `dataset`."
    )
    specification: dict[str, Any] | None = Field(
        None, description="Such a document, without target and columns: for any table."
    )

    @model_validator(mode="after")
    def has_one_source(self) -> Self:
        given = [name for name in SOURCES if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"give one of {', '.join(SOURCES)}")
        if (self.dataset is None) != (self.configuration is None):
            raise ValueError("dataset and configuration go together")
        return self


class PresetChange(Schema):
    """What is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(None, min_length=1, max_length=80)
    description: str | None = Field(None, max_length=300)
    specification: dict[str, Any] | None = Field(
        None, description="All that it says from now on."
    )


class SavedPresetOut(Schema):
    id: int
    url: str
    project: int
    name: str
    description: str
    specification: dict[str, Any] = Field(
        description="What it answers of a configuration."
    )
    created_by: str | None
    created_at: datetime


class SavedPresetMade(SavedPresetOut):
    columns_not_kept: list[str] = Field(
        description="Columns that the run or the configuration asks something of."
    )
    notes: list[str] = Field(description="The same, as a sentence.")


class Kept(NamedTuple):
    """What a new preset says, and the columns that nothing is said of any more."""

    specification: dict[str, Any]
    columns: list[str]


def fields_of(preset: SavedPreset) -> dict[str, Any]:
    return {
        "id": preset.pk,
        "url": reverse("api:get_preset", args=[preset.pk]),
        "project": preset.project_id,
        "name": preset.name,
        "description": preset.description,
        "specification": preset.specification,
        "created_by": preset.created_by.get_username() if preset.created_by else None,
        "created_at": preset.created_at,
    }


@router.post(
    "/projects/{int:project_id}/presets",
    **answers(
        201,
        SavedPresetMade,
        404,
        *SENT,
        **body(PresetIn, example={"name": "Our usual", "run": 1}),
    ),
)
@creates
def save_preset(request: ApiRequest, project_id: int) -> SavedPresetMade:
    """Keep how a run was configured, or a configuration, as a preset of the project.

    What is asked of columns is not kept: a preset is for any table.
    """
    project = project_for(request.user, project_id, Role.EDITOR)
    wish = shaped(json_body(request), PresetIn)
    kept = wanted(project, wish)
    preset = services.save_preset(
        project,
        user=request.user,
        name=wish.name,
        description=wish.description,
        specification=kept.specification,
        replace=wish.replace,
    )
    return SavedPresetMade(
        **fields_of(preset),
        columns_not_kept=kept.columns,
        notes=[not_kept(kept.columns)] if kept.columns else [],
    )


def wanted(project: Project, wish: PresetIn) -> Kept:
    if wish.specification is not None:
        return Kept(specification_sent(wish.specification), [])
    if wish.run is not None:
        run = one_of(project, Run, "run", wish.run)
        return kept_of(run, run.dataset)
    dataset = one_of(project, Dataset, "dataset", wish.dataset or 0)
    _, made = read_configuration(
        wish.configuration or {}, dataset, below=("configuration",)
    )
    return kept_of(made, dataset)


def kept_of(made: Configuration | Run, dataset: Dataset) -> Kept:
    return Kept(reusable(made), not_reusable(made, dataset))


def one_of(project: Project, model: type[Any], name: str, number: int) -> Any:  # noqa: ANN401 - of the model
    found = model.objects.filter(project=project, pk=number).first()
    if found is None:
        detail = f"This project has no {name} {number}."
        raise invalid([FieldError(detail, pointer=pointer(name))])
    return found


def specification_sent(found: dict[str, Any]) -> dict[str, Any]:
    """Return what a preset is to say, or raise a problem for each key it cannot have."""
    specification, problems = read_reusable(found)
    if problems:
        raise invalid(
            FieldError(text, pointer=pointer("specification", key))
            for key, text in problems.items()
        )
    return specification


@router.get("/presets/{int:preset_id}", **answers(200, SavedPresetOut, 404))
def get_preset(request: ApiRequest, preset_id: int) -> SavedPresetOut:
    """Return one preset that a project has saved."""
    return SavedPresetOut(**fields_of(preset_for(request.user, preset_id)))


@router.patch(
    "/presets/{int:preset_id}",
    **answers(
        200,
        SavedPresetOut,
        404,
        *SENT,
        **sends(PresetChange, example={"description": "For surveys"}),
    ),
)
def change_preset(request: ApiRequest, preset_id: int) -> SavedPresetOut:
    """Rename a preset, or change what it says; runs made with it stay what they are."""
    preset = preset_for(request.user, preset_id, Role.EDITOR)
    wish = shaped(json_body(request), PresetChange).model_dump(exclude_none=True)
    if "specification" in wish:
        wish["specification"] = specification_sent(wish["specification"])
    now = {name: getattr(preset, name) for name in PresetChange.model_fields}
    services.change_preset(preset, **{**now, **wish})
    return SavedPresetOut(**fields_of(preset))


@router.delete("/presets/{int:preset_id}", **answers(204, None, 404))
def delete_preset(request: ApiRequest, preset_id: int) -> Status[None]:
    """Delete a preset; runs made with it stay what they are."""
    services.delete_preset(preset_for(request.user, preset_id, Role.EDITOR))
    return Status(204, None)
