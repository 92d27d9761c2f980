"""A worker's job: read an uploaded file, describe its columns, store it as Parquet."""

import hashlib
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db.models import Q
from django.utils import timezone

from runs.enums import DatasetState
from runs.files import local_copy
from runs.leasing import is_dead, new_token, renewing, worker_name
from runs.models import Dataset, upload_path

logger = logging.getLogger(__name__)

UNEXPECTED = (
    "Something went wrong while the file was read; the server's log has the details. "
    "If it opens elsewhere, save it as a plain CSV file and upload that."
)
DIED = (
    "The process that read the file ended {attempts} times before it was done, most "
    "likely for lack of memory. Upload fewer rows or columns, or give the workers more."
)
# A message not taken for this long is taken for lost and published again.
PATIENCE = timedelta(seconds=10)
FREE: dict[str, Any] = {"lease_token": "", "lease_until": None, "worker": ""}


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
            facts = read(rows.get(), parquet)
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


def read(dataset: Dataset, parquet: Path) -> dict[str, Any]:
    """Write the table to `parquet` and return what the dataset's row says of it."""
    from dataclasses import asdict  # noqa: PLC0415

    from runs.tables.reading import store_table

    with local_copy(dataset.source) as path:
        table = store_table(path, parquet, filename=dataset.filename)
    with parquet.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {
        "n_rows": table.n_rows,
        "n_columns": len(table.columns),
        "columns": table.profile,
        "preview": table.preview,
        "reading": asdict(table.reading),
        "repairs": table.repairs,
        "content_hash": digest,
    }


def record(dataset_id: int, token: str, facts: dict[str, Any], parquet: Path) -> None:
    """Store the table and its facts, unless the lease was lost meanwhile."""
    unsaved = Dataset(pk=dataset_id)
    storage = unsaved.table.storage
    with parquet.open("rb") as stream:
        name = storage.save(upload_path(unsaved, "table.parquet"), File(stream))
    try:
        done = settle(dataset_id, token, state=DatasetState.READY, table=name, **facts)
    except BaseException:
        storage.delete(name)
        raise
    if not done:
        # Deleted meanwhile, or read by somebody else: this file belongs to nobody.
        storage.delete(name)


def fail(dataset_id: int, token: str, error: str) -> None:
    settle(dataset_id, token, state=DatasetState.FAILED, error=error)


def settle(dataset_id: int, token: str, **changes: Any) -> int:
    """Record a result and give the lease back, in one UPDATE only its holder can do."""
    return Dataset.objects.filter(pk=dataset_id).held(token).update(**changes, **FREE)


def waiting() -> list[int]:
    """Return the datasets to tell the workers of (again), after freeing dead leases."""
    lapsed = Dataset.objects.filter(state=DatasetState.READING).lapsed()
    lapsed.filter(attempts__gte=settings.MAX_ATTEMPTS).update(
        state=DatasetState.FAILED,
        error=DIED.format(attempts=settings.MAX_ATTEMPTS),
        **FREE,
    )
    lapsed.update(state=DatasetState.WAITING, published_at=None, **FREE)
    now = timezone.now()
    untold = Dataset.objects.filter(state=DatasetState.WAITING).filter(
        Q(published_at=None) | Q(published_at__lt=now - PATIENCE)
    )
    # Marked one by one: of two sweeps at the same time only one publishes each.
    return [
        pk
        for pk in untold.values_list("pk", flat=True)
        if untold.filter(pk=pk).update(published_at=now)
    ]
