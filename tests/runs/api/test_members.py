"""Who takes part in a project, and the project's own change and end."""

import pytest

from runs.enums import Phase, Role
from runs.models import Membership, Project
from tests.factories import DatasetFactory, RunFactory, UserFactory, add_member
from tests.runs.api.conftest import Caller
from tests.runs.api.test_problems import errors_of, problem_of


@pytest.fixture
def owner(project):
    caller = Caller.new(UserFactory(username="zoe"))
    add_member(project, caller.user, Role.OWNER)
    return caller


def roles(project):
    return dict(project.memberships.values_list("user__username", "role"))


def test_members_are_listed_owners_first_page_by_page(owner, viewer, editor, project):
    address = f"/projects/{project.pk}/members"

    whole = viewer("GET", address).json()["items"]
    seen, cursor = [], ""
    while cursor is not None:
        page = viewer("GET", f"{address}?limit=1{cursor}").json()
        seen += page["items"]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"

    assert [m["role"] for m in whole] == ["owner", "editor", "viewer"]
    assert seen == whole
    assert viewer("GET", f"{address}/{owner.user.pk}").json() == whole[0]


def test_member_is_added_changed_and_sent_away_by_an_owner(owner, project):
    UserFactory(username="grace")
    address = f"/projects/{project.pk}/members"

    added = owner("POST", address, json={"username": "grace", "role": "editor"})
    assert added.status_code == 201
    assert added["Location"] == added.json()["url"]
    assert roles(project)["grace"] == "editor"
    path = added["Location"].removeprefix("/api/v1")

    changed = owner("PATCH", path, json={"role": "viewer"})
    assert changed.json() == {**added.json(), "role": "viewer"}
    assert roles(project)["grace"] == "viewer"

    assert owner("DELETE", path).status_code == 204
    assert "grace" not in roles(project)
    assert owner("DELETE", path).status_code == 404


@pytest.mark.parametrize(
    ("wish", "place"),
    [
        ({}, "#/username"),
        ({"username": "nobody"}, "#/username"),
        ({"username": "zoe"}, "#/username"),
        ({"username": "zoe", "role": "king"}, "#/role"),
        ({"username": "zoe", "colour": "red"}, "#/colour"),
    ],
)
def test_member_that_cannot_be_added_is_told_by_field(wish, place, owner, project):
    answer = owner("POST", f"/projects/{project.pk}/members", json=wish)

    assert list(errors_of(answer)) == [place]


def test_last_owner_stays_one(owner, project):
    path = f"/projects/{project.pk}/members/{owner.user.pk}"

    assert list(errors_of(owner("PATCH", path, json={"role": "viewer"}))) == ["#/role"]
    problem_of(owner("DELETE", path), 409, "conflict")
    assert roles(project)["zoe"] == "owner"


def test_member_who_is_no_owner_may_leave_and_no_more(viewer, editor, project):
    others = f"/projects/{project.pk}/members/{viewer.user.pk}"
    own = f"/projects/{project.pk}/members/{editor.user.pk}"

    assert editor("DELETE", others).status_code == 403
    assert editor("PATCH", own, json={"role": "owner"}).status_code == 403
    add = editor("POST", f"/projects/{project.pk}/members", json={"username": "zoe"})
    assert add.status_code == 403
    assert editor("DELETE", own).status_code == 204
    assert editor("GET", f"/projects/{project.pk}").status_code == 404


def test_stranger_finds_no_members(stranger, viewer, project):
    address = f"/projects/{project.pk}/members"
    one = f"{address}/{viewer.user.pk}"

    found = [
        stranger("GET", address),
        stranger("GET", one),
        stranger("POST", address, json={"username": stranger.user.username}),
        stranger("PATCH", one, json={"role": "owner"}),
        stranger("DELETE", one),
        # Oneself is no member to leave.
        stranger("DELETE", f"{address}/{stranger.user.pk}"),
    ]

    assert [answer.status_code for answer in found] == [404] * 6
    assert Membership.objects.count() == 2


# --- The project itself ---------------------------------------------------------------


def test_project_is_changed_field_by_field(owner, project):
    path = f"/projects/{project.pk}"

    owner("PATCH", path, json={"description": "Of Palmer station"})
    answer = owner("PATCH", path, json={"name": " Birds "})

    found = answer.json()
    assert (found["name"], found["description"]) == ("Birds", "Of Palmer station")
    assert owner("PATCH", path, json={}).json() == found


@pytest.mark.parametrize("wish", [{"name": ""}, {"name": " "}, {"name": "x" * 121}])
def test_name_that_cannot_be_is_refused(wish, owner, project):
    answer = owner("PATCH", f"/projects/{project.pk}", json=wish)

    assert list(errors_of(answer)) == ["#/name"]


def test_project_is_changed_and_deleted_by_an_owner_alone(
    editor, viewer, stranger, owner, project
):
    path = f"/projects/{project.pk}"
    for caller, status in ((editor, 403), (viewer, 403), (stranger, 404)):
        assert caller("PATCH", path, json={"name": "Mine"}).status_code == status
        assert caller("DELETE", path).status_code == status

    run = RunFactory(dataset=DatasetFactory(project=project), phase=Phase.SEARCHING)
    problem_of(owner("DELETE", path), 409, "conflict")
    type(run).objects.update(phase=Phase.FINISHED)
    assert owner("DELETE", path).status_code == 204
    assert not Project.objects.exists()
