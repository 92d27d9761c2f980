"""Reading a table as a worker does, and what becomes of it when the worker dies."""

import hashlib
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.utils import timezone

from runs import profiling
from runs.enums import DatasetState
from runs.leasing import new_token, worker_name
from runs.models import Dataset
from runs.tables.storage import read_parquet
from tests.factories import DatasetFactory

pytestmark = pytest.mark.django_db

CSV = b"city,people,note\nOslo,709037,\nBergen,291940,wet\nOslo,1,wet\n"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "incoming"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    return tmp_path


def uploaded(content=CSV, filename="cities.csv", **options):
    return DatasetFactory(
        filename=filename,
        source=ContentFile(content, name=filename),
        **{
            "table": "",
            "state": DatasetState.WAITING,
            "content_hash": "",
            "n_rows": None,
            "n_columns": None,
            "columns": [],
            "preview": {},
            "reading": {},
            **options,
        },
    )


def tables(files):
    return list(files.rglob("*.parquet"))


def test_describe_stores_the_table_and_its_facts(files):
    dataset = uploaded()

    profiling.describe(dataset.pk)

    dataset.refresh_from_db()
    assert dataset.state == DatasetState.READY
    assert (dataset.n_rows, dataset.n_columns) == (3, 3)
    assert [column["name"] for column in dataset.columns] == ["city", "people", "note"]
    assert [column["missing"] for column in dataset.columns] == [0, 0, 1]
    assert dataset.preview["rows"][0] == ["Oslo", "709037", None]
    assert dataset.reading["delimiter"] == ","
    frame = read_parquet(dataset.table.path)
    assert frame["people"].tolist() == [709037, 291940, 1]
    assert dataset.lease_token == ""


def test_describe_leaves_nothing_but_source_and_table_behind(files):
    dataset = uploaded()

    profiling.describe(dataset.pk)

    dataset.refresh_from_db()
    found = {str(path) for path in files.rglob("*") if path.is_file()}
    assert found == {dataset.source.path, dataset.table.path}


def test_describe_removes_what_a_killed_process_left_behind(settings):
    shelf = settings.FILE_UPLOAD_TEMP_DIR / "reading" / worker_name().rpartition("/")[0]
    dead, alive = shelf / str(finished_process()), shelf / str(os.getppid())
    for folder in (dead, alive):
        folder.mkdir(parents=True)
        (folder / "table.parquet").write_bytes(b"half")

    profiling.describe(uploaded().pk)

    assert list(shelf.iterdir()) == [alive]


def test_describe_hashes_the_content_not_the_name():
    first, same = uploaded(), uploaded(filename="again.csv")
    other = uploaded(CSV.replace(b"1,wet", b"2,wet"))

    for dataset in (first, same, other):
        profiling.describe(dataset.pk)
        dataset.refresh_from_db()

    assert first.content_hash == same.content_hash != other.content_hash
    digest = hashlib.sha256(first.table.open().read()).hexdigest()
    first.table.close()
    assert first.content_hash == digest


