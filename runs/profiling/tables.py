"""A worker's job: read an uploaded file, describe its columns, store it as Parquet."""

import hashlib
import json
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.base import File
from django.db import transaction

from runs.enums import DatasetState, JobState
from runs.files import local_copy
from runs.leasing import is_dead, new_token, renewing, worker_name
from runs.models import Dataset, TargetProfile, upload_path
from runs.profiling.jobs import FREE, Report, reporter, waiting_rows

if TYPE_CHECKING:
    from runs.tables.kinds import Column

logger = logging.getLogger(__name__)

UNEXPECTED = (
    "Something went wrong while the file was read; the server's log has the details. "
    "If it opens elsewhere, save it as a plain CSV file and upload that."
)
DIED = (
    "The process that read the file ended {attempts} times before it was done, most "
    "likely for lack of memory. Upload fewer rows or columns, or give the workers more."
)
DUPLICATES = "{} that repeated an earlier one {} left out, as asked."


def describe(dataset_id: int) -> None:
    """Read one dataset; does nothing when it is not waiting any more."""
    from runs.tables.errors import TableError

    token = new_token()
    waiting = Dataset.objects.filter(pk=dataset_id, state=DatasetState.WAITING)
    if not waiting.claim(token, state=DatasetState.READING):
        return
    rows = Dataset.objects.filter(pk=dataset_id)
    with renewing(rows, token), scratch_folder() as folder:
        parquet = folder / "table.parquet"
        try:
            facts = read(rows.get(), parquet, reporter(rows, token))
        except TableError as error:
            fail(dataset_id, token, str(error))
        except Dataset.DoesNotExist:
            return
        except Exception:  # whatever a reader does, the page says that it failed
            logger.exception("Could not read dataset %s", dataset_id)
            fail(dataset_id, token, UNEXPECTED)
        else:
            record(dataset_id, token, facts, parquet)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Yield a folder of this process; what killed ones left behind is removed."""
    # Not in /tmp, which may be memory: a table can be larger than that.
    own = Path(settings.FILE_UPLOAD_TEMP_DIR, "reading", worker_name())
    own.mkdir(parents=True, exist_ok=True)
    for folder in own.parent.iterdir():
        if is_dead(f"{own.parent.name}/{folder.name}"):
            shutil.rmtree(folder, ignore_errors=True)
    try:
        yield own
    finally:
        shutil.rmtree(own, ignore_errors=True)


def read(dataset: Dataset, parquet: Path, report: Report) -> dict[str, Any]:
    """Write the table to `parquet` and return what the dataset's row says of it."""
    from runs.tables.advice import advise
    from runs.tables.duplicates import drop_duplicates
    from runs.tables.kinds import Kind
    from runs.tables.options import ReadingOptions
    from runs.tables.profile import preview, profile_table
    from runs.tables.reading import store_table
    from runs.tables.storage import read_head

    recipe = dataset.recipe
    with local_copy(dataset.source) as path:
        table = store_table(
            path,
            parquet,
            filename=dataset.filename,
            options=ReadingOptions.from_json(recipe["options"]),
            kinds={name: Kind(kind) for name, kind in recipe["kinds"].items()},
            on_progress=report,
        )
    n_rows, first, repairs = table.n_rows, table.preview, list(table.repairs)
    if recipe["drop_duplicates"]:
        n_dropped = drop_duplicates(parquet)
        if n_dropped:
            n_rows -= n_dropped
            first = preview(read_head(parquet, len(first["rows"])))
            what = "1 row" if n_dropped == 1 else f"{n_dropped:,} rows"
            verb = "was" if n_dropped == 1 else "were"
            repairs.append(DUPLICATES.format(what, verb))
    profile = profile_table(parquet, table.columns, on_progress=report)
    names = {column.name for column in table.columns}
    recipe["kinds"] = {n: kind for n, kind in recipe["kinds"].items() if n in names}
    return {
        "n_rows": n_rows,
        "n_columns": len(table.columns),
        "columns": profile["columns"],
        "profile": {key: profile[key] for key in profile if key != "columns"},
        "advice": [advice.to_json() for advice in advise(profile, table.columns)],
        "preview": first,
        "reading": reading_of(table.reading),
        "repairs": repairs,
        "table_bytes": parquet.stat().st_size,
        "content_hash": content_hash(parquet, recipe),
        **recipe,
    }


