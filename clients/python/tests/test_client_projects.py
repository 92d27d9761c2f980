"""A project of the running product: members, presets, decisions, models side by side."""

import os

import pandas as pd
import pytest
from tuneboard_client import (
    ConflictError,
    FailedError,
    InvalidRequestError,
    NotFoundError,
    comparing,
)

# --- Members ----------------------------------------------------------------------------


@pytest.fixture
def account(server):
    """Return the name of an account that is no member of anything."""
    name = f"grace-{os.urandom(4).hex()}"
    server.manage("shell", "--command", MAKES_ACCOUNT.format(name=name))
    return name


MAKES_ACCOUNT = (
    "from django.contrib.auth.models import User; User.objects.create_user('{name}')"
)


def test_members_are_added_changed_and_removed(client, account):
    project = client.create_project("With others")
    [me] = project.members()

    member = project.add_member(account, "editor")
    assert (member.username, member.role, member.project) == (
        account,
        "editor",
        project.id,
    )
    assert member.change_role("viewer").role == "viewer"
    assert [m.role for m in project.members()] == ["owner", "viewer"]
    with pytest.raises(InvalidRequestError, match="member already"):
        project.add_member(account)
    with pytest.raises(InvalidRequestError, match="no account named"):
        project.add_member("nobody at all")
    member.remove()
    assert [m.id for m in project.members()] == [me.id]
    with pytest.raises(ConflictError):
        me.remove()


# --- Presets ----------------------------------------------------------------------------


def test_presets_are_saved_of_each_source_changed_and_deleted(
    client, project, dataset, run
):
    of_run = run.save_preset("As that run", description="Three folds")
    document = dataset.configure("species", cv=4, exclude=["sex"])
    of_document = dataset.save_preset("Four folds", document)
    plain = project.save_preset("Plain", {"cv": 5})

    assert of_run.specification["n_splits"] == 3
    assert of_document.specification["n_splits"] == 4
    assert of_document.columns_not_kept == ["sex"]
    assert "sex" in of_document.notes[0]
    assert plain.specification == {"n_splits": 5}
    assert [p.name for p in project.presets()] == ["As that run", "Four folds", "Plain"]
    assert {"Plain", "quick_look"} <= set(client.presets(project))
    with pytest.raises(InvalidRequestError, match="already"):
        project.save_preset("Plain", {"cv": 2})
    assert project.save_preset("Plain", {"cv": 2}, replace=True).id == plain.id
    changed = plain.change(name="Plainer", specification={"cv": 6})
    assert (changed.name, changed.specification) == ("Plainer", {"n_splits": 6})
    with pytest.raises(InvalidRequestError, match="target"):
        plain.change(specification={"target": "species"})
    for preset in project.presets():
        preset.delete()
    assert project.presets() == []


# --- Decisions --------------------------------------------------------------------------


def test_champion_is_one_model_and_its_stages_are_told(project, run):
    first, second = (model for model in run.models()[:2])
    with pytest.raises(NotFoundError, match="set_stage"):
        project.champion("species")

    change = first.set_stage("champion", note="Best so far")
    assert (change["before"], change["after"]) == ("candidate", "champion")
    assert first.set_stage("champion") is None
    assert project.champion("species").id == first.id
    second.set_stage("champion")
    assert project.champion("species").id == second.id
    assert (first.refresh().stage, second.stage) == ("candidate", "champion")
    told = first.stages()
    assert told["after"].tolist() == ["candidate", "champion"]
    assert told["note"].iloc[-1] == "Best so far"
    assert isinstance(told["created_at"].dtype, pd.DatetimeTZDtype)
    second.set_stage("candidate")


def test_decision_goes_with_the_predictions(model):
    assert model.decision()["recalibration"] == ""

    found = model.decide(recalibration="sigmoid")

    assert found["recalibration"] == "sigmoid"
    assert found["notes"]
    with pytest.raises(ConflictError, match="two classes"):
        model.decide(threshold=0.3)
    with pytest.raises(InvalidRequestError, match="recalibration"):
        model.decide(recalibration="beauty")
    assert model.decide(recalibration="") == {**found, "recalibration": "", "notes": []}


def test_leaderboard_of_a_project_is_a_frame(project, run):
    board = project.leaderboard(target="species", run=run.id)

    assert set(board.index) == {m.id for m in run.models() if m.is_ready}
    assert board["rank"].is_monotonic_increasing
    assert board["fold_score"].iloc[0] == run.best_value
    with pytest.raises(InvalidRequestError, match="stage"):
        project.leaderboard(stage="best")
    assert project.leaderboard(target="species", stage="archived").empty


