"""A worker's job: what a table tells of one column that might be predicted."""

from typing import Any

from runs.enums import DatasetState, JobState
from runs.files import local_copy
from runs.models import TargetProfile
from runs.profiling.jobs import reporter, waiting_rows, work_on
from runs.profiling.tables import columns_of

UNEXPECTED = (
    "Something went wrong while the column was looked at; the server's log has the "
    "details. A run can be started all the same."
)
DIED = (
    "The process that looked at the column ended {attempts} times before it was done, "
    "most likely for lack of memory. A run can be started all the same."
)


def describe(profile_id: int) -> None:
    ready = {"dataset__state": DatasetState.READY}
    rows = TargetProfile.objects.filter(pk=profile_id)
    if not rows.filter(**ready).exists():
        return

    def compute(token: str) -> dict[str, Any]:
        from runs.tables.advice import advise_target
        from runs.tables.profile import profile_target

        profile = rows.select_related("dataset").get()
        dataset = profile.dataset
        columns = columns_of(dataset)
        with local_copy(dataset.table) as path:
            data = profile_target(
                path, columns, profile.target, on_progress=reporter(rows, token)
            )
        stored = {**dataset.profile, "columns": dataset.columns}
        advice = [a.to_json() for a in advise_target(data, stored, columns)]
        return {"state": JobState.READY, "data": data, "advice": advice}

    work_on(rows, compute, unexpected=UNEXPECTED)


def waiting() -> list[int]:
    # While a table is read (again), what is asked of it waits for it.
    return waiting_rows(
        TargetProfile.objects.filter(dataset__state=DatasetState.READY),
        waiting=JobState.WAITING,
        busy=JobState.WORKING,
        failed=JobState.FAILED,
        died=DIED,
    )
