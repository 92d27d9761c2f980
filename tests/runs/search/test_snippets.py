"""Programs of trials, executed: they have to give the scores of the search itself."""

import warnings

import numpy as np
import pandas as pd
import pytest

from runs.search.algorithms import ALGORITHMS
from runs.search.evaluation import evaluate_unit
from runs.search.folds import Split, encode_target, holdout_rows, prepare_folds
from runs.search.metrics import METRICS, make_scorer
from runs.search.problem import TaskType
from runs.search.snippets import Subject, snippet
from runs.tables.choosing import as_features
from runs.tables.kinds import Column, Kind
from runs.tables.storage import write_parquet

BINARY, MULTICLASS, REGRESSION = TaskType
TARGETS = {BINARY: "likes", MULTICLASS: "kind", REGRESSION: "price"}
KINDS = {
    "weight": Kind.NUMERIC,
    "colour": Kind.CATEGORY,
    "shop": Kind.INTEGER_CATEGORY,
    "zip": Kind.CATEGORY,
    "note": Kind.TEXT,
    "day": Kind.DATETIME,
}


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(3)
    n = 150
    weight = rng.normal(10, 2, n).round(3)
    colour = rng.choice(["red", "green", "blue"], n)
    note = [
        f"{rng.choice(['big', 'small', 'old'])} {i} {c}" for i, c in enumerate(colour)
    ]
    frame = pd.DataFrame(
        {
            "weight": weight,
            "colour": colour,
            "shop": rng.integers(1, 5, n).astype(float),
            "zip": rng.choice(["10115", "20095", "80331"], n),
            "note": note,
            "day": pd.Timestamp("2024-01-01")
            + pd.to_timedelta(rng.integers(0, 300, n), "D"),
        }
    )
    noise = rng.normal(0, 0.5, n)
    frame["likes"] = np.where(weight + noise > 10, "yes", "no")
    frame["kind"] = np.where(colour == "red", "a", np.where(weight > 10, "b", "c"))
    frame["price"] = (3 * weight + 2 * (colour == "red") + noise).round(4)
    frame.loc[3, ["weight", "shop"]] = np.nan
    frame.loc[5, ["colour", "note"]] = None
    frame.loc[[7, 8], ["likes", "kind", "price"]] = None
    return frame.astype(
        dict.fromkeys(("colour", "zip", "note", "likes", "kind"), "str")
    )


@pytest.fixture
def both(table, tmp_path, monkeypatch):
    """Return a function that scores a trial by the search and by its program."""
    columns = [
        Column(name, kind, "", str(table[name].dtype)) for name, kind in KINDS.items()
    ]
    stored = [
        *columns,
        *(Column(t, Kind.CATEGORY, "", "string") for t in TARGETS.values()),
    ]
    write_parquet(table, stored, tmp_path / "table.parquet")
    monkeypatch.chdir(tmp_path)

    def run(algorithm, params, task, metric, **division):
        positive = "no" if task is BINARY else ""
        split = Split(
            n_splits=3,
            holdout_fraction=division.pop("holdout_fraction", 0.2),
            seed=11,
            task=task,
            **division,
        )
        known = table[table[TARGETS[task]].notna()].reset_index(drop=True)
        y, classes = encode_target(known[TARGETS[task]], task)
        by = known[split.column].to_numpy() if split.column else None
        rows, _ = holdout_rows(y, split, by)
        X = as_features(known[list(KINDS)].iloc[rows].reset_index(drop=True), columns)
        folds = prepare_folds(
            X,
            y[rows],
            split=split,
            by=None if by is None else by[rows],
            recipe=ALGORITHMS[algorithm].recipe,
            cache_dir=tmp_path / "cache",
            key="0" * 64,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            [result] = evaluate_unit(
                algorithm,
                [params],
                list(folds),
                task=task,
                scorers={
                    metric: make_scorer(
                        metric, task, classes=classes, positive=positive or None
                    )
                },
                ranking=metric,
                random_state=11,
            )
        subject = Subject(
            title="Trial 3 of “a run”",
            path="table.parquet",
            target=TARGETS[task],
            features=list(KINDS),
            kinds={name: str(kind) for name, kind in KINDS.items()},
            algorithm=algorithm,
            params={**params, **result.found},
            task=task,
            metric=metric,
            positive=positive,
            classes=[str(label) for label in classes],
            scheme=split.scheme,
            n_splits=3,
            n_repeats=split.n_repeats,
            split_column=split.column,
            holdout_fraction=split.holdout_fraction,
            validation_fraction=split.validation_fraction,
            seed=11,
            fold_scores=[METRICS[metric].display(s) for s in result.fold_scores],
        )
        program = snippet(subject)
        assert "runs." not in program
        names = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(program, "trial.py", "exec"), names)
        return names["scores"], subject.fold_scores

    return run


