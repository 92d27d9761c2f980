import pytest
from django.urls import reverse

from models_app.enums import ArtifactKind, ModelState, Rows
from models_app.models import Artifact, Computation, ModelMeta
from runs.enums import Phase
from tests.factories import ModelMetaFactory, ProjectFactory, RunFactory, UserFactory

pytestmark = pytest.mark.django_db

SEGMENT = {"label": "male", "n_rows": 116, "own": 0.7}
SCORES = {"log_loss": [0.5, 0.4, 0.6], "accuracy": [0.8, 0.7, 0.9]}
ALL_ROWS = {"label": "female", "n_rows": 63, "own": None, "measures": SCORES}
STORED = {
    ArtifactKind.FOLDS: {
        "metric": "accuracy",
        "metrics": {
            "accuracy": {"test": [0.8, 0.9], "train": [0.95, 0.97]},
            "log_loss": {"test": [0.5, 0.4], "train": []},
        },
        "fit_seconds": [1, 1],
        "score_seconds": [0.1, 0.1],
        "timing": {"n_rows": 500, "seconds": 0.25, "single_row_seconds": 0.02},
    },
    ArtifactKind.LEARNING_CURVE: {
        "metric": "accuracy",
        "n_folds": 2,
        "n_rows": [50, 100],
        "test": [[0.6, 0.7], [0.8, 0.9]],
        "train": [[1.0, 1.0], [None, 0.98]],
        "full_from_search": True,
        "is_complete": False,
        "limit_seconds": 30,
        "verdict": {"answer": "helps", "gain": 0.2, "error": 0.01},
    },
    ArtifactKind.SEGMENTS: {
        "n_rows_used": 179,
        "loss": "log_loss",
        "measures": ["log_loss", "accuracy"],
        "own": "roc_auc",
        "overall": SCORES,
        "weak": [
            {
                "parts": [["Sex", "male"], ["Age <b>", "up to 20"]],
                "n_rows": 40,
                "loss": 0.9,
                "loss_elsewhere": 0.4,
                "excess_low": 0.2,
                "p_value": 0.003,
                "own": 0.61,
            }
        ],
        "n_tested": 33,
        "min_rows": 30,
        "columns": [
            {
                "name": "Sex",
                "explained": 0.1,
                "segments": [{**SEGMENT, "measures": SCORES}, ALL_ROWS],
            },
            {"name": "Age <b>", "explained": 0.05, "segments": [ALL_ROWS]},
        ],
        "n_columns": 2,
        "n_columns_left_out": 0,
    },
    ArtifactKind.WORST_ROWS: {
        "loss": "log_loss",
        "mean_loss": 0.5,
        "columns": ["Sex", "year"],
        "n_columns_left_out": 7,
        "rows": [
            {
                "row_number": 1289,
                "position": 10,
                "actual": "yes",
                "predicted": "no",
                "probability_of_actual": 0.01,
                "probability_of_predicted": 0.99,
                "loss": 4.605,
                "values": [None, 2012],
            }
        ],
    },
}


@pytest.fixture
def editor(client):
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.fixture
def model(editor):
    run = RunFactory(
        dataset__project=ProjectFactory(editor=editor), phase=Phase.FINISHED
    )
    return ModelMetaFactory(trial__run=run)


@pytest.fixture
def diagnosed(model):
    for kind, data in STORED.items():
        Artifact.objects.create(
            model=model, kind=kind, rows=Rows.HOLDOUT, n_rows=179, data=data
        )
    Computation.objects.create(model=model, kind="diagnosis", state="ready")
    return model


def page(client, model, **query):
    return client.get(reverse("models_app:diagnosis", args=[model.pk]), query)


def test_diagnosis_shows_everything_that_is_stored(client, diagnosed):
    response = page(client, diagnosed)

    content = response.content.decode()
    found = response.context["diagnosis"]
    assert response.status_code == 200
    assert [chart.kind for chart in found.charts] == ["folds", "learning_curve"]
    assert found.speed.predict_seconds == 0.5  # of 1,000 rows
    assert "More rows would probably help" in content
    assert "Sizes are missing" in content
    assert "holdout, 179 rows" in content
    assert f'href="/models/{diagnosed.pk}/segments.json"' in content


def test_diagnosis_says_how_much_better_the_rows_fitted_are(client, diagnosed):
    text = page(client, diagnosed).context["diagnosis"].charts[0].hint

    assert text.startswith(
        "Accuracy, higher is better: mean 0.8500, from 0.8000 to 0.9000 over the folds"
    )
    assert "0.1100 better (0.9600)" in text


