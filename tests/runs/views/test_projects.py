import pytest
from django.urls import reverse

from runs.enums import Phase, Role
from runs.models import Membership, Project, Run
from tests.factories import DatasetFactory, ProjectFactory, RunFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client):
    user = UserFactory(username="ada")
    client.force_login(user)
    return user


def url(name, *args):
    return reverse(f"runs:{name}", args=args)


def text_of(response):
    return response.content.decode()


PAGES = [
    ("get", "project", []),
    ("get", "project_edit", []),
    ("post", "project_edit", []),
    ("get", "project_delete", []),
    ("post", "project_delete", []),
    ("get", "project_members", []),
    ("post", "project_members", []),
    ("post", "member_change", [10**9]),
    ("post", "member_remove", [10**9]),
    ("post", "dataset_upload", []),
    ("post", "dataset_paste", []),
    ("post", "sample_add", ["penguins"]),
]


@pytest.mark.parametrize(("method", "name", "more"), PAGES)
def test_page_of_a_strangers_project_is_404(client, ada, method, name, more):
    project = ProjectFactory(owner=UserFactory())

    response = getattr(client, method)(url(name, project.pk, *more))

    assert response.status_code == 404


@pytest.mark.parametrize(("method", "name", "more"), PAGES)
def test_page_without_signing_in_leads_to_the_sign_in(client, method, name, more):
    response = getattr(client, method)(url(name, ProjectFactory().pk, *more))

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("login"))


@pytest.mark.parametrize(
    ("method", "name", "more"),
    [
        ("get", "project_edit", []),
        ("post", "project_edit", []),
        ("get", "project_delete", []),
        ("post", "project_delete", []),
        ("post", "project_members", []),
        ("post", "member_change", [10**9]),
        ("post", "member_remove", [10**9]),
    ],
)
def test_page_for_owners_is_403_for_an_editor(client, ada, method, name, more):
    project = ProjectFactory(editor=ada)

    response = getattr(client, method)(url(name, project.pk, *more))

    assert response.status_code == 403


# --- the list -----------------------------------------------------------------------


def test_index_shows_own_projects_only(client, ada):
    ProjectFactory(name="Birds", viewer=ada)
    ProjectFactory(name="Secret", owner=UserFactory())

    response = client.get(url("projects"))

    assert [project.name for project in response.context["projects"]] == ["Birds"]
    assert "Secret" not in text_of(response)


def test_index_counts_datasets_and_runs_without_multiplying_them(client, ada):
    project = ProjectFactory(owner=ada)
    first, _ = DatasetFactory.create_batch(2, project=project)
    RunFactory.create_batch(3, dataset=first)

    [shown] = client.get(url("projects")).context["projects"]

    assert (shown.n_datasets, shown.n_runs, shown.own_role) == (2, 3, Role.OWNER)
    assert shown.last_run_at == Run.objects.latest("created_at").created_at


def test_index_without_projects_offers_a_project_and_the_samples(client, ada):
    page = text_of(client.get(url("projects")))

    assert url("project_new") in page
    assert url("sample_start", "penguins") in page
    assert url("sample_start", "auto_mpg") in page


@pytest.mark.parametrize("n", [1, 3])
def test_index_makes_a_fixed_number_of_queries(
    client, ada, n, django_assert_num_queries
):
    for _ in range(n):
        RunFactory(dataset__project=ProjectFactory(owner=ada))

    with django_assert_num_queries(3):  # session, user, projects
        client.get(url("projects"))


# --- create, edit, delete -------------------------------------------------------------


def test_create_makes_a_project_of_ones_own(client, ada):
    response = client.post(url("project_new"), {"name": "Birds", "description": "x"})

    project = Project.objects.get()
    assert response["Location"] == project.get_absolute_url()
    assert project.memberships.get(user=ada).role == Role.OWNER


def test_create_without_name_is_422_with_nothing_created(client, ada):
    response = client.post(url("project_new"), {"name": " ", "description": "kept"})

    assert response.status_code == 422
    assert response.context["form"].errors == {"name": ["This field is required."]}
    assert "kept" in text_of(response)
    assert not Project.objects.exists()


def test_edit_shows_what_is_stored_and_changes_it(client, ada):
    project = ProjectFactory(owner=ada, name="Birds")

    shown = text_of(client.get(url("project_edit", project.pk)))
    client.post(
        url("project_edit", project.pk), {"name": "Penguins", "description": ""}
    )

    assert 'value="Birds"' in shown
    project.refresh_from_db()
    assert project.name == "Penguins"


def test_edit_with_too_long_a_name_is_422_and_changes_nothing(client, ada):
    project = ProjectFactory(owner=ada, name="Birds")

    response = client.post(url("project_edit", project.pk), {"name": "x" * 121})

    assert response.status_code == 422
    project.refresh_from_db()
    assert project.name == "Birds"


def test_delete_asks_first_and_says_what_goes(client, ada):
    run = RunFactory(dataset__project=ProjectFactory(owner=ada))

    response = client.get(url("project_delete", run.project.pk))

    assert response.context["losses"] == (1, 0)
    assert "1 dataset" in text_of(response)
    assert Project.objects.exists()


def test_delete_removes_the_project(client, ada):
    project = ProjectFactory(owner=ada)

    response = client.post(url("project_delete", project.pk), follow=True)

    assert not Project.objects.exists()
    assert "was deleted" in text_of(response)


