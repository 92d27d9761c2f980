"""What is in a table and how it is read, by the API."""

import pytest
from django.core.files.base import ContentFile

from runs.enums import Action, DatasetState, JobState
from runs.models import AuditEntry, Dataset, TargetProfile
from runs.services import recipes
from tests.factories import RunFactory
from tests.runs.api.test_problems import errors_of, problem_of

DUPLICATES = {
    "key": "duplicates",
    "code": "duplicates",
    "level": "warning",
    "title": "Repeated rows",
    "text": "Some rows are there twice.",
    "columns": [],
    "remedy": {"action": "drop_duplicates"},
}


def read(caller, dataset, **wish):
    return caller("POST", f"/datasets/{dataset.pk}/reading", json=wish)


def test_profile_has_what_the_page_shows(viewer, dataset):
    Dataset.objects.update(profile={"overview": {"n_rows": 344}, "missingness": {}})

    found = viewer("GET", f"/datasets/{dataset.pk}/profile").json()

    assert found["columns"] == dataset.columns
    assert found["reading"] == dataset.reading
    assert found["preview"] == dataset.preview
    assert found["overview"] == {"n_rows": 344}
    assert found["associations"] is None


def test_table_is_read_in_another_way(editor, dataset):
    wish = {
        "options": {"delimiter": ";", "header": False, "skip_lines": None},
        "kinds": {"sex": "text"},
        "drop_duplicates": True,
    }

    answer = read(editor, dataset, **wish)

    assert answer.status_code == 202, answer.json()
    assert answer["Location"] == f"/api/v1/datasets/{dataset.pk}"
    assert answer.json()["state"] == "waiting"
    dataset.refresh_from_db()
    assert dataset.pending == {
        "options": {"delimiter": ";", "header": False},
        "kinds": {"sex": "text"},
        "drop_duplicates": True,
    }
    problem_of(read(editor, dataset, drop_duplicates=False), 409, "conflict")


def test_table_with_a_run_becomes_a_version_once_for_a_key(editor, dataset):
    RunFactory(dataset=dataset)
    path, wish = f"/datasets/{dataset.pk}/reading", {"kinds": {"sex": "text"}}
    key = {"Idempotency-Key": "again"}

    first = editor("POST", path, json=wish, headers=key)
    again = editor("POST", path, json=wish, headers=key)

    assert first.json()["version"] == 2
    assert (again.status_code, again.json()) == (202, first.json())
    assert Dataset.objects.count() == 2


def test_kind_that_was_set_goes_back_to_what_is_found(editor, dataset):
    Dataset.objects.update(kinds={"sex": "text", "species": "text"})

    read(editor, dataset, kinds={"sex": None})

    dataset.refresh_from_db()
    assert dataset.pending["kinds"] == {"species": "text"}


@pytest.mark.parametrize(
    ("wish", "place"),
    [
        ({}, "#"),
        ({"colour": 1}, "#/colour"),
        ({"options": {"delimiter": "long"}}, "#/options/delimiter"),
        ({"options": {"colour": 1}}, "#/options/colour"),
        ({"options": {"decimal": ",", "thousands": ","}}, "#/options/thousands"),
        ({"options": []}, "#/options"),
        ({"kinds": {"sex": "colour"}}, "#/kinds/sex"),
        ({"kinds": {"nothing": "text"}}, "#/kinds/nothing"),
    ],
)
def test_reading_that_cannot_be_is_named_by_its_place(wish, place, editor, dataset):
    assert list(errors_of(read(editor, dataset, **wish))) == [place]
    dataset.refresh_from_db()
    assert dataset.state == DatasetState.READY


def test_table_is_renamed_with_its_versions(editor, viewer, dataset):
    RunFactory(dataset=dataset)
    later = recipes.change_recipe(dataset, user=editor.user, drop_duplicates=True)
    path = f"/datasets/{later.pk}"

    assert editor("PATCH", path, json={"name": " Birds "}).json()["name"] == "Birds"

    assert set(Dataset.objects.values_list("name", flat=True)) == {"Birds"}
    for name in ("", "x" * 201):
        assert "#/name" in errors_of(editor("PATCH", path, json={"name": name}))
    assert viewer("PATCH", path, json={"name": "Mine"}).status_code == 403


