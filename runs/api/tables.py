"""What is in a table and how it was read: its profile, its reading, advice, targets."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict

from runs.access import dataset_for
from runs.api.bodies import json_body, shaped
from runs.api.creating import accepts
from runs.api.datasets import DatasetDetail, dataset_detail
from runs.api.problems import FieldError, invalid, pointer
from runs.api.responses import SENT, answers, body
from runs.api.security import ApiRequest
from runs.columns import CHOSEN
from runs.enums import Role
from runs.models import Dataset, TargetProfile
from runs.overview import tips
from runs.services import advice as advice_services
from runs.services import recipes as services

router = Router(tags=["Tables"])


class ReadingIn(Schema):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    options: dict[str, Any] | None = Field(
        None,
        description=(
            "Overrides of what is detected, all of them: `format`, `member`, `sheet`, "
            "`encoding`, `delimiter`, `quotechar`, `escapechar`, `comment`, `header`, "
            "`skip_lines`, `decimal`, `thousands`, `day_first`, `missing`."
        ),
    )
    kinds: dict[str, str | None] | None = Field(
        None,
        description=f"Column → {', '.join(CHOSEN)}; null: as it is found in the values.",
    )
    drop_duplicates: bool | None = Field(
        None, description="Whether repeated rows are left out."
    )


class ProfileOut(Schema):
    """All that is known of a table; empty parts of one that is not read yet."""

    dataset: int
    reading: dict[str, Any] = Field(description="How the file was read.")
    options: dict[str, Any] = Field(description="What of that was set by hand.")
    kinds: dict[str, str] = Field(description="Kinds that were set by hand.")
    drop_duplicates: bool
    repairs: list[Any] = Field(description="What had to be mended in the file.")
    columns: list[dict[str, Any]] = Field(description="Each with its distribution.")
    preview: dict[str, Any] = Field(description="The first rows, as texts.")
    overview: dict[str, Any] | None
    missingness: dict[str, Any] | None
    associations: dict[str, Any] | None


class TipOut(Schema):
    key: str = Field(description="Names it, to follow it or not any more.")
    level: str
    title: str
    text: str
    can_be_followed: bool = Field(description="Whether there is a remedy to choose.")
    is_accepted: bool


class TipList(Schema):
    items: list[TipOut]


class AdviceQuery(Schema):
    target: str = Field("", description="On predicting this column; else on the table.")


class AdviceIn(Schema):
    model_config = ConfigDict(extra="forbid")

    key: str
    target: str = Field("", description="The column that the advice was on.")


class TargetIn(Schema):
    model_config = ConfigDict(extra="forbid")

    target: str = Field(description="The column that might be predicted.")


class TargetOut(Schema):
    id: int
    url: str
    dataset: int
    target: str
    state: str = Field(description="waiting, working, ready or failed")
    error: str
    data: dict[str, Any] = Field(
        description="Task, distribution, and of each other column how much it tells."
    )
    advice: list[TipOut]


@router.get("/datasets/{int:dataset_id}/profile", **answers(200, ProfileOut, 404))
def get_profile(request: ApiRequest, dataset_id: int) -> ProfileOut:
    """Return what is in a table: distributions, missing values, associations."""
    dataset = dataset_for(request.user, dataset_id)
    recipe, profile = dataset.recipe, dataset.profile
    return ProfileOut(
        dataset=dataset.pk,
        reading=dataset.reading,
        options=recipe["options"],
        kinds=recipe["kinds"],
        drop_duplicates=recipe["drop_duplicates"],
        repairs=dataset.repairs,
        columns=dataset.columns,
        preview=dataset.preview,
        overview=profile.get("overview"),
        missingness=profile.get("missingness"),
        associations=profile.get("associations"),
    )


@router.post(
    "/datasets/{int:dataset_id}/reading",
    **answers(
        202,
        DatasetDetail,
        404,
        *SENT,
        **body(ReadingIn, example={"options": {"delimiter": ";", "decimal": ","}}),
    ),
)
@accepts
def read_again(request: ApiRequest, dataset_id: int) -> DatasetDetail:
    """Have a table read in another way than was detected.

    Answers the version that will hold it: a new one where a run uses this one, which then
    stays what it is.
    """
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    wish = shaped(json_body(request), ReadingIn)
    changes: dict[str, Any] = {}
    if wish.options is not None:
        changes["options"] = options_of(wish.options)
    if wish.kinds is not None:
        changes["kinds"] = kinds_of(dataset, wish.kinds)
    if wish.drop_duplicates is not None:
        changes["drop_duplicates"] = wish.drop_duplicates
    if not changes:
        raise invalid([FieldError("Say what is to change.", pointer=pointer())])
    goal = services.change_recipe(dataset, user=request.user, **changes)
    goal.refresh_from_db()
    return dataset_detail(goal)


def options_of(wanted: dict[str, Any]) -> dict[str, Any]:
    from runs.tables.errors import TableError
    from runs.tables.options import ReadingOptions

    try:
        return ReadingOptions.from_json(wanted).to_json()
    except TableError as error:
        place = pointer("options", *([error.field] if error.field else []))
        raise invalid([FieldError(str(error), pointer=place)]) from None


def kinds_of(dataset: Dataset, wanted: dict[str, str | None]) -> dict[str, str]:
    errors = [
        FieldError(
            f"“{kind}” is no kind; choose one of {', '.join(CHOSEN)}.",
            pointer=pointer("kinds", name),
        )
        for name, kind in wanted.items()
        if kind is not None and kind not in CHOSEN
    ]
    if errors:
        raise invalid(errors)
    try:
        return services.merged_kinds(dataset, wanted)
    except ValidationError as error:
        place = pointer("kinds", str(error.code))
        raise invalid([FieldError(error.messages[0], pointer=place)]) from None


# --- Advice ---------------------------------------------------------------------------


def tips_of(holder: Dataset | TargetProfile) -> list[TipOut]:
    return [
        TipOut(
            key=tip.key,
            level=tip.level,
            title=tip.title,
            text=tip.text,
            can_be_followed=bool(tip.button),
            is_accepted=tip.is_accepted,
        )
        for tip in tips(holder)
    ]


@router.get("/datasets/{int:dataset_id}/advice", **answers(200, TipList, 404, 422))
def list_advice(
    request: ApiRequest, dataset_id: int, query: Query[AdviceQuery]
) -> TipList:
    """Return what is advised, the open advice first."""
    dataset = dataset_for(request.user, dataset_id)
    if not query.target:
        return TipList(items=tips_of(dataset))
    profile = dataset.target_profiles.filter(target=query.target).first()
    if profile is None:
        detail = f"“{query.target}” has not been looked at as a column to predict."
        raise invalid([FieldError(detail, parameter="target")])
    return TipList(items=tips_of(profile))


FOLLOWED = answers(
    202, DatasetDetail, 404, *SENT, **body(AdviceIn, example={"key": "duplicates"})
)


@router.post("/datasets/{int:dataset_id}/advice/follow", **FOLLOWED)
@accepts
def follow_advice(request: ApiRequest, dataset_id: int) -> DatasetDetail:
    """Follow a piece of advice; the table is read again where that changes it."""
    return decided(request, dataset_id, advice_services.accept_advice)


@router.post("/datasets/{int:dataset_id}/advice/undo", **FOLLOWED)
@accepts
def undo_advice(request: ApiRequest, dataset_id: int) -> DatasetDetail:
    """Take back that a piece of advice was followed."""
    return decided(request, dataset_id, advice_services.undo_advice)


def decided(
    request: ApiRequest, dataset_id: int, act: Callable[..., Dataset]
) -> DatasetDetail:
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    wish = shaped(json_body(request), AdviceIn)
    goal = act(dataset, wish.key, user=request.user, target=wish.target)
    goal.refresh_from_db()
    return dataset_detail(goal)


# --- A column to predict --------------------------------------------------------------


def target_out(profile: TargetProfile) -> TargetOut:
    names = [profile.dataset_id, profile.pk]
    return TargetOut(
        id=profile.pk,
        url=reverse("api:get_target", args=names),
        dataset=profile.dataset_id,
        target=profile.target,
        state=profile.state,
        error=profile.error,
        data=profile.data,
        advice=tips_of(profile),
    )


@router.post(
    "/datasets/{int:dataset_id}/targets",
    **answers(
        202, TargetOut, 404, *SENT, **body(TargetIn, example={"target": "species"})
    ),
)
@accepts
def look_at_target(request: ApiRequest, dataset_id: int) -> TargetOut:
    """Have a column looked at as one to predict; what is known is answered at once."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    wish = shaped(json_body(request), TargetIn)
    try:
        return target_out(services.look_at_target(dataset, wish.target))
    except ValidationError as error:
        place = pointer("target")
        raise invalid([FieldError(error.messages[0], pointer=place)]) from None


@router.get(
    "/datasets/{int:dataset_id}/targets/{int:target_id}", **answers(200, TargetOut, 404)
)
def get_target(request: ApiRequest, dataset_id: int, target_id: int) -> TargetOut:
    """Return what was found out of a column to predict."""
    dataset = dataset_for(request.user, dataset_id)
    return target_out(get_object_or_404(dataset.target_profiles, pk=target_id))
