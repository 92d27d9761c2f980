import html
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from models_app import artifacts, services
from models_app.enums import PredictionState
from models_app.models import Prediction
from runs.enums import Action, Phase
from runs.models import AuditEntry
from tests.factories import ModelMetaFactory, ProjectFactory, RunFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.fixture
def model(editor):
    project = ProjectFactory(editor=editor)
    run = RunFactory(dataset__project=project, phase=Phase.FINISHED)
    return ModelMetaFactory(trial__run=run)


@pytest.fixture
def prediction(model):
    prediction = Prediction(
        model=model,
        filename="new rows.csv",
        state=PredictionState.READY,
        n_rows=2,
        notes=["Columns the model does not use: page."],
    )
    answers = ContentFile(b"prediction,probability_a\na,0.75\n=b,0.25\n")
    prediction.output.save("predictions.csv", answers, save=False)
    prediction.save()
    return prediction


def upload(client, model, content=b"sex\nMALE\n", **headers):
    file = SimpleUploadedFile("rows.csv", content, content_type="text/csv")
    address = reverse("models_app:predict", args=[model.pk])
    return client.post(address, {"file": file}, headers=headers)


def test_create_stores_the_file_and_goes_to_its_page(client, model, editor):
    response = upload(client, model)

    prediction = Prediction.objects.get()
    assert response.status_code == 302
    assert response["Location"] == reverse(
        "models_app:prediction", args=[prediction.pk]
    )
    assert (prediction.model, prediction.created_by) == (model, editor)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "Choose a file first."),
        ({"file": SimpleUploadedFile("rows.csv", b"")}, "The file is empty"),
    ],
)
def test_create_with_bad_input_answers_422_with_the_reason(
    client, model, data, message
):
    response = client.post(reverse("models_app:predict", args=[model.pk]), data)

    assert response.status_code == 422
    assert message in response.content.decode()
    assert not Prediction.objects.exists()


def test_create_with_bad_input_by_htmx_answers_the_form_alone(client, model):
    response = client.post(
        reverse("models_app:predict", args=[model.pk]), headers={"HX-Request": "true"}
    )

    assert response.status_code == 422
    assert response.content.decode().strip().startswith("<section")


def test_create_for_an_unready_model_is_refused_at_the_field(client, model):
    model.state = "fitting"
    model.save()

    response = upload(client, model, **{"HX-Request": "true"})

    assert response.status_code == 422
    assert "it is not ready" in response.content.decode()


def test_create_with_a_strangers_model_is_404(client, editor):
    assert upload(client, ModelMetaFactory()).status_code == 404


def test_create_by_a_viewer_is_forbidden(client):
    user = UserFactory()
    client.force_login(user)
    run = RunFactory(dataset__project=ProjectFactory(viewer=user))

    assert upload(client, ModelMetaFactory(trial__run=run)).status_code == 403


def test_detail_shows_notes_and_the_first_answers(client, prediction):
    response = client.get(reverse("models_app:prediction", args=[prediction.pk]))

    content = response.content.decode()
    assert response.context["preview"].rows == [["a", 0.75], ["=b", 0.25]]
    assert "Columns the model does not use: page." in content
    assert "hx-trigger" not in content


@pytest.mark.parametrize("state", ["waiting", "predicting"])
def test_detail_of_an_unsettled_prediction_asks_again(client, prediction, state):
    Prediction.objects.filter(pk=prediction.pk).update(state=state, output="")

    response = client.get(
        reverse("models_app:prediction", args=[prediction.pk]),
        headers={"HX-Request": "true"},
    )

    content = response.content.decode()
    assert 'id="prediction-body"' in content
    assert "<html" not in content
    assert 'hx-trigger="load delay:1s"' in content


def test_detail_of_a_failed_prediction_says_why(client, prediction):
    error = "The file lacks a column that the model needs: sex."
    Prediction.objects.filter(pk=prediction.pk).update(
        state="failed", error=error, output=""
    )

    response = client.get(reverse("models_app:prediction", args=[prediction.pk]))

    assert error in response.content.decode()


