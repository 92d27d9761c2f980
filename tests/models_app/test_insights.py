"""A model's insights on its overview, from what workers have stored of it."""

import pytest
from django.urls import reverse

from models_app import computing, services
from models_app.cards.insights import model_insights, rivals_of
from models_app.enums import ArtifactKind, ComputationKind, Rows
from models_app.models import Artifact, Computation
from runs.enums import Role
from runs.search.significance import corrected_t_test, share_scored
from tests.factories import ModelMetaFactory, RunFactory, TrialFactory, add_member

pytestmark = pytest.mark.django_db


def trial(run, algorithm, scores):
    value = sum(scores) / len(scores)
    return TrialFactory(run=run, algorithm=algorithm, fold_scores=scores, value=value)


def test_overview_says_what_is_confused_and_links_to_it(client, django_user_model):
    user = django_user_model.objects.create_user("ada")
    model = ModelMetaFactory()
    add_member(model.run.project, user, Role.VIEWER)
    client.force_login(user)
    counts = {"labels": ["Adelie", "Gentoo"], "counts": [[8, 4], [0, 9]]}
    Artifact.objects.create(
        model=model, kind=ArtifactKind.CONFUSION, rows=Rows.HOLDOUT, data=counts
    )

    page = client.get(model.get_absolute_url()).text

    assert "33% of “Adelie” is taken for “Gentoo”." in page
    assert f'href="{reverse("models_app:evaluation", args=[model.pk])}"' in page


def test_insights_begin_with_what_needs_attention():
    model = ModelMetaFactory()
    confusion = Artifact(
        kind=ArtifactKind.CONFUSION,
        data={"labels": ["a", "b"], "counts": [[50, 0], [0, 50]]},
    )
    folds = {"accuracy": {"train": [1.0, 1.0], "test": [0.5, 0.5]}}
    trial(model.run, "baseline", [0.4, 0.4])
    spread = Artifact(kind=ArtifactKind.FOLDS, data={"metrics": folds})

    found = model_insights(model, [confusion, spread])

    assert [insight.kind for insight, _ in found] == ["fit", "confusion"]


def test_rivals_are_simpler_trials_of_the_same_folds():
    run = RunFactory(n_splits=3)
    own = trial(run, "random_forest", [0.9, 0.85, 0.88])
    trial(run, "logistic_regression", [0.7, 0.7, 0.7])
    simple = trial(run, "logistic_regression", [0.88, 0.86, 0.87])
    trial(run, "decision_tree", [0.5])  # of other folds

    (found,) = rivals_of(ModelMetaFactory(trial=own))

    expected = corrected_t_test(
        own.fold_scores, simple.fold_scores, ratio=share_scored("kfold", 3)
    )
    assert found.title == "Logistic regression"
    assert found.p_value == expected.p_value
    assert found.is_worse


def test_insight_about_simpler_models_links_to_the_trials(client, django_user_model):
    user = django_user_model.objects.create_user("ada")
    run = RunFactory(n_splits=3)
    own = trial(run, "random_forest", [0.9, 0.85, 0.88])
    simple = trial(run, "logistic_regression", [0.88, 0.86, 0.87])
    model = ModelMetaFactory(trial=own)
    add_member(run.project, user, Role.VIEWER)
    client.force_login(user)

    [(_, address)] = model_insights(model, [])

    assert address == (
        f"{reverse('runs:compare', args=[run.pk])}?trials={own.number},{simple.number}"
    )
    assert client.get(address).status_code == 200
    assert f'href="{address}"' in client.get(model.get_absolute_url()).text


def test_overview_says_what_insights_are_yet_to_come(client, django_user_model):
    user = django_user_model.objects.create_user("ada")
    model = ModelMetaFactory()
    add_member(model.run.project, user, Role.VIEWER)
    client.force_login(user)
    explanation, diagnosis = (
        Computation.objects.create(model=model, kind=kind, state=state)
        for kind, state in (("explanation", "computing"), ("diagnosis", "waiting"))
    )

    early = client.get(model.get_absolute_url()).text
    Computation.objects.filter(pk=explanation.pk).update(state="ready")
    Computation.objects.filter(pk=diagnosis.pk).update(state="failed")
    late = client.get(model.get_absolute_url()).text

    assert "More sentences come with" in early
    assert reverse("models_app:diagnosis", args=[model.pk]) + '">diagnosis' in early
    assert "More sentences come with" not in late


def test_rivals_of_a_simple_model_are_none():
    run = RunFactory(n_splits=3)
    trial(run, "decision_tree", [0.9, 0.9, 0.9])
    model = ModelMetaFactory(trial=trial(run, "logistic_regression", [0.8, 0.8, 0.8]))

    assert rivals_of(model) == []


def test_drivers_say_how_the_answer_moves_with_them(make_model):
    model = make_model("regression")
    computation = services.request_computation(
        model, ComputationKind.EXPLANATION, user=None
    )
    computing.compute(computation.pk)

    found = {i.kind: i for i, _ in model_insights(model, list(model.artifacts.all()))}

    # The table's price is three times the weight, and two more for what is red.
    assert found["drivers"].text.startswith(
        "weight (the higher, the higher price) and colour (highest price for red) drive"
    )
