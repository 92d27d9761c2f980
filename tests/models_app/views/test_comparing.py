"""Models side by side: numbers from stored predictions, and what cannot be compared."""

import csv
import io
import json
import subprocess
import sys

import numpy as np
import pytest
from django.urls import reverse
from sklearn import metrics as sk

from models_app import evaluating, fitting, services
from models_app.answers import read_answers
from models_app.enums import ArtifactKind
from models_app.models import Artifact
from runs.enums import Phase, Role
from tests.factories import ModelMetaFactory, UserFactory, add_member
from tests.models_app.conftest import LINEAR, TREE

pytestmark = pytest.mark.django_db

BETTER, WORSE = [0.92, 0.91, 0.93], [0.60, 0.58, 0.62]
NEARLY = [0.91, 0.92, 0.92]
THREE = [LINEAR["binary"], TREE, ("k_nearest_neighbors", {"n_neighbors": 5})]


@pytest.fixture
def user(client):
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.fixture
def make(searched_run, user):
    """Return a function that makes the models of a run, by the way workers do it."""

    def models(task="binary", *, scores=(BETTER, NEARLY), dataset=None, **more):
        run = searched_run(task, **more)
        for trial, fold_scores in zip(run.trials.order_by("pk"), scores, strict=False):
            trial.fold_scores, trial.value = fold_scores, float(np.mean(fold_scores))
            trial.save()
        if dataset is not None:
            run.dataset, run.project = dataset, dataset.project
            run.save()
        services.advance_models(run)
        for model in run.models.all():
            fitting.refit_model(model.pk)
            evaluating.evaluate_model(model.pk)
        run.phase = Phase.FINISHED
        run.save()
        if dataset is None:
            add_member(run.project, user, Role.VIEWER)
        return list(run.models.order_by("pk"))

    return models


def address(models, *parts, query="", name="compare_models"):
    chosen = ",".join(str(m.pk) for m in models)
    url = reverse(f"models_app:{name}", args=[models[0].run.project_id, *parts])
    return f"{url}?models={chosen}{query}"


def numbers(client, models, query=""):
    response = client.get(address(models, query=query, name="compare_models_json"))
    assert response.status_code == 200
    return response.json()


def plain(response):
    return " ".join(response.text.split())


def test_metrics_are_those_of_scikit_learn_on_the_holdout(client, make):
    models = make("binary")

    found = numbers(client, models)

    assert found["rows"] == "holdout, 30 rows"
    for row in found["models"]:
        model = next(m for m in models if m.pk == row["id"])
        answers = read_answers(model)
        area = sk.roc_auc_score(answers.y, answers.probabilities[:, 1])
        assert row["metrics"]["roc_auc"]["value"] == pytest.approx(area)
        values = {name: v["value"] for name, v in row["metrics"].items()}
        assert values == pytest.approx(model.metrics)
        assert row["metrics"]["roc_auc"]["low"] <= area
        assert row["metrics"]["roc_auc"]["high"] >= area


def test_models_within_chance_are_tied_and_the_quickest_is_named(client, make):
    models = make("binary")
    models[1].fit_seconds = models[0].fit_seconds / 4
    models[1].save()

    response = client.get(address(models))
    found = numbers(client, models)

    assert found["best"] == models[0].pk
    assert found["tied"] == [models[1].pk]
    assert found["quickest_of_the_tie"] == models[1].pk
    assert "2 Decision tree: 4 times as fast as 1 Logistic regression" in plain(
        response
    )


def test_the_tie_is_with_the_best_over_the_folds_whoever_leads_the_holdout(
    client, make
):
    best, other = make("binary", scores=(NEARLY, BETTER))  # the best is made first

    found = numbers(client, [best, other])

    assert (found["best"], found["tied"]) == (best.pk, [other.pk])
    assert found["models"][0]["id"] == other.pk  # first on the holdout
    assert found["sentences"][2] == (
        "Statistically tied with 1 Decision tree is: 2 Logistic regression."
    )


def test_a_model_behind_in_every_fold_is_not_tied(client, make):
    models = make("binary", scores=(BETTER, WORSE))

    found = numbers(client, models)

    assert found["tied"] == []
    assert "worse by more than chance" in " ".join(found["sentences"])
    assert found["tables"]["verdicts"][0]["rows"][0][-1] == "worse"


