"""All models of a project: ranked, filtered, sorted, in a fixed number of queries."""

import pytest
from django.urls import reverse

from models_app.enums import ArtifactKind, ModelState, Stage
from models_app.models import Artifact
from tests.factories import (
    DatasetFactory,
    ModelMetaFactory,
    ProjectFactory,
    RunFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(client):
    user = UserFactory()
    client.force_login(user)
    return ProjectFactory(viewer=user)


@pytest.fixture
def dataset(project):
    return DatasetFactory(project=project)


def add(dataset, algorithm="random_forest", value=0.9, *, run=None, **more):
    run = run or RunFactory(dataset=dataset)
    metrics = more.pop("metrics", {"accuracy": value - 0.05, "log_loss": 0.4})
    trial = {"trial__algorithm": algorithm, "trial__value": value}
    return ModelMetaFactory(trial__run=run, metrics=metrics, **trial, **more)


def get(client, project, query=""):
    url = reverse("models_app:leaderboard", args=[project.pk])
    response = client.get(f"{url}{query}")
    assert response.status_code == 200
    return response


def listed(response):
    return [
        [row.model.pk for row in group.rows]
        for group in response.context["board"].groups
    ]


def test_models_of_all_runs_are_ranked_by_target(client, project, dataset):
    worse, best = add(dataset, value=0.8), add(dataset, value=0.95)
    mass = RunFactory(
        dataset=dataset, target="body_mass_g", task="regression", scoring="rmse"
    )
    heavy = add(dataset, "ridge", -300.0, run=mass, metrics={"rmse": 310.0})

    response = get(client, project)

    groups = response.context["board"].groups
    assert [g.target for g in groups] == ["body_mass_g", "species"]
    assert [g.metric.name for g in groups] == ["rmse", "accuracy"]
    assert listed(response) == [[heavy.pk], [best.pk, worse.pk]]
    assert groups[0].rows[0].fold_score == 300
    assert groups[0].rows[0].measured == 310
    assert "Root mean squared error:" in response.text
    assert "less</" not in response.text
    assert "less is better" in " ".join(response.text.split())


def test_models_that_are_not_ready_or_of_other_projects_are_not_listed(
    client, project, dataset
):
    add(dataset, state=ModelState.FITTING)
    ModelMetaFactory()

    response = get(client, project)

    assert listed(response) == []
    assert "No models yet" in response.text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["forest", "ridge"]),
        ("?algorithm=ridge", ["ridge"]),
        ("?stage=archived", ["old"]),
        ("?stage=all", ["forest", "ridge", "old"]),
        ("?run={run}", ["ridge"]),
        ("?dataset={dataset}", ["forest"]),
        ("?target=sex", []),  # no such target: not a filter
        ("?sort=algorithm", ["forest", "ridge"]),
        ("?sort=-algorithm", ["ridge", "forest"]),
        ("?sort=fit", ["ridge", "forest"]),
        ("?sort=size", ["ridge", "forest"]),
        ("?sort=-score", ["ridge", "forest"]),
        ("?sort=nonsense", ["forest", "ridge"]),
    ],
)
def test_filters_and_order_are_those_of_the_address(
    client, project, dataset, query, expected
):
    forest = add(dataset, value=0.9, fit_seconds=9.0)
    ridge = add(DatasetFactory(project=project), "ridge", 0.7, size_bytes=None)
    ridge.size_bytes = 100
    ridge.save()
    old = add(dataset, value=0.6, stage=Stage.ARCHIVED)
    names = {forest.pk: "forest", ridge.pk: "ridge", old.pk: "old"}
    query = query.format(run=ridge.run_id, dataset=dataset.pk)
    if query == "?dataset=" + str(dataset.pk):
        query += "&stage="

    found = listed(get(client, project, query))

    if "target=sex" in query:
        assert len(found[0]) == 2
    else:
        assert [names[pk] for group in found for pk in group] == expected


def test_models_without_the_groups_metric_are_last(client, project, dataset):
    log_loss = RunFactory(dataset=dataset, scoring="log_loss")
    odd = add(dataset, "ridge", -0.2, run=log_loss)
    add(dataset), add(dataset)

    response = get(client, project)

    rows = response.context["board"].groups[0].rows
    assert rows[-1].model.pk == odd.pk
    assert rows[-1].fold_score is None
    assert rows[-1].measured == pytest.approx(-0.25)


def test_a_stored_interval_stands_beside_the_number(client, project, dataset):
    model = add(dataset)
    Artifact.objects.create(
        model=model,
        kind=ArtifactKind.INTERVALS,
        data={"metrics": {"accuracy": {"value": 0.85, "low": 0.7812, "high": 0.9123}}},
    )

    assert "0.7812 to" in " ".join(get(client, project).text.split())


@pytest.mark.parametrize("n_models", [1, 4])
def test_the_number_of_queries_is_constant(
    client, project, dataset, n_models, django_assert_num_queries
):
    for n in range(n_models):
        add(dataset, value=0.9 - n / 100)

    with django_assert_num_queries(8):
        get(client, project)


def test_a_second_page_says_that_its_group_goes_on(
    client, project, dataset, monkeypatch
):
    monkeypatch.setattr("models_app.leaderboards.pages.ROWS_A_PAGE", 2)
    for n in range(3):
        add(dataset, value=0.9 - n / 100)

    response = get(client, project, "?page=2")

    assert [len(group) for group in listed(response)] == [1]
    assert "(continued)" in response.text


def test_a_stranger_finds_nothing(client, project):
    other = ProjectFactory()

    url = reverse("models_app:leaderboard", args=[other.pk])

    assert client.get(url).status_code == 404


def test_the_fragment_is_the_board_alone(client, project, dataset):
    add(dataset)
    url = reverse("models_app:leaderboard", args=[project.pk])

    response = client.get(url, headers={"HX-Request": "true"})

    assert "<html" not in response.text
    assert 'id="board"' in response.text
