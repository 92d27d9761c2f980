"""Models of the running product: asked in each way, looked at, taken away."""

import joblib
import numpy as np
import pandas as pd
import pytest
from tuneboard_client import FailedError, InvalidRequestError, RowsWarning, answers
from tuneboard_client.answers import answer_frame

CLASSES = ["Adelie", "Chinstrap", "Gentoo"]


@pytest.fixture(scope="session")
def regression(project, penguins):
    """Give a model of numbers."""
    table = project.upload(penguins, name="weights")
    document = table.configure(
        "body_mass_g",
        algorithms={"ridge": {"alpha": [1.0]}},
        strategy="grid",
        cv=3,
        ensemble=False,
    )
    run = table.start(document).wait(progress=False, timeout=120)
    return run.best_model()


def test_model_predicts_classes_and_their_probabilities(model, penguins):
    rows = penguins.sample(40, random_state=0)

    classes, shares = model.predict(rows), model.predict_proba(rows)

    assert classes.index.equals(rows.index)
    assert shares.index.equals(rows.index)
    assert list(shares.columns) == CLASSES
    assert np.allclose(shares.sum(axis=1), 1)
    assert (shares.idxmax(axis=1) == classes).all()
    assert (classes == rows["species"]).mean() > 0.9


def test_model_answers_the_same_at_once_in_parts_and_by_a_file(
    model, penguins, monkeypatch
):
    monkeypatch.setattr(answers, "ROWS_AT_ONCE", 100)
    in_parts = model.answer(penguins)
    monkeypatch.setattr(answers, "FEW_ROWS", 10)
    n_files = len(model.predictions())
    by_file = model.answer(penguins)

    assert len(model.predictions()) == n_files + 1
    pd.testing.assert_frame_equal(in_parts, by_file, check_exact=True)


def test_values_of_many_rows_that_are_not_used_are_warned_of(
    model, penguins, monkeypatch
):
    wrong = penguins.head(30).assign(bill_depth_mm="deep")
    with pytest.raises(InvalidRequestError, match="“deep” where a number is needed"):
        model.predict(wrong)

    monkeypatch.setattr(answers, "FEW_ROWS", 10)
    with pytest.warns(RowsWarning, match=r"bill_depth_mm 30\) could not be read"):
        model.predict(wrong)


def test_model_of_numbers_answers_the_same_at_once_and_by_a_file(
    regression, penguins, monkeypatch
):
    at_once = regression.answer(penguins)
    monkeypatch.setattr(answers, "FEW_ROWS", 10)
    by_file = regression.answer(penguins)

    assert at_once["prediction"].between(2000, 7000).all()
    shared = list(at_once.columns)
    assert {"prediction", "lower_90", "upper_90"} <= set(shared)
    pd.testing.assert_frame_equal(at_once, by_file[shared], check_exact=True)
    with pytest.raises(TypeError, match="predicts a number"):
        regression.predict_proba(penguins)


def test_model_refuses_rows_that_lack_a_column_and_names_it(model, penguins):
    with pytest.raises(InvalidRequestError, match="island"):
        model.predict(penguins.drop(columns="island").head())
    with pytest.raises(ValueError, match="0 rows"):
        model.predict(penguins.head(0))
    failing = model.predict_file(penguins.drop(columns="island"))
    with pytest.raises(FailedError, match="island"):
        failing.wait()


def test_file_of_rows_comes_back_with_its_answers(model, penguins, tmp_path):
    path = tmp_path / "new rows.csv"
    penguins.head(30).to_csv(path, index=False)

    prediction = model.predict_file(path).wait(progress=True)
    saved = prediction.download(tmp_path)
    frame = prediction.frame()

    assert (prediction.state, prediction.n_rows) == ("ready", 30)
    assert saved.name == "new rows_predictions.csv"
    assert list(frame.columns[: len(penguins.columns)]) == list(penguins.columns)
    expected = answer_frame(model._transport, model.id, penguins.head(30))
    assert frame["prediction"].tolist() == expected["prediction"].tolist()


def test_answers_as_parquet_are_the_same(model, penguins, tmp_path):
    prediction = model.predict_file(penguins, output_format="parquet").wait()

    assert prediction.download(tmp_path).suffix == ".parquet"
    expected = model.answer(penguins)
    found = prediction.frame().astype({"prediction": expected["prediction"].dtype})
    pd.testing.assert_frame_equal(found, expected)


def test_model_tells_what_moved_an_answer(model, penguins):
    row = penguins.iloc[0]

    explained = model.explain(penguins.head(2))
    answer = model.what_if(row.to_dict())

    assert len(explained) == 2
    columns = {one["column"] for one in explained[0]["explanation"]}
    assert columns == set(penguins.columns) - {"species"}
    moved = sum(one["contribution"] for one in answer["contributions"])
    assert answer["base"] + moved == pytest.approx(answer["output"], abs=1e-6)


def test_model_shows_what_is_stored_of_it(client, run, model):
    kinds = {one["kind"] for one in model.artifacts}
    [of_list] = [one for one in run.models() if one.id == model.id]

    assert {"metrics", "confusion"} <= kinds
    assert of_list.artifacts == client.model(model.id).artifacts == model.artifacts
    assert model.artifact("confusion")["data"]
    with pytest.raises(InvalidRequestError):
        model.artifact("nothing of the sort")


def test_model_is_taken_away_and_predicts_the_same(model, penguins, tmp_path):
    path = model.download(tmp_path / "model.joblib")
    bundle = joblib.load(path)
    recipe = model.export("recipe", tmp_path / "recipe.py")
    skops = model.export("skops", tmp_path, timeout=120)

    columns = [column["name"] for column in bundle["columns"]]
    shares = bundle["pipeline"].predict_proba(penguins[columns])
    assert np.allclose(shares, model.predict_proba(penguins), atol=1e-9)
    assert "sklearn" in recipe.read_text()
    assert skops.suffix == ".skops"
    assert model.exports()["skops"]["state"] == "ready"
    assert not list(tmp_path.glob("*.part"))
    with pytest.raises(ValueError, match="There are: joblib"):
        model.export("pmml", tmp_path)


def test_any_trial_is_refitted_as_a_model(client, run):
    taken = {model.trial for model in run.models()}
    trial = next(n for n in run.leaderboard().index if n not in taken)

    model = run.refit(int(trial)).wait(timeout=120)

    assert (model.trial, model.is_ready) == (trial, True)
    assert client.model(model.id).algorithm == model.algorithm
