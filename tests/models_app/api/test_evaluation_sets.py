"""Models of different tables on rows that all predict anew, by the API."""

import pytest
from django.urls import reverse

from models_app.models import Computation
from tests.factories import add_member
from tests.models_app.views.test_comparing_sets import (  # noqa: F401 - fixtures
    model_of,
    new_table,
    store,
    two,
    work,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(editor, client):
    client.force_login(editor.user)
    return editor.user


@pytest.fixture
def models(two, viewer):  # noqa: F811
    """Return two models of different tables, which share no row."""
    found = two()
    add_member(found[0].run.project, viewer.user, "viewer")
    return found


@pytest.fixture
def third(models, store):  # noqa: F811
    """Return a table that is new to both models."""
    return store(new_table(150, seed=5), models[0].run.project, name="third")


def path_of(models, *parts):
    return "/".join([f"/projects/{models[0].run.project_id}/comparison", *parts])


def query_of(models, **more):
    named = [f"models={model.pk}" for model in models]
    return "?" + "&".join([*named, *(f"{k}={v}" for k, v in more.items())])


def wish_of(models, dataset):
    return {"models": [model.pk for model in models], "on": dataset.pk}


def test_models_are_compared_on_a_set_once_it_is_predicted(
    models, third, editor, viewer, client
):
    sets = path_of(models, "sets")
    asked_for = path_of(models) + query_of(models, on=third.pk)
    offered = viewer("GET", sets + query_of(models)).json()["items"]
    assert (offered[0]["name"], offered[0]["n_learners"]) == ("third", 0)
    where = offered[0]["url"].removeprefix("/api/v1")
    assert viewer("GET", where).json()["state"] == "missing"
    early = viewer("GET", asked_for)
    assert early.status_code == 409
    assert "Not every model has predicted rows" in early.json()["detail"]

    made = editor("POST", sets, json=wish_of(models, third))
    assert made.status_code == 202
    assert made["Location"].removeprefix("/api/v1") == where
    assert made.json()["state"] == "computing"
    assert viewer("GET", where).json() == made.json()
    work()

    done = viewer("GET", where).json()
    assert (done["state"], done["sentence"]) == ("ready", "")
    assert [part["percent"] for part in done["models"]] == [100, 100]
    page = client.get(
        reverse("models_app:compare_models_json", args=[models[0].run.project_id])
        + query_of(models, on=third.pk)
    ).json()
    found = viewer("GET", asked_for).json()
    assert found == page
    assert found["rows"]


def test_set_asked_for_twice_with_a_key_is_asked_for_once(models, third, editor):
    again = [
        editor(
            "POST",
            path_of(models, "sets"),
            json=wish_of(models, third),
            headers={"Idempotency-Key": "one"},
        )
        for _ in range(2)
    ]

    assert again[0].json() == again[1].json()
    assert Computation.objects.filter(kind="evaluation").count() == 2


def test_what_fails_is_told(two, store, editor):  # noqa: F811
    models = two("regression")
    frame = new_table(60, seed=5).astype({"price": "object"})
    frame["price"] = "cheap"
    odd = store(frame, models[0].run.project, name="odd")
    made = editor("POST", path_of(models, "sets"), json=wish_of(models, odd))
    work()

    found = editor("GET", made["Location"].removeprefix("/api/v1")).json()

    assert found["state"] == "failed"
    why = "price is not a number in every row of this dataset"
    assert all(why in part["error"] for part in found["models"])
    assert why in found["sentence"]
    early = editor("GET", path_of(models) + query_of(models, on=odd.pk))
    assert early.status_code == 409


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"models": []}, "#/models"),
        ({"models": [1]}, "#/models"),
        ({"models": [998, 999]}, "#/models"),
        ({"on": 987_654}, "#/on"),
        ({"on": "x"}, "#/on"),
        ({"colour": "red"}, "#/colour"),
    ],
)
def test_set_that_cannot_be_is_told_by_field(change, pointer, models, third, editor):
    wish = wish_of(models, third) | change

    answer = editor("POST", path_of(models, "sets"), json=wish)

    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == [pointer]
    assert not Computation.objects.filter(kind="evaluation").exists()


def test_tables_of_others_and_without_the_columns_are_none(
    models,
    store,  # noqa: F811
    editor,
):
    foreign = store(new_table(60))
    narrow = store(new_table().drop(columns="colour"), models[0].run.project)

    for table in (foreign, narrow):
        one = path_of(models, "sets", str(table.pk)) + query_of(models)
        assert editor("GET", one).status_code == 404
        on = path_of(models) + query_of(models, on=table.pk)
        assert editor("GET", on).status_code == 422
        asked = editor("POST", path_of(models, "sets"), json=wish_of(models, table))
        assert asked.status_code == 422


def test_set_is_asked_for_by_editors_and_seen_by_members(
    models, third, viewer, stranger
):
    sets, wish = path_of(models, "sets"), wish_of(models, third)
    one = path_of(models, "sets", str(third.pk)) + query_of(models)

    assert viewer("POST", sets, json=wish).status_code == 403
    assert viewer("GET", one).status_code == 200
    assert stranger("POST", sets, json=wish).status_code == 404
    assert stranger("GET", one).status_code == 404
    assert stranger("GET", sets + query_of(models)).status_code == 404


def test_parts_of_a_comparison_are_the_csv_of_the_page(
    models, third, editor, viewer, client
):
    editor("POST", path_of(models, "sets"), json=wish_of(models, third))
    query = query_of(models, on=third.pk)
    assert viewer("GET", path_of(models, "metrics", "csv") + query).status_code == 409
    work()
    parts = viewer("GET", path_of(models) + query).json()["tables"]
    named = [name for name, tables in parts.items() if tables]

    for name in ["metrics", *named]:
        found = viewer("GET", path_of(models, name, "csv") + query)
        page = client.get(
            reverse(
                "models_app:compare_models_csv",
                args=[models[0].run.project_id, name],
            )
            + query
        )
        assert found["Content-Type"] == "text/csv; charset=utf-8"
        assert found.content == page.content
    assert viewer("GET", path_of(models, "beauty", "csv") + query).status_code == 404
