"""What is stored about a model, by the API: numbers and files, sent once."""

import io

import joblib
import pytest
from django.urls import reverse

from models_app import members
from models_app.answers import read_answers
from models_app.enums import ArtifactKind, Rows
from models_app.explained.files import has_table
from models_app.models import Artifact, ModelMeta
from runs.enums import Action, Phase
from runs.models import AuditEntry
from tests.models_app.conftest import make_table


def body_of(answer):
    return b"".join(answer.streaming_content)


def test_every_artifact_has_the_numbers_of_the_page(model, viewer, client):
    client.force_login(viewer.user)
    listed = viewer("GET", f"/models/{model.pk}").json()["artifacts"]
    assert {one["kind"] for one in listed} >= {"pipeline", "metrics", "roc", "answers"}

    for one in listed:
        found = viewer("GET", one["url"].removeprefix("/api/v1")).json()
        page = client.get(
            reverse("models_app:model_artifact", args=[model.pk, one["kind"]])
        ).json()
        for name in ("model", "kind", "schema_version", "rows", "n_rows", "data"):
            assert found[name] == page[name]
        assert found["members"] is None
        stored = model.artifacts.get(kind=one["kind"])
        assert bool(found["file"]) is bool(stored.file)


def test_numbers_that_the_caller_has_are_not_sent_until_they_are_others(model, viewer):
    path = f"/models/{model.pk}/artifacts/metrics"
    first = viewer("GET", path)
    known = {"If-None-Match": first["ETag"]}

    again = viewer("GET", path, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert viewer("GET", f"{path}?full=true", headers=known).status_code == 200

    old = model.artifacts.get(kind="metrics")
    old.delete()
    Artifact.objects.create(model=model, kind="metrics", rows=old.rows, data=old.data)
    renewed = viewer("GET", path, headers=known)
    assert renewed.status_code == 200
    assert renewed.json()["data"] == first.json()["data"]


def test_full_artifact_has_its_numbers_row_by_row(model, viewer):
    kept = read_answers(model)
    shap = members.store(
        ArtifactKind.SHAP, Rows.HOLDOUT, 2, {"outputs": []}, {"rows": {"a": [1, 2]}}
    )
    shap.model = model
    shap.save()

    answers = viewer("GET", f"/models/{model.pk}/artifacts/answers?full=true").json()
    values = viewer("GET", f"/models/{model.pk}/artifacts/shap?full=true").json()

    assert answers["members"] == {
        "positions": kept.positions.tolist(),
        "y": kept.y.tolist(),
        "predicted": kept.predicted.tolist(),
        "probabilities": kept.probabilities.tolist(),
    }
    assert values["members"] == {"rows": {"a": [1, 2]}}


def test_file_of_a_model_is_its_pipeline(model, viewer):
    answer = viewer("GET", f"/models/{model.pk}/file")
    known = {"If-None-Match": answer["ETag"]}
    again = viewer("GET", f"/models/{model.pk}/file", headers=known)
    other = viewer("GET", f"/models/{model.pk}/artifacts/answers/file")

    bundle = joblib.load(io.BytesIO(body_of(answer)))
    X = make_table(9)[["weight", "colour", "length"]]
    assert set(bundle["pipeline"].predict(X)) <= {"=yes", "-no"}
    assert 'logistic_regression.joblib"' in answer["Content-Disposition"]
    assert (again.status_code, again.content) == (304, b"")
    assert '_answers.npz"' in other["Content-Disposition"]
    assert other["ETag"] != answer["ETag"]
    body_of(other)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("artifacts/roc", 404),
        ("artifacts/nothing", 422),
        ("artifacts/metrics/file", 404),
        ("file", 404),
    ],
)
def test_what_is_not_there_is_said(listed, viewer, path, status):
    Artifact.objects.create(model=listed, kind="metrics")

    answer = viewer("GET", f"/models/{listed.pk}/{path}")

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["artifacts/metrics", "artifacts/metrics/file", "file"]
)
def test_what_is_stored_is_not_there_for_a_stranger(listed, stranger, nobody, path):
    Artifact.objects.create(model=listed, kind="metrics")

    assert stranger("GET", f"/models/{listed.pk}/{path}").status_code == 404
    assert nobody("GET", f"/models/{listed.pk}/{path}").status_code == 401


def test_model_is_deleted_by_an_editor_when_its_run_has_ended(
    listed, editor, viewer, stranger
):
    path = f"/models/{listed.pk}"
    assert stranger("DELETE", path).status_code == 404
    assert viewer("DELETE", path).status_code == 403
    listed.run.phase = Phase.EVALUATING
    listed.run.save()
    assert editor("DELETE", path).status_code == 409

    listed.run.phase = Phase.FINISHED
    listed.run.save()
    assert editor("DELETE", path).status_code == 204
    assert not ModelMeta.objects.exists()


def test_file_that_is_taken_away_is_in_the_audit_log(model, viewer):
    assert viewer("GET", f"/models/{model.pk}/artifacts/metrics").status_code == 200
    assert not AuditEntry.objects.filter(action=Action.MODEL_DOWNLOADED).exists()

    file = viewer("GET", f"/models/{model.pk}/file")
    assert body_of(file)
    had = {"If-None-Match": file["ETag"]}
    assert viewer("GET", f"/models/{model.pk}/file", headers=had).status_code == 304

    # Once: nothing was sent to whoever had the file already.
    entry = AuditEntry.objects.get(action=Action.MODEL_DOWNLOADED)
    assert (entry.actor, entry.project) == (viewer.user, model.run.project)


# --- As tables --------------------------------------------------------------------------


def test_every_artifact_that_is_a_table_is_the_csv_of_the_page(model, viewer, client):
    client.force_login(viewer.user)
    listed = viewer("GET", f"/models/{model.pk}").json()["artifacts"]
    tables = {one["kind"]: one["csv"] for one in listed if one["csv"]}
    assert {"metrics", "confusion", "roc", "answers"} <= set(tables)

    for kind, url in tables.items():
        answer = viewer("GET", url.removeprefix("/api/v1"))
        page = client.get(
            reverse("models_app:model_artifact_csv", args=[model.pk, kind])
        )
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert answer["Content-Disposition"] == page["Content-Disposition"]
        assert body_of(answer) == body_of(page)


def test_csv_of_a_model_runs_nothing_in_a_spreadsheet(model, viewer):
    confusion = model.artifacts.get(kind=ArtifactKind.CONFUSION)
    confusion.data["labels"] = ["=1+1", "no"]
    confusion.save()

    answer = viewer("GET", f"/models/{model.pk}/artifacts/confusion/csv")

    assert body_of(answer).decode().splitlines()[1].startswith("'=1+1,'=1+1,")


def test_what_is_no_table_or_not_there_has_no_csv(model, viewer, stranger):
    path = f"/models/{model.pk}/artifacts"
    for kind in ArtifactKind.values:
        if not has_table(kind) or not model.artifacts.filter(kind=kind).exists():
            assert viewer("GET", f"{path}/{kind}/csv").status_code == 404
    assert viewer("GET", f"{path}/nothing/csv").status_code == 422
    assert stranger("GET", f"{path}/metrics/csv").status_code == 404
