"""Refits that a person asked for: of any trial, while its run goes on and afterwards."""

from models_app.enums import ModelState
from models_app.leases import return_lapsed, take_unpublished
from models_app.models import ModelMeta


def waiting() -> list[int]:
    """Return the refits to tell the workers of (again), after freeing dead leases.

    A run that has ended is not looked at any more, so nobody else would.
    """
    rows = ModelMeta.objects.filter(is_requested=True)
    steps = (
        (ModelState.WAITING, ModelState.FITTING, "refitting the model"),
        (ModelState.FITTED, ModelState.EVALUATING, "evaluating the model"),
    )
    for rest, busy, doing in steps:
        return_lapsed(
            rows, waiting=rest, busy=busy, failed=ModelState.FAILED, doing=doing
        )
    return take_unpublished(
        rows.filter(state__in=(ModelState.WAITING, ModelState.FITTED))
    )
