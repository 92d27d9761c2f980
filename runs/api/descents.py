"""Starting from an earlier run: what is proposed for the next one."""

from typing import Any, Literal

from django.http import QueryDict
from ninja import Field, Query, Router, Schema

from runs.access import run_for
from runs.api.problems import FieldError, ProblemError, invalid
from runs.api.responses import MAX_ID, answers
from runs.api.security import ApiRequest
from runs.enums import Descent, Role
from runs.forms.descents import asked_for, descended
from runs.forms.opening import opening
from runs.models import Dataset, Run
from runs.specifications import specification_of

router = Router(tags=["Runs"])
Kind = Literal["clone", "refine", "continue"]
KINDS = (
    "clone: the same settings; refine: narrower, around the best; continue: with more "
    "budget, beginning with all that was scored"
)


class ProposalQuery(Schema):
    descent: Kind = Field(description=KINDS)


class OriginQuery(Schema):
    from_run: int | None = Field(
        None,
        ge=1,
        le=MAX_ID,
        description="The run of the same project it goes on from.",
    )
    descent: Kind = Field("clone", description=KINDS)


class ProposalOut(Schema):
    start_url: str = Field(description="Where to send the configuration.")
    configuration: dict[str, Any]
    notes: list[str] = Field(description="What the table does not have any more.")


def origin_of(query: OriginQuery, dataset: Dataset) -> tuple[Run | None, Descent]:
    """Return the run that a new one comes out of, and how; None and nothing without."""
    if query.from_run is None:
        return None, Descent.NONE
    origin = asked_for(query.model_dump(), dataset)
    if origin is None:
        detail = f"This project has no run {query.from_run}."
        raise invalid([FieldError(detail, parameter="from_run")])
    return origin


@router.get("/runs/{int:run_id}/proposal", **answers(200, ProposalOut, 404, 409, 422))
def propose_run(
    request: ApiRequest, run_id: int, query: Query[ProposalQuery]
) -> ProposalOut:
    """Return a configuration that goes on from a run, as the configure page proposes it."""
    run = run_for(request.user, run_id, Role.EDITOR)
    asked = QueryDict(mutable=True)
    asked.update({"from_run": str(run.pk), "descent": query.descent})
    origin = descended(asked, run.dataset)
    found = opening(asked, dataset=run.dataset, user=request.user).preview()
    if found.configuration is None or origin is None:
        said = " ".join(f"{label}: {message}" for label, message in found.problems)
        raise ProblemError(409, f"The run cannot be started again as it is. {said}")
    path = f"/api/v1/datasets/{run.dataset_id}/runs"
    return ProposalOut(
        start_url=f"{path}?from_run={run.pk}&descent={query.descent}",
        configuration=specification_of(found.configuration, run.dataset),
        notes=origin.notes,
    )
