"""The rival: scikit-learn's GridSearchCV on the pipeline, folds and scorer of a run."""

# ruff: noqa: PLC0415 - Django's settings come from an environment made first

import os
import time
import warnings
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pandas import DataFrame

    from runs.models import Run
    from runs.search.parameters import Params
    from runs.search.spaces import Space

# Where the estimator stands in the product's pipelines.
STEP = "estimator__"
FoldScores = dict[tuple[str, str], list[float]]


@dataclass
class Reference:
    """What GridSearchCV needed for all algorithms of a run, and its fold scores."""

    seconds: float
    fold_scores: FoldScores


class Search(NamedTuple):
    """What a rival is given: the rows, folds and scorer of a run."""

    X: "DataFrame"
    y: "NDArray[Any]"
    folds: "list[tuple[NDArray[Any], NDArray[Any]]]"
    task: Any
    scorer: Any


def search_of(run: "Run") -> Search:
    """Return the rows of a run's search, read and divided as the product does."""
    from runs.execution import scorers_of
    from runs.search.folds import fold_rows
    from runs.search.problem import TaskType
    from runs.training_data import load_training_data, split_of

    data = load_training_data(run)
    y = data.y[data.train_rows]
    scorers = scorers_of(
        (run.scoring,), run.task, tuple(run.classes), run.positive_class
    )
    return Search(
        X=data.X.iloc[data.train_rows].reset_index(drop=True),
        y=y,
        folds=list(fold_rows(y, split_of(run), data.train_by)),
        task=TaskType(run.task),
        scorer=scorers[run.scoring],
    )


def grid_search(run: "Run", *, n_jobs: int) -> Reference:
    """Search the run's grids with GridSearchCV; reading the table is not counted."""
    from joblib import parallel_config
    from sklearn.model_selection import GridSearchCV

    from runs.management.processes import worker
    from runs.search.algorithms import ALGORITHMS
    from runs.search.pipelines import make_pipeline
    from runs.search.planning import params_key
    from runs.search.spaces import parse_space

    given = search_of(run)
    scores: FoldScores = {}
    seconds = 0.0
    for name, stored in run.spaces.items():
        pipeline = make_pipeline(
            ALGORITHMS[name], {}, task=given.task, random_state=run.seed
        )
        grid = combinations(parse_space(stored, algorithm=name))
        search = GridSearchCV(
            pipeline,
            [as_scikit_learn_names(pipeline[-1], params) for params in grid],
            scoring=given.scorer,
            cv=given.folds,
            refit=False,
            n_jobs=n_jobs,
            error_score="raise",
        )
        # Its processes step back for others as far as the product's workers do: whatever
        # else the machine has to do slows both alike.
        alike = {"initializer": os.nice, "initargs": (worker()["nice"],)}
        with warnings.catch_warnings(), parallel_config("loky", **alike):
            warnings.simplefilter("ignore")
            started = time.perf_counter()
            search.fit(given.X, given.y)
            seconds += time.perf_counter() - started
        keys = [params_key(params) for params in grid]
        scores |= _by_params(name, search.cv_results_, len(given.folds), keys)
    return Reference(seconds, scores)


def as_scikit_learn_names(estimator: Any, params: "Params") -> dict[str, list[Any]]:  # noqa: ANN401
    """Return one combination as a grid of the pipeline's own parameter names.

    What calibrates a classifier or scales a target has the estimator inside.
    """
    inside = {"CalibratedClassifierCV": "estimator__"}
    inside["TransformedTargetRegressor"] = "regressor__"
    step = STEP + inside.get(type(estimator).__name__, "")
    return {f"{step}{name}": [_value(name, value)] for name, value in params.items()}


def _value(name: str, value: object) -> object:
    if name != "hidden_layer_sizes":
        return value
    return tuple(int(size) for size in str(value).split("-"))


def combinations(space: "Space") -> "list[Params]":
    """List a grid; a parameter that another's value switches off is left out."""
    from runs.search.spaces import active, grid_values

    found: dict[str, Params] = {}
    for values in product(*(grid_values(one) for one in space.values())):
        params = dict(zip(space, values, strict=True))
        exists = active(space, params)
        params = {name: value for name, value in params.items() if name in exists}
        found.setdefault(repr(params), params)
    return list(found.values())


def _by_params(
    algorithm: str, results: dict[str, Any], n_splits: int, keys: list[str]
) -> FoldScores:
    """Name the fold scores of each combination; they are in the order of the grid."""
    return {
        (algorithm, key): [
            float(results[f"split{k}_test_score"][index]) for k in range(n_splits)
        ]
        for index, key in enumerate(keys)
    }


def largest_difference(run: "Run", reference: Reference) -> float:
    """Return the largest absolute difference of any fold score."""
    trials = {
        (t.algorithm, t.params_key): t.fold_scores
        for t in run.planned_trials.only("algorithm", "params_key", "fold_scores")
    }
    if trials.keys() != reference.fold_scores.keys():
        raise SystemExit(f"Run {run.pk} has other trials than GridSearchCV.")
    differences = []
    for key, scores in reference.fold_scores.items():
        if len(trials[key]) != len(scores):
            raise SystemExit(f"Run {run.pk} has no score on some folds of {key}.")
        differences += [abs(a - b) for a, b in zip(trials[key], scores, strict=True)]
    return max(differences)
