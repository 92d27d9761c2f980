"""The Evaluation tab of a regression model that workers have made."""

import pytest
from django.urls import reverse

from models_app.enums import ArtifactKind
from runs.enums import Role
from runs.models import Membership
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def model(client, make_model):
    model = make_model("regression", holdout_fraction=0.5)
    user = UserFactory()
    Membership.objects.create(project=model.run.project, user=user, role=Role.VIEWER)
    client.force_login(user)
    return model


def cards(client, model, **query):
    response = client.get(reverse("models_app:evaluation", args=[model.pk]), query)
    assert response.status_code == 200
    return {card.name: card for card in response.context["charts"]}, response


def test_evaluation_of_a_regression_shows_its_errors(client, model):
    found, response = cards(client, model)

    assert list(found)[-4:] == [
        "errors-against",
        "errors-normal",
        "errors-quantiles",
        "prediction_intervals",
    ]
    content = response.content.decode()
    assert "split conformal prediction" in content
    assert 'id="chart-errors-against"' in content
    assert "Half of the predictions miss by no more than" in content
    quantiles = found["errors-quantiles"].tables[0]
    assert [row[0] for row in quantiles.rows] == [
        "10%",
        "25%",
        "50%",
        "75%",
        "90%",
        "95%",
    ]


def test_residuals_against_a_number_leave_out_rows_without_it(client, model):
    errors = model.artifacts.get(kind=ArtifactKind.ERRORS)

    found, _ = cards(client, model, by="length")

    card = found["errors-against"]
    points = card.figure["data"][0]
    assert card.picker.chosen == "length"
    assert points["type"] == "scatter"
    assert points["customdata"] == errors.data["row_numbers"]
    residuals = [
        actual - predicted
        for actual, predicted in zip(
            errors.data["actual"], errors.data["predicted"], strict=True
        )
    ]
    assert points["y"] == residuals


def test_residuals_against_groups_are_boxes(client, model):
    found, _ = cards(client, model, by="colour")

    boxes = found["errors-against"].figure["data"][0]
    assert boxes["type"] == "box"
    assert set(boxes["x"]) <= {"red", "green", "blue", "missing"}
    assert sum(row[2] for row in found["errors-against"].tables[0].rows) == len(
        boxes["x"]
    )


@pytest.mark.parametrize("by", ["", "price", "no such column"])
def test_residuals_against_anything_else_are_against_the_prediction(client, model, by):
    found, _ = cards(client, model, by=by)

    card = found["errors-against"]
    assert card.picker.chosen == ""
    assert card.figure["layout"]["xaxis"]["title"]["text"] == "predicted price"


def test_intervals_by_prediction_show_their_own_widths(client, model):
    intervals = model.artifacts.get(kind=ArtifactKind.PREDICTION_INTERVALS)
    groups = [
        {
            "low": low,
            "high": high,
            "n_rows": 9,
            "half_widths": [width] * 3,
            "coverages": [0.5] * 3,
            "local_coverages": [0.875] * 3,
        }
        for low, high, width in ((None, 10.0, 2.0), (10.0, None, 4.0))
    ]
    intervals.data = {**intervals.data, "groups": groups}
    intervals.save()

    same, _ = cards(client, model)
    found, _ = cards(client, model, width="local")

    everywhere = intervals.data["levels"][0]["half_width"]
    card, table = found["prediction_intervals"], found["prediction_intervals"].tables[1]
    assert card.picker.chosen == "local"
    assert "Mondrian" in card.hint
    assert table.rows[1][:4] == ["above 10.00", 9, 4.0, "87.5%"]
    assert same["prediction_intervals"].tables[1].rows[1][2:4] == [everywhere, "50.0%"]


def test_evaluation_of_a_model_from_before_has_no_such_cards(client, model):
    model.artifacts.filter(
        kind__in=[ArtifactKind.ERRORS, ArtifactKind.PREDICTION_INTERVALS]
    ).delete()

    found, _ = cards(client, model)

    assert list(found) == ["intervals", "predicted_actual", "residuals"]