def test_diagnosis_of_another_metric_knows_that_less_is_better(client, diagnosed):
    response = page(client, diagnosed, metric="log_loss")

    card = response.context["diagnosis"].charts[0]
    assert card.hint.startswith("Log loss, lower is better: mean 0.4500")
    assert "has not kept scores" in card.hint
    assert card.figure["data"][0]["y"] == [0.5, 0.4]


def test_diagnosis_shows_weak_segments_with_links(client, diagnosed):
    response = page(client, diagnosed)

    content = response.content.decode()
    assert "33 segments" in content
    assert "?column=Age%20%3Cb%3E#chart-segments" in content
    assert "Age &lt;b&gt;" in content
    assert "0.6100" in content  # the run's own metric there


def test_diagnosis_of_a_column_and_a_measure(client, diagnosed):
    response = page(client, diagnosed, column="Age <b>", measure="accuracy")

    card = response.context["diagnosis"].segments
    assert (card.picker.chosen, card.picker_more.chosen) == ("Age <b>", "accuracy")
    assert card.figure["data"][0]["x"] == [0.8]
    assert card.figure["data"][0]["y"] == ["female (63)"]
    assert card.tables[0].header[-1] == "ROC AUC"
    # Each chart's choice keeps those of the others.
    content = response.content.decode()
    assert '<input type="hidden" name="column" value="Age &lt;b&gt;">' in content


def test_segments_open_on_a_column_that_the_model_uses(client, diagnosed):
    diagnosed.run.features = ["Age <b>"]
    diagnosed.run.save(update_fields=["features"])

    opened = page(client, diagnosed).context["diagnosis"].segments
    asked = page(client, diagnosed, column="Sex").context["diagnosis"].segments

    assert (opened.picker.chosen, asked.picker.chosen) == ("Age <b>", "Sex")


@pytest.mark.parametrize(
    "query", [{"column": "nothing", "measure": "x", "metric": "y"}]
)
def test_diagnosis_of_what_is_not_there_is_the_first(client, diagnosed, query):
    found = page(client, diagnosed, **query).context["diagnosis"]

    assert found.segments.picker.chosen == "Sex"
    assert found.charts[0].picker.chosen == "accuracy"


def test_diagnosis_shows_worst_rows_as_uploaded(client, diagnosed):
    worst = page(client, diagnosed).context["diagnosis"].worst

    assert worst.header[-2:] == ["Sex", "year"]
    row = worst.rows[0]
    assert row.row_number == 1289
    assert row.cells == ["yes", "no", 0.01, 0.99, 4.605, "–", "2012"]
    assert "7 columns are not shown" in worst.hint


def test_worst_rows_lead_to_their_explanation(client, diagnosed):
    content = page(client, diagnosed).content.decode()

    what_if = reverse("models_app:what_if", args=[diagnosed.pk])
    assert f'href="{what_if}?row=1289"' in content


def test_diagnosis_without_weak_segments_or_curve_says_so(client, diagnosed):
    segments = {**STORED[ArtifactKind.SEGMENTS], "weak": [], "columns": []}
    for kind, data in (
        (ArtifactKind.SEGMENTS, segments),
        (ArtifactKind.LEARNING_CURVE, {"reason": "An ensemble has none."}),
    ):
        diagnosed.artifacts.filter(kind=kind).update(data=data)

    content = page(client, diagnosed).content.decode()

    assert "No segment is surely worse" in content
    assert "An ensemble has none." in content


def test_diagnosis_not_made_yet_can_be_asked_for(client, model):
    content = page(client, model).content.decode()

    assert reverse("models_app:compute", args=[model.pk, "diagnosis"]) in content
    assert "Compute it now" in content


def test_diagnosis_on_its_way_asks_for_itself(client, model):
    Computation.objects.create(
        model=model, kind="diagnosis", state="computing", share=0.5, doing="reading"
    )

    content = page(client, model).content.decode()

    assert 'hx-select="#tab-body"' in content
    assert "Diagnosis: reading" in content


def test_diagnosis_of_a_model_that_is_not_ready(client, model):
    ModelMeta.objects.filter(pk=model.pk).update(state=ModelState.FITTING)

    assert "not ready yet" in page(client, model).content.decode()


def test_diagnosis_of_another_project_is_404(client, diagnosed):
    client.force_login(UserFactory())

    assert page(client, diagnosed).status_code == 404


def test_diagnosis_takes_few_queries(client, diagnosed, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        page(client, diagnosed)
