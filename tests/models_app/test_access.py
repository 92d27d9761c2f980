"""Whom a model answers about rows: the same people who may see it, in one query."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from models_app.access import model_for, model_to_ask
from models_app.enums import ArtifactKind
from runs.enums import Role
from runs.models import Membership
from tests.factories import ModelMetaFactory, UserFactory


@pytest.fixture
def model(db):
    ModelMetaFactory(state="ready")
    found = ModelMetaFactory(state="ready", threshold=0.25, recalibration="isotonic")
    found.artifacts.create(kind=ArtifactKind.PIPELINE, file="models/a.joblib")
    return found


def people(model):
    project = model.run.project
    made = {role: UserFactory() for role in Role}
    for role, user in made.items():
        Membership.objects.create(project=project, user=user, role=role)
    former = UserFactory(is_active=False)
    Membership.objects.create(project=project, user=former, role=Role.OWNER)
    return [
        *made.values(),
        *(former, UserFactory(), UserFactory(is_superuser=True), AnonymousUser()),
        UserFactory(is_superuser=True, is_active=False),
    ]


def allowed(find, user, pk):
    try:
        return find(user, pk).pk == pk
    except Http404:
        return False


def test_those_who_may_see_a_model_may_ask_it(model):
    everybody = people(model)

    may_see = [allowed(model_for, user, model.pk) for user in everybody]

    assert [allowed(model_to_ask, user, model.pk) for user in everybody] == may_see
    assert may_see == [True, True, True, False, False, True, False, False]


def test_model_to_ask_is_read_by_one_query_with_what_answers_need(
    model, django_assert_num_queries
):
    user = UserFactory(is_superuser=True)

    with django_assert_num_queries(1):
        found = model_to_ask(user, model.pk)
        assert found.is_ready
        assert (found.threshold, found.recalibration) == (0.25, "isotonic")
        assert found.pipeline_name == "models/a.joblib"
        assert found.run.target == model.run.target
        assert found.run.task == model.run.task
        assert found.run.positive_class == model.run.positive_class
    assert found == model
    assert found.params == model.params  # read when it is asked for
