"""The Evaluation page, its numbers as files, and what is decided on it."""

import csv
import io

import pytest
from django.urls import reverse

from models_app.enums import ArtifactKind, ModelState
from models_app.explained.files import TABLES
from models_app.models import Artifact, Computation, ModelMeta
from runs.models import Membership
from tests.factories import (
    ModelMetaFactory,
    ProjectFactory,
    RunFactory,
    UserFactory,
    add_member,
)
from tests.models_app.views.test_models import STORED

pytestmark = pytest.mark.django_db

KINDS = {
    "binary": [
        "thresholds",
        "intervals",
        "per_class",
        "confusion",
        "roc",
        "precision_recall",
        "gain",
        "distributions",
        "calibration",
    ],
    "multiclass": [
        "intervals",
        "per_class",
        "confusion",
        "roc",
        "precision_recall",
        "gain",
        "distributions",
        "calibration",
    ],
    "regression": [
        "intervals",
        "predicted_actual",
        "residuals",
        *("errors", "errors", "errors"),
        "prediction_intervals",
    ],
}
FORM = {
    "threshold": "0.3",
    "false_positive": "1",
    "false_negative": "4.5",
    "true_positive": "0",
    "true_negative": "0",
}


@pytest.fixture
def editor(client):
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.fixture
def evaluated(make_model, editor):
    """Return a function that makes an evaluated model the signed-in person may edit."""

    def make(task="binary", **more):
        model = make_model(task, **more)
        add_member(model.run.project, editor, "editor")
        return model

    return make


def address(model, name="evaluation", *more):
    return reverse(f"models_app:{name}", args=[model.pk, *more])


def read_csv(response):
    return list(csv.DictReader(io.StringIO(response.getvalue().decode())))


@pytest.mark.parametrize("task", list(KINDS))
def test_evaluation_shows_a_card_for_each_result(client, evaluated, task):
    response = client.get(address(evaluated(task)))

    page = response.text
    assert [card.kind for card in response.context["charts"]] == KINDS[task]
    for card in response.context["charts"]:
        assert f'href="#chart-{card.name}"' in page
        assert f'id="chart-{card.name}"' in page
    assert "computation-evaluation" not in page
    assert ("data-threshold-slider" in page) == (task == "binary")
    assert "95 % interval" in page


def test_evaluation_is_read_with_few_queries(
    client, evaluated, django_assert_max_num_queries
):
    model = evaluated()

    with django_assert_max_num_queries(14):
        client.get(address(model))


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("", 30),
        ("?cells=row", 100 * 30 / 31),
        ("?cells=percent", 100 * 30 / 31),
        ("?cells=column", 100 * 30 / 32),
        ("?cells=nonsense", 30),
    ],
)
def test_matrix_is_shown_as_the_address_says(client, editor, query, first):
    model = ModelMetaFactory(trial__run__dataset__project=ProjectFactory(editor=editor))
    data = STORED[ArtifactKind.CONFUSION]
    Artifact.objects.create(model=model, kind=ArtifactKind.CONFUSION, data=data)

    response = client.get(address(model) + query)

    card = response.context["charts"][0]
    assert card.figure["data"][0]["z"][0][0] == pytest.approx(first)


def test_links_of_a_switch_keep_the_rest_of_the_address(client, evaluated):
    page = client.get(address(evaluated()) + "?threshold=0.3&cells=row").text

    assert "?threshold=0.3&amp;cells=column" in page
    assert "?threshold=0.3&amp;cells=row&amp;bins=uniform" in page


def test_evaluation_of_an_old_model_offers_to_evaluate_again(client, editor):
    model = ModelMetaFactory(trial__run__dataset__project=ProjectFactory(editor=editor))
    data = STORED[ArtifactKind.CONFUSION]
    Artifact.objects.create(model=model, kind=ArtifactKind.CONFUSION, data=data)

    page = client.get(address(model)).text
    answer = client.post(address(model, "compute", "evaluation"))

    assert "evaluated by an earlier version" in page
    assert answer.status_code == 302
    assert Computation.objects.get(model=model).kind == "evaluation"


def test_evaluation_before_it_is_ready_says_so(client, editor):
    model = ModelMetaFactory(
        trial__run__dataset__project=ProjectFactory(editor=editor),
        state=ModelState.FITTING,
    )

    page = client.get(address(model)).text

    assert "not ready yet" in page
    assert "earlier version" not in page


