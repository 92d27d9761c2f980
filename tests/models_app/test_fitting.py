import joblib
import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    log_loss,
    roc_auc_score,
    root_mean_squared_error,
)

from models_app import artifacts, evaluating, fitting, services
from models_app.enums import ModelState, Rows
from models_app.models import Artifact, ModelMeta
from runs import ensembling, predictions, training_data
from runs.enums import EventKind, Level
from runs.search import rows
from runs.search.folds import fold_rows
from runs.training_data import load_training_data, split_of
from tests.factories import TrialFactory
from tests.models_app.conftest import FEATURES, LINEAR, TREE

pytestmark = pytest.mark.django_db


def waiting_model(run):
    services.advance_models(run)
    return run.models.order_by("pk").first()


def kinds(model):
    return sorted(model.artifacts.values_list("kind", flat=True))


def test_refit_stores_a_pipeline_that_opens_without_tuneboard(searched_run):
    model = waiting_model(searched_run())

    run_id = fitting.refit_model(model.pk)

    model.refresh_from_db()
    stored = model.artifacts.get(kind="pipeline")
    bundle = joblib.load(stored.file.path)
    data = load_training_data(model.run)
    assert run_id == model.run_id
    assert (model.state, model.lease_token, model.attempts) == ("fitted", "", 0)
    assert model.size_bytes == stored.file.size
    assert stored.n_rows == len(data.train_rows)
    assert [c["name"] for c in bundle["columns"]] == FEATURES
    assert bundle["classes"] == ["-no", "=yes"]
    assert sorted(bundle["categories"]["colour"]) == ["blue", "green", "red"]
    assert set(bundle["pipeline"].predict(data.X)) == {"-no", "=yes"}


def test_refit_fits_the_trials_parameters_on_all_rows_but_the_holdout(searched_run):
    model = waiting_model(searched_run("regression", holdout_fraction=0.5))

    fitting.refit_model(model.pk)

    data = load_training_data(model.run)
    expected = fitting.fitted(model, data.train_rows, data)
    stored = artifacts.load_bundle(model)["pipeline"]
    assert np.array_equal(stored.predict(data.X), expected.predict(data.X))
    assert len(data.train_rows) == len(data.y) // 2


@pytest.mark.parametrize("holdout_fraction", [0.0, 0.25])
def test_model_of_a_large_table_is_that_of_a_small_one(
    make_model, monkeypatch, settings, tmp_path, holdout_fraction
):
    small = make_model("multiclass", holdout_fraction=holdout_fraction)
    settings.TUNEBOARD_HOME, settings.CACHE_DIR = tmp_path, tmp_path / "cache"
    monkeypatch.setattr(training_data, "LARGE_CELLS", 0)
    monkeypatch.setattr(rows, "_CELLS_TOGETHER", 1)

    large = make_model("multiclass", holdout_fraction=holdout_fraction)

    X = load_training_data(large.run).X
    expected = artifacts.load_bundle(small)["pipeline"].predict_proba(X)
    found = artifacts.load_bundle(large)["pipeline"].predict_proba(X)
    assert np.array_equal(found, expected)
    assert (large.state, large.metrics) == (ModelState.READY, small.metrics)
    assert list((tmp_path / "cache").rglob("*.npy")) == []


def test_evaluate_on_the_holdout_agrees_with_scikit_learn(make_model):
    model = make_model("binary")

    data = load_training_data(model.run)
    X, y = data.X.iloc[data.holdout_rows], data.y[data.holdout_rows]
    pipeline = artifacts.load_bundle(model)["pipeline"]
    proba = pipeline.predict_proba(X)[:, 1]
    assert (model.state, model.rows) == (ModelState.READY, Rows.HOLDOUT)
    assert model.n_rows_evaluated == len(y) == 30
    assert model.metrics["roc_auc"] == pytest.approx(roc_auc_score(y, proba))
    assert model.metrics["accuracy"] == pytest.approx(
        accuracy_score(data.labels.iloc[data.holdout_rows], pipeline.predict(X))
    )
    assert model.metrics["log_loss"] > 0
    assert {"answers", "confusion", "metrics", "pipeline", "roc"} <= set(kinds(model))


def test_evaluate_binary_traces_the_positive_class(make_model):
    model = make_model("binary")

    roc = model.artifacts.get(kind="roc").data
    assert [curve["label"] for curve in roc["curves"]] == ["=yes"]
    assert roc["curves"][0]["area"] == pytest.approx(model.metrics["roc_auc"])


