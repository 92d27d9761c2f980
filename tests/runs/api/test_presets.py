"""Presets of a project, kept and changed as on its pages."""

import pytest

from runs.enums import Action
from runs.models import AuditEntry, SavedPreset
from tests.factories import DatasetFactory, RunFactory
from tests.runs.api.test_problems import errors_of, problem_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(project):
    return f"/projects/{project.pk}/presets"


def saved(project, name="Ours", **more):
    """Make a preset whose author has no account any more."""
    return SavedPreset.objects.create(project=project, name=name, **more)


def entries():
    return AuditEntry.objects.filter(action__startswith="preset.").order_by("pk")


def told():
    return list(entries().values_list("action", "object_name"))


def test_configuration_is_kept_without_what_it_asks_of_columns(
    editor, viewer, project, dataset, address
):
    wish = {
        "name": "Our usual",
        "description": "For surveys",
        "dataset": dataset.pk,
        "configuration": {"target": "species", "cv": 4, "exclude": ["sex"]},
    }

    made = editor("POST", address, json=wish)

    assert made.status_code == 201
    found = made.json()
    assert made["Location"] == found["url"]
    assert (found["name"], found["created_by"]) == (
        "Our usual",
        editor.user.get_username(),
    )
    assert found["specification"]["n_splits"] == 4
    assert not {"target", "exclude"} & set(found["specification"])
    assert found["columns_not_kept"] == ["sex"]
    assert found["notes"] == ["What was asked of columns is not kept in it: sex."]
    path = made["Location"].removeprefix("/api/v1")
    kept = {
        name: value
        for name, value in found.items()
        if name not in {"columns_not_kept", "notes"}
    }
    assert viewer("GET", path).json() == kept
    listed = viewer("GET", f"/presets?project={project.pk}").json()["items"][-1]
    assert (listed["id"], listed["url"]) == (found["id"], found["url"])
    assert told() == [(Action.PRESET_SAVED, "Our usual")]


def test_preset_of_a_run_is_as_the_run_was_configured(editor, dataset, address):
    run = RunFactory(dataset=dataset, n_splits=7, scheme="repeated", n_repeats=2)

    made = editor("POST", address, json={"name": "As then", "run": run.pk}).json()

    assert made["specification"]["n_splits"] == 7
    assert made["specification"]["scheme"] == "repeated"


def test_specification_is_kept_as_it_is_said_and_starts_runs(editor, dataset, address):
    wish = {
        "name": "Quick",
        "specification": {"cv": 3, "algorithms": ["decision_tree"]},
    }

    made = editor("POST", address, json=wish).json()
    document = {"target": "species", "preset": "Quick"}
    run = editor("POST", f"/datasets/{dataset.pk}/runs", json=document).json()

    assert made["specification"] == {"n_splits": 3, "algorithms": ["decision_tree"]}
    assert (made["columns_not_kept"], made["notes"]) == ([], [])
    assert run["preset"] == "Quick"
    assert run["configuration"]["n_splits"] == 3


@pytest.mark.parametrize(
    ("wish", "places"),
    [
        ({"specification": {}}, ["#/name"]),
        ({"name": "Balanced", "specification": {}}, ["#/name"]),
        ({"name": "There", "specification": {}}, ["#/name"]),
        ({"name": "New"}, ["#"]),
        ({"name": "New", "run": 1, "specification": {}}, ["#"]),
        ({"name": "New", "configuration": {}}, ["#"]),
        ({"name": "New", "run": 987_654}, ["#/run"]),
        ({"name": "New", "dataset": 987_654, "configuration": {}}, ["#/dataset"]),
        (
            {"name": "New", "specification": {"target": "a", "exclude": [], "cv": "x"}},
            ["#/specification/cv", "#/specification/exclude", "#/specification/target"],
        ),
    ],
)
def test_preset_that_cannot_be_is_told_by_field(wish, places, editor, project, address):
    saved(project, "There")

    answer = editor("POST", address, json=wish)

    assert sorted(errors_of(answer)) == places
    assert SavedPreset.objects.count() == 1
    assert not told()


