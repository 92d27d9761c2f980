"""The audit log: who did what is written down once, and stays."""

import csv
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from runs import audit
from runs.enums import Action, Phase, Role
from runs.models import AuditEntry, Dataset, Project, SavedPreset
from runs.services import projects as project_services
from runs.services.datasets import add_dataset, rename_dataset
from runs.services.runs import delete_run, stop_run
from runs.services.tokens import create_token, revoke_token
from runs.tasks import forget_audit
from tests.factories import DatasetFactory, ProjectFactory, RunFactory, UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def owner(client):
    user = UserFactory(username="ada")
    client.force_login(user)
    AuditEntry.objects.all().delete()
    return user


@pytest.fixture
def project(owner):
    return ProjectFactory(name="Birds", owner=owner)


def told():
    """Return what was recorded, the first first, as (person, action, object, note)."""
    fields = ("actor_name", "action", "object_name", "note")
    return list(AuditEntry.objects.order_by("pk").values_list(*fields))


# --- Who and through what ---------------------------------------------------------------


def test_page_records_who_did_it_from_where(client, owner):
    client.post(reverse("runs:project_new"), {"name": "Birds"})

    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.actor_name) == (owner, "ada")
    assert (entry.action, entry.object_name) == (Action.PROJECT_CREATED, "Birds")
    assert entry.project == Project.objects.get()
    assert (entry.through, entry.address) == ("page", "127.0.0.1")


def test_program_is_recorded_as_its_user_with_the_name_of_its_token(client, owner):
    _, secret = create_token(user=owner, name="nightly")
    client.logout()

    client.post(
        "/api/v1/projects",
        {"name": "Birds"},
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )

    entry = AuditEntry.objects.first()
    assert (entry.actor_name, entry.through) == ("ada", "api")
    assert entry.note == "With the token “nightly”."


def test_command_is_recorded_as_the_user_it_acts_for(owner):
    project_services.create_project(user=owner, name="Birds")

    entry = AuditEntry.objects.get()
    assert (entry.actor_name, entry.through, entry.address) == ("ada", "command", None)


# --- What -------------------------------------------------------------------------------


def test_members_and_their_roles_are_recorded(client, project):
    UserFactory(username="bob")
    members = reverse("runs:project_members", args=[project.pk])
    client.post(members, {"username": "bob", "role": "viewer"})
    bob = User.objects.get(username="bob")
    client.post(
        reverse("runs:member_change", args=[project.pk, bob.pk]), {"role": "editor"}
    )
    client.post(reverse("runs:member_remove", args=[project.pk, bob.pk]))

    assert told() == [
        ("ada", Action.MEMBER_ADDED, "bob", "As viewer."),
        ("ada", Action.MEMBER_CHANGED, "bob", "From viewer to editor."),
        ("ada", Action.MEMBER_REMOVED, "bob", ""),
    ]


def test_what_was_refused_is_not_recorded(project):
    membership = project.memberships.get()

    with pytest.raises(ValidationError):
        project_services.change_role(membership, role=Role.VIEWER)

    assert told() == []


def test_dataset_is_recorded_from_its_upload_to_its_end(client, owner, project):
    dataset = add_dataset(
        user=owner,
        project=project,
        file=ContentFile(b"a,b\n1,2\n", name="birds.csv"),
        filename="birds.csv",
    )
    Dataset.objects.update(state="ready")
    client.post(reverse("runs:read_again", args=[dataset.pk]), {"delimiter": ";"})
    Dataset.objects.update(state="ready", pending={})
    client.post(reverse("runs:dataset_delete", args=[dataset.pk]))

    assert told() == [
        ("ada", Action.DATASET_UPLOADED, "birds", "File birds.csv, 0.0 MB."),
        ("ada", Action.DATASET_CHANGED, "birds", "Version 1. Changed: options."),
        ("ada", Action.DATASET_DELETED, "birds", ""),
    ]


def test_renamed_dataset_is_recorded_under_its_new_name(owner, project):
    rename_dataset(DatasetFactory(project=project, name="Old"), name="New")

    entry = AuditEntry.objects.get(action=Action.DATASET_CHANGED)
    assert (entry.object_name, entry.note) == ("New", "Renamed.")


def test_run_is_recorded_from_what_is_asked_of_it_to_its_end(owner, project):
    run = RunFactory(
        dataset__project=project, name="First", phase=Phase.SEARCHING, project=project
    )
    stop_run(run, user=owner)
    delete_run(run, user=owner)

    assert told() == [
        ("ada", Action.RUN_STEERED, "First", "Stopped."),
        ("ada", Action.RUN_DELETED, "First", ""),
    ]