def test_evaluate_multiclass_counts_every_holdout_row(make_model):
    model = make_model("multiclass")

    confusion = model.artifacts.get(kind="confusion").data
    assert confusion["labels"] == ["a", "b", "c"]
    assert sum(map(sum, confusion["counts"])) == model.n_rows_evaluated
    assert len(model.artifacts.get(kind="roc").data["curves"]) == 3


def test_evaluate_regression_stores_errors_as_people_know_them(make_model):
    model = make_model("regression")

    data = load_training_data(model.run)
    rows = data.holdout_rows
    predicted = artifacts.load_bundle(model)["pipeline"].predict(data.X.iloc[rows])
    expected = root_mean_squared_error(data.y[rows], predicted)
    assert model.metrics["rmse"] == pytest.approx(expected)
    assert {"answers", "metrics", "pipeline", "predicted_actual", "residuals"} <= set(
        kinds(model)
    )
    assert model.artifacts.get(kind="residuals").n_rows == len(rows)


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_evaluate_without_holdout_predicts_each_row_out_of_fold(make_model, task):
    model = make_model(task, holdout_fraction=0)

    data = load_training_data(model.run)
    assert (model.rows, model.n_rows_evaluated) == (Rows.OUT_OF_FOLD, len(data.y))
    evaluated = evaluating.out_of_fold(model, data)
    assert np.array_equal(evaluated.y, data.y)
    train, test = fold_rows(data.y, split_of(model.run))[0]
    pipeline = fitting.fitted(model, train, data)
    expected = pipeline.predict(data.X.iloc[test])
    assert np.array_equal(evaluated.predicted.answers[test], expected)


def test_steps_of_a_model_that_is_not_waiting_do_nothing(make_model):
    model = make_model()
    before = model.artifacts.get(kind="pipeline").file.name

    assert fitting.refit_model(model.pk) is None
    assert evaluating.evaluate_model(model.pk) is None
    assert model.artifacts.get(kind="pipeline").file.name == before


def test_steps_of_a_deleted_model_do_nothing():
    assert fitting.refit_model(12345) is None
    assert evaluating.evaluate_model(12345) is None


def test_refit_that_raises_is_a_failed_model_with_its_reason(searched_run, caplog):
    algorithms = [("logistic_regression", {"C": -1.0})]
    model = waiting_model(searched_run(algorithms=algorithms))

    fitting.refit_model(model.pk)

    model.refresh_from_db()
    event = model.run.events.get(kind=EventKind.MODEL)
    assert model.state == ModelState.FAILED
    assert model.error.startswith("Refitting failed: InvalidParameterError")
    assert event.level == Level.ERROR
    assert not Artifact.objects.exists()


def test_result_of_a_lost_lease_changes_nothing_and_leaves_no_file(
    searched_run, monkeypatch, tmp_path
):
    model = waiting_model(searched_run())
    write = artifacts.write_bundle

    def write_and_lose(bundle):
        ModelMeta.objects.filter(pk=model.pk).update(lease_token="somebody else")
        return write(bundle)

    monkeypatch.setattr(artifacts, "write_bundle", write_and_lose)

    fitting.refit_model(model.pk)

    model.refresh_from_db()
    assert (model.state, model.lease_token) == ("fitting", "somebody else")
    assert not Artifact.objects.exists()
    assert not list((tmp_path / "files" / "models").glob("*"))


def test_each_step_tells_the_run(make_model):
    model = make_model()

    messages = [e.message for e in model.run.events.filter(kind=EventKind.MODEL)]
    assert messages[0].startswith("Logistic regression refitted on 88 rows")
    assert "evaluated on 30 holdout rows, ROC AUC" in messages[1]


def test_worker_told_to_end_gives_the_model_back_uncounted(searched_run, monkeypatch):
    model = waiting_model(searched_run())

    def end(run):
        raise SystemExit

    monkeypatch.setattr(fitting, "load_training_data", end)

    with pytest.raises(SystemExit):
        fitting.refit_model(model.pk)

    model.refresh_from_db()
    assert (model.state, model.attempts, model.lease_token) == ("waiting", 0, "")


