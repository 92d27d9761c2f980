import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from runs.enums import Role
from runs.models import Dataset, Project
from runs.services import datasets as services
from tests.factories import DatasetFactory, ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def files(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "files"
    monkeypatch.setattr(services.profile_dataset, "delay", lambda pk: None)
    return settings.MEDIA_ROOT


@pytest.fixture
def ada(client):
    user = UserFactory(username="ada")
    client.force_login(user)
    return user


def url(name, *args):
    return reverse(f"runs:{name}", args=args)


def text_of(response):
    return response.content.decode()


def stored(files):
    return [path for path in files.rglob("*") if path.is_file()]


def csv(content=b"a,b\n1,2\n", name="table.csv"):
    return {"file": SimpleUploadedFile(name, content, content_type="text/csv")}


def test_upload_stores_the_file_and_leads_to_its_page(client, ada, files):
    project = ProjectFactory(editor=ada)

    response = client.post(url("dataset_upload", project.pk), csv())

    dataset = Dataset.objects.get()
    assert response.status_code == 302
    assert response["Location"] == dataset.get_absolute_url()
    assert (dataset.project, dataset.created_by) == (project, ada)
    assert [path.read_bytes() for path in stored(files)] == [b"a,b\n1,2\n"]


def test_upload_by_script_answers_with_the_address_alone(client, ada):
    project = ProjectFactory(editor=ada)

    response = client.post(url("dataset_upload", project.pk), csv(), headers=HTMX)

    assert response.status_code == 200
    assert response["HX-Redirect"] == Dataset.objects.get().get_absolute_url()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "Choose a file first."),
        (csv(b""), "The file is empty"),
        (csv(b"x" * (1024**2 + 1)), "at most 1 MB"),
    ],
)
def test_upload_refused_is_422_at_the_field_with_nothing_left(
    client, ada, files, settings, data, message
):
    settings.UPLOAD_LIMIT_MB = 1
    project = ProjectFactory(editor=ada)

    response = client.post(url("dataset_upload", project.pk), data)

    assert response.status_code == 422
    assert message in response.context["form"].errors["file"][0]
    assert message in text_of(response)
    assert not Dataset.objects.exists()
    assert not stored(files)


def test_upload_refused_by_script_is_the_form_alone(client, ada):
    project = ProjectFactory(editor=ada)

    response = client.post(url("dataset_upload", project.pk), csv(b""), headers=HTMX)

    assert response.status_code == 422
    page = text_of(response)
    assert "The file is empty" in page
    assert "<html" not in page


def test_upload_by_a_viewer_is_403(client, ada):
    project = ProjectFactory(viewer=ada)

    response = client.post(url("dataset_upload", project.pk), csv())

    assert response.status_code == 403
    assert not Dataset.objects.exists()


# --- samples --------------------------------------------------------------------------


def test_add_sample_puts_it_into_the_project(client, ada):
    project = ProjectFactory(editor=ada)

    response = client.post(url("sample_add", project.pk, "auto_mpg"))

    dataset = Dataset.objects.get()
    assert response["Location"] == dataset.get_absolute_url()
    assert dataset.project == project


def test_add_sample_anywhere_makes_a_project_once(client, ada):
    client.post(url("sample_start", "penguins"))
    client.post(url("sample_start", "auto_mpg"))

    project = Project.objects.get()
    assert project.memberships.get().role == Role.OWNER
    assert project.datasets.count() == 2


def test_add_sample_anywhere_does_not_use_a_strangers_project(client, ada):
    theirs = ProjectFactory(name="Samples", owner=UserFactory(), viewer=ada)

    client.post(url("sample_start", "penguins"))

    assert not theirs.datasets.exists()


def test_add_sample_unknown_is_404_with_nothing_created(client, ada):
    project = ProjectFactory(editor=ada)

    assert client.post(url("sample_start", "moon")).status_code == 404
    assert client.post(url("sample_add", project.pk, "moon")).status_code == 404
    assert [p.pk for p in Project.objects.all()] == [project.pk]


