import re

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from models_app.enums import ArtifactKind, ModelState, Rows
from models_app.models import Artifact, ModelMeta
from runs.enums import Phase
from tests.factories import (
    ModelMetaFactory,
    ProjectFactory,
    RunFactory,
    TrialFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

CURVE = {
    "label": "Gentoo",
    "area": 0.93,
    "n_positive": 24,
    "false_positive_rate": [0, 0.1, 1],
    "true_positive_rate": [0, 0.9, 1],
    "threshold": [None, 0.5, 0.1],
}
STORED = {
    ArtifactKind.CONFUSION: {
        "labels": ["Adelie", "Chinstrap", "Gentoo"],
        "counts": [[30, 1, 0], [2, 11, 1], [0, 0, 24]],
    },
    ArtifactKind.ROC: {
        "curves": [CURVE],
        "micro_area": 0.95,
        "macro_area": 0.94,
        "undefined": [],
    },
    ArtifactKind.PREDICTED_ACTUAL: {"actual": [1, 2], "predicted": [1, 3]},
    ArtifactKind.RESIDUALS: {
        "edges": [-1, 0, 1],
        "counts": [3, 66],
        "mean": 0.2,
        "std": 0.4,
        "median_absolute": 0.1,
    },
    ArtifactKind.PIPELINE: {
        "estimator": "RandomForestClassifier",
        "params": {"n_estimators": 10, "max_depth": None, "criterion": "gini"},
        "defaults": {"n_estimators": 100, "max_depth": None, "criterion": "gini"},
        "features": ["sex"],
        "versions": {"scikit-learn": "1.9.1"},
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
    model = ModelMetaFactory(trial__run=run, trial__params={"n_estimators": 10})
    store(model, ArtifactKind.CONFUSION, ArtifactKind.ROC, ArtifactKind.PIPELINE)
    return model


def store(model, *kinds):
    for kind in kinds:
        artifact = Artifact(
            model=model, kind=kind, rows=Rows.HOLDOUT, n_rows=69, data=STORED[kind]
        )
        if kind == ArtifactKind.PIPELINE:
            artifact.file.save("x.joblib", ContentFile(b"pipeline"), save=False)
        artifact.save()


def page(client, model, tab="model", **query):
    return client.get(reverse(f"models_app:{tab}", args=[model.pk]), query)


def test_evaluation_shows_charts(client, model):
    response = page(client, model, "evaluation")

    content = response.content.decode()
    assert response.status_code == 200
    assert [c.kind for c in response.context["charts"]] == ["confusion", "roc"]
    assert 'data-figure="figure-confusion"' in content
    assert 'id="figure-roc"' in content
    assert "holdout, 69 rows" in content


def test_detail_shows_metrics_and_parameters(client, model):
    response = page(client, model)

    content = response.content.decode()
    assert response.status_code == 200
    assert "holdout, 69 rows" in content
    assert "Share of rows whose class is predicted right." in content
    parameters = [tuple(row) for row in response.context["parameters"]]
    assert parameters == [
        ("n_estimators", 10, 100, True, True),
        ("criterion", "gini", "gini", False, True),
        ("max_depth", None, None, False, True),
    ]


def test_default_that_the_library_does_not_name_is_left_open(client, model):
    """LightGBM takes parameters that its estimator does not list."""
    model.params = model.params | {"extra_trees": True}
    model.save()

    rows = re.findall(r"<tr>.*?</tr>", page(client, model).text, re.DOTALL)

    [row] = [" ".join(row.split()) for row in rows if "extra_trees" in row]
    assert '<td class="number text-secondary"> – </td>' in row


def test_precision_is_not_defined_where_no_row_is_called_positive(client, model):
    nothing = {"precision": 0.0, "recall": 0.0, "mcc": 0.0}
    other = {"precision": 0.0, "recall": 0.0, "mcc": -0.1}
    model.run.task = "binary"
    model.run.save()
    found = []
    for metrics in (nothing, other):
        model.metrics = metrics
        model.save()
        rows = page(client, model).context["metrics"]
        found.append({row.metric.name: row.value for row in rows})

    assert found == [nothing | {"precision": None}, other]


def test_evaluation_of_a_regression_shows_its_charts(client, model):
    model.artifacts.all().delete()
    model.run.task, model.run.scoring = "regression", "rmse"
    model.run.save()
    ModelMeta.objects.filter(pk=model.pk).update(metrics={"r2": 0.7, "rmse": 2.5})
    store(model, ArtifactKind.RESIDUALS, ArtifactKind.PREDICTED_ACTUAL)

    response = page(client, model, "evaluation")

    kinds = [c.kind for c in response.context["charts"]]
    assert kinds == ["predicted_actual", "residuals"]
    metrics = page(client, model).context["metrics"]
    assert [r.metric.name for r in metrics] == ["rmse", "r2"]
    assert "a random 2 shown" in response.content.decode()


def test_detail_of_an_ensemble_shows_its_members_with_their_weights(client, editor):
    run = RunFactory(dataset__project=ProjectFactory(editor=editor))
    TrialFactory(run=run, number=4)
    weights = {"weights": {"4": 0.75}}
    trial = TrialFactory(run=run, number=9, algorithm="ensemble", params=weights)
    model = ModelMetaFactory(trial=trial)

    page = client.get(model.get_absolute_url()).text

    assert "75 %" in page
    assert reverse("runs:trial", args=[run.pk, 4]) in page
    assert "parameters-title" not in page
    assert "Made without" not in page


def test_detail_of_an_ensemble_says_which_members_it_is_made_without(client, editor):
    run = RunFactory(dataset__project=ProjectFactory(editor=editor))
    member = TrialFactory(run=run, number=4)
    ModelMetaFactory(trial=member, state=ModelState.FAILED)
    weights = {"weights": {"4": 0.75, "5": 0.25}}
    trial = TrialFactory(run=run, number=9, algorithm="ensemble", params=weights)
    model = ModelMetaFactory(trial=trial)

    assert "Made without trial 4" in client.get(model.get_absolute_url()).text


@pytest.mark.parametrize("state", ["waiting", "fitting", "fitted", "evaluating"])
def test_detail_of_an_unready_model_asks_again(client, model, state):
    ModelMeta.objects.filter(pk=model.pk).update(state=state, metrics={})
    model.artifacts.all().delete()

    content = page(client, model).content.decode()

    assert 'hx-trigger="load delay:2s"' in content
    assert "data-upload" not in content


def test_detail_of_a_failed_model_says_why(client, model):
    reason = "Refitting failed: MemoryError: no reason given"
    ModelMeta.objects.filter(pk=model.pk).update(state=ModelState.FAILED, error=reason)

    content = page(client, model).content.decode()

    assert reason in content
    assert "hx-trigger" not in content


def test_detail_by_htmx_is_the_body_alone(client, model):
    address = reverse("models_app:model", args=[model.pk])

    content = client.get(address, headers={"HX-Request": "true"}).content.decode()

    assert 'id="model-body"' in content
    assert "<html" not in content


def test_detail_of_a_strangers_model_is_404(client, editor):
    assert page(client, ModelMetaFactory()).status_code == 404


def test_detail_without_sign_in_asks_for_it(client, db):
    assert page(client, ModelMetaFactory()).status_code == 302


def test_detail_for_a_viewer_offers_no_changes(client):
    user = UserFactory()
    client.force_login(user)
    run = RunFactory(dataset__project=ProjectFactory(viewer=user), phase=Phase.FINISHED)
    model = ModelMetaFactory(trial__run=run)

    content = page(client, model).content.decode()

    assert "data-upload" not in content
    assert reverse("models_app:model_delete", args=[model.pk]) not in content


@pytest.mark.parametrize("n_siblings", [1, 3])
def test_detail_has_a_constant_number_of_queries(
    client, model, n_siblings, django_assert_max_num_queries
):
    for _ in range(n_siblings):
        ModelMetaFactory(trial__run=model.run)
        for name in "ab":
            model.predictions.create(filename=name, created_by=UserFactory())

    with django_assert_max_num_queries(10):
        page(client, model)


def test_artifact_answers_with_its_numbers(client, model):
    response = client.get(
        reverse("models_app:model_artifact", args=[model.pk, "confusion"])
    )

    assert response.json() == {
        "model": model.pk,
        "kind": "confusion",
        "schema_version": 1,
        "rows": "holdout",
        "n_rows": 69,
        "data": STORED[ArtifactKind.CONFUSION],
    }


def test_artifact_that_is_not_there_is_404(client, model):
    address = reverse("models_app:model_artifact", args=[model.pk, "residuals"])

    assert client.get(address).status_code == 404


def test_download_sends_the_pipeline(client, model):
    response = client.get(reverse("models_app:model_download", args=[model.pk]))

    assert b"".join(response.streaming_content) == b"pipeline"
    assert "random_forest.joblib" in response["Content-Disposition"]


@pytest.mark.parametrize("name", ["model_download", "model_delete"])
def test_file_and_end_of_a_strangers_model_are_404(client, editor, name):
    address = reverse(f"models_app:{name}", args=[ModelMetaFactory().pk])

    assert client.get(address).status_code == 404


def test_delete_asks_then_deletes_and_goes_to_the_run(client, model):
    address = reverse("models_app:model_delete", args=[model.pk])

    asked = client.get(address)
    done = client.post(address)

    assert asked.status_code == 200
    assert done["Location"] == model.run.get_absolute_url()
    assert not ModelMeta.objects.filter(pk=model.pk).exists()


def test_delete_while_the_run_works_is_refused(client, editor):
    project = ProjectFactory(editor=editor)
    run = RunFactory(dataset__project=project, phase=Phase.EVALUATING)
    model = ModelMetaFactory(trial=TrialFactory(run=run))

    response = client.post(reverse("models_app:model_delete", args=[model.pk]))

    assert response.status_code == 409
    assert ModelMeta.objects.filter(pk=model.pk).exists()


def test_delete_by_a_viewer_is_forbidden(client):
    user = UserFactory()
    client.force_login(user)
    run = RunFactory(dataset__project=ProjectFactory(viewer=user), phase=Phase.FINISHED)
    model = ModelMetaFactory(trial__run=run)

    response = client.post(reverse("models_app:model_delete", args=[model.pk]))

    assert response.status_code == 403
