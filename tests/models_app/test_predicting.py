import csv
from datetime import timedelta
from io import StringIO

import numpy as np
import pandas as pd
import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline

from models_app import artifacts, predicting, services
from models_app.enums import PredictionState
from models_app.models import Prediction
from runs.training_data import load_training_data
from tests.factories import ModelMetaFactory

pytestmark = pytest.mark.django_db


def ask(model, text, filename="new.csv"):
    """Let a worker predict a file, and return the prediction."""
    prediction = services.create_prediction(
        user=None, model=model, file=ContentFile(text.encode()), filename=filename
    )
    predicting.predict(prediction.pk)
    prediction.refresh_from_db()
    return prediction


def answers(prediction):
    with prediction.output.open("r") as stream:
        return list(csv.DictReader(stream))


def test_predict_gives_the_pipelines_answers_in_the_files_order(make_model):
    model = make_model("binary")
    data = load_training_data(model.run)
    X = data.X.iloc[[20, 3, 40, 5, 11]]

    prediction = ask(model, X.to_csv(index=False))

    pipeline = artifacts.load_bundle(model)["pipeline"]
    rows = answers(prediction)
    assert (prediction.state, prediction.n_rows) == (PredictionState.READY, 5)
    assert list(rows[0]) == ["prediction", "probability_-no", "probability_=yes"]
    assert [row["prediction"] for row in rows] == pipeline.predict(X).tolist()
    given = np.array([[float(v) for v in list(row.values())[1:]] for row in rows])
    assert np.array_equal(given, pipeline.predict_proba(X))


def test_predict_regression_has_one_column_of_numbers(make_model):
    model = make_model("regression")
    X = load_training_data(model.run).X.iloc[:7]

    prediction = ask(model, X.to_csv(index=False))

    rows = answers(prediction)
    expected = artifacts.load_bundle(model)["pipeline"].predict(X)
    assert list(rows[0]) == ["prediction"]
    assert [float(row["prediction"]) for row in rows] == expected.tolist()


def test_predict_in_chunks_gives_the_same(make_model, monkeypatch):
    model = make_model("multiclass")
    text = load_training_data(model.run).X.to_csv(index=False)
    whole = answers(ask(model, text))

    monkeypatch.setattr(predicting, "CHUNK_ROWS", 7)

    assert answers(ask(model, text)) == whole


def test_predict_takes_columns_in_any_order_and_notes_the_extra_ones(make_model):
    model = make_model("binary")
    text = "length,likes,colour,weight,page\n5,=yes,red,12,1\n4,-no,blue,7,2\n"

    prediction = ask(model, text)

    assert prediction.state == PredictionState.READY
    assert prediction.notes == [
        "Columns the model does not use: likes, page. likes is what it predicts."
    ]


def test_predict_without_a_needed_column_fails_and_names_it(make_model):
    model = make_model("binary")

    prediction = ask(model, "weight,length\n10,5\n11,4\n")

    assert prediction.state == PredictionState.FAILED
    assert "colour" in prediction.error
    assert "weight" not in prediction.error
    assert not prediction.output


def test_predict_counts_unseen_missing_and_unreadable_values(make_model):
    model = make_model("binary")
    text = "weight,colour,length\n10,violet,5\n11,red,\n9,violet,4\nheavy,red,5\n8,blue,5\n"

    prediction = ask(model, text)

    assert prediction.n_rows == 5
    assert prediction.notes == [
        "1 value (weight 1) could not be read as the number or date seen in training; "
        "taken as missing.",
        "2 of 5 rows lack a value in some column (weight 1, length 1); they are "
        "predicted as the model learned to treat missing values.",
        "2 values (colour 2) were never seen in training; taken as unknown.",
    ]


def test_predict_a_single_row_with_nothing_known(make_model):
    model = make_model("binary")

    prediction = ask(model, "weight,colour,length\n,,\n10,red,5\n")

    assert prediction.state == PredictionState.READY
    assert prediction.n_rows == 2


