"""Fits on growing parts of the rows, within a time limit."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from models_app.evaluating import positive_of
from models_app.fitting import fitted, labels_of, sentence
from models_app.models import ModelMeta
from models_app.samples import sample_of
from runs.enums import ENSEMBLE, Scheme
from runs.search.algorithms import ALGORITHMS
from runs.search.metrics import METRICS
from runs.search.problem import TaskType
from runs.training_data import TrainingData, split_of

if TYPE_CHECKING:
    import numpy as np

# Says how far the work has come, from 0 to 1, and what comes next.
Progress = Callable[[float, str], None]

LIMIT_SECONDS = 30.0
SCORED_ROWS = 20_000  # of each part: more tell no more
STARTS_AT = 0.35  # of the diagnosis


class Stopwatch:
    """Seconds of work: those of the processor, as others may be busy on the machine.

    Of what waits, or works in other processes, a quarter of the time that goes by counts.
    """

    def __init__(self) -> None:
        self.processor, self.wall = time.process_time(), time.monotonic()

    def seconds(self) -> float:
        waited = time.monotonic() - self.wall
        return max(time.process_time() - self.processor, waited / 4)


class Point(NamedTuple):
    """One fit: its size, and its scores, of which greater is better."""

    n_rows: int
    test: float
    train: float | None


class Curve:
    """Fits on parts of the folds' training rows, the small ones first."""

    def __init__(self, model: ModelMeta, data: TrainingData, n_threads: int) -> None:
        from models_app.evaluation.learning import plan
        from runs.search.folds import fold_rows

        run = model.run
        self.model, self.data, self.n_threads = model, data, n_threads
        self.folds = fold_rows(data.y[data.train_rows], split_of(run), data.train_by)
        if run.scheme == Scheme.TIME:  # the last folds have the most rows before them
            self.folds = self.folds[::-1]
        seconds = [s for s in model.trial.fit_seconds if s is not None]
        self.fit_seconds = sum(seconds) / len(seconds) if seconds else 0.0
        # A search that stops fits early has found each fold its own parameters.
        self.full_is_known = bool(
            model.trial.fold_scores and not model.trial.found and run.scheme != "time"
        )
        self.shares, n_folds = plan(
            self.fit_seconds,
            len(self.folds),
            limit=LIMIT_SECONDS,
            full_is_known=self.full_is_known,
        )
        self.folds = self.folds[:n_folds]
        self.watch = Stopwatch()
        self.took: dict[int, float] = {}  # seconds of the last fit of each size

    def sizes(self) -> list[int]:
        from models_app.evaluation.learning import sizes

        n_rows = min(len(train) for train, _ in self.folds)
        return sizes(n_rows, self.shares, n_classes=len(self.data.classes))

    def points(self, progress: Progress) -> tuple[dict[int, list[Point]], bool]:
        """Return the fits of each size, and whether the time sufficed for all."""
        wanted = self.sizes()
        found: dict[int, list[Point]] = {}
        n_fits = len(wanted) * len(self.folds)
        for at, size in enumerate(wanted):
            if size == wanted[-1] and self.full_is_known:
                found[size] = self.full()
                continue
            done: list[Point] = []
            for fold in range(len(self.folds)):
                if not self.has_time(size):
                    if self.full_is_known:
                        found[wanted[-1]] = self.full()
                    return found, False
                share = (at * len(self.folds) + fold) / n_fits
                progress(
                    STARTS_AT + (1 - STARTS_AT) * share, f"fitting on {size:,} rows"
                )
                done.append(self.fit(fold, size))
            found[size] = done
        return found, True

    def has_time(self, size: int) -> bool:
        return self.watch.seconds() + self.expected_seconds(size) <= LIMIT_SECONDS

    def expected_seconds(self, size: int) -> float:
        """Return how long a fit will take, from those before it."""
        whole = min(len(train) for train, _ in self.folds)
        if not self.took:
            return self.fit_seconds / max(1, whole) * size
        known = sorted(self.took)
        least, most = known[0], known[-1]
        if least == most:
            return self.took[most] * size / most
        # On a line: much of a small fit is what every fit begins with.
        a_row = max(0.0, (self.took[most] - self.took[least]) / (most - least))
        return self.took[most] + a_row * (size - most)

    def full(self) -> list[Point]:
        """Return the scores that the search has for all rows of its folds."""
        trial, scoring = self.model.trial, self.model.run.scoring
        train = trial.train_metrics.get(scoring) or [None] * len(trial.fold_scores)
        return [
            Point(len(rows), test, fitted_score)
            for (rows, _), test, fitted_score in zip(
                self.folds, trial.fold_scores, train, strict=False
            )
        ]

    def fit(self, fold: int, size: int) -> Point:
        from models_app.evaluation.learning import nested_order

        run, data = self.model.run, self.data
        train, test = self.folds[fold]
        order = nested_order(
            data.y[data.train_rows[train]],
            seed=run.seed + fold,
            is_class=bool(data.classes),
            keep_order=run.scheme == Scheme.TIME,
        )
        rows = data.train_rows[train[order[:size]]]
        watch = Stopwatch()
        pipeline = fitted(self.model, rows, data, self.n_threads)
        self.took[size] = watch.seconds()
        tested = self.score(pipeline, data.train_rows[test])
        assert tested is not None, "the metric is undefined on the fold"
        return Point(size, tested, self.score(pipeline, rows))

    def score(self, pipeline: Any, rows: "np.ndarray") -> float | None:  # noqa: ANN401
        from models_app.evaluation.predicting import encode, predict
        from models_app.evaluation.scoring import aligned, score_of

        run, data = self.model.run, self.data
        rows = rows[sample_of(len(rows), max_rows=SCORED_ROWS)]
        answers, probabilities = predict(pipeline, data.rows(rows))
        if not data.classes:
            task = TaskType(run.task)
            return score_of(run.scoring, data.y[rows], answers, task=task)
        assert probabilities is not None
        labels = labels_of(data)
        positive = positive_of(run, labels)
        return score_of(
            run.scoring,
            data.y[rows],
            encode(answers, data.classes),
            aligned(probabilities, pipeline[-1].classes_, data.classes),
            task=TaskType(run.task),
            labels=labels,
            positive=None if positive is None else labels[positive],
        )