def test_describe_of_no_table_fails_with_one_sentence_and_no_table(files):
    dataset = uploaded(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00\xff" * 50)

    profiling.describe(dataset.pk)

    dataset.refresh_from_db()
    assert dataset.state == DatasetState.FAILED
    assert dataset.error
    assert "\n" not in dataset.error
    assert not tables(files)


def test_describe_after_an_unexpected_error_fails_and_logs_it(monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise RuntimeError("disk on fire")

    monkeypatch.setattr("runs.tables.reading.store_table", broken)
    dataset = uploaded()

    profiling.describe(dataset.pk)

    dataset.refresh_from_db()
    assert (dataset.state, dataset.error) == (DatasetState.FAILED, profiling.UNEXPECTED)
    assert "disk on fire" in caplog.text


@pytest.mark.parametrize(
    "state", [DatasetState.READING, DatasetState.READY, DatasetState.FAILED]
)
def test_describe_of_a_dataset_that_does_not_wait_changes_nothing(state):
    dataset = uploaded(state=state, lease_token="x" * 32)

    profiling.describe(dataset.pk)

    after = Dataset.objects.get(pk=dataset.pk)
    assert (after.state, after.lease_token, after.attempts) == (state, "x" * 32, 0)


def test_describe_of_a_deleted_dataset_does_nothing():
    profiling.describe(12345)

    assert not Dataset.objects.exists()


def during_reading(monkeypatch, action):
    """Do something while a worker is in the middle of reading."""
    read = profiling.read

    def interrupted(*args):
        facts = read(*args)
        action()
        return facts

    monkeypatch.setattr(profiling, "read", interrupted)


def test_describe_that_lost_its_lease_records_nothing(monkeypatch, files):
    dataset = uploaded()
    rows = Dataset.objects.filter(pk=dataset.pk)
    during_reading(monkeypatch, lambda: rows.update(lease_token="another"))

    profiling.describe(dataset.pk)

    dataset.refresh_from_db()
    assert (dataset.state, dataset.lease_token) == (DatasetState.READING, "another")
    assert not tables(files)


def test_describe_of_a_dataset_deleted_meanwhile_leaves_no_table(monkeypatch, files):
    dataset = uploaded()
    during_reading(monkeypatch, dataset.delete)

    profiling.describe(dataset.pk)

    assert not tables(files)


def test_local_copy_of_a_file_stored_elsewhere_has_its_content(tmp_path):
    class Remote(FileSystemStorage):
        def open(self, name, mode="rb"):
            return ContentFile(CSV, name=name)

        def path(self, name):
            raise NotImplementedError

    field = models.FileField(storage=Remote())
    stored = models.fields.files.FieldFile(None, field, "datasets/x.csv")

    with profiling.local_copy(stored) as path:
        assert path.read_bytes() == CSV
        assert path.suffix == ".csv"
    assert not path.exists()


def finished_process():
    """Return the id of a process that is no more."""
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()
    return child.pid


def ago(seconds):
    return timezone.now() - timedelta(seconds=seconds)


def test_waiting_returns_what_was_never_published_once():
    dataset = uploaded(published_at=None)

    assert profiling.waiting() == [dataset.pk]
    assert profiling.waiting() == []


def test_waiting_publishes_again_after_ten_seconds_and_not_before():
    late = uploaded(published_at=ago(11))
    uploaded(published_at=ago(9))

    assert profiling.waiting() == [late.pk]


@pytest.mark.parametrize("state", [DatasetState.READY, DatasetState.FAILED])
def test_waiting_leaves_settled_datasets_alone(state):
    uploaded(state=state, published_at=None)

    assert profiling.waiting() == []


def reading(*, seconds_left, attempts=1, worker=""):
    return uploaded(
        state=DatasetState.READING,
        lease_token=new_token(),
        lease_until=ago(-seconds_left),
        attempts=attempts,
        worker=worker or "elsewhere/1",
        published_at=ago(60),
    )


def test_waiting_leaves_a_living_lease_alone():
    dataset = reading(seconds_left=10, worker=worker_name())

    assert profiling.waiting() == []
    dataset.refresh_from_db()
    assert dataset.state == DatasetState.READING


def test_waiting_returns_a_lapsed_lease_which_can_then_be_read():
    dataset = reading(seconds_left=-1)

    assert profiling.waiting() == [dataset.pk]
    profiling.describe(dataset.pk)

    dataset.refresh_from_db()
    assert (dataset.state, dataset.attempts) == (DatasetState.READY, 2)


def test_waiting_returns_the_lease_of_a_process_that_is_gone():
    host = worker_name().rpartition("/")[0]
    dataset = reading(seconds_left=1000, worker=f"{host}/{finished_process()}")

    assert profiling.waiting() == [dataset.pk]


def test_waiting_gives_up_after_the_last_attempt(settings):
    dataset = reading(seconds_left=-1, attempts=settings.MAX_ATTEMPTS)

    assert profiling.waiting() == []

    dataset.refresh_from_db()
    assert dataset.state == DatasetState.FAILED
    assert "ended 3 times" in dataset.error
    assert dataset.lease_token == ""
