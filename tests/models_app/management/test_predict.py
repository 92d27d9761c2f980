import csv
import json
from contextlib import nullcontext
from io import StringIO

import pandas as pd
import pytest
from django.core.management import CommandError, call_command

from models_app import predicting
from models_app.management.commands import predict as command
from models_app.models import Prediction
from tests.factories import ModelMetaFactory, RunFactory

pytestmark = pytest.mark.django_db

ROWS = "weight,colour,length\n10,red,5\n8,violet,4\n"


@pytest.fixture(autouse=True)
def _worker(monkeypatch):
    """Work here and now what otherwise a process of the installation does."""

    def settle(prediction):
        predicting.predict(prediction.pk)
        prediction.refresh_from_db()

    monkeypatch.setattr(command, "services", nullcontext)
    monkeypatch.setattr(command, "settle", settle)


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(ROWS)
    return path


@pytest.fixture
def goal(tmp_path):
    return tmp_path / "out.csv"


def run(*args):
    out, err = StringIO(), StringIO()
    call_command("predict", *map(str, args), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def refused(*args):
    with pytest.raises(CommandError) as error:
        run(*args)
    assert error.value.returncode == 2
    return str(error.value)


def test_predict_writes_the_answers(make_model, source, goal):
    model = make_model("binary")

    out, err = run(model.pk, source, "-o", goal)

    with goal.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == [
        *("weight", "colour", "length"),
        *("prediction", "probability_-no", "probability_=yes"),
    ]
    assert {row["prediction"] for row in rows} <= {"-no", "=yes"}
    assert out == f"{goal}: 2 rows predicted.\n"
    assert "1 value (colour 1, such as violet) was never seen in training" in err


def test_predict_by_a_run_takes_its_best_model(make_model, source, goal):
    model = make_model("regression")
    worse = ModelMetaFactory(trial__run=model.run, trial__value=model.value - 1)

    out, _ = run(f"run:{model.run_id}", source, "-o", goal, "--json")

    answer = json.loads(out)
    assert answer.pop("seconds") > 0
    assert answer == {
        "output": str(goal),
        "rows": 2,
        "model": model.pk,
        "algorithm": "ridge",
        "target": "price",
        "notes": [
            "1 value (colour 1, such as violet) was never seen in training; taken as "
            "unknown."
        ],
    }
    assert worse.pk != model.pk


def test_predict_replaces_an_earlier_file_and_keeps_no_copy(make_model, source, goal):
    goal.write_text("old")

    run(make_model().pk, source, "-o", goal)

    assert goal.read_text().startswith("weight,colour,length,prediction")
    assert sorted(p.name for p in goal.parent.glob("*.csv")) == ["out.csv", "rows.csv"]
    assert not Prediction.objects.exists()


def test_predict_without_a_needed_column_names_it_and_writes_nothing(
    make_model, source, goal
):
    source.write_text("weight,length\n10,5\n11,4\n")

    message = refused(make_model().pk, source, "-o", goal)

    assert message.startswith(f"{source}: ")
    assert "colour" in message
    assert not goal.exists()
    assert not Prediction.objects.exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("99", "There is no model 99."),
        ("run:99", "There is no run 99."),
        ("best", "best names no model: give a model's id, or run:ID."),
        ("trial:1", "trial:1 names no model: give a model's id, or run:ID."),
    ],
)
def test_predict_with_an_unknown_model_is_refused(name, message, source, goal):
    assert refused(name, source, "-o", goal) == message


def test_predict_by_a_run_without_models_is_refused(source, goal):
    run_id = RunFactory().pk

    message = refused(f"run:{run_id}", source, "-o", goal)

    assert message == f"Run {run_id} has no model that is ready."


def test_predict_by_an_unready_model_is_refused(source, goal):
    model = ModelMetaFactory(state="fitting")

    assert "it is not ready" in refused(model.pk, source, "-o", goal)


def test_predict_of_a_file_that_is_not_there_is_refused(tmp_path, goal):
    assert "There is no file" in refused("1", tmp_path / "none.csv", "-o", goal)
    assert "can be read" in refused("1", tmp_path, "-o", goal)


def test_predict_into_a_place_that_is_not_there_is_refused(tmp_path, source):
    missing = tmp_path / "none" / "out.csv"

    assert "There is no folder" in refused("1", source, "-o", missing)
    assert "is a folder" in refused("1", source, "-o", tmp_path)


def test_predict_an_empty_file_is_refused(source, goal):
    source.write_text("")

    message = refused(ModelMetaFactory().pk, source, "-o", goal)

    assert message == f"{source}: The file is empty: there is nothing to predict."


def test_predict_into_parquet_by_the_name_of_the_file(make_model, source, tmp_path):
    goal = tmp_path / "out.parquet"

    run(make_model("regression").pk, source, "-o", goal)

    found = pd.read_parquet(goal)
    assert list(found)[:4] == ["weight", "colour", "length", "prediction"]
    assert found["weight"].tolist() == [10, 8]