def test_mistakes_of_a_configuration_are_told_by_their_place(editor, dataset, address):
    configuration = {"target": "species", "cv": 1, "colour": "red"}
    wish = {"name": "New", "dataset": dataset.pk, "configuration": configuration}

    answer = editor("POST", address, json=wish)

    assert set(errors_of(answer)) == {"#/configuration/cv", "#/configuration/colour"}


def test_table_that_is_not_read_yet_is_a_conflict(editor, project, address):
    waiting = DatasetFactory(project=project, state="waiting")
    wish = {"name": "New", "dataset": waiting.pk, "configuration": {"target": "a"}}

    problem_of(editor("POST", address, json=wish), 409, "conflict")


def test_runs_and_tables_of_another_project_are_none(editor, address):
    other = RunFactory()

    for wish in (
        {"run": other.pk},
        {"dataset": other.dataset_id, "configuration": {"target": "species"}},
    ):
        answer = editor("POST", address, json={"name": "New", **wish})
        assert list(errors_of(answer)) in (["#/run"], ["#/dataset"])


def test_name_that_is_taken_is_replaced_when_asked_for(editor, project, address):
    there = saved(project, specification={"n_splits": 3})
    wish = {"name": "Ours", "specification": {"cv": 5}, "replace": True}

    made = editor("POST", address, json=wish).json()

    assert made["id"] == there.pk
    there.refresh_from_db()
    assert there.specification == {"n_splits": 5}
    note = entries().get().note
    assert note.startswith("In place of the one of this name.")


def test_same_key_keeps_one_preset(editor, address):
    wish = {"name": "Ours", "specification": {"cv": 5}}

    first, again = (
        editor("POST", address, json=wish, headers={"Idempotency-Key": "one"})
        for _ in range(2)
    )

    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert SavedPreset.objects.count() == 1


def test_preset_is_changed_field_by_field_and_deleted(editor, project):
    preset = saved(project, description="Before", specification={"n_splits": 3})
    path = f"/presets/{preset.pk}"

    renamed = editor("PATCH", path, json={"name": " Quick  one "}).json()
    assert (renamed["name"], renamed["description"]) == ("Quick one", "Before")
    changed = editor("PATCH", path, json={"specification": {"cv": 5}}).json()
    assert changed == renamed | {"specification": {"n_splits": 5}}
    assert editor("DELETE", path).status_code == 204
    assert editor("GET", path).status_code == 404
    assert told() == [
        (Action.PRESET_CHANGED, "Quick one"),
        (Action.PRESET_CHANGED, "Quick one"),
        (Action.PRESET_DELETED, "Quick one"),
    ]
    assert "It was called “Ours”." in entries()[0].note


@pytest.mark.parametrize(
    ("wish", "place"),
    [
        ({"name": "There"}, "#/name"),
        ({"name": " "}, "#/name"),
        ({"description": "x" * 301}, "#/description"),
        ({"specification": {"target": "species"}}, "#/specification/target"),
        ({"replace": True}, "#/replace"),
    ],
)
def test_change_that_cannot_be_is_told_by_field(wish, place, editor, project):
    saved(project, "There")
    preset = saved(project, specification={"n_splits": 3})

    answer = editor("PATCH", f"/presets/{preset.pk}", json=wish)

    assert list(errors_of(answer)) == [place]
    preset.refresh_from_db()
    assert (preset.name, preset.specification) == ("Ours", {"n_splits": 3})


def test_presets_are_read_by_members_and_changed_by_editors(
    stranger, viewer, project, address
):
    path = f"/presets/{saved(project).pk}"
    wish = {"name": "New", "specification": {}}

    for caller, read, write in ((viewer, 200, 403), (stranger, 404, 404)):
        assert caller("GET", path).status_code == read
        assert caller("POST", address, json=wish).status_code == write
        assert caller("PATCH", path, json={"name": "New"}).status_code == write
        assert caller("DELETE", path).status_code == write
