"""Fit one rival on a table and predict another: run by quality.py in the rival's venv.

    python rival_fit.py JOB.json

Only the standard library, pandas and the rival are there. Every rival is called as its
documentation calls it, told nothing but the target, the task, the metric, the time, the
cores and the seed.
"""

# ruff: noqa: PLC0415 - each venv has one rival only

import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pandas import DataFrame

Job = dict[str, Any]


def main() -> None:
    job: Job = json.loads(Path(sys.argv[1]).read_text())
    train, test = frames(job)
    answer, fitted = RIVALS[job["system"]](job, train, test)
    answer.to_csv(job["output"], index=False)
    Path(job["report"]).write_text(json.dumps({"fit_seconds": fitted}))


def frames(job: Job) -> "tuple[DataFrame, DataFrame]":
    """Read both tables; a column has one type, whatever rows are in which."""
    import pandas as pd

    train, test = (
        pd.read_csv(job[name], keep_default_na=False, na_values=[""])
        for name in ("train", "test")
    )
    for name in test.columns:
        if test[name].dtype != train[name].dtype:
            both = pd.concat([train[name], test[name]], ignore_index=True)
            train[name] = both.iloc[: len(train)].to_numpy()
            test[name] = both.iloc[len(train) :].to_numpy()
    return train, test


def named(probabilities: "Iterable[Any]", classes: Iterable[object]) -> "DataFrame":
    import pandas as pd

    names = [f"probability_{label}" for label in classes]
    return pd.DataFrame(probabilities, columns=names)


def numbers(predictions: Iterable[float]) -> "DataFrame":
    import pandas as pd

    return pd.DataFrame({"prediction": list(predictions)})


def flaml(job: Job, train: "DataFrame", test: "DataFrame") -> "tuple[DataFrame, float]":
    from flaml import AutoML

    is_regression = job["task"] == "regression"
    metrics = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}
    model = AutoML()
    started = time.perf_counter()
    model.fit(
        X_train=train.drop(columns=job["target"]),
        y_train=train[job["target"]],
        task="regression" if is_regression else "classification",
        metric=metrics[job["task"]],
        time_budget=job["budget"],
        n_jobs=job["cores"],
        seed=job["seed"],
        verbose=0,
    )
    fitted = time.perf_counter() - started
    if is_regression:
        return numbers(model.predict(test)), fitted
    return named(model.predict_proba(test), model.classes_), fitted


def mljar(job: Job, train: "DataFrame", test: "DataFrame") -> "tuple[DataFrame, float]":
    from supervised.automl import AutoML

    metrics = {"binary": "auc", "multiclass": "logloss", "regression": "rmse"}
    tasks = {
        "binary": "binary_classification",
        "multiclass": "multiclass_classification",
        "regression": "regression",
    }
    model = AutoML(
        results_path=str(Path(job["folder"]) / "mljar"),
        mode="Compete",
        total_time_limit=round(job["budget"]),
        ml_task=tasks[job["task"]],
        eval_metric=metrics[job["task"]],
        n_jobs=job["cores"],
        random_state=job["seed"],
        verbose=0,
    )
    started = time.perf_counter()
    model.fit(train.drop(columns=job["target"]), train[job["target"]])
    fitted = time.perf_counter() - started
    if job["task"] == "regression":
        return numbers(model.predict(test)), fitted
    answer = model.predict_all(test).drop(columns="label")
    classes = [name.removeprefix("prediction_") for name in answer.columns]
    return named(answer.to_numpy(), classes), fitted


def autogluon(
    job: Job, train: "DataFrame", test: "DataFrame"
) -> "tuple[DataFrame, float]":
    from autogluon.tabular import TabularPredictor

    metrics = {
        "binary": "roc_auc",
        "multiclass": "log_loss",
        "regression": "root_mean_squared_error",
    }
    predictor = TabularPredictor(
        label=job["target"],
        problem_type=job["task"],
        eval_metric=metrics[job["task"]],
        path=str(Path(job["folder"]) / "autogluon"),
        verbosity=1,
    )
    started = time.perf_counter()
    predictor.fit(
        train,
        presets=job["preset"],
        time_limit=job["budget"],
        num_cpus=job["cores"],
        num_gpus=0,
    )
    fitted = time.perf_counter() - started
    if job["task"] == "regression":
        return numbers(predictor.predict(test)), fitted
    answer = predictor.predict_proba(test)
    return named(answer.to_numpy(), answer.columns), fitted


RIVALS = {
    "flaml": flaml,
    "mljar": mljar,
    "autogluon_medium": autogluon,
    "autogluon_best": autogluon,
}


if __name__ == "__main__":
    main()
