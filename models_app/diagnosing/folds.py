"""What the folds of the search say, and how long the model takes to predict."""

import time
from typing import Any

from models_app import artifacts
from models_app.models import ModelMeta
from runs.search.metrics import METRICS
from runs.training_data import TrainingData

TIMED_ROWS = 1_000
TIMES = 3


def fold_results(model: ModelMeta, data: TrainingData) -> dict[str, Any]:
    """Return each fold's scores as people read them, and the time predicting takes."""
    trial, scoring = model.trial, model.run.scoring
    tested = {scoring: trial.fold_scores, **trial.metrics}
    fitted = trial.train_metrics
    names = [name for name in tested if name in METRICS and any_number(tested[name])]
    return {
        "metric": scoring,
        "metrics": {
            name: {
                "test": shown(name, tested[name]),
                "train": shown(name, fitted.get(name, [])),
            }
            for name in names
        },
        "fit_seconds": trial.fit_seconds,
        "score_seconds": trial.score_seconds,
        "timing": timing(model, data),
    }


def any_number(values: list[Any]) -> bool:
    return any(value is not None for value in values)


def shown(name: str, values: list[float | None]) -> list[float | None]:
    metric = METRICS[name]
    return [None if v is None else metric.display(v) for v in values]


def timing(model: ModelMeta, data: TrainingData) -> dict[str, Any]:
    """Measure how long the stored model takes for some rows, and for a single one."""
    from models_app.evaluation.predicting import predict

    pipeline = artifacts.load_bundle(model)["pipeline"]
    rows = data.holdout_rows if len(data.holdout_rows) else data.train_rows
    frame = data.rows(rows[:TIMED_ROWS])
    one = frame.iloc[:1]

    def seconds(part: Any) -> float:  # noqa: ANN401 - a DataFrame
        started = time.perf_counter()
        predict(pipeline, part)
        return time.perf_counter() - started

    predict(pipeline, one)  # what is only done at first is not counted
    return {
        "n_rows": len(frame),
        "seconds": min(seconds(frame) for _ in range(TIMES)),
        "single_row_seconds": min(seconds(one) for _ in range(TIMES)),
    }