@pytest.mark.parametrize(
    ("algorithm", "params", "task", "metric"),
    [
        (
            "logistic_regression",
            {"C": 0.3, "class_weight": "balanced"},
            BINARY,
            "roc_auc",
        ),
        ("ridge", {"alpha": 2.0}, REGRESSION, "rmse"),
        ("elastic_net", {"alpha": 0.1, "l1_ratio": 0.5}, REGRESSION, "mae"),
        ("naive_bayes", {}, MULTICLASS, "log_loss"),
        ("k_nearest_neighbors", {"n_neighbors": 7}, BINARY, "average_precision"),
        ("kernel_svm", {"C": 2.0}, BINARY, "brier"),
        ("kernel_svm", {"C": 2.0}, REGRESSION, "r2"),
        ("decision_tree", {"max_depth": 3}, BINARY, "f1"),
        (
            "random_forest",
            {"n_estimators": 20, "max_features": None},
            MULTICLASS,
            "accuracy",
        ),
        ("extra_trees", {"n_estimators": 10}, REGRESSION, "mape"),
        ("gradient_boosting", {"n_estimators": 15}, BINARY, "mcc"),
        ("hist_gradient_boosting", {"max_iter": 20}, BINARY, "log_loss"),
        ("lightgbm", {"n_estimators": 20, "num_leaves": 7}, MULTICLASS, "f1_macro"),
        ("lightgbm", {"n_estimators": "auto"}, REGRESSION, "rmse"),
        ("xgboost", {"n_estimators": 15, "max_depth": 3}, MULTICLASS, "roc_auc"),
        ("catboost", {"iterations": 10, "depth": 3}, BINARY, "balanced_accuracy"),
        ("mlp", {"hidden_layer_sizes": "16-8"}, REGRESSION, "median_absolute_error"),
        ("baseline", {}, BINARY, "accuracy"),
    ],
)
def test_program_gives_the_fold_scores_of_the_trial(
    both, algorithm, params, task, metric
):
    scores, expected = both(algorithm, params, task, metric)

    assert len(scores) == 3
    assert scores == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("task", "division"),
    [
        (BINARY, {"scheme": "repeated", "n_repeats": 2}),
        (REGRESSION, {"scheme": "kfold", "holdout_fraction": 0}),
        (REGRESSION, {"scheme": "group", "column": "shop"}),
        (BINARY, {"scheme": "group", "column": "shop"}),
        (REGRESSION, {"scheme": "time", "column": "day"}),
        (BINARY, {"scheme": "holdout", "validation_fraction": 0.3}),
        (REGRESSION, {"scheme": "predefined", "column": "zip"}),
    ],
)
def test_program_divides_the_rows_as_the_run_did(both, task, division):
    metric = "roc_auc" if task is BINARY else "rmse"

    scores, expected = both("decision_tree", {"max_depth": 4}, task, metric, **division)

    assert scores == pytest.approx(expected, rel=1e-9)
    assert len(set(scores)) > 1 or division["scheme"] == "holdout"
