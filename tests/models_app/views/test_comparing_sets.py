"""Models of different tables or splits on rows that all of them predict anew."""

import uuid

import numpy as np
import pandas as pd
import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from sklearn import metrics as sk

from models_app import artifacts, computing, evaluating, fitting, services
from models_app.comparing.requested import choices, request_set
from models_app.evaluation_sets import rows as set_rows
from models_app.evaluation_sets.sets import SETS, key_of
from models_app.models import Computation
from runs.enums import Phase, Role
from runs.tables.kinds import guess_kinds
from runs.tables.profile import profile_columns
from runs.tables.storage import write_parquet
from tests.factories import DatasetFactory, UserFactory, add_member
from tests.models_app.conftest import LINEAR, TREE, make_table

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(client):
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.fixture
def store(tmp_path):
    """Return a function that stores a table as a dataset of a project."""

    def make(frame, project=None, **more):
        columns = guess_kinds(frame)
        path = tmp_path / "stored.parquet"
        write_parquet(frame, columns, path)
        if project is not None:
            more["project"] = project
        more.setdefault("content_hash", uuid.uuid4().hex)
        dataset = DatasetFactory(
            n_rows=len(frame),
            n_columns=len(frame.columns),
            columns=profile_columns(frame, columns),
            **more,
        )
        dataset.table.save("stored.parquet", ContentFile(path.read_bytes()))
        return dataset

    return make


def new_table(n_rows=200, seed=11):
    """Rows of the same kind as those of `make_table`, none of them equal."""
    frame = make_table(n_rows)
    rng = np.random.default_rng(seed)
    frame["weight"] += rng.uniform(0.0001, 0.0009, n_rows)
    return frame


@pytest.fixture
def model_of(searched_run, user):
    """Return a function that makes a ready model that has learnt from a dataset."""

    def make(dataset=None, task="binary", **more):
        run = searched_run(
            task, algorithms=[more.pop("algorithm", LINEAR[task])], **more
        )
        if dataset is not None:
            run.dataset, run.project = dataset, dataset.project
            run.save()
        services.advance_models(run)
        model = run.models.get()
        fitting.refit_model(model.pk)
        evaluating.evaluate_model(model.pk)
        run.phase = Phase.FINISHED
        run.save()
        model.refresh_from_db()
        return model

    return make


@pytest.fixture
def two(model_of, store, user):
    """Return models of two tables of a project, which share no row."""

    def make(task="binary", frame=None, **more):
        first = model_of(task=task, **more)
        other_table = store(
            new_table() if frame is None else frame, first.run.project, name="other"
        )
        second = model_of(other_table, task, algorithm=TREE, **more)
        add_member(first.run.project, user, Role.EDITOR)
        return [first, second]

    return make


def address(models, *, on=None, name="compare_models"):
    url = reverse(f"models_app:{name}", args=[models[0].run.project_id])
    chosen = ",".join(str(m.pk) for m in models)
    return f"{url}?models={chosen}" + (f"&on={on.pk}" if on else "")


def ask(client, models, dataset):
    """Do what the page's button does."""
    return client.post(
        reverse("models_app:compare_rows", args=[models[0].run.project_id]),
        {"models": ",".join(str(m.pk) for m in models), "on": dataset.pk},
    )


def work():
    for computation in Computation.objects.all():
        computing.compute(computation.pk)


def numbers(client, models, on):
    response = client.get(address(models, on=on, name="compare_models_json"))
    assert response.status_code == 200, response.text
    return response.json()


def text(response):
    return " ".join(response.text.split())


def own(model, frame):
    """Return what a model's own pipeline says of rows: its probabilities, or numbers."""
    bundle = artifacts.load_bundle(model)
    X = frame[[c["name"] for c in bundle["columns"]]]
    pipeline = bundle["pipeline"]
    return pipeline.predict_proba(X)[:, 1] if bundle["labels"] else pipeline.predict(X)


def test_models_of_different_tables_are_compared_on_rows_new_to_both(
    client, two, store
):
    models = two()
    third = store(new_table(150, seed=5), models[0].run.project, name="third")

    refused = client.get(address(models))
    assert refused.status_code == 422
    assert "learnt from different tables" in refused.text
    assert "third (150 rows, no model’s own table)" in text(refused)

    asked = ask(client, models, third)
    assert asked.url == address(models, on=third)
    waiting = client.get(asked.url)
    assert 'id="compare-waiting"' in waiting.text
    assert "waiting for a worker" in waiting.text
    work()

    page = client.get(asked.url)
    assert page.status_code == 200
    assert "none of the models has learnt from" in text(page)
    found = numbers(client, models, third)
    known = new_table(150, seed=5).dropna(subset=["likes"])
    assert found["rows"] == f"the common evaluation set of third, {len(known)} rows"
    for row in found["models"]:
        model = next(m for m in models if m.pk == row["id"])
        expected = sk.roc_auc_score(known["likes"] == "=yes", own(model, known))
        assert row["metrics"]["roc_auc"]["value"] == pytest.approx(expected)


