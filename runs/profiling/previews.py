"""A worker's job: read the first rows of a file with settings that were not applied."""

from typing import Any

from runs.enums import JobState
from runs.files import local_copy
from runs.models import ReadingPreview
from runs.profiling.jobs import waiting_rows, work_on
from runs.profiling.tables import reading_of

UNEXPECTED = (
    "Something went wrong while the file was read with these settings; the server's "
    "log has the details."
)
DIED = (
    "The process that read the file with these settings ended {attempts} times before "
    "it was done."
)
N_ROWS = 20


def read(preview_id: int) -> None:
    rows = ReadingPreview.objects.filter(pk=preview_id)

    def compute(token: str) -> dict[str, Any]:
        from runs.tables.options import ReadingOptions
        from runs.tables.profile import preview
        from runs.tables.reading import read_sample

        wanted = rows.select_related("dataset").get()
        dataset = wanted.dataset
        options = ReadingOptions.from_json(wanted.options)
        with local_copy(dataset.source) as path:
            table = read_sample(path, filename=dataset.filename, options=options)
        data = {
            "preview": preview(table.frame, N_ROWS),
            "kinds": [column.kind.value for column in table.columns],
            "reasons": [column.reason for column in table.columns],
            "reading": reading_of(table.reading),
            "repairs": table.repairs,
            "n_rows": len(table.frame),
        }
        return {"state": JobState.READY, "data": data}

    work_on(rows, compute, unexpected=UNEXPECTED)


def waiting() -> list[int]:
    return waiting_rows(
        ReadingPreview.objects.all(),
        waiting=JobState.WAITING,
        busy=JobState.WORKING,
        failed=JobState.FAILED,
        died=DIED,
    )