@pytest.mark.parametrize("name", ["sample_start", "sample_add", "dataset_upload"])
def test_address_that_changes_something_refuses_get(client, ada, name):
    project = ProjectFactory(editor=ada)
    args = {
        "sample_start": ["penguins"],
        "sample_add": [project.pk, "penguins"],
        "dataset_upload": [project.pk],
    }[name]

    assert client.get(url(name, *args)).status_code == 405


# --- paste ----------------------------------------------------------------------------

CELLS = "city\tpeople\nOslo\t709037\nBergen\t291940\n"


def test_paste_stores_the_cells_as_a_file(client, ada, files):
    project = ProjectFactory(editor=ada)

    response = client.post(
        url("dataset_paste", project.pk), {"text": CELLS, "name": "Cities"}
    )

    dataset = Dataset.objects.get()
    assert response["Location"] == dataset.get_absolute_url()
    assert (dataset.name, dataset.filename) == ("Cities", "pasted.tsv")
    [path] = stored(files)
    # A browser sends line ends of its own.
    assert path.read_text().splitlines() == CELLS.splitlines()


def test_paste_without_a_name_is_named_after_the_time(client, ada):
    client.post(url("dataset_paste", ProjectFactory(editor=ada).pk), {"text": CELLS})

    assert Dataset.objects.get().name.startswith("Pasted 20")


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "Paste some cells first."), ("x" * (1024**2 + 1), "at most 1 MB")],
)
def test_paste_refused_is_422_at_the_field_with_nothing_left(
    client, ada, files, settings, text, message
):
    settings.UPLOAD_LIMIT_MB = 1

    response = client.post(
        url("dataset_paste", ProjectFactory(editor=ada).pk), {"text": text}
    )

    assert response.status_code == 422
    assert message in response.context["paste_form"].errors["text"][0]
    assert message in text_of(response)
    assert not stored(files)


def test_paste_by_a_viewer_is_403(client, ada):
    project = ProjectFactory(viewer=ada)

    response = client.post(url("dataset_paste", project.pk), {"text": CELLS})

    assert response.status_code == 403


# --- quota ----------------------------------------------------------------------------


def test_upload_over_the_quota_names_usage_and_limit(client, ada, files, settings):
    settings.PROJECT_QUOTA_MB = 2
    project = ProjectFactory(editor=ada)
    DatasetFactory(project=project, size_bytes=1024**2, table_bytes=512 * 1024)

    response = client.post(url("dataset_upload", project.pk), csv(b"x" * 1024**2))

    [message] = response.context["form"].errors["file"]
    assert response.status_code == 422
    assert "1.5 MB of at most 2 MB" in message
    assert "1.0 MB" in message
    assert not stored(files)


def test_upload_without_a_quota_is_stored(client, ada, settings):
    settings.PROJECT_QUOTA_MB = 0
    project = ProjectFactory(editor=ada)
    DatasetFactory(project=project, size_bytes=1024**4)

    assert client.post(url("dataset_upload", project.pk), csv()).status_code == 302


def test_sample_over_the_quota_says_so_on_the_project_page(client, ada, settings):
    settings.PROJECT_QUOTA_MB = 1
    project = ProjectFactory(editor=ada)
    DatasetFactory(project=project, size_bytes=1024**2)

    response = client.post(url("sample_add", project.pk, "penguins"), follow=True)

    assert response.redirect_chain[-1][0] == project.get_absolute_url()
    assert "at most 1 MB" in text_of(response)


def test_project_page_shows_what_is_used(client, ada):
    project = ProjectFactory(viewer=ada)
    DatasetFactory(project=project, size_bytes=3 * 1024**2, table_bytes=1024**2)

    page = text_of(client.get(project.get_absolute_url()))

    assert "4.0 MB of 20.0 GB used" in " ".join(page.replace("\xa0", " ").split())
