"""Advice that was accepted, as values of the configure page."""

import pytest
from django.http import QueryDict
from django.urls import reverse

from runs.forms.carried import carried_over
from runs.forms.opening import opening, settle
from runs.models import Run, TargetProfile
from runs.services import runs as services
from tests.factories import DatasetFactory, ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db


def accepted(action, *columns, **values):
    return {
        "key": f"{action}:{':'.join(columns)}",
        "columns": list(columns),
        "remedy": {"action": action, **values},
    }


GROUPS = accepted("scheme", "sex", scheme="group", split_column="sex")


def table(*advice, target="", of_target=()):
    dataset = DatasetFactory(filename="own.csv", accepted=list(advice))
    if target:
        TargetProfile.objects.create(
            dataset=dataset, target=target, accepted=list(of_target)
        )
    return dataset


def test_without_accepted_advice_nothing_is_carried():
    assert carried_over(table(), "species") == ({}, "", [])


def test_excluded_columns_are_those_of_table_and_target():
    dataset = table(
        accepted("exclude", "sex", "gone"),
        target="species",
        of_target=[accepted("exclude", "body_mass_g", "species")],
    )

    carried = carried_over(dataset, "species")

    assert carried.values["exclude"] == ["sex", "body_mass_g"]
    assert carried.notes == ["sex, body_mass_g left out"]
    assert carried_over(dataset, "sex").values.get("exclude") is None


def test_opening_has_scheme_metric_folds_and_exclusions():
    dataset = table(
        GROUPS,
        accepted("exclude", "body_mass_g"),
        accepted("folds", n_splits=3),
        target="species",
        of_target=[accepted("metric", scoring="balanced_accuracy")],
    )

    form = opening(QueryDict("target=species"), dataset=dataset)

    assert form.initial["scheme"] == "group"
    assert form.initial["split_column"] == "sex"
    assert form.initial["n_splits"] == 3
    assert form.initial["scoring"] == "balanced_accuracy"
    assert form.initial["exclude"] == ["body_mass_g"]


def test_opening_with_an_accepted_preset_and_what_comes_before_it():
    dataset = table(accepted("preset", preset="balanced", scoring="roc_auc"), GROUPS)

    form = opening(QueryDict("target=species"), dataset=dataset)

    assert form.initial["preset"] == "balanced"
    assert form.initial["strategy"] == "tpe"
    assert form.initial["scheme"] == "group"


def test_opening_keeps_what_the_address_asks_for():
    dataset = table(accepted("folds", n_splits=3))

    form = opening(QueryDict("target=species&n_splits=7&preset="), dataset=dataset)

    assert form.initial["n_splits"] == "7"


def test_another_target_drops_what_was_advised_for_the_first():
    dataset = table(
        accepted("exclude", "sex"),
        target="species",
        of_target=[accepted("exclude", "body_mass_g")],
    )
    query = QueryDict(mutable=True)
    query["target"] = "bill_length_mm"
    query.setlist("exclude", ["sex", "body_mass_g"])

    data = settle(query, dataset=dataset, changed="target")

    assert data.getlist("exclude") == ["sex"]


def test_run_form_says_so_and_the_run_leaves_the_columns_out(client, monkeypatch):
    monkeypatch.setattr(services.advance_run, "delay", lambda pk: None)
    ada = UserFactory()
    client.force_login(ada)
    dataset = table(accepted("exclude", "sex"))
    dataset.project = ProjectFactory(editor=ada)
    dataset.save()
    address = reverse("runs:run_new", args=[dataset.pk])

    response = client.get(address, {"target": "species"})
    page = response.content.decode()
    assert "From the advice you accepted:" in page
    assert "sex left out" in page
    assert response.context["form"].preview().configuration.features == [
        "body_mass_g",
        "bill_length_mm",
    ]

    client.post(
        address,
        {
            "target": "species",
            "scoring": "accuracy",
            "algorithms": ["logistic_regression"],
            "strategy": "grid",
            "n_splits": 3,
            "holdout_percent": 20,
            "seed": 0,
            "exclude": ["sex"],
        },
    )

    assert Run.objects.get().features == ["body_mass_g", "bill_length_mm"]
