"""The models of a project, ranked and compared, by the API."""

import pytest
from django.urls import reverse

from models_app import evaluating, fitting, services
from models_app.models import Artifact, ModelMeta
from runs.enums import Phase
from tests.factories import ModelMetaFactory, RunFactory, TrialFactory, add_member
from tests.models_app.conftest import LINEAR, TREE


@pytest.fixture
def board(listed):
    """Return a project with models of two targets, the first one's values falling."""
    project, dataset = listed.run.project, listed.run.dataset
    for value in (0.8, 0.85, 0.7):
        ModelMetaFactory(trial=TrialFactory(run=listed.run, value=value))
    other = RunFactory(
        dataset=dataset, project=project, target="sex", phase=Phase.FINISHED
    )
    ModelMetaFactory(trial=TrialFactory(run=other, value=0.5))
    data = {"metrics": {"accuracy": {"value": 0.91, "low": 0.85, "high": 0.95}}}
    Artifact.objects.create(model=listed, kind="intervals", data=data)
    return project


def path_of(project):
    return f"/projects/{project.pk}/leaderboard"


def test_models_are_ranked_target_by_target_page_by_page(board, listed, viewer):
    whole = viewer("GET", path_of(board)).json()["items"]
    seen, more = [], ""
    while more is not None:
        page = viewer("GET", f"{path_of(board)}?limit=2{more}").json()
        seen += page["items"]
        more = page["next_cursor"] and f"&cursor={page['next_cursor']}"

    assert seen == whole
    assert [(r["target"], r["fold_score"], r["rank"]) for r in whole] == [
        ("sex", 0.5, 1),
        ("species", 0.9, 1),
        ("species", 0.85, 2),
        ("species", 0.8, 3),
        ("species", 0.7, 4),
    ]
    best = whole[1]
    assert (best["model"], best["interval"]) == (listed.pk, [0.85, 0.95])
    assert (best["metric"], best["measured"]) == ("accuracy", 0.91)


def test_page_goes_on_where_a_deleted_model_was(board, viewer):
    path = f"{path_of(board)}?target=species&limit=2"
    first = viewer("GET", path).json()
    ModelMeta.objects.filter(pk=first["items"][1]["model"]).delete()

    second = viewer("GET", f"{path}&cursor={first['next_cursor']}").json()

    # The place of the deleted one is all that is known: nothing comes twice.
    shown = {row["model"] for row in first["items"]}
    assert not shown & {row["model"] for row in second["items"]}
    assert second["next_cursor"] is None


def test_filters_and_order_are_the_pages(board, viewer):
    def found(query):
        return viewer("GET", f"{path_of(board)}?{query}").json()["items"]

    assert [row["fold_score"] for row in found("target=sex")] == [0.5]
    assert [r["fold_score"] for r in found("target=species&sort=-score")] == [
        *(0.7, 0.8, 0.85, 0.9)
    ]
    ModelMeta.objects.filter(run__target="sex").update(stage="archived")
    assert found("sort=score&limit=9")[0]["target"] == "species"
    assert found("stage=archived")[0]["target"] == "sex"


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("target=island", "target"),
        ("run=999", "run"),
        ("stage=best", "stage"),
        ("sort=beauty", "sort"),
        ("cursor=abc", "cursor"),
        ("limit=0", "limit"),
    ],
)
def test_filter_that_finds_nothing_is_named(board, viewer, query, name):
    answer = viewer("GET", f"{path_of(board)}?{query}")

    assert answer.status_code == 422
    assert [one["parameter"] for one in answer.json()["errors"]] == [name]


def test_leaderboard_and_comparison_are_not_there_for_strangers(
    board, stranger, nobody
):
    for path in (path_of(board), f"/projects/{board.pk}/comparison?models=1"):
        assert stranger("GET", path).status_code == 404
        assert nobody("GET", path).status_code == 401


# --- Comparing ----------------------------------------------------------------------


@pytest.fixture
def two(searched_run, viewer):
    """Return two models of a run that are really fitted."""
    run = searched_run("binary", algorithms=[LINEAR["binary"], TREE])
    services.advance_models(run)
    models = list(run.models.order_by("pk"))
    for model in models:
        fitting.refit_model(model.pk)
        evaluating.evaluate_model(model.pk)
    run.phase = Phase.FINISHED
    run.save()
    add_member(run.project, viewer.user, "viewer")
    return models


def test_comparison_has_the_numbers_of_the_page(two, viewer, client):
    project = two[0].run.project
    first, second = (model.pk for model in two)
    client.force_login(viewer.user)
    address = reverse("models_app:compare_models_json", args=[project.pk])
    page = client.get(f"{address}?models={first},{second}&threshold=0.4").json()

    path = f"/projects/{project.pk}/comparison?models={first}&models={second}"
    found = viewer("GET", f"{path}&threshold=0.4").json()

    assert found == page
    assert {model["id"] for model in found["models"]} == {first, second}
    assert {model["threshold"] for model in found["models"]} == {0.4}
    refused = viewer("GET", f"{path}&metric=beauty")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["parameter"] == "metric"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "No model is chosen"),
        ("models=1", "One model is chosen"),
        ("models=998&models=999", "has no model 998, 999"),
        ("models=1&models=2&threshold=7", "it is a probability"),
    ],
)
def test_comparison_that_cannot_be_says_why(listed, viewer, query, words):
    answer = viewer("GET", f"/projects/{listed.run.project_id}/comparison?{query}")

    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    assert answer.json()["errors"][0]["parameter"] == "models"