def test_delete_while_a_run_works_is_409_with_the_reason(client, ada):
    run = RunFactory(dataset__project=ProjectFactory(owner=ada), phase=Phase.SEARCHING)

    response = client.post(url("project_delete", run.project.pk))

    assert response.status_code == 409
    assert "still working: stop it first" in text_of(response)
    assert Project.objects.exists()


# --- one project ----------------------------------------------------------------------


def test_detail_shows_datasets_runs_members_and_samples(client, ada):
    project = ProjectFactory(owner=ada)
    run = RunFactory(
        dataset=DatasetFactory(project=project, name="Adelie table"), best_value=0.8531
    )

    page = text_of(client.get(url("project", project.pk)))

    assert "Adelie table" in page
    assert run.get_absolute_url() in page
    assert "0.8531" in page
    assert "ada" in page
    assert url("sample_add", project.pk, "penguins") in page
    assert url("dataset_upload", project.pk) in page


def test_detail_offers_a_viewer_nothing_that_changes(client, ada):
    project = ProjectFactory(viewer=ada)

    page = text_of(client.get(url("project", project.pk)))

    assert url("dataset_upload", project.pk) not in page
    assert url("sample_add", project.pk, "penguins") not in page
    assert url("project_delete", project.pk) not in page
    assert url("project_edit", project.pk) not in page


def test_detail_shows_runs_in_pages(client, ada):
    dataset = DatasetFactory(project=ProjectFactory(owner=ada))
    RunFactory.create_batch(11, dataset=dataset)

    first = client.get(url("project", dataset.project.pk))
    second = client.get(url("project", dataset.project.pk), {"page": "2"})

    assert len(first.context["page"]) == 10
    assert len(second.context["page"]) == 1


def test_detail_escapes_what_people_wrote(client, ada):
    project = ProjectFactory(owner=ada, name="<script>x</script>")

    page = text_of(client.get(url("project", project.pk)))

    assert "<script>x" not in page


# --- members --------------------------------------------------------------------------


def test_members_lists_owners_first(client, ada):
    project = ProjectFactory(
        owner=ada, editor=UserFactory(username="bob"), viewer=UserFactory()
    )

    response = client.get(url("project_members", project.pk))

    roles = [member.role for member in response.context["members"]]
    assert roles == [Role.OWNER, Role.EDITOR, Role.VIEWER]


def test_members_adds_somebody(client, ada):
    project = ProjectFactory(owner=ada)
    bob = UserFactory(username="bob")

    response = client.post(
        url("project_members", project.pk), {"username": "bob", "role": "editor"}
    )

    assert response["Location"] == url("project_members", project.pk)
    assert project.memberships.get(user=bob).role == Role.EDITOR


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"username": "nobody", "role": "viewer"}, "username"),
        ({"username": "", "role": "viewer"}, "username"),
        ({"username": "ada", "role": "king"}, "role"),
    ],
)
def test_members_with_bad_input_is_422_at_the_field(client, ada, data, field):
    project = ProjectFactory(owner=ada)

    response = client.post(url("project_members", project.pk), data)

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    assert project.memberships.count() == 1


def test_members_for_a_viewer_shows_no_form_but_the_way_out(client, ada):
    project = ProjectFactory(owner=UserFactory(), viewer=ada)

    page = text_of(client.get(url("project_members", project.pk)))

    assert "Add somebody" not in page
    assert url("member_remove", project.pk, ada.pk) in page


def test_member_change_gives_another_role(client, ada):
    bob = UserFactory()
    project = ProjectFactory(owner=ada, viewer=bob)

    client.post(url("member_change", project.pk, bob.pk), {"role": "owner"})

    assert project.memberships.get(user=bob).role == Role.OWNER


@pytest.mark.parametrize("role", ["viewer", "king", ""])
def test_member_change_that_cannot_be_is_422_and_changes_nothing(client, ada, role):
    project = ProjectFactory(owner=ada)

    response = client.post(url("member_change", project.pk, ada.pk), {"role": role})

    assert response.status_code == 422
    assert response.context["problem"] in text_of(response)
    assert project.memberships.get().role == Role.OWNER


def test_member_change_of_somebody_else_than_a_member_is_404(client, ada):
    project = ProjectFactory(owner=ada)

    response = client.post(
        url("member_change", project.pk, UserFactory().pk), {"role": "viewer"}
    )

    assert response.status_code == 404


def test_member_remove_sends_somebody_away(client, ada):
    bob = UserFactory()
    project = ProjectFactory(owner=ada, editor=bob)

    client.post(url("member_remove", project.pk, bob.pk))

    assert not project.memberships.filter(user=bob).exists()


def test_member_remove_lets_a_viewer_leave(client, ada):
    project = ProjectFactory(owner=UserFactory(), viewer=ada)

    response = client.post(url("member_remove", project.pk, ada.pk))

    assert response["Location"] == url("projects")
    assert not project.memberships.filter(user=ada).exists()


def test_member_remove_of_the_last_owner_is_422(client, ada):
    project = ProjectFactory(owner=ada)

    response = client.post(url("member_remove", project.pk, ada.pk))

    assert response.status_code == 422
    assert project.memberships.count() == 1


@pytest.mark.parametrize("n", [1, 3])
def test_members_makes_a_fixed_number_of_queries(
    client, ada, n, django_assert_num_queries
):
    project = ProjectFactory(owner=ada)
    for _ in range(n):
        Membership.objects.create(project=project, user=UserFactory())

    with django_assert_num_queries(5):  # session, user, project, members, may own
        client.get(url("project_members", project.pk))