def test_a_threshold_ranks_by_decisions_and_moves_them(client, make):
    models = make("binary")

    found = numbers(client, models, "&threshold=0.2")

    assert found["ranked_by"] == "f1"
    for row in found["models"]:
        answers = read_answers(next(m for m in models if m.pk == row["id"]))
        # "-no" and "=yes" in this order, "=yes" is to be found
        called = answers.probabilities[:, 1] >= 0.2
        expected = sk.recall_score(answers.y, called)
        assert row["metrics"]["recall"]["value"] == pytest.approx(expected)
        assert row["threshold"] == 0.2


def test_costs_rank_each_model_at_its_cheapest_threshold(client, make):
    models = make("binary")

    found = numbers(client, models, "&cost_fp=1&cost_fn=9")

    assert found["ranked_by"] == "cost"
    costs = [row["metrics"]["cost"]["value"] for row in found["models"]]
    assert costs == sorted(costs)
    row = found["models"][0]
    answers = read_answers(next(m for m in models if m.pk == row["id"]))
    called = answers.probabilities[:, 1] >= row["threshold"]
    _, fp, fn, _ = sk.confusion_matrix(answers.y, called).ravel()
    assert costs[0] == pytest.approx((fp + 9 * fn) / 30)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("&threshold=7", "A threshold of 7 was left out"),
        ("&threshold=high", "“high” was left out"),
        ("&cost_fp=nan", "“nan” was left out"),
        ("&metric=nonsense&class=nobody", "ROC AUC"),
    ],
)
def test_what_makes_no_sense_is_told_and_left_out(client, make, query, message):
    response = client.get(address(make("binary"), query=query))

    assert response.status_code == 200
    assert message in plain(response)


def test_multiclass_curves_are_of_a_class_or_of_the_mean(client, make):
    models = make("multiclass")

    page = client.get(address(models, query="&class=b"))
    mean = numbers(client, models)["tables"]["roc"][0]["rows"]
    of_class = numbers(client, models, "&class=b")["tables"]["roc"][0]["rows"]

    answers = read_answers(models[0])
    area = sk.roc_auc_score(answers.y, answers.probabilities, multi_class="ovr")
    assert mean[0][1] == pytest.approx(area)
    area = sk.roc_auc_score(answers.y == 1, answers.probabilities[:, 1])
    assert of_class[0][1] == pytest.approx(area)
    assert "class b" in page.text


def test_regression_has_errors_and_rows_with_the_users_columns(client, make):
    models = make("regression", scores=([-1.0, -1.1, -1.2], [-2.0, -2.2, -1.9]))

    found = numbers(client, models)

    assert set(found["tables"]) == {
        "intervals",
        "pareto",
        "verdicts",
        "errors",
        "correlation",
        "importance",
        "disputed",
    }
    table = found["tables"]["disputed"][0]
    assert table["header"][:2] == ["row", "price (actual)"]
    assert set(table["header"][-3:]) == {"weight", "colour", "length"}
    first, second = (read_answers(m) for m in models)
    apart = np.abs(first.predicted - second.predicted).max()
    assert table["rows"][0][4] == pytest.approx(apart)


def test_disputed_rows_are_the_tables_own(client, make, table):
    models = make("regression")

    found = numbers(client, models)["tables"]["disputed"][0]

    for row in found["rows"]:
        named = dict(zip(found["header"], row, strict=True))
        original = table.iloc[named["row"] - 1]
        assert named["price (actual)"] == pytest.approx(original["price"])
        if named["weight"] != "–":
            assert float(named["weight"]) == pytest.approx(original["weight"])
        if named["colour"] != "–":
            assert named["colour"] == original["colour"]


@pytest.mark.parametrize(
    ("kind", "values"),
    [(ArtifactKind.PERMUTATION, "mean"), (ArtifactKind.BUILT_IN, "values")],
)
def test_stored_importance_is_drawn_and_what_lacks_it_is_named(
    client, make, kind, values
):
    models = make("binary")
    data = {"columns": ["weight", "colour"], values: [0.2, 0.05]}
    Artifact.objects.create(model=models[0], kind=kind, data=data)

    response = client.get(address(models))
    found = numbers(client, models)["tables"]["importance"][0]

    assert found["rows"] == [["weight", 1.0, None], ["colour", 0.25, None]]
    assert "Without a stored importance: 2 Decision tree" in plain(response)


# --- Different rows ---------------------------------------------------------------------


