"""What workers compute on demand, and files to take away, by the API."""

import pytest
from django.core.files.base import ContentFile

from models_app import computing
from models_app.models import Artifact, Computation


def body_of(answer):
    return b"".join(answer.streaming_content)


def test_computation_is_asked_for_once_and_followed(listed, editor, viewer):
    path = f"/models/{listed.pk}/computations"
    key = {"Idempotency-Key": "once"}

    answer = editor("POST", path, json={"kind": "diagnosis"}, headers=key)
    again = editor("POST", path, json={"kind": "diagnosis"}, headers=key)

    computation = Computation.objects.get()
    assert (answer.status_code, again.status_code) == (202, 202)
    assert again["Idempotency-Replayed"] == "true"
    assert answer["Location"] == answer.json()["url"]
    assert (computation.kind, computation.created_by) == ("diagnosis", editor.user)
    Computation.objects.update(state="computing", share=0.25, doing="folds")
    found = viewer("GET", f"{path}/diagnosis").json()
    assert (found["state"], found["share"], found["doing"]) == (
        "computing",
        0.25,
        "folds",
    )
    assert viewer("GET", path).json() == {"items": [found], "next_cursor": None}
    assert viewer("GET", f"{path}/recipe").status_code == 404


@pytest.mark.parametrize("what", ["computations", "exports"])
@pytest.mark.parametrize(
    "sent", [{"kind": "magic"}, {}, {"kind": "onnx", "fast": True}]
)
def test_computation_that_there_is_not_names_its_field(listed, editor, what, sent):
    answer = editor("POST", f"/models/{listed.pk}/{what}", json=sent)

    places = {one["pointer"] for one in answer.json()["errors"]}
    assert answer.status_code == 422
    assert places <= {"#/kind", "#/fast"}
    assert not Computation.objects.exists()


@pytest.mark.parametrize("what", ["computations", "exports"])
def test_computation_of_a_model_that_is_not_ready_is_a_conflict(listed, editor, what):
    listed.state = "fitting"
    listed.save()

    answer = editor("POST", f"/models/{listed.pk}/{what}", json={"kind": "recipe"})

    assert answer.status_code == 409
    assert "not ready yet" in answer.json()["detail"]


@pytest.mark.parametrize("what", ["computations", "exports"])
def test_computation_is_for_editors(listed, viewer, stranger, nobody, what):
    path = f"/models/{listed.pk}/{what}"
    for caller, status in ((viewer, 403), (stranger, 404), (nobody, 401)):
        assert caller("POST", path, json={"kind": "recipe"}).status_code == status
    assert stranger("GET", path).status_code == 404


def test_exports_are_written_and_sent(model, editor, viewer):
    path = f"/models/{model.pk}/exports"
    before = {one["kind"]: one for one in viewer("GET", path).json()["items"]}
    assert {k: one["state"] for k, one in before.items()} == {
        "joblib": "ready",
        **dict.fromkeys(("skops", "onnx", "folder", "recipe"), "missing"),
    }
    assert editor("POST", path, json={"kind": "skops"}).json()["kind"] == "exports"
    waiting = viewer("GET", path).json()["items"]
    assert {one["state"] for one in waiting[1:4]} == {"waiting"}

    computing.compute(Computation.objects.get().pk)

    found = {one["kind"]: one for one in viewer("GET", path).json()["items"]}
    for kind, name in (("skops", "skops"), ("folder", "zip"), ("joblib", "joblib")):
        assert found[kind]["state"] == "ready"
        file = viewer("GET", found[kind]["file"].removeprefix("/api/v1"))
        assert f'.{name}"' in file["Content-Disposition"]
        assert len(body_of(file)) > 1_000
        known = {"If-None-Match": file["ETag"]}
        again = viewer("GET", f"{path}/{kind}/file", headers=known)
        assert again.status_code == 304
    assert found["skops"]["checks"]["largest_difference"] == 0


def test_recipe_is_sent_verified_or_not(listed, viewer, stranger):
    path = f"/models/{listed.pk}/exports"
    answer = viewer("GET", f"{path}/recipe/file")

    assert answer.status_code == 200
    assert b"RandomForestClassifier" in answer.content
    Artifact.objects.create(model=listed, kind="recipe", data={"program": "print(1)"})
    known = {"If-None-Match": answer["ETag"]}
    verified = viewer("GET", f"{path}/recipe/file", headers=known)
    assert (verified.status_code, verified.content) == (200, b"print(1)")
    assert stranger("GET", f"{path}/recipe/file").status_code == 404


def test_export_that_is_not_possible_says_why(listed, editor, viewer):
    Artifact.objects.create(model=listed, kind="onnx", data={"reason": "categories"})
    skops = Artifact(model=listed, kind="skops", data={"n_rows": 3})
    skops.file.save("model.skops", ContentFile(b"skops"))

    items = viewer("GET", f"/models/{listed.pk}/exports").json()["items"]

    found = {one["kind"]: one for one in items}
    assert (found["onnx"]["state"], found["onnx"]["error"]) == ("failed", "categories")
    assert found["onnx"]["file"] is None
    assert found["skops"]["checks"] == {"n_rows": 3}
    assert viewer("GET", f"/models/{listed.pk}/exports/onnx/file").status_code == 404
    refused = editor("POST", f"/models/{listed.pk}/exports", json={"kind": "joblib"})
    assert refused.status_code == 409
