"""What a run would take, found out before it is started."""

from datetime import datetime

from django.urls import reverse
from ninja import Field, Router, Schema

from runs.access import dataset_for, preflight_for
from runs.api.configurations import EXAMPLE, configuration_sent
from runs.api.creating import accepts
from runs.api.responses import SENT, answers, body
from runs.api.security import ApiRequest
from runs.api.specification import specification_schema
from runs.configuration import Configuration
from runs.enums import Role
from runs.models import Preflight
from runs.outlook import concerns
from runs.search.preflight import Estimate
from runs.services import preflights as services

router = Router(tags=["Preflight"])


class AlgorithmEstimateOut(Schema):
    algorithm: str
    n_trials: int
    trial_seconds: float | None = Field(
        description="Of all folds, on one processor; null: every timed fit failed."
    )
    seconds: float = Field(description="Of all its trials, on one processor.")
    n_timed: int = Field(description="Fits it comes from.")
    error: str = Field(description="Why its fits failed.")


class EstimateOut(Schema):
    seconds: float = Field(description="From start to end, with all workers.")
    prepare_seconds: float
    search_seconds: float
    models_seconds: float
    n_affordable: int | None = Field(
        description="Trials that fit into the time budget."
    )
    process_bytes: int = Field(description="Memory of one worker process, at most.")
    total_bytes: int
    folds_bytes: int
    n_timed: int
    sample_rows: int
    n_workers: int
    algorithms: list[AlgorithmEstimateOut]


class ConcernOut(Schema):
    level: str = Field(description="info, or warning for what is most likely a mistake")
    field: str = Field(description="The key of the configuration it is about.")
    text: str


class PreflightOut(Schema):
    id: int
    url: str
    dataset: int
    state: str = Field(description="waiting, working, ready or failed")
    error: str
    estimate: EstimateOut | None
    concerns: list[ConcernOut] = Field(
        description="What to think of before starting; more of it once it is ready."
    )
    created_at: datetime


def preflight_out(preflight: Preflight) -> PreflightOut:
    configuration = Configuration(**preflight.specification)
    found = concerns(preflight.dataset, configuration, preflight)
    return PreflightOut(
        id=preflight.pk,
        url=reverse("api:get_preflight", args=[preflight.pk]),
        dataset=preflight.dataset_id,
        state=preflight.state,
        error=preflight.error,
        estimate=estimate_of(preflight),
        concerns=[ConcernOut(**one._asdict()) for one in found],
        created_at=preflight.created_at,
    )


def estimate_of(preflight: Preflight) -> EstimateOut | None:
    if not preflight.is_ready or not preflight.data:
        return None
    found = Estimate.from_json(preflight.data["estimate"])
    parts = [AlgorithmEstimateOut(**part._asdict()) for part in found.algorithms]
    return EstimateOut(
        **{**found._asdict(), "algorithms": parts},
        seconds=found.seconds,
        n_workers=preflight.data["n_workers"],
    )


@router.post(
    "/datasets/{int:dataset_id}/preflight",
    **answers(
        202, PreflightOut, 404, *SENT, **body(specification_schema(), example=EXAMPLE)
    ),
)
@accepts
def ask_preflight(request: ApiRequest, dataset_id: int) -> PreflightOut:
    """Have some fits of a configuration timed by a worker, to know what a run would take.

    The body is the one that would start the run. What is known already is answered at once.
    """
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    _, configuration = configuration_sent(request, dataset)
    return preflight_out(services.ask(dataset, configuration))


@router.get("/preflights/{int:preflight_id}", **answers(200, PreflightOut, 404))
def get_preflight(request: ApiRequest, preflight_id: int) -> PreflightOut:
    """Return what has been found out."""
    return preflight_out(preflight_for(request.user, preflight_id, Role.EDITOR))
