"""What is stored of a regression model's errors, made as workers make it."""

import numpy as np
import pytest

from models_app import evaluating, samples
from models_app.answers import read_answers
from models_app.enums import ArtifactKind, ModelState, Rows
from models_app.models import Artifact, ModelMeta
from runs import predictions
from runs.training_data import load_training_data

pytestmark = pytest.mark.django_db


def stored(model, kind):
    return model.artifacts.get(kind=kind)


def evaluated_again(model):
    ModelMeta.objects.filter(pk=model.pk).update(state=ModelState.FITTED)
    evaluating.evaluate_model(model.pk)
    model.refresh_from_db()
    assert model.state == "ready", model.error


def test_errors_hold_a_sample_with_every_column_but_the_target(make_model, table):
    model = make_model("regression")

    errors = stored(model, ArtifactKind.ERRORS)

    known = table[table["price"].notna()]
    assert errors.data["columns"] == ["weight", "colour", "length", "likes", "kind"]
    assert samples.stored_columns(errors) == errors.data["columns"]
    numbers = errors.data["row_numbers"]
    frame = known.reindex([number - 1 for number in numbers])
    # A row with an unknown target shifts those after it: they are still the right ones.
    assert errors.data["actual"] == frame["price"].tolist()
    colour = samples.read_column(errors, "colour")
    assert colour.values == [None if c != c else c for c in frame["colour"]]
    assert not colour.is_number
    weight = samples.read_column(errors, "weight")
    assert weight.is_number
    assert [w for w in weight.values if w is not None] == frame[
        "weight"
    ].dropna().tolist()


def test_intervals_of_a_holdout_without_kept_predictions_are_split_conformal(
    make_model,
):
    model = make_model("regression", holdout_fraction=0.5)

    intervals = stored(model, ArtifactKind.PREDICTION_INTERVALS)

    answers = read_answers(model)
    missed = np.sort(np.abs(answers.y - answers.predicted))
    n = len(missed)
    assert intervals.rows == Rows.HOLDOUT
    assert intervals.data["method"] == "split"
    assert intervals.data["measured"] == "across"
    width = intervals.data["levels"][1]["half_width"]
    assert width == missed[int(np.ceil(0.9 * (n + 1))) - 1]


def test_intervals_come_from_predictions_of_the_search_where_they_are_kept(make_model):
    model = make_model("regression", holdout_fraction=0.25)
    data = load_training_data(model.run)
    guessed = data.y[data.train_rows] + 7.0  # every one misses by 7
    model.trial.out_of_fold = predictions.write(guessed)
    model.trial.save()

    evaluated_again(model)

    intervals = stored(model, ArtifactKind.PREDICTION_INTERVALS).data
    assert intervals["method"] == "cross_validation"
    assert intervals["calibrated_on"] == "out_of_fold"
    assert intervals["measured"] == "apart"
    assert intervals["n_calibration"] == len(data.train_rows)
    assert intervals["n_measured"] == len(data.holdout_rows)
    levels = intervals["levels"]
    assert [level["half_width"] for level in levels] == pytest.approx([7, 7, 7])
    assert levels[0]["coverage"] == 1  # the model misses by far less


def test_intervals_without_a_holdout_are_measured_over_the_folds(make_model):
    model = make_model("regression", holdout_fraction=0.0)

    intervals = stored(model, ArtifactKind.PREDICTION_INTERVALS)

    assert intervals.rows == Rows.OUT_OF_FOLD
    assert intervals.data["method"] == "cross_validation"
    assert intervals.data["measured"] == "across"
    assert 0.6 < intervals.data["levels"][0]["coverage"] <= 1


def test_a_classification_model_has_no_errors(make_model):
    model = make_model("binary")

    assert not model.artifacts.filter(
        kind__in=[ArtifactKind.ERRORS, ArtifactKind.PREDICTION_INTERVALS]
    )


def test_files_go_with_an_evaluation_that_is_not_kept(
    make_model, tmp_path, monkeypatch
):
    model = make_model("regression")
    ModelMeta.objects.filter(pk=model.pk).update(state=ModelState.FITTED)
    before = {p for p in (tmp_path / "files").rglob("*") if p.is_file()}
    monkeypatch.setattr(evaluating, "record", lambda *args, **more: False)

    evaluating.evaluate_model(model.pk)

    assert {p for p in (tmp_path / "files").rglob("*") if p.is_file()} == before
    assert Artifact.objects.filter(kind=ArtifactKind.ERRORS).count() == 1


def test_sample_of_many_rows_is_drawn_without_repeats_in_order():
    drawn = samples.sample_of(10_000, max_rows=100)

    assert len(set(drawn.tolist())) == 100
    assert drawn.tolist() == sorted(drawn.tolist())
    assert samples.sample_of(5).tolist() == [0, 1, 2, 3, 4]


def test_short_text_is_one_line():
    assert samples.short("a\n  b") == "a b"
    assert len(samples.short("x" * 500)) == samples.TEXT_LENGTH