def test_rows_that_a_model_has_learnt_from_are_left_out(client, two):
    models = two()
    dataset = models[0].run.dataset

    ask(client, models, dataset)
    work()

    found = numbers(client, models, dataset)
    # The first model's holdout: a quarter of the 118 rows with a known target.
    assert found["rows"].endswith(", 30 rows")
    assert (
        "Left out, of its 118 rows: 1 Logistic regression has learnt from 74.6 %"
        in (found["warnings"][0])
    )
    assert found["models"][0]["metrics"] or found["models"][1]["metrics"]


def test_rows_of_another_table_are_known_again_by_what_they_say(client, two):
    """The second table holds the first one's rows, in another order and as text."""
    frame = make_table().sample(frac=1, random_state=3).reset_index(drop=True)
    models = two(frame=frame, holdout_fraction=0.0)

    ask(client, models, models[0].run.dataset)
    work()

    warning = numbers(client, models, models[0].run.dataset)["warnings"][0]
    assert warning.startswith("Not a fair comparison: every row")
    assert "1 Logistic regression has learnt from 100 %" in warning
    assert "2 Decision tree has learnt from 100 %" in warning
    page = client.get(address(models, on=models[0].run.dataset))
    assert "Not a fair comparison" in page.text
    assert 'id="compare-rows"' in page.text  # another can be chosen


def test_each_models_share_of_seen_rows_is_its_own(client, two):
    models = two(holdout_fraction=0.0)
    dataset = models[1].run.dataset

    ask(client, models, dataset)
    work()

    warning = numbers(client, models, dataset)["warnings"][0]
    assert "2 Decision tree has learnt from 100 %" in warning
    assert "Logistic regression" not in warning


def test_numbers_are_the_same_whoever_writes_them():
    plain = pd.Series([1.0, 2.5, None, 1e6])
    as_text = pd.Series(["1", "2.50", None, "1000000"], dtype="str")

    np.testing.assert_array_equal(
        set_rows.cell_hashes(plain), set_rows.cell_hashes(as_text)
    )
    assert len(set(set_rows.cell_hashes(plain).tolist())) == 4


def test_too_few_rows_of_a_split_are_compared_on_a_set(client, model_of, user):
    first = model_of(holdout_fraction=0.1)
    second = model_of(first.run.dataset, algorithm=TREE, holdout_fraction=0.1, seed=9)
    add_member(first.run.project, user, Role.EDITOR)
    models = [first, second]
    assert client.get(address(models)).status_code == 422

    ask(client, models, first.run.dataset)
    work()

    found = numbers(client, models, first.run.dataset)
    assert found["warnings"][0].startswith("Not a fair comparison: all but")


def test_many_rows_are_a_stated_sample(client, two, store, monkeypatch):
    monkeypatch.setattr(set_rows, "MAX_ROWS", 50)
    models = two("regression")
    third = store(new_table(150, seed=5), models[0].run.project)

    ask(client, models, third)
    work()

    found = numbers(client, models, third)
    assert "a sample of 50 of the 148 rows" in found["warnings"][0]
    assert found["rows"].endswith(", 50 rows")


def test_classes_that_only_one_table_has_are_put_side_by_side(client, two, store):
    frame = new_table()
    frame.loc[frame["kind"] == "c", "kind"] = "aa"
    models = two("multiclass", frame=frame)
    third = store(new_table(150, seed=5), models[0].run.project)

    ask(client, models, third)
    work()

    found = numbers(client, models, third)
    known = new_table(150, seed=5).dropna(subset=["kind"])
    for row in found["models"]:
        model = next(m for m in models if m.pk == row["id"])
        bundle = artifacts.load_bundle(model)
        X = known[[c["name"] for c in bundle["columns"]]]
        expected = (bundle["pipeline"].predict(X) == known["kind"]).mean()
        assert row["metrics"]["accuracy"]["value"] == pytest.approx(expected)


def test_a_set_is_predicted_once_for_all_comparisons(client, two, store, user):
    models = two()
    third = store(new_table(150, seed=5), models[0].run.project)
    ask(client, models, third)
    work()
    before = {c.pk: c.created_at for c in Computation.objects.all()}
    stored = Computation.objects.get(model=models[0]).options

    ask(client, models, third)

    assert {c.pk: c.created_at for c in Computation.objects.all()} == before
    assert all(c.state == "ready" for c in Computation.objects.all())
    assert Computation.objects.get(model=models[0]).options == stored


