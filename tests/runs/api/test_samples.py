"""Tables that need no file: the samples, and pasted cells."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from runs.models import Dataset
from runs.samples import SAMPLES
from tests.runs.api.test_problems import errors_of

pytestmark = pytest.mark.django_db


def test_samples_are_listed_with_what_to_predict(viewer):
    found = viewer("GET", "/samples").json()["items"]

    assert [sample["name"] for sample in found] == list(SAMPLES)
    assert found[0]["target"] == "species"
    assert all(sample["licence"] and sample["source"] for sample in found)


def test_sample_becomes_a_dataset_once_for_a_key(editor, project):
    send = {"json": {"sample": "penguins"}, "headers": {"Idempotency-Key": "one"}}

    made = editor("POST", f"/projects/{project.pk}/samples", **send)
    again = editor("POST", f"/projects/{project.pk}/samples", **send)

    assert made.status_code == 201
    assert again.json() == made.json()
    dataset = Dataset.objects.get()
    assert made["Location"] == f"/api/v1/datasets/{dataset.pk}"
    assert (dataset.name, dataset.project) == (SAMPLES["penguins"].title, project)


@pytest.mark.parametrize(
    ("wish", "place"),
    [({}, "#/sample"), ({"sample": "iris"}, "#/sample"), ({"name": "x"}, "#/name")],
)
def test_sample_that_is_none_is_told(wish, place, editor, project):
    answer = editor("POST", f"/projects/{project.pk}/samples", json=wish)

    assert place in errors_of(answer)
    assert not Dataset.objects.exists()


def test_sample_needs_an_editor(viewer, stranger, project):
    for caller, status in ((viewer, 403), (stranger, 404)):
        wish = {"sample": "penguins"}
        answer = caller("POST", f"/projects/{project.pk}/samples", json=wish)
        assert answer.status_code == status


# --- Pasted -----------------------------------------------------------------------------


def paste(caller, project, **form):
    return caller("POST", "/datasets", data={"project": project.pk, **form})


def test_text_becomes_a_dataset_as_if_pasted(editor, project):
    answer = paste(editor, project, text="a\tb\n1\t2\n", name="Mine")

    assert answer.status_code == 201
    dataset = Dataset.objects.get()
    assert (dataset.name, dataset.filename) == ("Mine", "pasted.tsv")
    with dataset.source.open("rb") as stored:
        assert stored.read() == b"a\tb\n1\t2\n"
    assert paste(editor, project, text="a,b\n1,2\n").json()["name"].startswith("Pasted")


@pytest.mark.parametrize(
    ("form", "place"),
    [
        ({"text": ""}, "#/text"),
        ({"text": "a\0b"}, "#/text"),
        ({"text": "a,b\n", "name": "x" * 201}, "#/name"),
        ({"text": "a,b\n", "file": SimpleUploadedFile("a.csv", b"a\n1\n")}, "#/text"),
        ({}, "#/file"),
    ],
)
def test_text_that_cannot_be_is_told_by_field(form, place, editor, project):
    answer = paste(editor, project, **form)

    assert list(errors_of(answer)) == [place]
    assert not Dataset.objects.exists()
