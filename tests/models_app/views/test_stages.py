"""The stage of a model: its history, a change, and where it shows."""

import pytest
from django.urls import reverse

from models_app.enums import Stage
from models_app.staging import change_stage
from runs.enums import Phase, Role
from tests.factories import ModelMetaFactory, UserFactory, add_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(client):
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.fixture
def model(user):
    model = ModelMetaFactory(trial__run__phase=Phase.FINISHED)
    add_member(model.run.project, user, Role.EDITOR)
    return model


def page(model):
    return reverse("models_app:stages", args=[model.pk])


def post(client, model, **data):
    return client.post(reverse("models_app:stage_change", args=[model.pk]), data)


def test_a_change_shows_in_the_history_and_the_header(client, model, user):
    response = post(client, model, stage="champion", note="best in May")

    assert response.status_code == 302
    assert response.url == page(model)
    text = client.get(page(model)).text
    assert "best in May" in text
    assert str(user) in text
    assert "is the champion for species" in text
    assert "state-champion" in client.get(model.get_absolute_url()).text


def test_bad_input_is_the_form_again(client, model):
    assert post(client, model, stage="king").status_code == 422
    assert post(client, model, stage="archived", note="x" * 1_001).status_code == 422
    assert not model.stage_changes.exists()


def test_a_model_that_cannot_predict_is_refused_with_a_sentence(client, model):
    model.state = "failed"
    model.save()

    response = post(client, model, stage="champion")

    assert response.status_code == 422
    assert "not ready" in response.text


def test_a_viewer_sees_the_history_and_changes_nothing(client, model):
    viewer = UserFactory()
    add_member(model.run.project, viewer, Role.VIEWER)
    client.force_login(viewer)

    assert "Change the stage" not in client.get(page(model)).text
    assert post(client, model, stage="champion").status_code == 403


def test_a_stranger_finds_nothing(client, model):
    client.force_login(UserFactory())

    assert client.get(page(model)).status_code == 404
    assert post(client, model, stage="champion").status_code == 404


def test_an_archived_model_is_left_out_of_the_run_and_of_other_models(client, model):
    other = ModelMetaFactory(trial__run=model.run)
    change_stage(model, Stage.ARCHIVED, user=None)

    link = f'href="{model.get_absolute_url()}"'

    assert link not in client.get(other.get_absolute_url()).text
    run = client.get(model.run.get_absolute_url()).text
    assert link not in run.split('id="run-result"')[1].split("</section>")[0]
    assert "archived too" in run