def test_a_set_asked_for_while_another_is_predicted_is_not_lost(two, store, user):
    models = two()
    project = models[0].run.project
    sets = [store(new_table(150, seed=s), project) for s in (5, 6)]

    for dataset in sets:
        request_set(models, dataset, user=user)
    work()

    for model in models:
        found = Computation.objects.get(model=model).options[SETS]
        assert sorted(found) == sorted(key_of(models, d) for d in sets)
        assert all("result" in each for each in found.values())


def test_what_fails_is_told_and_can_be_tried_again(client, two, store):
    models = two("regression")
    frame = new_table(60, seed=5).astype({"price": "object"})
    frame["price"] = "cheap"
    third = store(frame, models[0].run.project)
    ask(client, models, third)
    work()

    page = client.get(address(models, on=third))

    assert "price is not a number in every row of this dataset" in page.text
    assert 'id="compare-rows"' in page.text
    ask(client, models, third)
    assert 'id="compare-waiting"' in client.get(address(models, on=third)).text


def test_only_datasets_with_the_needed_columns_are_offered(two, store):
    models = two()
    store(new_table().drop(columns="colour"), models[0].run.project, name="narrow")

    twice = {"name": "again", "content_hash": models[1].run.dataset.content_hash}
    store(new_table(), models[0].run.project, **twice)

    offered = [c.dataset.name for c in choices(models)]

    assert offered == ["other", models[0].run.dataset.name]


def test_rows_new_to_all_come_before_few_learners(model_of, store):
    """Two models hold out 30 rows of a table, the third 20 of the 80 it shares."""
    first = model_of()
    project = first.run.project
    table = first.run.dataset
    part = store(make_table().head(80), project, name="part")
    models = [first, model_of(table, algorithm=TREE), model_of(part)]

    offered = [(c.dataset, c.n_learners, c.is_fair) for c in choices(models)]

    assert offered == [(table, 2, True), (part, 1, False)]


def test_the_most_new_rows_come_first(two, store):
    models = two(holdout_fraction=0.5)
    sizes = {"few": 40, "many": 110, "none": 20}
    for seed, (name, n_rows) in enumerate(sizes.items(), 20):
        frame = new_table(max(n_rows, 30), seed=seed).head(n_rows)
        store(frame, models[0].run.project, name=name)

    offered = [(c.dataset.name, c.n_unseen) for c in choices(models)]

    assert offered == [
        ("many", 110),
        ("other", 100),
        (models[0].run.dataset.name, 60),
        ("few", 40),
        ("none", 20),
    ]


def test_rows_that_workers_found_in_another_table_count(client, two, store):
    models = two()
    copied = store(make_table().head(100), models[0].run.project, name="copied")
    assert choices(models)[0].n_unseen == 100

    ask(client, models, copied)
    work()

    last = choices(models)[-1]
    assert (last.dataset, last.is_fair) == (copied, False)
    warning = numbers(client, models, copied)["warnings"][0]
    assert f"all but {last.n_unseen} rows of this dataset were used" in warning
    assert "fewer than 30" in warning
    page = text(client.get(address(models, on=copied)))
    assert "If there are fewer than 30 of these, all rows" in page


def test_who_may_only_look_is_told_who_can(client, two, user):
    models = two()
    viewer = UserFactory()
    add_member(models[0].run.project, viewer, Role.VIEWER)
    client.force_login(viewer)

    page = client.get(address(models))
    asked = ask(client, models, models[0].run.dataset)

    assert "An editor of the project can have" in page.text
    assert asked.status_code == 403
    assert not Computation.objects.filter(kind="evaluation").exists()


def test_a_dataset_of_another_project_is_refused(client, two, store, user):
    models = two()
    foreign = store(new_table(60))

    assert ask(client, models, foreign).status_code == 404
    assert client.get(address(models, on=foreign)).status_code == 422


def test_the_page_is_read_anew_once_all_have_predicted(client, two, store):
    models = two()
    third = store(new_table(150, seed=5), models[0].run.project)
    ask(client, models, third)
    headers = {"HX-Request": "true", "HX-Trigger": "compare-waiting"}

    waiting = client.get(address(models, on=third), headers=headers)
    work()
    done = client.get(address(models, on=third), headers=headers)

    assert "<html" not in waiting.text
    assert 'id="comparison"' in waiting.text
    assert done["HX-Refresh"] == "true"