def learning_curve(
    model: ModelMeta, data: TrainingData, progress: Progress, n_threads: int = 1
) -> dict[str, Any]:
    """Return scores by number of rows fitted, or why there are none."""
    if model.algorithm == ENSEMBLE or model.algorithm not in ALGORITHMS:
        return {
            "reason": "An ensemble has no learning curve of its own: look at those of "
            "its members."
        }
    curve = Curve(model, data, n_threads)
    try:
        points, is_complete = curve.points(progress)
    except Exception as error:  # noqa: BLE001 - an estimator raises anything
        return {"reason": f"A fit on fewer rows failed: {sentence(error)}"}
    if len(points) < 2:
        return {
            "reason": f"A fit of this model takes too long for a learning curve within "
            f"{LIMIT_SECONDS:.0f} seconds of work."
        }
    return summarized(model, curve, points, is_complete=is_complete)


def summarized(
    model: ModelMeta,
    curve: Curve,
    points: dict[int, list[Point]],
    *,
    is_complete: bool,
) -> dict[str, Any]:
    from models_app.evaluation.learning import verdict

    metric = METRICS[model.run.scoring]
    n_fitted = list(points)
    scores = [[p.test for p in of_size] for of_size in points.values()]
    last = metric.display(sum(scores[-1]) / len(scores[-1]))
    remaining = 1 - last if metric.greater_is_better else last
    judged = verdict(n_fitted, scores, remaining=remaining)
    return {
        "metric": metric.name,
        "n_folds": len(curve.folds),
        "n_rows": n_fitted,
        "test": [[metric.display(s) for s in of_size] for of_size in scores],
        "train": [
            [None if p.train is None else metric.display(p.train) for p in of_size]
            for of_size in points.values()
        ],
        "full_from_search": curve.full_is_known,
        "is_complete": is_complete,
        "limit_seconds": LIMIT_SECONDS,
        "verdict": None if judged is None else judged._asdict(),
    }
