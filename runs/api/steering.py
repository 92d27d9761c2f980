"""Changes of a run that searches: all of a request, or none of it."""

from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status
from pydantic import ConfigDict

from runs.access import run_for
from runs.api.bodies import json_body, shaped
from runs.api.errors import said_at
from runs.api.problems import FieldError, invalid, pointer
from runs.api.responses import MAX_ID, SENT, answers, sends
from runs.api.runs import RunDetail, run_detail
from runs.api.security import ApiRequest
from runs.api.trials import TrialDetail, trial_detail
from runs.enums import Role
from runs.models import Run
from runs.services import steering as services

router = Router(tags=["Steering"])


class SteeringIn(Schema):
    """What is to change; what is left out stays."""

    # As a document that starts a run: "5" is no number.
    model_config = ConfigDict(extra="forbid", strict=True)

    revision: int | None = Field(
        None,
        ge=0,
        le=MAX_ID,
        description="The run’s as you know it: others’ changes since then are a 409.",
    )
    switched: dict[str, bool] = Field(
        {}, description="Algorithm → whether it is searched from now on."
    )
    spaces: dict[str, dict[str, Any]] = Field(
        {}, description="Algorithm → its whole space, as a configuration has it."
    )
    n_trials: int | None = Field(None, description="In all; null: no limit.")
    time_budget_seconds: float | None = Field(
        None, description="Since the run began; null: no limit."
    )
    parallelism: int | None = Field(
        None, description="Units worked on at once; null: as many as there are workers."
    )


@router.post(
    "/runs/{int:run_id}/steer",
    **answers(
        202,
        RunDetail,
        404,
        *SENT,
        **sends(SteeringIn, example={"switched": {"random_forest": False}}),
    ),
)
def steer_run(request: ApiRequest, run_id: int) -> Status[RunDetail]:
    """Change what a run searches while it does: all that is asked for, or nothing.

    Each change is an event of the run. Waiting trials that do not fit any more are set
    aside; running ones end, or are completed where only a range or a budget has changed.
    """
    run = run_for(request.user, run_id, Role.EDITOR)
    wish = shaped(json_body(request), SteeringIn)
    if not wish.model_fields_set - {"revision"}:
        detail = "Say what is to change."
        raise invalid([FieldError(detail, pointer=pointer())])
    with transaction.atomic():
        with said_at():
            # Locked first: what is left out of a budget is as it is now.
            run = services.steerable(run, wish.revision)
        change(run, wish, request)
    run.refresh_from_db()
    return Status(202, run_detail(run))


def change(run: Run, wish: SteeringIn, request: ApiRequest) -> None:
    user, asked = request.user, wish.model_fields_set
    # On before off: another algorithm may take the place of the last one.
    for name, on in sorted(wish.switched.items(), key=lambda pair: not pair[1]):
        with said_at("switched", name):
            services.switch_algorithm(run, name, on=on, user=user)
    for name, space in wish.spaces.items():
        with said_at("spaces", name, below=space):
            services.change_space(run, name, space, user=user)
    budget = {"n_trials", "time_budget_seconds"}
    if asked & budget:
        kept = {name: getattr(run, name) for name in budget - asked}
        sent = {name: getattr(wish, name) for name in budget & asked}
        with said_at(below=sent):
            services.change_budget(run, **kept, **sent, user=user)
    if "parallelism" in asked:
        with said_at("parallelism"):
            services.change_parallelism(run, wish.parallelism, user=user)


@router.post(
    "/runs/{int:run_id}/trials/{int:number}/stop",
    **answers(202, TrialDetail, 404, 409),
)
def stop_trial(request: ApiRequest, run_id: int, number: int) -> Status[TrialDetail]:
    """End one trial; a waiting one at once, a running one as soon as its worker can."""
    run = run_for(request.user, run_id, Role.EDITOR)
    trial = get_object_or_404(run.trials, number=number)
    services.stop_trial(trial, user=request.user)
    trial.refresh_from_db()
    return Status(202, trial_detail(trial, run))
