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
SHARES = ["probability_-no", "probability_=yes"]


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
    assert list(rows[0]) == [*X.columns, "prediction", *SHARES]
    assert [row["prediction"] for row in rows] == pipeline.predict(X).tolist()
    given = np.array([[float(row[name]) for name in SHARES] for row in rows])
    assert np.array_equal(given, pipeline.predict_proba(X))


def test_predict_regression_has_one_column_of_numbers(make_model):
    model = make_model("regression")
    X = load_training_data(model.run).X.iloc[:7]

    prediction = ask(model, X.to_csv(index=False))

    rows = answers(prediction)
    expected = artifacts.load_bundle(model)["pipeline"].predict(X)
    bounds = [
        f"{side}_{level}" for level in (80, 90, 95) for side in ("lower", "upper")
    ]
    assert list(rows[0]) == [*X.columns, "prediction", *bounds]
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
        "Not of the type seen in training: weight has text instead of numbers.",
        "1 value (weight 1) could not be read as the number or date seen in training; "
        "taken as missing.",
        "2 of 5 rows lack a value in some column (weight 1, length 1); they are "
        "predicted as the model learned to treat missing values.",
        "2 values (colour 2, such as violet) were never seen in training; taken as unknown.",
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

    def write_and_delete(prediction, output, **more):
        written = write(prediction, output, **more)
        Prediction.objects.filter(pk=prediction.pk).delete()
        return written

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
        "n",
        "prediction",
        *(f"probability_{name}" for name in sorted(labels)),
    ]
    assert [row[1] for row in rows[1:]] == labels


def test_result_keeps_all_columns_as_they_stand_in_the_file(make_model):
    model = make_model("binary")
    text = (
        "id,length,colour,note,weight,prediction\n"
        '007,5.00,red,"=a, b",1e1,old\n'
        '008,NA,pink,"say ""x""",7,\n'
    )

    prediction = ask(model, text)

    rows = answers(prediction)
    assert list(rows[0]) == [
        *("id", "length", "colour", "note", "weight", "prediction"),
        *("prediction_2", *SHARES),
    ]
    assert [list(row.values())[:6] for row in rows] == [
        ["007", "5.00", "red", "=a, b", "1e1", "old"],
        ["008", "NA", "pink", 'say "x"', "7", ""],
    ]
    assert prediction.preview["header"][:3] == ["prediction", *SHARES]
    assert prediction.preview["rows"][0][3] == "007"


@pytest.mark.parametrize("name", ["new.parquet", "new.feather", "new.csv.gz"])
def test_any_format_gives_the_answers_of_csv(make_model, tmp_path, name):
    model = make_model("regression")
    X = load_training_data(model.run).X.iloc[:20].reset_index(drop=True)
    rows = X.assign(day=pd.Timestamp("2024-02-03"))
    path = tmp_path / name
    match name:
        case "new.parquet":
            rows.to_parquet(path)
        case "new.feather":
            rows.to_feather(path)
        case _:
            rows.to_csv(path, index=False)
    prediction = services.create_prediction(
        user=None, model=model, file=ContentFile(path.read_bytes()), filename=name
    )

    predicting.predict(prediction.pk)

    prediction.refresh_from_db()
    found = answers(prediction)
    expected = artifacts.load_bundle(model)["pipeline"].predict(X)
    assert [float(row["prediction"]) for row in found] == expected.tolist()
    assert found[0]["day"] == "2024-02-03"


def test_parquet_result_has_types(make_model):
    model = make_model("regression")
    X = load_training_data(model.run).X.iloc[:20].reset_index(drop=True)
    prediction = services.create_prediction(
        user=None,
        model=model,
        file=ContentFile(X.to_csv(index=False).encode()),
        filename="new.csv",
        output_format="parquet",
    )

    predicting.predict(prediction.pk)

    prediction.refresh_from_db()
    with prediction.output.open("rb") as stream:
        found = pd.read_parquet(stream)
    expected = artifacts.load_bundle(model)["pipeline"].predict(X)
    assert found["prediction"].tolist() == expected.tolist()
    assert found[X.columns].equals(X)


def test_threshold_of_the_model_decides(make_model):
    model = make_model("binary")
    model.threshold = 0.999
    model.save()
    text = load_training_data(model.run).X.iloc[:30].to_csv(index=False)

    rows = answers(ask(model, text))

    assert [row["prediction"] for row in rows] == [
        "=yes" if float(row["probability_=yes"]) >= 0.999 else "-no" for row in rows
    ]
    assert any(float(row["probability_=yes"]) > 0.5 for row in rows)


def test_intervals_that_were_measured_are_added(make_model):
    model = make_model("regression")
    model.artifacts.filter(kind="prediction_intervals").update(
        data={"levels": [{"level": 0.9, "half_width": 2.5}]}
    )
    text = load_training_data(model.run).X.iloc[:3].to_csv(index=False)

    for row in answers(ask(model, text)):
        assert float(row["lower_90"]) == float(row["prediction"]) - 2.5
        assert float(row["upper_90"]) == float(row["prediction"]) + 2.5


