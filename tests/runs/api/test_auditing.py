"""The audit log of a project, by the API: what its page lists, page by page."""

import pytest

from runs import audit
from runs.enums import Action
from tests.factories import UserFactory, add_member
from tests.runs.api.conftest import Caller


@pytest.fixture
def owner(project):
    member = UserFactory(username="ada")
    add_member(project, member, "owner")
    return Caller.new(member)


@pytest.fixture
def entries(project, owner):
    bob = UserFactory(username="bob")
    audit.record(Action.PROJECT_CHANGED, project, project=project, user=owner.user)
    audit.record(Action.RUN_STARTED, name="birds", project=project, user=bob)
    audit.record(Action.MEMBER_ADDED, bob, name="bob", project=project, user=owner.user)
    audit.record(Action.RUN_STARTED, name="elsewhere")


@pytest.mark.usefixtures("entries")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["member.added", "run.started", "project.changed"]),
        ("?person=bob", ["run.started"]),
        ("?kind=member", ["member.added"]),
        ("?kind=run&person=ada", []),
    ],
)
def test_owner_reads_what_the_page_lists(owner, project, query, expected):
    answer = owner("GET", f"/projects/{project.pk}/audit{query}")

    assert answer.status_code == 200
    assert [one["action"] for one in answer.json()["items"]] == expected


@pytest.mark.usefixtures("entries")
def test_entry_says_who_did_what_and_how(owner, project):
    [entry] = owner("GET", f"/projects/{project.pk}/audit?person=bob").json()["items"]

    assert (entry["person"], entry["label"]) == ("bob", "Run started")
    assert (entry["object_name"], entry["through"]) == ("birds", "command")


@pytest.mark.usefixtures("entries")
def test_pages_go_on_where_they_ended(owner, project):
    path = f"/projects/{project.pk}/audit?limit=2"

    first = owner("GET", path).json()
    second = owner("GET", f"{path}&cursor={first['next_cursor']}").json()

    found = [one["action"] for one in first["items"] + second["items"]]
    assert found == ["member.added", "run.started", "project.changed"]
    assert second["next_cursor"] is None


def test_kind_that_nobody_knows_is_refused_with_those_there_are(owner, project):
    answer = owner("GET", f"/projects/{project.pk}/audit?kind=bird&person=%00")

    assert answer.status_code == 422
    found = {one["parameter"]: one["detail"] for one in answer.json()["errors"]}
    assert "project, member, dataset" in found["kind"]
    assert "unprintable" in found["person"]


def test_log_is_for_owners(project, editor, viewer, stranger, nobody):
    path = f"/projects/{project.pk}/audit"

    callers = (nobody, stranger, viewer, editor)
    assert [c("GET", path).status_code for c in callers] == [401, 404, 403, 403]