# --- Comparison -------------------------------------------------------------------------


def test_models_are_compared_on_the_rows_they_share(project, run):
    models = run.models()[:2]

    found = project.compare(models, metric="accuracy")

    assert found.target == "species"
    assert found.ranked_by == "accuracy"
    assert found.sentences
    assert set(found.metrics.index) == {model.id for model in models}
    best = found.metrics.iloc[0]
    assert best["accuracy_low"] <= best["accuracy"] <= best["accuracy_high"]
    assert found.best == found.metrics.index[0]
    assert not found.table(found.parts[0]).empty
    with pytest.raises(KeyError, match="There is no part"):
        found.table("nothing")
    with pytest.raises(InvalidRequestError, match="metric"):
        project.compare([model.id for model in models], metric="beauty")
    with pytest.raises(InvalidRequestError, match="One model is chosen"):
        project.compare(models[:1])


def test_models_are_compared_on_rows_that_all_predict_anew(project, run, penguins):
    models = run.models()[:2]
    new = penguins.dropna().sample(60, random_state=3)
    new["bill_length_mm"] += 0.01
    table = project.upload(new, name="new penguins")

    offered = project.evaluation_sets(models)
    found = project.compare(models, on=table, timeout=120)

    assert table.id in [one["dataset"] for one in offered]
    assert len(found.metrics) == 2
    assert "none of the models has learnt from" in " ".join(found.warnings)
    again = project.compare(models, on=table.id)
    assert again.data == found.data


def test_rows_that_cannot_be_predicted_say_why(project, run, monkeypatch):
    failed = {"state": "failed", "sentence": "No numbers there."}
    monkeypatch.setattr(type(project._transport), "get", lambda *_: dict(failed))
    monkeypatch.setattr(type(project._transport), "create", lambda *_: dict(failed))

    with pytest.raises(FailedError, match="No numbers there"):
        comparing.predict_set(project._transport, project.id, [1, 2], 3, timeout=1)


# --- Trials as a file, and workers ------------------------------------------------------


def test_trials_are_saved_as_they_are_filtered(run, tmp_path):
    wanted = run.trials(state="complete", order="-value")

    as_csv = run.save_trials(tmp_path, state="complete", order="-value")
    parquet = run.save_trials(tmp_path / "trials.parquet", algorithm="random_forest")

    assert as_csv.suffix == ".csv"
    assert pd.read_csv(as_csv)["number"].tolist() == wanted.index.tolist()
    frame = pd.read_parquet(parquet)
    assert frame["param_n_estimators"].tolist() == [20.0]
    with pytest.raises(InvalidRequestError, match="colour"):
        run.save_trials(tmp_path, colour="red")
    with pytest.raises(ValueError, match=r"not as \.xlsx"):
        run.save_trials(tmp_path / "trials.xlsx")
    assert not list(tmp_path.glob("*.part"))


def test_workers_tell_what_they_do(client):
    found = client.workers()

    assert found.n_processes >= 1
    assert not found.is_silent
    [host, *_] = found.hosts
    assert host.n_cores >= 1
    assert host.seen_at.tzinfo is not None
    assert len(host.processes) == host.n_processes


def test_sample_table_is_added_by_its_name(client):
    project = client.create_project("Samples by name")

    dataset = project.add_sample("penguins")

    sample = client.samples()["penguins"]
    assert (dataset.name, dataset.n_rows) == (sample["title"], 344)
    assert dataset.kind_of(sample["target"]) == "category"
    with pytest.raises(InvalidRequestError, match="auto_mpg"):
        project.add_sample("nothing")


def test_reading_is_tried_on_the_first_rows(dataset):
    found = dataset.try_reading({"delimiter": ";"})
    as_it_is = dataset.try_reading({})

    assert found.shape[1] == 1
    assert list(as_it_is.columns) == [column["name"] for column in dataset.columns]
    assert as_it_is.attrs["kinds"]["species"] == "category"
    assert as_it_is["species"].iloc[0] == "Adelie"
    with pytest.raises(InvalidRequestError, match="delimiter"):
        dataset.try_reading({"delimiter": 3})
    with pytest.raises(FailedError, match="cannot be read so"):
        dataset.try_reading({"format": "parquet"})