def test_progress_is_noted_and_a_lost_lease_ends_the_work(make_model, monkeypatch):
    model = make_model("binary")
    monkeypatch.setattr(predicting, "CHUNK_ROWS", 10)
    monkeypatch.setattr(predicting, "PROGRESS_SECONDS", 0)
    seen = []
    first_rows = predicting.first_rows

    def look(rows, found):
        seen.append(Prediction.objects.values_list("n_rows", "n_rows_done").get())
        Prediction.objects.update(lease_token="somebody else's")
        return first_rows(rows, found)

    monkeypatch.setattr(predicting, "first_rows", look)

    prediction = ask(model, load_training_data(model.run).X.to_csv(index=False))

    assert seen == [(118, 0)]
    assert prediction.state == PredictionState.PREDICTING
    assert not prediction.output


# --- What moved each answer -------------------------------------------------------------


def explain(model, X, **more):
    """Let a worker predict rows and explain them."""
    prediction = services.create_prediction(
        user=None,
        model=model,
        file=ContentFile(X.to_csv(index=False).encode()),
        filename="new.csv",
        with_explanation=True,
        **more,
    )
    predicting.predict(prediction.pk)
    prediction.refresh_from_db()
    return prediction


def drivers_of(row):
    """Return contribution by column, of a row of a result."""
    found = {}
    for i in range(1, 4):
        if row[f"driver_{i}"]:
            found[row[f"driver_{i}"]] = float(row[f"driver_{i}_contribution"])
    return found


def test_explained_rows_name_their_drivers_by_the_strongest(make_model):
    model = make_model("binary", algorithms=[("random_forest", {"n_estimators": 20})])
    X = load_training_data(model.run).X.iloc[:40]

    prediction = explain(model, X)

    rows = answers(prediction)
    added = [f"driver_{i}{end}" for i in (1, 2, 3) for end in ("", "_contribution")]
    assert list(rows[0]) == [*X.columns, "prediction", *SHARES, "driver_base", *added]
    for row in rows:
        sizes = [abs(value) for value in drivers_of(row).values()]
        assert sizes == sorted(sizes, reverse=True)
        total = float(row["driver_base"]) + sum(drivers_of(row).values())
        assert total == pytest.approx(float(row["probability_=yes"]))
    assert {row["driver_1"] for row in rows} <= set(X.columns)
    assert "Drivers by Tree SHAP, exact" in prediction.notes[-1]
    assert "in the probability of =yes" in prediction.notes[-1]
    # The answers themselves are those of a file that is not explained.
    plain = answers(ask(model, X.to_csv(index=False)))
    assert [{k: row[k] for k in plain[0]} for row in rows] == plain


def test_explained_rows_of_many_classes_tell_of_the_predicted_one(make_model):
    model = make_model("multiclass")
    X = load_training_data(model.run).X.iloc[:30]
    pipeline = artifacts.load_bundle(model)["pipeline"]

    rows = answers(explain(model, X))

    scores = pipeline.decision_function(X).max(axis=1)
    for row, score in zip(rows, scores, strict=True):
        total = float(row["driver_base"]) + sum(drivers_of(row).values())
        assert total == pytest.approx(score)


def test_explained_numbers_add_up_to_the_prediction_also_in_parquet(make_model):
    model = make_model("regression", algorithms=[("mlp", {})])
    X = load_training_data(model.run).X.iloc[:25]

    prediction = explain(model, X, output_format="parquet")

    with prediction.output.open("rb") as stream:
        found = pd.read_parquet(stream)
    parts = [f"driver_{i}_contribution" for i in (1, 2, 3)]
    total = found["driver_base"] + found[parts].sum(axis=1)
    assert total.to_numpy() == pytest.approx(found["prediction"].to_numpy())
    assert "Exact SHAP over all subsets" in prediction.notes[-1]
    assert "in the unit of price" in prediction.notes[-1]


def test_too_many_rows_for_a_slow_explainer_are_refused_before_anything(
    make_model, monkeypatch
):
    model = make_model("binary", algorithms=[("k_nearest_neighbors", {})])
    monkeypatch.setattr("models_app.scoring.drivers.SAMPLED_ROWS", 10)
    X = load_training_data(model.run).X

    assert explain(model, X.iloc[:10]).state == PredictionState.READY
    prediction = explain(model, X.iloc[:11])

    assert prediction.state == PredictionState.FAILED
    assert "at most 10 of a file, and this one has 11" in prediction.error
    assert not prediction.output


def test_explaining_that_takes_hours_is_refused_with_the_rows_that_fit(
    make_model, monkeypatch
):
    model = make_model("binary", algorithms=[("random_forest", {"n_estimators": 20})])
    monkeypatch.setattr("models_app.scoring.drivers.MAX_SECONDS", 1e-6)

    prediction = explain(model, load_training_data(model.run).X)

    assert prediction.state == PredictionState.FAILED
    assert "would take about" in prediction.error
    assert "enough for 0 rows" in prediction.error


def test_progress_is_told_while_rows_are_explained(make_model, monkeypatch):
    model = make_model("binary")
    monkeypatch.setattr(predicting, "PROGRESS_SECONDS", 0)
    monkeypatch.setattr("models_app.scoring.drivers._CHUNK_SECONDS", 0)
    seen = []
    first_rows = predicting.first_rows

    def look(rows, found):
        seen.append(rows.num_rows)
        return first_rows(rows, found)

    monkeypatch.setattr(predicting, "first_rows", look)

    explain(model, load_training_data(model.run).X)

    assert seen == [20]