def test_predict_of_something_else_than_a_table_fails_with_a_sentence(make_model):
    prediction = ask(make_model(), "\x00\x01\x02" * 50, "picture.png")

    assert prediction.state == PredictionState.FAILED
    assert prediction.error.endswith(".")


def test_predict_by_a_broken_model_is_a_failed_prediction(
    make_model, monkeypatch, caplog
):
    model = make_model()

    def broken(model):
        raise EOFError

    monkeypatch.setattr(artifacts, "load_bundle", broken)

    prediction = ask(model, "weight,colour,length\n10,red,5\n")

    assert prediction.state == PredictionState.FAILED
    assert prediction.error == predicting.UNEXPECTED


def test_predict_what_was_deleted_meanwhile_leaves_no_file(
    make_model, monkeypatch, tmp_path
):
    model = make_model()
    write = predicting.write_predictions

    def write_and_delete(prediction, output):
        Prediction.objects.filter(pk=prediction.pk).delete()
        return write(prediction, output)

    monkeypatch.setattr(predicting, "write_predictions", write_and_delete)
    prediction = services.create_prediction(
        user=None,
        model=model,
        file=ContentFile(b"weight,colour,length\n10,red,5\n"),
        filename="new.csv",
    )

    predicting.predict(prediction.pk)

    stored = [p.name for p in (tmp_path / "files" / "predictions").iterdir()]
    assert stored == [prediction.source.name.split("/")[1]]


def test_waiting_returns_what_nobody_took_and_gives_back_dead_leases(settings):
    model = ModelMetaFactory()
    past = timezone.now() - timedelta(seconds=11)
    rows = {
        "fresh": {"published_at": timezone.now()},
        "untaken": {"published_at": past},
        "dead": {"state": "predicting", "lease_token": "x", "lease_until": past},
        "alive": {
            "state": "predicting",
            "lease_token": "y",
            "lease_until": timezone.now() + timedelta(minutes=1),
        },
        "hopeless": {
            "state": "predicting",
            "lease_token": "z",
            "lease_until": past,
            "attempts": settings.MAX_ATTEMPTS,
        },
        "done": {"state": "ready", "published_at": past},
    }
    made = {
        name: Prediction.objects.create(model=model, filename=name, **fields)
        for name, fields in rows.items()
    }

    found = predicting.waiting()

    made["hopeless"].refresh_from_db()
    assert found == [made["untaken"].pk, made["dead"].pk]
    assert predicting.waiting() == []
    assert made["hopeless"].state == PredictionState.FAILED
    assert "ended 3 times while predicting the file" in made["hopeless"].error


def test_predict_writes_labels_exactly_as_they_are(monkeypatch):
    labels = ["=1+1", "-no", "+a", "@b", 'quo"te', "com,ma", "new\nline", "Ünï"]
    X = pd.DataFrame({"n": [float(i) for i in range(len(labels))]})
    pipeline = Pipeline(
        [("preprocess", "passthrough"), ("estimator", KNeighborsClassifier(1))]
    ).fit(X, labels)
    bundle = {
        "pipeline": pipeline,
        "columns": [{"name": "n", "kind": "numeric", "reason": "", "dtype": "float64"}],
        "categories": {},
        "target": "label",
        "classes": pipeline.classes_.tolist(),
        "labels": pipeline.classes_.tolist(),
    }
    monkeypatch.setattr(artifacts, "load_bundle", lambda model: bundle)

    prediction = ask(ModelMetaFactory(), X.to_csv(index=False))

    with prediction.output.open("rb") as stream:
        rows = list(csv.reader(StringIO(stream.read().decode(), newline="")))
    assert rows[0] == [
        "prediction",
        *(f"probability_{name}" for name in sorted(labels)),
    ]
    assert [row[0] for row in rows[1:]] == labels