def test_token_is_recorded_without_its_secret(owner):
    token, secret = create_token(user=owner, name="nightly", scopes=["read"])
    revoke_token(token)
    revoke_token(token)

    assert told() == [
        ("ada", Action.TOKEN_CREATED, "nightly", "Of ada: read, without an end."),
        ("", Action.TOKEN_REVOKED, "nightly", "Of ada."),
    ]
    stored = " ".join(map(str, AuditEntry.objects.values_list()))
    assert secret not in stored
    assert token.digest not in stored


# --- Accounts ---------------------------------------------------------------------------


def sign_in(client, username, password):
    return client.post(reverse("login"), {"username": username, "password": password})


def test_signing_in_and_out_is_recorded(client):
    UserFactory(username="ada")

    sign_in(client, "ada", PASSWORD)
    client.post(reverse("logout"))

    assert [(who, what) for who, what, *_ in told()] == [
        ("ada", Action.SIGNED_IN),
        ("ada", Action.SIGNED_OUT),
    ]


def test_failed_sign_in_names_an_account_and_never_what_was_typed(client):
    UserFactory(username="ada")

    sign_in(client, "ada", "a wrong one")
    sign_in(client, "my secret passphrase", "ada")

    assert told() == [
        ("", Action.SIGN_IN_FAILED, "ada", ""),
        ("", Action.SIGN_IN_FAILED, "an unknown name", ""),
    ]


def test_locked_account_is_recorded_once_however_often_it_is_tried(client):
    UserFactory(username="ada")

    answers = [sign_in(client, "ada", "wrong").status_code for _ in range(8)]

    assert answers[-1] == 429
    assert [what for _, what, *_ in told()] == [
        *[Action.SIGN_IN_FAILED] * 4,
        Action.LOCKED_OUT,
    ]


def test_changed_password_is_recorded(client, owner):
    new = "another fine horse"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}

    client.post(reverse("password_change"), form)

    assert told() == [("ada", Action.PASSWORD_CHANGED, "ada", "")]


# --- It stays, and for how long ---------------------------------------------------------


def test_entries_outlive_project_and_people(client, owner, project):
    project_services.update_project(project, name="Penguins", description="")
    client.post(reverse("runs:project_delete", args=[project.pk]))
    owner.delete()

    found = AuditEntry.objects.values_list("actor_name", "project_name", "object_name")
    assert not Project.objects.exists()
    assert list(found) == [
        ("ada", "Penguins", "Penguins"),
        ("", "Penguins", "Penguins"),
    ]


def test_recording_costs_one_query(project, owner, django_assert_num_queries):
    with django_assert_num_queries(1):
        audit.record(Action.PROJECT_CHANGED, project, project=project, user=owner)


@pytest.mark.parametrize(("days", "left"), [(30, 1), (0, 2)])
def test_entries_are_kept_for_as_long_as_is_set(days, left, project, settings):
    settings.AUDIT_DAYS = days
    for age in (29, 31):
        audit.record(Action.PROJECT_CHANGED, project, project=project)
        latest = AuditEntry.objects.filter(pk=AuditEntry.objects.first().pk)
        latest.update(at=timezone.now() - timedelta(days=age))

    forget_audit()

    assert AuditEntry.objects.count() == left


# --- The owner's page -------------------------------------------------------------------


def record_some(project, owner):
    bob = UserFactory(username="bob")
    audit.record(Action.PROJECT_CHANGED, project, project=project, user=owner)
    audit.record(Action.RUN_STARTED, name="=cmd|x", project=project, user=bob)
    audit.record(Action.MEMBER_ADDED, bob, name="bob", project=project, user=owner)
    audit.record(Action.RUN_STARTED, name="elsewhere", project=ProjectFactory())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["bob", "=cmd|x", "Birds"]),
        ({"person": "bob"}, ["=cmd|x"]),
        ({"kind": "member"}, ["bob"]),
        ({"kind": "run", "person": "ada"}, []),
        ({"kind": "invented"}, ["bob", "=cmd|x", "Birds"]),
    ],
)
def test_owner_reads_the_log_of_the_project(query, expected, client, owner, project):
    record_some(project, owner)

    page = client.get(reverse("runs:audit", args=[project.pk]), query)

    assert page.status_code == 200
    assert [entry.object_name for entry in page.context["entries"]] == expected
    assert page.context["people"] == ["ada", "bob"]


@pytest.mark.parametrize("role", ["editor", "viewer"])
def test_log_is_for_owners_alone(role, client, project):
    member = UserFactory()
    project.memberships.create(user=member, role=role)
    client.force_login(member)

    for name in ("audit", "audit_csv"):
        assert client.get(reverse(f"runs:{name}", args=[project.pk])).status_code == 403


