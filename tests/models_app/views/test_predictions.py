import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from models_app.enums import PredictionState
from models_app.models import Prediction
from runs.enums import Phase
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
    assert response.context["preview"].rows == [["a", "0.75"], ["=b", "0.25"]]
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


def test_download_before_the_answers_are_there_is_404(client, prediction):
    Prediction.objects.filter(pk=prediction.pk).update(state="predicting")
    address = reverse("models_app:prediction_download", args=[prediction.pk])

    assert client.get(address).status_code == 404


@pytest.mark.parametrize("name", ["prediction", "prediction_download"])
def test_strangers_predictions_are_404(client, prediction, name):
    client.force_login(UserFactory())

    response = client.get(reverse(f"models_app:{name}", args=[prediction.pk]))

    assert response.status_code == 404
