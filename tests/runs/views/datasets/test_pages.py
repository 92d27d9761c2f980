import pytest
from django.urls import reverse

from runs.enums import DatasetState, JobState, Phase
from runs.models import Dataset, TargetProfile
from runs.services import datasets as services
from tests.factories import (
    COLUMNS,
    DatasetFactory,
    ModelMetaFactory,
    ProjectFactory,
    RunFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
N_QUERIES = 8


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


# --- one dataset ----------------------------------------------------------------------


def test_detail_shows_facts_columns_and_preview(client, ada):
    dataset = DatasetFactory(project=ProjectFactory(viewer=ada), created_by=ada)

    response = client.get(dataset.get_absolute_url())

    page = text_of(response)
    assert response.status_code == 200
    assert "344" in page
    assert "utf-8" in page
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

    # session, user, dataset, versions, may edit, runs, target, creator
    with django_assert_num_queries(N_QUERIES):
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


def test_delete_of_a_version_keeps_the_others_and_leads_to_them(client, ada):
    first = DatasetFactory(project=ProjectFactory(editor=ada))
    second = DatasetFactory(project=first.project, original=first, version=2)

    page = text_of(client.get(url("dataset_delete", second.pk)))
    response = client.post(url("dataset_delete", second.pk))

    assert "The other version of the table and the uploaded file stay." in (
        " ".join(page.split())
    )
    assert response["Location"] == first.get_absolute_url()
    assert [d.pk for d in Dataset.objects.all()] == [first.pk]


# --- columns --------------------------------------------------------------------------


def wide(user, n=120):
    columns = [
        {**COLUMNS[2], "name": f"mass {i}", "missing": i % 7, "distinct": i + 1}
        for i in range(n)
    ]
    return DatasetFactory(
        project=ProjectFactory(editor=user), columns=columns, n_columns=n, preview={}
    )


def listed(client, dataset, **query):
    response = client.get(dataset.get_absolute_url(), query)
    return [row.name for row in response.context["columns"]]


def test_columns_are_listed_by_pages(client, ada):
    dataset = wide(ada)

    assert listed(client, dataset) == [f"mass {i}" for i in range(50)]
    assert listed(client, dataset, page=3) == [f"mass {i}" for i in range(100, 120)]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"order": "-distinct"}, ["bill_length_mm", "body_mass_g", "species", "sex"]),
        ({"order": "-missing"}, ["sex", "body_mass_g", "bill_length_mm", "species"]),
        ({"order": "name"}, ["bill_length_mm", "body_mass_g", "sex", "species"]),
        ({"order": "kind"}, ["species", "sex", "body_mass_g", "bill_length_mm"]),
        ({"name": "MASS"}, ["body_mass_g"]),
        ({"kind": "category"}, ["species", "sex"]),
        ({"kind": "moon", "order": "moon"}, [c["name"] for c in COLUMNS]),
        ({"name": "wings"}, []),
    ],
)
def test_columns_are_sorted_and_filtered(client, ada, query, names):
    dataset = DatasetFactory(project=ProjectFactory(viewer=ada))

    assert listed(client, dataset, **query) == names


def test_columns_fragment_is_the_list_alone(client, ada):
    response = client.get(
        wide(ada).get_absolute_url(),
        {"order": "-missing"},
        headers={**HTMX, "HX-Target": "columns"},
    )

    page = text_of(response)
    assert 'id="columns"' in page
    assert 'aria-sort="descending"' in page
    assert "<html" not in page


def test_column_shows_its_facts_as_page_and_as_fragment(client, ada):
    dataset = DatasetFactory(project=ProjectFactory(viewer=ada))

    page = client.get(url("column", dataset.pk, 2))
    fragment = client.get(url("column", dataset.pk, 2), headers=HTMX)

    assert ("Minimum", "2,700") in page.context["detail"].quantiles
    assert "<html" in text_of(page)
    assert "<html" not in text_of(fragment)
    assert "2,700" in text_of(fragment)


def test_column_that_is_not_there_is_404(client, ada):
    dataset = DatasetFactory(project=ProjectFactory(viewer=ada))

    assert client.get(url("column", dataset.pk, 4)).status_code == 404


def test_column_of_a_stranger_is_404(client, ada):
    dataset = DatasetFactory(project=ProjectFactory(owner=UserFactory()))

    assert client.get(url("column", dataset.pk, 0)).status_code == 404


# --- progress, versions ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        ({"step": "reading", "done": 43_000, "total": 100_000}, "Reading 43 %"),
        ({"step": "reading", "done": 43, "total": 100}, "Reading 43 %"),
        (
            {"step": "associations", "done": 12, "total": 30},
            "Profile: associations 12 of 30",
        ),
        ({}, ""),
    ],
)
def test_waiting_page_says_how_far_it_is(client, ada, progress, text):
    dataset = waiting(ada, progress=progress)

    fragment = client.get(dataset.get_absolute_url(), headers=HTMX)

    assert fragment.context["progress"].text == text
    assert text in text_of(fragment)


def test_detail_of_an_older_version_points_to_the_newest(client, ada):
    first = DatasetFactory(project=ProjectFactory(viewer=ada))
    second = DatasetFactory(project=first.project, original=first, version=2)

    page = text_of(client.get(first.get_absolute_url()))

    assert f'<a href="{second.get_absolute_url()}">version 2</a>' in page


def test_detail_with_a_profile_draws_it(client, ada):
    overview = {"n_rows": 344, "n_columns": 4, "n_missing_cells": 15}
    profile = {
        "overview": {
            **overview,
            "n_duplicates": 3,
            "memory_bytes": 2048,
            "sampled_rows": 200,
        },
        "missingness": {
            "by_column": [["sex", 11]],
            "patterns": [{"columns": ["sex"], "n_rows": 11}],
            "other_rows": 0,
            "blocks": {"columns": ["sex"], "starts": [0, 172], "shares": [[0, 0.1]]},
        },
        "associations": {
            "columns": ["sex", "body_mass_g"],
            "matrix": [[1, 0.4], [0.4, 1]],
            "strongest": [
                {"a": "sex", "b": "body_mass_g", "value": 0.4}
                | {"measure": "correlation_ratio"}
            ],
            "left_out": 0,
        },
    }
    dataset = DatasetFactory(project=ProjectFactory(viewer=ada), profile=profile)

    page = text_of(client.get(dataset.get_absolute_url()))

    assert 'data-figure="missing-figure"' in page
    assert 'data-figure="association-figure"' in page
    assert "a sample of 200 of 344 rows" in page
    assert "0.9 % of the rows" in page


def test_target_profiles_do_not_change_the_number_of_queries(
    client, ada, django_assert_num_queries
):
    dataset = DatasetFactory(project=ProjectFactory(editor=ada), created_by=ada)
    RunFactory(dataset=dataset)
    for name in ("sex", "species"):
        TargetProfile.objects.create(
            dataset=dataset, target=name, state=JobState.WAITING
        )

    with django_assert_num_queries(N_QUERIES):
        client.get(dataset.get_absolute_url())