def test_pages_go_on_where_they_ended(client, owner, project):
    for number in range(60):
        audit.record(Action.RUN_STARTED, name=str(number), project=project, user=owner)
    address = reverse("runs:audit", args=[project.pk])

    first = client.get(address, {"person": "ada"})
    second = client.get(f"{address}?{first.context['older']}")

    shown = [
        entry.object_name
        for page in (first, second)
        for entry in page.context["entries"]
    ]
    assert shown == [str(number) for number in reversed(range(60))]
    assert second.context["asked"]["person"] == "ada"
    assert second.context["older"] == ""


def test_page_costs_the_same_for_any_number_of_entries(
    client, owner, project, django_assert_max_num_queries
):
    for number in range(40):
        audit.record(Action.RUN_STARTED, name=str(number), project=project, user=owner)

    with django_assert_max_num_queries(7):
        client.get(reverse("runs:audit", args=[project.pk]))


def test_file_has_what_passes_the_filters_and_runs_nothing(client, owner, project):
    record_some(project, owner)

    answer = client.get(reverse("runs:audit_csv", args=[project.pk]), {"kind": "run"})

    lines = b"".join(answer.streaming_content).decode().splitlines()
    [row] = csv.DictReader(lines)
    assert row["person"] == "bob"
    assert row["object"] == "'=cmd|x"


# --- The administration -----------------------------------------------------------------


@pytest.fixture
def admin(client):
    admin = UserFactory(username="root", is_superuser=True, is_staff=True)
    client.force_login(admin)
    AuditEntry.objects.all().delete()
    return admin


def test_administrator_reads_everything_and_changes_nothing(client, admin):
    audit.record(Action.SIGN_IN_FAILED, name="ada")
    entry = AuditEntry.objects.get()
    changes = reverse("admin:runs_auditentry_change", args=[entry.pk])

    listing = client.get(reverse("admin:runs_auditentry_changelist"), {"q": "ada"})

    assert "Sign-in failed" in listing.text
    assert client.get(changes).status_code == 200
    assert client.post(changes, {"note": "never"}).status_code == 403
    delete = reverse("admin:runs_auditentry_delete", args=[entry.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403


def test_what_an_administrator_deletes_or_changes_is_recorded(client, admin):
    dataset = DatasetFactory(name="birds", project__name="Birds")
    project = dataset.project
    change = reverse("admin:runs_project_change", args=[project.pk])
    bob = UserFactory(username="bob")
    form = {
        "name": "Penguins",
        "description": "",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "0",
        "memberships-0-user": bob.pk,
        "memberships-0-role": "owner",
    }

    client.post(change, form)
    client.post(
        reverse("admin:runs_dataset_delete", args=[dataset.pk]), {"post": "yes"}
    )
    client.post(
        reverse("admin:runs_project_changelist"),
        {"action": "delete_selected", "_selected_action": [project.pk], "post": "yes"},
    )

    assert [entry[:3] for entry in told()] == [
        ("root", Action.PROJECT_CHANGED, "Penguins"),
        ("root", Action.MEMBER_ADDED, "bob"),
        ("root", Action.DATASET_DELETED, "birds"),
        ("root", Action.PROJECT_DELETED, "Penguins"),
    ]
    assert not Project.objects.exists()


def test_page_records_what_becomes_of_presets(client, owner, project):
    preset = SavedPreset.objects.create(project=project, name="Usual", specification={})
    values = {"name": "Ours", "description": "", "specification": "{}"}

    client.post(reverse("runs:preset_edit", args=[preset.pk]), values)
    client.post(reverse("runs:preset_delete", args=[preset.pk]))

    assert told() == [
        ("ada", Action.PRESET_CHANGED, "Ours", "It was called “Usual”."),
        ("ada", Action.PRESET_DELETED, "Ours", ""),
    ]
    page = client.get(reverse("runs:audit", args=[project.pk]), {"kind": "preset"})
    assert {"Preset changed", "Preset deleted"} <= set(
        re.findall(r"Preset \w+", page.text)
    )


def test_preset_deleted_in_the_administration_is_recorded(client, project):
    preset = SavedPreset.objects.create(project=project, name="Usual", specification={})
    client.force_login(UserFactory(username="root", is_staff=True, is_superuser=True))
    AuditEntry.objects.all().delete()

    address = reverse("admin:runs_savedpreset_delete", args=[preset.pk])
    client.post(address, {"post": "yes"})

    assert told() == [("root", Action.PRESET_DELETED, "Usual", "")]