def reading_of(reading: Any) -> dict[str, Any]:  # noqa: ANN401 - `Reading`, not loaded here
    """Return how a file was read, as JSON can hold it."""
    from dataclasses import asdict  # noqa: PLC0415

    found: dict[str, Any] = json.loads(json.dumps(asdict(reading)))
    return found


def content_hash(parquet: Path, recipe: dict[str, Any]) -> str:
    """Name the table and the recipe it was made with; without one, the table alone."""
    with parquet.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if not any(recipe.values()):
        return digest
    named = json.dumps([digest, recipe], sort_keys=True)
    return hashlib.sha256(named.encode()).hexdigest()


def columns_of(dataset: Dataset) -> "list[Column]":
    """Return the columns of a stored table as `runs.tables` knows them."""
    from runs.tables.kinds import Column, Kind

    return [
        Column(c["name"], Kind(c["kind"]), c["reason"], c["dtype"])
        for c in dataset.columns
    ]


def record(dataset_id: int, token: str, facts: dict[str, Any], parquet: Path) -> None:
    """Store the table and its facts, unless the lease was lost meanwhile."""
    unsaved = Dataset(pk=dataset_id)
    storage = unsaved.table.storage
    with parquet.open("rb") as stream:
        name = storage.save(upload_path(unsaved, "table.parquet"), File(stream))
    before = Dataset.objects.filter(pk=dataset_id).values_list("table", flat=True)
    old = before.first()
    try:
        with transaction.atomic():
            done = settle(
                dataset_id,
                token,
                state=DatasetState.READY,
                table=name,
                error="",
                pending={},
                **facts,
            )
            if done:
                look_again(dataset_id, [column["name"] for column in facts["columns"]])
                if old:
                    transaction.on_commit(partial(storage.delete, old))
    except BaseException:
        storage.delete(name)
        raise
    if not done:
        # Deleted meanwhile, or read by somebody else: this file belongs to nobody.
        storage.delete(name)


def look_again(dataset_id: int, names: list[str]) -> None:
    """Have what was computed of the former table computed of this one."""
    profiles = TargetProfile.objects.filter(dataset=dataset_id)
    gone = [p.pk for p in profiles.only("pk", "target") if p.target not in names]
    profiles.filter(pk__in=gone).delete()
    profiles.update(
        state=JobState.WAITING, published_at=None, attempts=0, progress={}, **FREE
    )


def fail(dataset_id: int, token: str, error: str) -> None:
    """Say why it cannot be read; a table that was there before stays as it was."""
    dataset = Dataset.objects.filter(pk=dataset_id).first()
    if dataset is None:
        return
    settle(dataset_id, token, error=error, **failed(dataset))


def failed(dataset: Dataset) -> dict[str, Any]:
    if dataset.table:
        return {"state": DatasetState.READY, "pending": {}}
    # The settings that did not work are those to be corrected.
    return {"state": DatasetState.FAILED, "pending": {}, **dataset.recipe}


def settle(dataset_id: int, token: str, **changes: Any) -> int:
    """Record a result and give the lease back, in one UPDATE only its holder can do."""
    rows = Dataset.objects.filter(pk=dataset_id).held(token)
    return rows.update(**changes, progress={}, **FREE)


def waiting() -> list[int]:
    """Return the datasets to tell the workers of (again), after freeing dead leases."""
    reading = Dataset.objects.filter(state=DatasetState.READING)
    given_up = reading.lapsed().filter(attempts__gte=settings.MAX_ATTEMPTS)
    for dataset in given_up.exclude(table=""):
        error = DIED.format(attempts=settings.MAX_ATTEMPTS)
        settle(dataset.pk, dataset.lease_token, error=error, **failed(dataset))
    return waiting_rows(
        Dataset.objects.all(),
        waiting=DatasetState.WAITING,
        busy=DatasetState.READING,
        failed=DatasetState.FAILED,
        died=DIED,
    )
