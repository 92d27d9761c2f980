import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from runs.enums import DatasetState, Phase, Role
from runs.models import Dataset, Project
from runs.services import datasets as services
from tests.factories import (
    DatasetFactory,
    ModelMetaFactory,
    ProjectFactory,
    RunFactory,
    UserFactory,
)

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


# --- upload ---------------------------------------------------------------------------


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


# --- one dataset ----------------------------------------------------------------------


def test_detail_shows_facts_columns_and_preview(client, ada):
    dataset = DatasetFactory(project=ProjectFactory(viewer=ada), created_by=ada)

    response = client.get(dataset.get_absolute_url())

    page = text_of(response)
    assert response.status_code == 200
    assert "344" in page
    assert "utf-8" in page
    assert "comma" in page
    names = [row.name for row in response.context["columns"]]
    assert names == ["species", "sex", "body_mass_g", "bill_length_mm"]
    assert page.count('class="histogram"') == 4
    assert 'class="missing"' in page
    assert '<td class="number" title="3750">' in page


def test_detail_shows_repairs(client, ada):
    dataset = DatasetFactory(
        project=ProjectFactory(viewer=ada), repairs=["2 short rows were filled up."]
    )

    assert "2 short rows were filled up." in text_of(
        client.get(dataset.get_absolute_url())
    )


@pytest.mark.parametrize(("role", "offered"), [("editor", True), ("viewer", False)])
def test_detail_offers_run_and_deletion_to_editors(client, ada, role, offered):
    dataset = DatasetFactory(project=ProjectFactory(**{role: ada}))

    page = text_of(client.get(dataset.get_absolute_url()))

    assert (url("run_new", dataset.pk) in page) is offered
    assert (url("dataset_delete", dataset.pk) in page) is offered


def test_detail_of_a_failed_table_says_why_and_the_way_out(client, ada):
    dataset = DatasetFactory(
        project=ProjectFactory(editor=ada),
        state=DatasetState.FAILED,
        error="This is a picture.",
        n_rows=None,
        columns=[],
        preview={},
    )

    page = text_of(client.get(dataset.get_absolute_url()))

    assert "This is a picture." in page
    assert f"{dataset.project.get_absolute_url()}#upload" in page
    assert url("run_new", dataset.pk) not in page


def waiting(user, **options):
    return DatasetFactory(
        project=ProjectFactory(editor=user),
        **{
            "state": DatasetState.READING,
            "n_rows": None,
            "columns": [],
            "preview": {},
            "reading": {},
            **options,
        },
    )


@pytest.mark.parametrize("state", [DatasetState.WAITING, DatasetState.READING])
def test_detail_while_waiting_looks_again_by_itself(client, ada, state):
    dataset = waiting(ada, state=state)

    page = text_of(client.get(dataset.get_absolute_url()))
    fragment = client.get(dataset.get_absolute_url(), headers=HTMX)

    look = f'hx-get="{dataset.get_absolute_url()}"'
    assert look in page
    assert url("run_new", dataset.pk) not in page
    assert look in text_of(fragment)
    assert "<html" not in text_of(fragment)
    assert "HX-Request" in fragment["Vary"]


@pytest.mark.parametrize("state", [DatasetState.READY, DatasetState.FAILED])
def test_detail_once_settled_tells_the_waiting_page_to_load_anew(client, ada, state):
    dataset = waiting(ada, state=state)

    response = client.get(dataset.get_absolute_url(), headers=HTMX)

    assert response["HX-Refresh"] == "true"


@pytest.mark.parametrize("n", [1, 3])
def test_detail_makes_a_fixed_number_of_queries(
    client, ada, n, django_assert_num_queries
):
    dataset = DatasetFactory(project=ProjectFactory(editor=ada), created_by=ada)
    for _ in range(n):
        RunFactory(dataset=dataset, created_by=UserFactory())

    # session, user, dataset, may edit, creator, runs
    with django_assert_num_queries(6):
        client.get(dataset.get_absolute_url())


@pytest.mark.parametrize(
    ("method", "name"),
    [("get", "dataset"), ("get", "dataset_delete"), ("post", "dataset_delete")],
)
def test_page_of_a_strangers_dataset_is_404(client, ada, method, name):
    dataset = DatasetFactory(project=ProjectFactory(owner=UserFactory()))

    assert getattr(client, method)(url(name, dataset.pk)).status_code == 404
    assert Dataset.objects.exists()


# --- delete ---------------------------------------------------------------------------


def test_delete_asks_first_and_says_what_goes(client, ada):
    run = RunFactory(dataset__project=ProjectFactory(editor=ada))
    for _ in range(2):
        ModelMetaFactory(trial__run=run)

    response = client.get(url("dataset_delete", run.dataset.pk))

    assert response.context["losses"] == (1, 2)
    assert "1 run" in text_of(response)
    assert "2 models" in text_of(response)
    assert Dataset.objects.exists()


def test_delete_removes_it_and_leads_to_the_project(client, ada):
    dataset = DatasetFactory(project=ProjectFactory(editor=ada))

    response = client.post(url("dataset_delete", dataset.pk))

    assert response["Location"] == dataset.project.get_absolute_url()
    assert not Dataset.objects.exists()


def test_delete_while_a_run_works_is_409_with_the_reason(client, ada):
    run = RunFactory(dataset__project=ProjectFactory(editor=ada), phase=Phase.SEARCHING)

    response = client.post(url("dataset_delete", run.dataset.pk))

    assert response.status_code == 409
    assert "stop it first" in text_of(response)
    assert Dataset.objects.exists()


def test_delete_by_a_viewer_is_403(client, ada):
    dataset = DatasetFactory(project=ProjectFactory(viewer=ada))

    assert client.post(url("dataset_delete", dataset.pk)).status_code == 403
    assert Dataset.objects.exists()
