import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from runs.enums import DatasetState, Phase
from runs.models import Dataset, Run
from runs.services import datasets as services
from tests.factories import DatasetFactory, ProjectFactory, RunFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture
def published(monkeypatch):
    """Ids of the datasets the workers were told of."""
    told = []
    monkeypatch.setattr(services.profile_dataset, "delay", told.append)
    return told


def stored(files):
    return [path for path in files.rglob("*") if path.is_file()]


def add(content=b"a,b\n1,2\n", filename="table.csv", **options):
    options.setdefault("user", UserFactory())
    options.setdefault("project", ProjectFactory())
    return services.add_dataset(file=ContentFile(content), filename=filename, **options)


def test_add_dataset_stores_the_file_and_tells_the_workers_after_the_commit(
    files, published, django_capture_on_commit_callbacks
):
    ada = UserFactory()

    with django_capture_on_commit_callbacks() as callbacks:
        dataset = add(b"a,b\n1,2\n", "my table.csv", user=ada)
        before = list(published)
    for callback in callbacks:
        callback()

    assert before == []
    assert published == [dataset.pk]
    dataset.refresh_from_db()
    assert dataset.state == DatasetState.WAITING
    assert (dataset.name, dataset.filename) == ("my table", "my table.csv")
    assert (dataset.size_bytes, dataset.created_by) == (8, ada)
    assert [path.read_bytes() for path in stored(files)] == [b"a,b\n1,2\n"]
    assert dataset.published_at is not None


def test_add_dataset_reads_its_file_in_chunks(published):
    class Chunked(File):
        def read(self, *args):
            raise AssertionError("read whole")

    file = Chunked(io.BytesIO(b"a\n1\n"))
    file.size = 4
    file.chunks = lambda *args: iter([b"a\n", b"1\n"])

    dataset = services.add_dataset(
        user=UserFactory(), project=ProjectFactory(), file=file, filename="a.csv"
    )

    with default_storage.open(dataset.source.name) as stream:
        assert stream.read() == b"a\n1\n"


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("../../etc/passwd", "passwd"),
        (r"C:\data\cars.csv", "cars"),
        (".csv", ".csv"),
        ("x" * 400 + ".csv", "x" * 200),
    ],
)
def test_add_dataset_names_it_after_the_last_part_of_the_filename(
    published, files, filename, name
):
    dataset = add(filename=filename)

    assert dataset.name == name
    assert all(files / "datasets" == path.parent for path in stored(files))


def test_add_dataset_with_a_name_takes_it(published):
    assert add(name="Cars").name == "Cars"


def test_add_dataset_of_an_empty_file_is_refused_with_nothing_left(files, published):
    with pytest.raises(ValidationError) as refused:
        add(b"")

    assert refused.value.message_dict == {"file": [services.EMPTY]}
    assert not Dataset.objects.exists()
    assert not stored(files)


def test_add_dataset_over_the_limit_is_refused_with_nothing_left(
    files, published, settings
):
    settings.UPLOAD_LIMIT_MB = 1

    with pytest.raises(ValidationError) as refused:
        add(b"x" * (1024**2 + 1))

    assert "at most 1 MB" in refused.value.message_dict["file"][0]
    assert not Dataset.objects.exists()
    assert not stored(files)


def test_add_dataset_at_the_limit_is_taken(published, settings):
    settings.UPLOAD_LIMIT_MB = 1

    assert add(b"x" * 1024**2).pk


def test_add_dataset_whose_row_cannot_be_saved_leaves_no_file(
    files, published, monkeypatch
):
    def broken(self, *args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(Dataset, "save", broken)

    with pytest.raises(RuntimeError):
        add()

    assert not stored(files)


def test_add_dataset_with_no_broker_is_kept_for_the_sweep(
    monkeypatch, django_capture_on_commit_callbacks, caplog
):
    def unreachable(pk):
        raise ConnectionError

    monkeypatch.setattr(services.profile_dataset, "delay", unreachable)

    with django_capture_on_commit_callbacks(execute=True):
        dataset = add()

    assert Dataset.objects.get(pk=dataset.pk).state == DatasetState.WAITING


def test_add_sample_adds_the_bundled_table(published):
    dataset = services.add_sample(
        user=UserFactory(), project=ProjectFactory(), sample_name="penguins"
    )

    assert dataset.name == services.SAMPLES["penguins"].title
    with default_storage.open(dataset.source.name) as stream:
        assert b"species" in stream.readline()


def test_delete_dataset_removes_both_files_after_the_commit(
    files, django_capture_on_commit_callbacks
):
    dataset = DatasetFactory(
        source=ContentFile(b"a", name="a.csv"),
        table=ContentFile(b"b", name="b.parquet"),
    )
    RunFactory(dataset=dataset, phase=Phase.STOPPED)
    assert len(stored(files)) == 2

    with django_capture_on_commit_callbacks(execute=True):
        services.delete_dataset(dataset)

    assert not stored(files)
    assert not Run.objects.exists()


def test_delete_dataset_removes_a_table_stored_since_it_was_loaded(
    files, django_capture_on_commit_callbacks
):
    dataset = DatasetFactory(source=ContentFile(b"a", name="a.csv"), table="")
    fresh = Dataset.objects.get(pk=dataset.pk)
    fresh.table.save("b.parquet", ContentFile(b"b"))

    with django_capture_on_commit_callbacks(execute=True):
        services.delete_dataset(dataset)

    assert not stored(files)


def test_delete_dataset_with_a_working_run_is_refused_and_keeps_its_files(files):
    dataset = DatasetFactory(source=ContentFile(b"a", name="a.csv"))
    RunFactory(dataset=dataset, phase=Phase.SEARCHING)

    with pytest.raises(ValidationError, match="A run of this dataset is still working"):
        services.delete_dataset(dataset)

    assert Dataset.objects.filter(pk=dataset.pk).exists()
    assert len(stored(files)) == 1