def test_stored_forest_is_not_bound_to_this_machines_processors(searched_run, settings):
    settings.THREADS_PER_WORKER = 2
    algorithms = [("random_forest", {"n_estimators": 3})]
    model = waiting_model(searched_run(algorithms=algorithms))

    fitting.refit_model(model.pk)

    stored = artifacts.load_bundle(model)["pipeline"]
    assert stored[-1].n_jobs is None
    assert "n_jobs" in model.artifacts.get(kind="pipeline").data["params"]


def ensembled(run, weights):
    """Give a run's trials made-up predictions and an ensemble of them."""
    data = load_training_data(run)
    n_rows = len(data.train_rows)
    for trial in run.trials.all():
        chance = np.random.default_rng(trial.number).random(n_rows)
        name = predictions.write(np.column_stack([1 - chance, chance]))
        run.trials.filter(pk=trial.pk).update(out_of_fold=name, value=0.5)
    TrialFactory(
        run=run, algorithm="ensemble", params={"weights": weights}, value=0.9, unit=99
    )
    services.advance_models(run)
    return run.models.get(algorithm="ensemble")


def refit_all_but(run, number):
    for model in run.models.exclude(algorithm="ensemble").select_related("trial"):
        if model.trial.number == number:
            run.models.filter(pk=model.pk).update(state=ModelState.FAILED)
        else:
            fitting.refit_model(model.pk)


BAYES = ("naive_bayes", {"var_smoothing": 1e-9})


def test_ensemble_is_scored_by_all_metrics_of_the_run(searched_run):
    run = searched_run(
        "binary", algorithms=[LINEAR["binary"], TREE], metrics=["log_loss", "accuracy"]
    )
    data = load_training_data(run)
    y = data.y[data.train_rows]
    means = {}
    for trial in run.trials.all():
        chance = np.random.default_rng(trial.number)
        means[trial.number] = np.clip(
            0.3 + 0.4 * y + chance.normal(0, 0.3, len(y)), 0, 1
        )
        shares = np.column_stack([1 - means[trial.number], means[trial.number]])
        name = predictions.write(shares.astype(np.float32))
        run.trials.filter(pk=trial.pk).update(out_of_fold=name)

    trial, told = ensembling.joined(run)

    weights = trial.params["weights"]
    mixed = sum(w * means[int(n)] for n, w in weights.items())
    folds = [test for _, test in fold_rows(y, split_of(run), data.train_by)]
    assert len(weights) == 2
    assert set(trial.metrics) == {"roc_auc", "log_loss", "accuracy"}
    for name, score in (
        ("roc_auc", lambda t: roc_auc_score(y[t], mixed[t])),
        ("log_loss", lambda t: -log_loss(y[t], mixed[t])),
        ("accuracy", lambda t: accuracy_score(y[t], mixed[t] > 0.5)),
    ):
        assert trial.metrics[name] == pytest.approx(list(map(score, folds)), abs=1e-5)
    assert "ROC AUC" in told
    assert trial.started_at < trial.finished_at


def test_refit_of_an_ensemble_without_a_member_is_scored_without_it(searched_run):
    run = searched_run("binary", algorithms=[LINEAR["binary"], TREE, BAYES])
    first, second, third = run.trials.order_by("number").values_list(
        "number", flat=True
    )
    ensemble = ensembled(run, {str(first): 0.5, str(second): 0.3, str(third): 0.2})
    refit_all_but(run, third)

    fitting.refit_model(ensemble.pk)

    ensemble.refresh_from_db()
    data = load_training_data(run)
    y = data.y[data.train_rows]
    a, b = (np.random.default_rng(n).random(len(y)) for n in (first, second))
    mixed = (0.5 * a + 0.3 * b) / 0.8
    folds = fold_rows(y, split_of(run), data.train_by)
    expected = np.mean([roc_auc_score(y[test], mixed[test]) for _, test in folds])
    assert ensemble.state == ModelState.FITTED
    assert ensemble.value == pytest.approx(expected, abs=1e-6)


def test_refit_of_an_ensemble_with_one_member_left_fails_and_says_why(searched_run):
    run = searched_run("binary", algorithms=[LINEAR["binary"], TREE])
    first, second = run.trials.order_by("number").values_list("number", flat=True)
    ensemble = ensembled(run, {str(first): 0.5, str(second): 0.5})
    refit_all_but(run, second)

    fitting.refit_model(ensemble.pk)

    ensemble.refresh_from_db()
    assert ensemble.state == ModelState.FAILED
    assert "fewer than two of its members were fitted" in ensemble.error