@pytest.mark.parametrize("task", list(KINDS))
def test_every_artifact_is_a_table_too(client, evaluated, task):
    model = evaluated(task)

    for artifact in model.artifacts.all():
        response = client.get(address(model, "model_artifact_csv", artifact.kind))
        rows = read_csv(response)
        assert artifact.kind in TABLES, artifact.kind
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        assert rows, artifact.kind
        assert all(None not in row.values() for row in rows), artifact.kind


def test_table_of_answers_has_each_evaluated_row(client, evaluated):
    model = evaluated("binary")

    rows = read_csv(client.get(address(model, "model_artifact_csv", "answers")))

    right = sum(row["actual"] == row["predicted"] for row in rows)
    assert len(rows) == model.n_rows_evaluated
    assert right / len(rows) == pytest.approx(model.metrics["accuracy"])
    assert set(rows[0]) >= {"probability_=yes", "probability_-no"}
    # Labels that a spreadsheet would take for formulas.
    assert {row["actual"] for row in rows} == {"'=yes", "'-no"}


def test_table_of_a_kind_without_one_is_404(client, editor):
    model = ModelMetaFactory(trial__run__dataset__project=ProjectFactory(editor=editor))
    Artifact.objects.create(model=model, kind=ArtifactKind.SKOPS)

    for kind in ("skops", "roc", "nonsense"):
        response = client.get(address(model, "model_artifact_csv", kind))
        assert response.status_code == 404


def test_threshold_is_stored_and_shown(client, evaluated):
    model = evaluated()

    answer = client.post(address(model, "set_threshold"), FORM)

    stored = ModelMeta.objects.get(pk=model.pk)
    assert answer["Location"] == address(model) + "#chart-thresholds"
    assert stored.threshold == 0.3
    assert stored.costs["false_negative"] == 4.5
    assert "answer =yes from" in client.get(address(model)).text
    assert "from a probability of 0.3 on" in client.get(address(model, "model")).text


def test_threshold_is_forgotten(client, evaluated):
    model = evaluated()
    client.post(address(model, "set_threshold"), FORM)

    client.post(address(model, "set_threshold"), {"forget": "1"})

    assert ModelMeta.objects.get(pk=model.pk).threshold is None


@pytest.mark.parametrize(
    "change", [{"threshold": "1.5"}, {"threshold": ""}, {"false_positive": "-1"}]
)
def test_threshold_without_sense_is_not_stored(client, evaluated, change):
    model = evaluated()

    answer = client.post(address(model, "set_threshold"), FORM | change, follow=True)

    assert ModelMeta.objects.get(pk=model.pk).threshold is None
    assert next(iter(change)).replace("_", " ").capitalize() in answer.text


def test_recalibration_is_stored_and_shown(client, evaluated):
    model = evaluated()

    answer = client.post(
        address(model, "set_recalibration"), {"recalibration": "isotonic"}
    )

    assert answer["Location"] == address(model) + "#chart-calibration"
    assert ModelMeta.objects.get(pk=model.pk).recalibration == "isotonic"
    assert "recalibrated (isotonic)" in client.get(address(model, "model")).text


def test_recalibration_that_is_unknown_is_refused(client, evaluated):
    model = evaluated()

    client.post(address(model, "set_recalibration"), {"recalibration": "beta"})

    assert ModelMeta.objects.get(pk=model.pk).recalibration == ""


@pytest.mark.parametrize("name", ["set_threshold", "set_recalibration"])
def test_viewer_may_look_and_not_decide(client, evaluated, name):
    model = evaluated()
    Membership.objects.filter(user=client.get(address(model)).context["user"]).update(
        role="viewer"
    )

    page = client.get(address(model)).text

    assert "Use for predictions" not in page
    assert "data-threshold-slider" in page
    assert client.post(address(model, name), FORM).status_code in {403, 404}


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("evaluation", []),
        ("model_artifact", ["roc"]),
        ("model_artifact_csv", ["roc"]),
    ],
)
def test_stranger_sees_nothing(client, name, more):
    client.force_login(UserFactory())
    model = ModelMetaFactory(trial__run=RunFactory())

    assert client.get(address(model, name, *more)).status_code == 404
