"""Files of rows, by the API: an upload, its progress, the answers."""

import io

import pandas as pd
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from models_app import artifacts, predicting
from models_app.models import Prediction
from runs.enums import Action
from runs.models import AuditEntry

ROWS = b"weight,colour,length\n12.5,red,5\n7,violet,\n9.25,green,4.5\n"


def upload(caller, model, content=ROWS, headers=None, **fields):
    file = SimpleUploadedFile("new rows.csv", content)
    path = f"/models/{model.pk}/predictions"
    return caller("POST", path, data={"file": file, **fields}, headers=headers)


def body_of(answer):
    return b"".join(answer.streaming_content)


def test_file_is_predicted_as_the_pipeline_does(model, editor, viewer):
    answer = upload(editor, model)

    sent = answer.json()
    assert answer.status_code == 202
    assert answer["Location"] == sent["url"]
    assert (sent["state"], sent["file"], sent["n_rows"]) == ("waiting", None, None)
    assert sent["created_by"] == editor.user.username
    path = f"/predictions/{sent['id']}"
    assert viewer("GET", f"{path}/file").status_code == 409

    predicting.predict(sent["id"])

    found = viewer("GET", path).json()
    assert (found["state"], found["n_rows"], found["n_rows_done"]) == ("ready", 3, 3)
    assert "such as violet" in found["notes"][-1]
    assert found["file"] == f"/api/v1{path}/file"
    file = viewer("GET", f"{path}/file")
    assert file["Content-Type"] == "text/csv"
    assert 'filename="new rows_predictions.csv"' in file["Content-Disposition"]
    answers = pd.read_csv(io.BytesIO(body_of(file)))
    X = pd.read_csv(io.BytesIO(ROWS))
    pipeline = artifacts.load_bundle(model)["pipeline"]
    assert list(answers["prediction"]) == list(pipeline.predict(X))
    assert viewer("GET", f"/models/{model.pk}/predictions").json() == {
        "items": [found],
        "next_cursor": None,
    }


def test_answers_that_the_caller_has_are_not_sent_again(model, editor):
    made = upload(editor, model, output_format="parquet").json()
    predicting.predict(made["id"])
    path = f"/predictions/{made['id']}/file"

    first = editor("GET", path)
    body_of(first)
    again = editor("GET", path, headers={"If-None-Match": first["ETag"]})

    assert first["Content-Type"] == "application/vnd.apache.parquet"
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert AuditEntry.objects.filter(action=Action.PREDICTION_DOWNLOADED).count() == 1


def test_upload_with_the_same_key_is_one_prediction(model, editor):
    headers = {"Idempotency-Key": "rows"}

    first = upload(editor, model, headers=headers)
    again = upload(editor, model, headers=headers)
    other = upload(editor, model, b"weight\n1\n", headers=headers)

    assert Prediction.objects.count() == 1
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert other.status_code == 422


def test_wish_for_explanations_is_kept_with_the_file(model, editor):
    assert upload(editor, model, explain="true").json()["explain"] is True
    assert upload(editor, model, explain="false").json()["explain"] is False


@pytest.mark.parametrize(
    ("sent", "place", "words"),
    [
        ({}, "#/file", "Choose a file first."),
        ({"file": SimpleUploadedFile("rows.csv", b"")}, "#/file", "is empty"),
        (
            {"file": SimpleUploadedFile("r.csv", b"a\n1\n"), "output_format": "xls"},
            "#/output_format",
            "xls is not one",
        ),
    ],
)
def test_upload_that_cannot_be_is_told_why(model, editor, sent, place, words):
    answer = editor("POST", f"/models/{model.pk}/predictions", data=sent)

    [error] = answer.json()["errors"]
    assert answer.status_code == 422
    assert error["pointer"] == place
    assert words in error["detail"]
    assert not Prediction.objects.exists()


def test_file_that_cannot_be_predicted_says_why(model, editor):
    made = upload(editor, model, b"weight\n1\n").json()
    predicting.predict(made["id"])

    found = editor("GET", f"/predictions/{made['id']}").json()
    file = editor("GET", f"/predictions/{made['id']}/file")

    assert (found["state"], found["file"]) == ("failed", None)
    assert "colour" in found["error"]
    assert (file.status_code, file.json()["detail"]) == (409, found["error"])


def test_files_are_listed_page_by_page_the_newest_first(model, viewer, editor):
    made = [upload(editor, model).json()["id"] for _ in range(3)]
    path = f"/models/{model.pk}/predictions?limit=2"

    first = viewer("GET", path).json()
    second = viewer("GET", f"{path}&cursor={first['next_cursor']}").json()

    assert [one["id"] for one in first["items"] + second["items"]] == made[::-1]
    assert second["next_cursor"] is None


def test_upload_is_for_editors_and_answers_for_who_sees_the_model(
    model, editor, viewer, stranger, nobody
):
    made = upload(editor, model).json()["id"]

    for caller, status in ((viewer, 403), (stranger, 404), (nobody, 401)):
        assert upload(caller, model).status_code == status
    for path in (
        f"/models/{model.pk}/predictions",
        f"/predictions/{made}",
        f"/predictions/{made}/file",
    ):
        assert stranger("GET", path).status_code == 404
        assert nobody("GET", path).status_code == 401
        assert viewer("GET", path).status_code in {200, 409}