def test_download_sends_the_answers_under_the_files_name(client, prediction):
    address = reverse("models_app:prediction_download", args=[prediction.pk])

    response = client.get(address)

    assert b"".join(response.streaming_content).startswith(b"prediction,probability_a")
    assert 'filename="new rows_predictions.csv"' in response["Content-Disposition"]


@pytest.mark.parametrize(("asked", "label"), [("", "'=b"), ("?exact", "=b")])
def test_downloaded_answers_run_nothing_unless_they_are_wanted_as_they_are(
    asked, label, client, prediction
):
    address = reverse("models_app:prediction_download", args=[prediction.pk])

    text = b"".join(client.get(f"{address}{asked}").streaming_content).decode()

    assert [line.split(",")[0] for line in text.splitlines()] == [
        *("prediction", "a", label)
    ]
    entry = AuditEntry.objects.get(action=Action.PREDICTION_DOWNLOADED)
    assert entry.project == prediction.model.run.project
    assert entry.note == "File new rows.csv."


def test_download_before_the_answers_are_there_is_404(client, prediction):
    Prediction.objects.filter(pk=prediction.pk).update(state="predicting")
    address = reverse("models_app:prediction_download", args=[prediction.pk])

    assert client.get(address).status_code == 404


@pytest.mark.parametrize("name", ["prediction", "prediction_download"])
def test_strangers_predictions_are_404(client, prediction, name):
    client.force_login(UserFactory())

    response = client.get(reverse(f"models_app:{name}", args=[prediction.pk]))

    assert response.status_code == 404


# --- One row, and JSON ------------------------------------------------------------------


@pytest.fixture
def fitted(make_model, editor):
    """A model that predicts, in a project the client may edit."""
    model = make_model("binary")
    model.run.project.memberships.create(user=editor, role="editor")
    return model


def ask(client, model, body, name="predict_json"):
    return client.post(
        reverse(f"models_app:{name}", args=[model.pk]), body, "application/json"
    )


def test_json_answers_each_row(client, fitted):
    rows = [
        {"weight": 12.5, "colour": "red", "length": 5},
        {"weight": 7, "colour": "violet", "length": None, "page": 3},
    ]

    response = ask(client, fitted, {"rows": rows})

    found = response.json()
    pipeline = artifacts.load_bundle(fitted)["pipeline"]
    X = pd.DataFrame(
        {"weight": [12.5, 7], "colour": ["red", "violet"], "length": [5.0, np.nan]}
    )
    assert found["target"] == "likes"
    assert [p["prediction"] for p in found["predictions"]] == list(pipeline.predict(X))
    assert [list(p["probabilities"].values()) for p in found["predictions"]] == (
        pipeline.predict_proba(X).tolist()
    )
    assert found["notes"] == [
        "Columns the model does not use: page.",
        "1 of 2 rows lack a value in some column (length 1); they are predicted as the "
        "model learned to treat missing values.",
        "1 value (colour 1, such as violet) was never seen in training; taken as unknown.",
    ]


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ("{", 400, "Not JSON: line 1, column 2"),
        ([], 422, '{"rows": '),
        ({"rows": []}, 422, "There are no rows"),
        ({"rows": [3]}, 422, '{"rows": '),
        ({"rows": [{"weight": 1, "color": "red", "length": 2}]}, 422, "colour (the"),
        ({"rows": [{"weight": [1], "colour": "", "length": 2}]}, 422, "weight has a"),
        ({"rows": [{}] * 1001}, 422, "At most 1,000 rows"),
    ],
)
def test_json_that_cannot_be_predicted_is_told_why(client, fitted, body, status, told):
    response = ask(client, fitted, body)

    assert response.status_code == status
    assert told in response.json()["error"]


def test_json_of_a_strangers_model_is_404(client, editor, make_model):
    assert ask(client, make_model(), {"rows": [{}]}).status_code == 404


def test_json_for_a_model_that_is_not_ready_is_refused(client, model):
    model.state = "fitting"
    model.save()

    response = ask(client, model, {"rows": [{}]})

    assert response.status_code == 422
    assert "not ready" in response.json()["error"]


