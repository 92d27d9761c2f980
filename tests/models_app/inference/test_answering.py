"""Answers about single rows are the pipeline's own."""

from pathlib import Path

import numpy as np
import pytest

from models_app import artifacts
from models_app.evaluation.predicting import predict
from models_app.inference.answering import answers
from models_app.inference.keeping import GoneError, Shelf
from models_app.inference.server import sentence

pytestmark = pytest.mark.django_db

ROW = {"weight": 11.5, "colour": "red", "length": 4.0}


def request_for(rows, **more):
    about = {"id": "x", "model": 1, "file": "f", "threshold": None, "explain": False}
    return {**about, "rows": rows, "curves": [], "row": "", "until": 0.0, **more}


def loaded(model):
    return Shelf().get(model.pk, artifacts.pipeline_artifact(model).file.name)


def answer(model, rows, **more):
    [(_, found)] = answers(loaded(model), [request_for(rows, **more)])
    return found


def rows_of(table, n=40):
    frame = table[["weight", "colour", "length"]].head(n).astype(object)
    return frame.where(frame.notna(), None).to_dict("records")


ALGORITHMS = {
    "binary": [
        *("logistic_regression", "random_forest", "lightgbm", "xgboost", "catboost"),
        *("hist_gradient_boosting", "mlp"),
    ],
    "regression": ["ridge", "decision_tree"],
}


@pytest.mark.parametrize(
    ("task", "algorithm"),
    [(task, name) for task, names in ALGORITHMS.items() for name in names],
)
def test_answers_are_the_pipelines_to_the_last_bit(make_model, table, task, algorithm):
    model = make_model(task, algorithms=[(algorithm, {})])
    bundle = artifacts.load_bundle(model)
    frame = table[["weight", "colour", "length"]].head(40)
    values, probabilities = predict(bundle["pipeline"], frame)

    found = answer(model, rows_of(table))

    if task == "binary":
        assert found["probabilities"] == probabilities.tolist()
        assert found["predictions"] == values.tolist()
        assert found["labels"] == ["-no", "=yes"]
    else:
        assert found["predictions"] == values.tolist()


def test_single_row_does_not_pass_the_pipelines_preparation(make_model, monkeypatch):
    kept = loaded(make_model())
    monkeypatch.setattr(kept.prepared, "prepare", None)

    [(_, found)] = answers(kept, [request_for([ROW])])

    assert found["predictions"] == ["=yes"]
    assert found["notes"] == []


def test_threshold_of_the_model_decides(make_model):
    model = make_model()
    [[_, yes]] = answer(model, [ROW])["probabilities"]

    assert answer(model, [ROW], threshold=yes)["predictions"] == ["=yes"]
    assert answer(model, [ROW], threshold=yes + 1e-6)["predictions"] == ["-no"]


def test_unseen_and_missing_values_are_noted(make_model):
    row = {"weight": None, "colour": "mauve", "length": 4.0}

    missing, unseen = answer(make_model(), [row])["notes"]

    assert missing.startswith("weight is missing; ")
    assert unseen == "colour: mauve was never seen in training; taken as unknown."


def test_missing_column_is_named_and_spoils_no_other_request(make_model):
    kept = loaded(make_model())
    lacking = {"weight": 1.0, "colour": "red"}

    found = [a for _, a in answers(kept, [request_for([lacking]), request_for([ROW])])]

    assert "length" in found[0]["error"]
    [place] = found[0]["places"]
    assert (place["row"], place["column"]) == (0, "length")
    assert found[1]["predictions"] == ["=yes"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({**ROW, "weight": "heavy"}, "weight has “heavy” where a number is needed."),
        ({**ROW, "weight": True}, "weight has “true” where a number is needed."),
        ({**ROW, "weight": float("inf")}, "weight has a number that is too large."),
    ],
)
def test_value_that_cannot_be_one_is_refused_at_its_place(make_model, row, told):
    kept = loaded(make_model())

    found = [a for _, a in answers(kept, [request_for([ROW, row]), request_for([ROW])])]

    assert found[0]["places"] == [{"row": 1, "column": "weight", "detail": told}]
    assert found[1]["predictions"] == ["=yes"]


