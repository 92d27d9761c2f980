"""A reading tried before it is applied, by the API."""

import pytest

from runs.enums import JobState
from runs.models import Dataset, ReadingPreview
from tests.factories import DatasetFactory
from tests.runs.api.test_problems import errors_of

pytestmark = pytest.mark.django_db


def tries(dataset, *parts):
    return "/".join([f"/datasets/{dataset.pk}/reading/tries", *map(str, parts)])


def test_reading_is_tried_by_a_worker_and_the_table_stays(editor, dataset):
    made = editor("POST", tries(dataset), json={"options": {"delimiter": ";"}})

    assert made.status_code == 202
    preview = ReadingPreview.objects.get()
    assert (preview.dataset, preview.options) == (dataset, {"delimiter": ";"})
    assert made["Location"] == made.json()["url"]
    assert made.json()["state"] == "waiting"
    assert Dataset.objects.get().pending == dataset.pending
    again = editor("POST", tries(dataset), json={"options": {"delimiter": ";"}})
    assert again.json() == made.json()


def test_reading_that_was_tried_tells_rows_and_kinds(editor, dataset):
    preview = ReadingPreview.objects.create(
        dataset=dataset,
        key="k",
        state=JobState.READY,
        data={
            "preview": {"columns": ["a", "b"], "rows": [["1", None]]},
            "kinds": ["integer", "text"],
            "reasons": ["whole numbers", "many values"],
            "reading": {"delimiter": ";"},
            "repairs": [],
        },
    )

    found = editor("GET", tries(dataset, preview.pk)).json()

    assert (found["state"], found["rows"]) == ("ready", [["1", None]])
    assert found["columns"][1] == {
        "name": "b",
        "kind": "text",
        "reason": "many values",
    }
    assert found["reading"] == {"delimiter": ";"}


def test_reading_that_failed_names_the_option(editor, dataset):
    preview = ReadingPreview.objects.create(
        dataset=dataset,
        key="k",
        state=JobState.FAILED,
        error="No such encoding.",
        field="encoding",
    )

    found = editor("GET", tries(dataset, preview.pk)).json()

    assert (found["error"], found["error_option"]) == ("No such encoding.", "encoding")
    assert (found["columns"], found["rows"]) == ([], [])


@pytest.mark.parametrize(
    ("wish", "place"),
    [
        ({}, "#/options"),
        ({"options": {"skip_lines": -1}}, "#/options/skip_lines"),
        ({"options": {}, "kinds": {}}, "#/kinds"),
    ],
)
def test_options_that_cannot_be_are_told_by_field(wish, place, editor, dataset):
    assert list(errors_of(editor("POST", tries(dataset), json=wish))) == [place]
    assert not ReadingPreview.objects.exists()


def test_readings_are_tried_and_seen_by_editors(viewer, stranger, editor, dataset):
    preview = ReadingPreview.objects.create(dataset=dataset, key="k")
    other = ReadingPreview.objects.create(dataset=DatasetFactory(), key="k")

    for caller, status in ((viewer, 403), (stranger, 404)):
        assert caller("GET", tries(dataset, preview.pk)).status_code == status
        asked = caller("POST", tries(dataset), json={"options": {}})
        assert asked.status_code == status
    assert editor("GET", tries(dataset, other.pk)).status_code == 404