# --- Advice ---------------------------------------------------------------------------


def advised(caller, dataset):
    items = caller("GET", f"/datasets/{dataset.pk}/advice").json()["items"]
    return [(tip["key"], tip["is_accepted"]) for tip in items]


def test_advice_is_followed_and_not_any_more(editor, viewer, dataset):
    Dataset.objects.update(advice=[DUPLICATES])
    path, wish = f"/datasets/{dataset.pk}/advice", {"key": "duplicates"}
    assert advised(viewer, dataset) == [("duplicates", False)]

    answer = editor("POST", f"{path}/follow", json=wish)

    assert answer.status_code == 202
    assert advised(viewer, dataset) == [("duplicates", True)]
    dataset.refresh_from_db()
    assert dataset.recipe["drop_duplicates"] is True
    Dataset.objects.update(state=DatasetState.READY)
    assert editor("POST", f"{path}/undo", json=wish).status_code == 202
    assert advised(viewer, dataset) == [("duplicates", False)]


def test_advice_that_is_not_there_is_a_conflict(editor, dataset):
    for what in ("follow", "undo"):
        path = f"/datasets/{dataset.pk}/advice/{what}"
        problem_of(editor("POST", path, json={"key": "other"}), 409, "conflict")
        assert "#/key" in errors_of(editor("POST", path, json={}))


# --- A column to predict --------------------------------------------------------------


def test_column_to_predict_is_looked_at_once(editor, viewer, dataset):
    path = f"/datasets/{dataset.pk}/targets"

    asked = editor("POST", path, json={"target": "species"})
    again = editor("POST", path, json={"target": "species"})

    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    assert again.json() == asked.json()
    TargetProfile.objects.update(
        state=JobState.READY, data={"task": "multiclass"}, advice=[DUPLICATES]
    )
    found = viewer("GET", asked["Location"].removeprefix("/api/v1")).json()
    assert (found["state"], found["data"]) == ("ready", {"task": "multiclass"})
    advice = viewer("GET", f"/datasets/{dataset.pk}/advice?target=species").json()
    assert advice["items"] == found["advice"]
    assert len(advice["items"]) == 1


def test_column_that_is_not_there_is_named(editor, viewer, dataset):
    answer = editor("POST", f"/datasets/{dataset.pk}/targets", json={"target": "x"})

    assert list(errors_of(answer)) == ["#/target"]
    advice = viewer("GET", f"/datasets/{dataset.pk}/advice?target=sex")
    assert list(errors_of(advice)) == ["target"]
    assert viewer("GET", f"/datasets/{dataset.pk}/targets/77").status_code == 404


# --- The table itself -------------------------------------------------------------------


def test_table_is_a_parquet_file_and_recorded_when_it_is_sent(dataset, viewer):
    dataset.table.save("table.parquet", ContentFile(b"PAR1"))
    path = f"/datasets/{dataset.pk}/table"

    answer = viewer("GET", path)
    had = {"If-None-Match": answer["ETag"]}

    assert b"".join(answer.streaming_content) == b"PAR1"
    assert answer["Content-Type"] == "application/vnd.apache.parquet"
    assert viewer("GET", path, headers=had).status_code == 304
    entry = AuditEntry.objects.get(action=Action.DATASET_DOWNLOADED)
    assert (entry.actor, entry.project) == (viewer.user, dataset.project)


def test_table_that_is_not_read_is_a_conflict(dataset, viewer, stranger):
    answer = viewer("GET", f"/datasets/{dataset.pk}/table")

    assert answer.status_code == 409
    assert answer.json()["detail"] == "The table is not read yet."
    assert stranger("GET", f"/datasets/{dataset.pk}/table").status_code == 404