def test_models_of_other_splits_are_compared_on_common_rows_with_a_warning(
    client, make, monkeypatch
):
    monkeypatch.setattr("models_app.comparing.common.MIN_COMMON", 5)
    first = make("binary", holdout_fraction=0.5)
    other = make("binary", holdout_fraction=0.5, seed=5, dataset=first[0].run.dataset)
    models = [first[0], other[0]]

    response = client.get(address(models))
    found = numbers(client, models)

    a, b = (read_answers(m) for m in models)
    common = np.intersect1d(a.positions, b.positions)
    assert 5 <= len(common) < len(a.positions)
    assert f"here is of the {len(common)} rows" in plain(response)
    assert "alert-warning" in response.text
    for row, answers in zip(
        sorted(found["models"], key=lambda m: m["name"]), (a, b), strict=True
    ):
        kept = np.isin(answers.positions, common)
        area = sk.roc_auc_score(answers.y[kept], answers.probabilities[kept, 1])
        assert row["metrics"]["roc_auc"]["value"] == pytest.approx(area)
    assert "searched on different folds" in plain(response)


def test_too_few_common_rows_are_refused_with_what_to_do(client, make):
    first = make("binary")
    other = make("binary", seed=5, dataset=first[0].run.dataset)

    response = client.get(address([first[0], other[0]]))

    assert response.status_code == 422
    assert "30 are the least" in plain(response)
    assert "Search again with the seed (0)" in plain(response)


def test_models_of_different_tables_are_refused(client, make):
    first, other = make("binary"), make("binary")
    other[0].run.project = first[0].run.project
    other[0].run.save()
    dataset = other[0].run.dataset
    dataset.content_hash = "1" * 64
    dataset.save()

    response = client.get(address([first[0], other[0]]))

    assert response.status_code == 422
    assert "learnt from different tables" in response.text


def test_a_model_from_before_kept_predictions_is_named(client, make):
    models = make("binary")
    models[1].artifacts.filter(kind=ArtifactKind.ANSWERS).delete()

    response = client.get(address(models))

    assert response.status_code == 422
    assert "before predictions were kept" in response.text


def test_number_of_models_and_other_targets_are_checked(client, make):
    models = make("binary")
    other = ModelMetaFactory(trial__run__dataset=models[0].run.dataset)

    for chosen, message in [
        (models[:1], "One model is chosen"),
        ([models[0], other], "only models of the same target"),
        ([*models, *[ModelMetaFactory() for _ in range(9)]], "10 are the most"),
        ([models[0], ModelMetaFactory()], "This project has no model"),
    ]:
        response = client.get(address(chosen))
        assert response.status_code == 422
        assert message in plain(response)
        as_json = client.get(address(chosen, name="compare_models_json"))
        assert message in as_json.json()["error"]


# --- Files, access, cost ----------------------------------------------------------------


def test_csv_has_every_metric_of_every_model(client, make):
    models = make("binary")

    response = client.get(address(models, "metrics", name="compare_models_csv"))
    rows = list(csv.DictReader(io.StringIO(response.text)))

    assert {row["model"] for row in rows} == {str(m.pk) for m in models}
    area = next(
        r for r in rows if r["metric"] == "roc_auc" and r["model"] == str(models[0].pk)
    )
    assert float(area["value"]) == pytest.approx(models[0].metrics["roc_auc"])


def test_csv_of_nothing_known_is_404(client, make):
    models = make("binary")

    url = address(models, "nonsense", name="compare_models_csv")

    assert client.get(url).status_code == 404


def test_a_stranger_finds_nothing(client, make):
    models = make("binary")
    client.force_login(UserFactory())

    for name in ("compare_models", "compare_models_json"):
        assert client.get(address(models, name=name)).status_code == 404


def test_the_fragment_is_the_comparison_alone(client, make):
    response = client.get(address(make("binary")), headers={"HX-Request": "true"})

    assert "<html" not in response.text
    assert 'id="comparison"' in response.text


def test_the_number_of_queries_does_not_grow_with_the_models(
    client, make, django_assert_num_queries
):
    models = make("binary", algorithms=THREE, scores=(BETTER, NEARLY, WORSE))
    client.get(address(models))

    with django_assert_num_queries(5):
        client.get(address(models[:2]))
    with django_assert_num_queries(5):
        client.get(address(models))


def test_a_comparison_loads_neither_scikit_learn_nor_pandas():
    code = (
        "import django, sys\ndjango.setup()\n"
        "import models_app.views.comparing, models_app.comparing.details\n"
        "import models_app.evaluation.weighted_rows, models_app.evaluation.overlays\n"
        "print([n for n in ('sklearn', 'pandas', 'shap') if n in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stdout.strip()) == []


def test_the_address_is_left_without_empty_fields(client, make):
    models = make("binary")
    url = address(models, query="&threshold=&cost_fp=2&metric=")

    response = client.get(url, headers={"HX-Request": "true"})

    assert response["HX-Push-Url"] == address(models, query="&cost_fp=2")