def test_row_form_asks_by_the_kind_of_each_column(client, fitted):
    page = client.get(reverse("models_app:predict", args=[fitted.pk]))

    fields = {f.label: f for f in page.context["row_form"].fields.values()}
    assert list(fields) == ["weight", "colour", "length"]
    assert fields["colour"].choices[0] == ("", "missing")
    assert {value for value, _ in fields["colour"].choices[1:]} == {
        "red",
        "green",
        "blue",
    }
    assert "in training" in fields["weight"].help_text
    assert json.loads(page.context["example"])["rows"][0]["colour"] in {
        *("red", "green", "blue")
    }


def test_row_is_predicted_and_shown(client, fitted):
    response = client.post(
        reverse("models_app:predict_row", args=[fitted.pk]),
        {"value0": "12.5", "value1": "", "value2": "5"},
        headers={"HX-Request": "true"},
    )

    answer = response.context["answer"]
    content = response.content.decode()
    assert response.status_code == 200
    assert "<html" not in content
    assert {row.label for row in answer.shares} == {"=yes", "-no"}
    assert answer.prediction == answer.shares[0].label
    assert "colour is missing" in " ".join(answer.notes)
    assert answer.prediction in html.unescape(content)


def test_row_with_a_bad_number_is_422_at_its_field(client, fitted):
    response = client.post(
        reverse("models_app:predict_row", args=[fitted.pk]), {"value0": "heavy"}
    )

    assert response.status_code == 422
    assert "value0" in response.context["row_form"].errors


# --- What moved the answers -------------------------------------------------------------


def test_explaining_is_offered_with_its_cost_and_asked_of_the_worker(client, model):
    address = reverse("models_app:predict", args=[model.pk])
    page = client.get(address).content.decode()
    assert 'name="with_explanation"' in page
    assert "driver_1_contribution" in page

    file = SimpleUploadedFile("rows.csv", b"sex\nMALE\n")
    client.post(address, {"file": file, "with_explanation": "on"})

    assert Prediction.objects.get().with_explanation is True


@pytest.mark.parametrize(
    ("algorithm", "told"),
    [
        ("ridge", "linear SHAP"),
        ("random_forest", "more than 2 hours"),
        ("mlp", "up to 2,000 rows"),
        ("ensemble", "up to 2,000 rows"),
    ],
)
def test_cost_of_explaining_is_that_of_the_models_family(
    client, model, algorithm, told
):
    model.algorithm = algorithm
    model.save()

    page = client.get(reverse("models_app:predict", args=[model.pk]))

    assert told in page.context["form"]["with_explanation"].help_text


def test_rows_of_json_are_explained_in_the_columns_of_the_request(fitted):
    rows = [{"weight": 12.5, "colour": "red", "length": 5}] * 2

    answer = services.predict_rows(fitted, rows, explain=True)

    assert answer["explainer"].startswith("Linear SHAP")
    for record in answer["predictions"]:
        why = record["explanation"]
        assert (why["label"], why["space"]) == ("=yes", "log-odds")
        parts = [each["contribution"] for each in why["contributions"]]
        assert why["contributions"][0] == {
            "column": "weight",
            "value": 12.5,
            "contribution": parts[0],
        }
        assert [abs(p) for p in parts] == sorted(map(abs, parts), reverse=True)
        assert why["base"] + sum(parts) == pytest.approx(why["output"])
        share = record["probabilities"]["=yes"]
        assert why["output"] == pytest.approx(np.log(share / (1 - share)))


def test_more_rows_than_are_explained_at_once_are_refused(fitted):
    with pytest.raises(ValidationError, match="At most 100 rows are explained"):
        services.predict_rows(fitted, [{"weight": 1}] * 101, explain=True)


# --- A model whose file is another one --------------------------------------------------


def test_changed_file_is_told_on_the_page_and_in_json(client, fitted):
    stored = artifacts.pipeline_artifact(fitted).file
    Path(stored.path).write_bytes(b"something else")
    artifacts._load.cache_clear()
    told = "not the one this installation has written. It was not opened"

    page = client.post(
        reverse("models_app:predict_row", args=[fitted.pk]), {"value0": "12"}
    )
    row = {"weight": 12.5, "colour": "red", "length": 5}
    answer = ask(client, fitted, {"rows": [row]})

    assert (page.status_code, answer.status_code) == (422, 422)
    assert told in html.unescape(page.content.decode())
    assert told in answer.json()["error"]
