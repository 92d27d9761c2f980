"""Models taken away: opened elsewhere, asked the same, and made again."""

import csv
import io
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from skops.io import get_untrusted_types, load

from models_app import artifacts, computing, predicting, recipes, services
from models_app.enums import ComputationKind
from models_app.taking import comparing, onnx_file, recipe
from runs.search.metrics import METRICS
from runs.training_data import load_training_data
from runs.trials.code import file_name, program
from tests.models_app.conftest import LINEAR, TREE

pytestmark = pytest.mark.django_db


@pytest.fixture
def export(django_capture_on_commit_callbacks):
    """Return a function that lets a worker export a model; its artifacts by kind."""

    def run(model, kind=ComputationKind.EXPORTS):
        computation = services.request_computation(model, kind, user=None)
        computing.compute(computation.pk)
        computation.refresh_from_db()
        assert computation.error == ""
        return {artifact.kind: artifact for artifact in model.artifacts.all()}

    return run


def unpacked(folder, path):
    with folder.file.open("rb") as stream, zipfile.ZipFile(stream) as archive:
        archive.extractall(path)
    (inside,) = path.iterdir()
    return inside


def run_folder(inside, rows, goal):
    """Run the folder's program in a process that does not know Tuneboard."""
    environment = {"PATH": os.defpath, "HOME": str(inside)}
    # -P: not even the folder that this is started from is looked into for modules.
    command = [sys.executable, "-P", inside / "predict.py", rows, "-o", goal]
    return subprocess.run(
        command,
        cwd=inside,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def records(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize(
    ("task", "recalibration"),
    [("binary", "sigmoid"), ("multiclass", "isotonic"), ("regression", "")],
)
def test_folder_predicts_what_tuneboard_predicts(
    make_model, export, tmp_path, task, recalibration
):
    model = make_model(task)
    if task == "binary":
        model.threshold = 0.8
    if task == "regression":
        with_groups(model)
    model.recalibration = recalibration
    model.save()
    found = export(model)
    X = load_training_data(model.run).X
    rows = tmp_path / "rows.csv"
    X.assign(page=1, colour=X["colour"].fillna("")).to_csv(rows, index=False)
    if (
        task == "multiclass"
    ):  # as some write tables: blanks around a value are none of it
        rows.write_text(rows.read_text().replace(",", ", "))
    with rows.open("rb") as stream:
        prediction = services.create_prediction(
            user=None, model=model, file=artifacts.File(stream), filename="rows.csv"
        )
    predicting.predict(prediction.pk)
    prediction.refresh_from_db()
    inside = unpacked(found["folder"], tmp_path / "folder")

    done = run_folder(inside, rows, tmp_path / "out.csv")

    with prediction.output.open("rb") as stream:
        expected = records(stream.read().decode())
    answers = records((tmp_path / "out.csv").read_text())
    assert done.returncode == 0, done.stderr
    assert "118 rows predicted" in done.stdout
    assert list(answers[0]) == list(expected[0])
    told = ("prob", "pred", "lower", "upper")
    for given, wanted in zip(answers, expected, strict=True):
        for name in [n for n in wanted if n.startswith(told)]:
            assert as_value(given[name]) == as_value(wanted[name])
    if task == "binary":
        classes = [row["prediction"] for row in expected]
        own = artifacts.load_bundle(model)["pipeline"].predict_proba(X)[:, 1]
        assert classes == np.where(own >= 0.8, "=yes", "-no").tolist()
        assert ((own >= 0.5) & (own < 0.8)).any()
        assert [float(r["probability_=yes"]) for r in expected] != own.tolist()
        readme = (inside / "README.md").read_text()
        assert "at least 0.8, as chosen in Tuneboard" in readme
        assert "recalibrated (sigmoid)" in readme
    if task == "regression":
        halves = {float(r["upper_90"]) - float(r["prediction"]) for r in expected}
        assert {round(half, 6) for half in halves} == {1.0, 3.0}
    assert [r["weight"] for r in answers] == [r["weight"] for r in expected]


def with_groups(model):
    """Have rows below and above a prediction of 30 intervals of their own width."""
    stored = model.artifacts.get(kind="prediction_intervals")
    n_levels = len(stored.data["levels"])
    stored.data["groups"] = [
        {"low": None, "high": 30.0, "half_widths": [1.0] * n_levels},
        {"low": 30.0, "high": None, "half_widths": [3.0] * n_levels},
    ]
    stored.save()


def as_value(text):
    try:
        return float(text)
    except ValueError:
        return text


def test_folder_holds_what_it_needs_and_nothing_of_tuneboard(
    make_model, export, tmp_path
):
    found = export(make_model())["folder"]

    inside = unpacked(found, tmp_path / "folder")

    assert {p.name for p in inside.iterdir()} == {
        *("predict.py", "schema.json", "requirements.txt", "README.md", "model.skops")
    }
    assert set(found.data["files"]) == {p.name for p in inside.iterdir()}
    needs = (inside / "requirements.txt").read_text()
    assert "scikit-learn==" in needs
    assert "skrub==" in needs
    assert "lightgbm" not in needs
    for text in (needs, (inside / "predict.py").read_text()):
        assert "import runs" not in text
        assert "from runs" not in text
        assert "models_app" not in text


def test_folder_without_a_needed_column_names_it(make_model, export, tmp_path):
    inside = unpacked(export(make_model())["folder"], tmp_path / "folder")
    rows = tmp_path / "rows.csv"
    rows.write_text("weight,color,length\n1,red,2\n")

    done = run_folder(inside, rows, tmp_path / "out.csv")

    assert done.returncode == 1
    assert "lacks the column colour. The nearest there is: color." in done.stderr
    assert run_folder(inside, "--help", "x").returncode == 0


@pytest.mark.parametrize(
    ("algorithm", "params"),
    [LINEAR["binary"], TREE, ("lightgbm", {}), ("xgboost", {}), ("catboost", {})],
)
def test_skops_opens_with_the_listed_types_and_answers_the_same(
    make_model, export, algorithm, params
):
    model = make_model("binary", algorithms=[(algorithm, params)])

    skops = export(model)["skops"]

    X = load_training_data(model.run).X
    with skops.file.open("rb") as stream:
        content = stream.read()
    path = skops.file.path
    again = load(path, trusted=skops.data["untrusted_types"])
    pipeline = artifacts.load_bundle(model)["pipeline"]
    assert np.array_equal(again.predict_proba(X), pipeline.predict_proba(X))
    assert skops.data["largest_difference"] == 0
    assert skops.data["untrusted_types"] == get_untrusted_types(data=content)
    own = [t for t in skops.data["untrusted_types"] if t.startswith(("runs", "models"))]
    assert own == []
    assert len(skops.digest) == 64


def test_onnx_of_mixed_columns_is_the_estimator_and_says_so(make_model, export):
    onnx = export(make_model("binary"))["onnx"]

    assert onnx.data["is_whole"] is False
    assert "weight" in onnx.data["inputs"]
    assert onnx.data["largest_difference"] < 1e-5
    assert onnx.data["n_other_class"] == 0


@pytest.mark.parametrize("task", ["binary", "regression"])
@pytest.mark.parametrize(
    "algorithm", ["linear", "random_forest", "lightgbm", "xgboost"]
)
def test_onnx_of_numbers_takes_the_columns_as_uploaded(
    make_model, export, monkeypatch, task, algorithm
):
    chosen = (
        LINEAR[task] if algorithm == "linear" else (algorithm, {"n_estimators": 20})
    )
    model = make_model(task, algorithms=[chosen], features=["weight", "length"])

    onnx = export(model)["onnx"]

    assert onnx.data.get("reason") is None
    assert onnx.data["largest_difference"] < 1e-5
    if algorithm != "linear":  # its marks of missing values have no counterpart
        assert onnx.data["is_whole"] is True
        assert onnx.data["inputs"] == ["weight", "length"]
        session = onnxruntime.InferenceSession(onnx.file.path)
        found = session.run(None, {"columns": np.array([[10, 5]], dtype=np.float32)})
        assert len(found[-1]) == 1


@pytest.mark.parametrize(
    ("task", "algorithm"),
    [
        ("binary", TREE),
        ("multiclass", ("random_forest", {"n_estimators": 8})),
        ("regression", ("extra_trees", {"n_estimators": 8})),
    ],
)
def test_onnx_of_trees_leads_missing_values_as_the_trees_do(
    make_model, export, task, algorithm
):
    model = make_model(task, algorithms=[algorithm])
    onnx = export(model)["onnx"]
    X = load_training_data(model.run).X.copy()
    X.loc[X.index[::2], "weight"] = np.nan
    X.loc[X.index[::3], "length"] = np.nan
    pipeline = artifacts.load_bundle(model)["pipeline"]
    about = onnx_file.OnnxFile(onnx.data["is_whole"], onnx.data["inputs"])

    rows = onnx_file.inputs_of(about, pipeline, X)
    found = onnx_file.answers_of(Path(onnx.file.path), rows)

    assert np.isnan(rows).any(axis=1).sum() > 50
    assert found == pytest.approx(comparing.answers_of(pipeline, X), rel=1e-5, abs=1e-6)
    assert onnx.data["largest_difference"] < 1e-5


def test_onnx_that_does_not_convert_says_why(make_model, export):
    found = export(make_model("binary", algorithms=[("catboost", {"iterations": 5})]))

    onnx = found["onnx"]
    assert not onnx.file
    assert "categories" in onnx.data["reason"]
    assert found["skops"].file


# --- The recipe -------------------------------------------------------------------------


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_recipe_makes_the_model_again_with_its_scores(make_model, export, task):
    model = make_model(task)
    score_the_folds(model)

    found = export(model, ComputationKind.RECIPE)["recipe"].data

    assert found["is_reproduced"] is True
    assert found["largest_difference"] < 1e-9
    assert len(found["folds"]) == len(model.trial.fold_scores)
    assert found["holdout"] == pytest.approx(model.metrics[model.run.scoring], abs=1e-9)
    assert "runs." not in found["program"]


def test_recipe_whose_scores_differ_says_so(make_model, export):
    model = make_model("binary")
    score_the_folds(model)
    scores = model.trial.fold_scores
    model.trial.fold_scores = [scores[0] + 0.01, *scores[1:]]
    model.trial.save()

    found = export(model, ComputationKind.RECIPE)["recipe"].data

    assert found["is_reproduced"] is False
    assert found["largest_difference"] == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("task", "threshold", "recalibration"),
    [
        ("binary", 0.8, ""),
        ("binary", 0.3, "isotonic"),
        ("binary", None, "sigmoid"),
        ("multiclass", None, "sigmoid"),
        ("multiclass", None, "isotonic"),
    ],
)
def test_recipe_answers_by_what_was_chosen_for_the_model(
    make_model, tmp_path, task, threshold, recalibration
):
    model = make_model(task)
    model.threshold, model.recalibration = threshold, recalibration
    model.save()
    bundle = artifacts.load_bundle(model)
    path = tmp_path / "recipe" / "recipe.py"
    path.parent.mkdir()
    asked = "\nlabels, shares = answers(all_X)\nnp.savez('told', labels.astype(str), shares)"
    path.write_text(recipes.program_of(model) + asked)
    table = path.with_name(file_name(model.trial))
    shutil.copyfile(model.run.dataset.table.path, table)

    recipe.run(path)

    with np.load(path.with_name("told.npz")) as told:
        labels, shares = told["arr_0"], told["arr_1"]
    X = load_training_data(model.run).X
    expected = predicting.answering_of(model, bundle).answer(X)
    assert labels.tolist() == expected["prediction"].tolist()
    wanted = [expected[f"probability_{label}"] for label in bundle["labels"]]
    assert shares == pytest.approx(np.column_stack(wanted), abs=1e-9)


def test_recipe_of_a_model_without_a_choice_is_the_trials_program(make_model):
    model = make_model("binary")

    assert recipes.program_of(model) == program(model.trial, with_model=True)


def score_the_folds(model):
    """Give the trial the fold scores of a search: those of its own program."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "recipe.py")
        path.write_text(program(model.trial, with_model=True))
        table = path.with_name(file_name(model.trial))
        shutil.copyfile(model.run.dataset.table.path, table)
        scores = recipe.run(path)
    sign = 1 if METRICS[model.run.scoring].greater_is_better else -1
    model.trial.fold_scores = [sign * score for score in scores.folds]
    model.trial.save()
