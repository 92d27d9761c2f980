"""The administration as a whole: every model is there, answers, and costs a fixed number of queries."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from models_app.models import Artifact, Computation, Prediction, StageChange
from runs.models import (
    ParameterImportance,
    Preflight,
    ReadingPreview,
    RunEvent,
    SavedPreset,
    StoredAnswer,
    TableView,
    TargetProfile,
)
from runs.services.tokens import create_token
from tests.factories import ModelMetaFactory, UserFactory, add_member

pytestmark = pytest.mark.django_db

MODELS = [
    model
    for label in ("runs", "models_app")
    for model in apps.get_app_config(label).get_models()
]


@pytest.fixture
def root(client):
    user = UserFactory(username="root", is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


def one_of_everything():
    """Make a row of every model, of other rows each time."""
    user = UserFactory()
    model = ModelMetaFactory(trial__run__created_by=user)
    run, dataset = model.run, model.run.dataset
    add_member(run.project, user, "owner")
    RunEvent.objects.create(run=run, kind="note", message="Noted.", actor=user)
    TargetProfile.objects.create(dataset=dataset, target="species")
    ReadingPreview.objects.create(dataset=dataset, key="k")
    Preflight.objects.create(dataset=dataset, key="k")
    ParameterImportance.objects.create(run=run, algorithm="ridge", n_trials=3)
    SavedPreset.objects.create(project=run.project, name="Quick", created_by=user)
    TableView.objects.create(user=user, table="trials")
    create_token(user=user, name="laptop")
    StoredAnswer.objects.create(user=user, key="k", fingerprint="f")
    Artifact.objects.create(model=model, kind="metrics")
    Computation.objects.create(model=model, kind="diagnosis", created_by=user)
    StageChange.objects.create(
        model=model, before="candidate", after="champion", created_by=user
    )
    Prediction.objects.create(model=model, filename="rows.csv", created_by=user)


def address(model, page, *args):
    opts = model._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}", args=args)


def test_every_model_is_registered():
    assert [model for model in MODELS if model not in admin.site._registry] == []


@pytest.mark.parametrize("model", MODELS)
def test_list_search_and_page_answer_for_real_rows(client, root, model):
    one_of_everything()
    row = model._default_manager.first()

    shown = client.get(address(model, "changelist"))
    searched = client.get(address(model, "changelist"), {"q": "no such thing"})
    page = client.get(address(model, "change", row.pk))

    assert shown.status_code == searched.status_code == page.status_code == 200
    assert shown.context["cl"].result_count == model._default_manager.count()
    assert searched.context["cl"].result_count == 0


@pytest.mark.parametrize("model", MODELS)
def test_list_costs_as_many_queries_for_three_as_for_one(client, root, model):
    counts = []
    for n in (1, 2):
        for _ in range(n):
            one_of_everything()
        with CaptureQueriesContext(connection) as queries:
            client.get(address(model, "changelist"))
        counts.append(len(queries))

    assert counts[0] == counts[1] < 12


@pytest.mark.parametrize(
    "model",
    [m for m in MODELS if m._meta.model_name not in ("project", "membership")],
)
def test_what_services_own_cannot_be_added_or_edited(client, root, model):
    one_of_everything()
    row = model._default_manager.first()

    page = client.get(address(model, "change", row.pk)).content.decode()

    assert 'name="_save"' not in page
    assert client.get(address(model, "add")).status_code == 403
    assert client.post(address(model, "change", row.pk), {}).status_code == 403


def test_counts_lead_to_the_rows_they_count(client, root):
    one_of_everything()
    one_of_everything()
    run = ModelMetaFactory().run

    listed = client.get(address(type(run), "changelist")).content.decode()
    trials = f"/admin/runs/trial/?run__id__exact={run.pk}"

    assert trials in listed
    assert client.get(trials).context["cl"].result_count == 1
    project = f"/admin/runs/project/{run.project_id}/change/"
    assert f'<a href="{project}">' in listed