def test_nan_is_a_missing_value_and_noted(make_model):
    model = make_model()

    [note] = answer(model, [{**ROW, "weight": float("nan")}])["notes"]

    assert note.startswith("weight is missing; ")


def test_requests_together_get_their_own_rows(make_model, table):
    kept = loaded(make_model())
    rows = rows_of(table)

    together = [a for _, a in answers(kept, [request_for([r]) for r in rows])]
    alone = answer_probabilities(kept, rows)

    assert [a["probabilities"][0] for a in together] == alone


def answer_probabilities(kept, rows):
    [(_, found)] = answers(kept, [request_for(rows)])
    return found["probabilities"]


def test_text_for_a_number_is_read_as_a_file_would_be(make_model):
    model = make_model()
    as_text = {"weight": "11.5", "colour": "red", "length": "4"}

    assert np.allclose(
        answer(model, [as_text])["probabilities"], answer(model, [ROW])["probabilities"]
    )


def test_blanks_around_a_text_are_none_of_it(make_model):
    model = make_model()
    padded = {**ROW, "colour": " red "}

    for rows in ([padded], [{**ROW, "colour": "red\n"}]):
        found = answer(model, rows)
        assert found["probabilities"] == answer(model, [ROW])["probabilities"]
        assert found["notes"] == []


def test_shelf_refuses_a_file_that_is_not_the_models(make_model):
    model = make_model()

    with pytest.raises(GoneError, match="fitted again"):
        Shelf().get(model.pk, "models/other.joblib")


def test_changed_file_is_not_loaded_and_the_asker_is_told_so(make_model):
    model = make_model()
    stored = artifacts.pipeline_artifact(model).file
    Path(stored.path).write_bytes(b"something else")
    artifacts._load.cache_clear()

    with pytest.raises(artifacts.ChangedFileError) as refused:
        Shelf().get(model.pk, stored.name)

    told = sentence(refused.value, model.pk)
    assert told.startswith("The model's file is not the one this installation has")


def test_explanation_adds_up_to_its_output(make_model):
    model = make_model(algorithms=[("random_forest", {"n_estimators": 9})])

    found = answer(model, [ROW], explain=True)

    [why] = found["explanations"]
    assert why["space"] == "probability"
    assert why["labels"] == ["=yes"]
    assert why["columns"] == ["weight", "colour", "length"]
    assert why["base"][0] + sum(why["values"][0]) == pytest.approx(why["output"][0])
    assert why["output"][0] == pytest.approx(found["probabilities"][0][1])


def test_curve_passes_through_the_answer(make_model):
    model = make_model()

    [curve] = answer(model, [ROW], curves=["colour", "nothing"])["curves"]

    assert curve["kind"] == "category"
    assert sorted(curve["grid"]) == ["blue", "green", "red"]
    rows = [{**ROW, "colour": colour} for colour in curve["grid"]]
    at_each = [p[1] for p in answer(model, rows)["probabilities"]]
    assert curve["outputs"] == [pytest.approx(at_each)]


@pytest.mark.parametrize("which", ["random", "worst"])
def test_evaluated_row_comes_with_its_values(make_model, table, which):
    row = answer(make_model(), [], row=which)["row"]

    known = table.iloc[row["number"] - 1]
    assert row["actual"] == known["likes"]
    assert row["values"]["length"] == known["length"]


def test_evaluated_row_by_its_number(make_model, table):
    found = answer(make_model(), [], row="12")

    assert found["row"]["number"] == 12
    assert found["row"]["values"]["weight"] == table["weight"][11]
    assert len(found["predictions"]) == 1


def test_row_without_a_target_is_no_row_to_begin_with(make_model):
    assert "Row 8" in answer(make_model(), [], row="8")["error"]


def test_notes_of_one_row_are_those_of_a_file(make_model):
    kept = loaded(make_model())
    rows = [{**ROW, "weight": None, "colour": "mauve"}]

    assert kept.notes(rows) == kept.coerced(rows).notes


def test_notes_of_known_values_are_those_of_a_file(make_model, table):
    kept = loaded(make_model())
    rows = [{**ROW, "weight": None}, {**ROW, "colour": "mauve"}, ROW]

    slow = kept.coerced(rows).notes
    kept.encode(rows)

    assert kept.encode(rows)[1] == kept.notes(rows) == slow
    assert len(slow) == 2
