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

from runs.enums import DatasetState, JobState
from runs.files import local_copy
from runs.leasing import new_token, worker_name
from runs.models import Dataset, TargetProfile
from runs.profiling import tables as profiling
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


def parquets(files):
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


def test_describe_hashes_the_recipe_too():
    plain, chosen = uploaded(), uploaded(kinds={"people": "numeric"})

    for dataset in (plain, chosen):
        profiling.describe(dataset.pk)
        dataset.refresh_from_db()

    assert plain.content_hash != chosen.content_hash


def test_describe_follows_options_and_kinds():
    dataset = uploaded(
        b"a;b\n1;2\n3;4\n", options={"header": False}, kinds={"column_1": "text"}
    )

    profiling.describe(dataset.pk)

    dataset.refresh_from_db()
    assert dataset.n_rows == 3
    assert dataset.reading["header"] is False
    assert dataset.options == {"header": False}


def test_describe_leaves_repeated_rows_out_when_asked():
    dataset = uploaded(b"a,b\n1,x\n1,x\n2,y\n1,x\n", drop_duplicates=True)

    profiling.describe(dataset.pk)

    dataset.refresh_from_db()
    assert dataset.n_rows == 2
    assert read_parquet(dataset.table.path)["a"].tolist() == [1, 2]
    assert dataset.preview["rows"] == [["1", "x"], ["2", "y"]]
    assert "2 rows that repeated an earlier one were left out, as asked." in (
        dataset.repairs
    )


def test_describe_stores_profile_and_advice():
    dataset = uploaded()

    profiling.describe(dataset.pk)

    dataset.refresh_from_db()
    assert dataset.profile["overview"]["n_rows"] == 3
    assert "columns" not in dataset.profile
    assert all({"key", "title", "level"} <= set(a) for a in dataset.advice)
    assert dataset.table_bytes == dataset.table.size
    assert dataset.progress == {}


# --- Reading again --------------------------------------------------------------------


def read_before(**options):
    dataset = uploaded(**options)
    profiling.describe(dataset.pk)
    dataset.refresh_from_db()
    return dataset


def asked_again(dataset, **changes):
    pending = {**dataset.recipe, **changes}
    rows = Dataset.objects.filter(pk=dataset.pk)
    rows.update(state=DatasetState.WAITING, pending=pending)


def test_describe_again_replaces_table_and_recipe(
    files, django_capture_on_commit_callbacks
):
    dataset = read_before()
    asked_again(dataset, options={"header": False})

    with django_capture_on_commit_callbacks(execute=True):
        profiling.describe(dataset.pk)

    dataset.refresh_from_db()
    assert (dataset.state, dataset.n_rows) == (DatasetState.READY, 4)
    assert (dataset.options, dataset.pending) == ({"header": False}, {})
    assert [str(path) for path in parquets(files)] == [dataset.table.path]


def test_describe_again_that_fails_leaves_the_table_as_it_was():
    dataset = read_before()
    asked_again(dataset, options={"skip_lines": 100})

    profiling.describe(dataset.pk)

    after = Dataset.objects.get(pk=dataset.pk)
    assert after.state == DatasetState.READY
    assert after.error
    assert (after.options, after.pending) == ({}, {})
    assert after.table.name == dataset.table.name
    assert after.content_hash == dataset.content_hash


def test_describe_that_fails_first_keeps_the_settings_to_be_corrected():
    dataset = uploaded(options={"skip_lines": 100})

    profiling.describe(dataset.pk)

    dataset.refresh_from_db()
    assert dataset.state == DatasetState.FAILED
    assert dataset.options == {"skip_lines": 100}


def test_describe_again_forgets_kinds_of_columns_that_are_gone():
    dataset = read_before()
    asked_again(dataset, options={"header": False}, kinds={"city": "text"})

    profiling.describe(dataset.pk)

    dataset.refresh_from_db()
    assert dataset.kinds == {}


def test_describe_again_has_targets_looked_at_again():
    dataset = read_before()
    stays = TargetProfile.objects.create(
        dataset=dataset, target="city", state=JobState.READY, accepted=[{"key": "x"}]
    )
    TargetProfile.objects.create(dataset=dataset, target="gone", state=JobState.READY)
    asked_again(dataset, kinds={"people": "numeric"})

    profiling.describe(dataset.pk)

    [profile] = TargetProfile.objects.all()
    assert (profile.pk, profile.state) == (stays.pk, JobState.WAITING)
    assert profile.accepted == [{"key": "x"}]


def test_describe_of_no_table_fails_with_one_sentence_and_no_table(files):
    dataset = uploaded(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00\xff" * 50)

    profiling.describe(dataset.pk)

    dataset.refresh_from_db()
    assert dataset.state == DatasetState.FAILED
    assert dataset.error
    assert "\n" not in dataset.error
    assert not parquets(files)


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
    assert not parquets(files)


def test_describe_of_a_dataset_deleted_meanwhile_leaves_no_table(monkeypatch, files):
    dataset = uploaded()
    during_reading(monkeypatch, dataset.delete)

    profiling.describe(dataset.pk)

    assert not parquets(files)


def test_local_copy_of_a_file_stored_elsewhere_has_its_content(tmp_path):
    class Remote(FileSystemStorage):
        def open(self, name, mode="rb"):
            return ContentFile(CSV, name=name)

        def path(self, name):
            raise NotImplementedError

    field = models.FileField(storage=Remote())
    stored = models.fields.files.FieldFile(None, field, "datasets/x.csv")

    with local_copy(stored) as path:
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


def test_waiting_gives_a_table_back_as_it_was_after_the_last_attempt(settings):
    dataset = reading(seconds_left=-1, attempts=settings.MAX_ATTEMPTS)
    rows = Dataset.objects.filter(pk=dataset.pk)
    rows.update(table="datasets/old.parquet", pending={"options": {}, "kinds": {}})

    assert profiling.waiting() == []

    dataset.refresh_from_db()
    assert (dataset.state, dataset.pending) == (DatasetState.READY, {})
    assert "ended 3 times" in dataset.error
