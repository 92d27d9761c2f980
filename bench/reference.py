"""The rival: scikit-learn's GridSearchCV on the pipeline, folds and scorer of a run."""

# ruff: noqa: PLC0415 - Django's settings come from an environment made first

import time
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runs.models import Run

FoldScores = dict[tuple[str, str], list[float]]


@dataclass
class Reference:
    """What GridSearchCV needed for all algorithms of a run, and its fold scores."""

    seconds: float
    fold_scores: FoldScores


def grid_search(run: "Run", *, n_jobs: int) -> Reference:
    """Search the run's grids with GridSearchCV; reading the table is not counted."""
    from joblib import parallel_config
    from sklearn.model_selection import GridSearchCV

    from runs.execution import scorer_of
    from runs.search.algorithms import ALGORITHMS
    from runs.search.folds import fold_rows
    from runs.search.pipelines import make_pipeline
    from runs.search.planning import params_key
    from runs.search.problem import TaskType
    from runs.search.spaces import grid_values, parse_space
    from runs.training_data import load_training_data, split_of

    data = load_training_data(run)
    X = data.X.iloc[data.train_rows].reset_index(drop=True)
    y = data.y[data.train_rows]
    folds = fold_rows(y, split_of(run))
    task = TaskType(run.task)
    scorer = scorer_of(run.scoring, run.task, tuple(run.classes), run.positive_class)
    scores: FoldScores = {}
    seconds = 0.0
    for name, stored in run.spaces.items():
        space = parse_space(stored, algorithm=name)
        search = GridSearchCV(
            make_pipeline(ALGORITHMS[name], {}, task=task, random_state=run.seed),
            {f"estimator__{p}": grid_values(d) for p, d in space.items()},
            scoring=scorer,
            cv=folds,
            refit=False,
            n_jobs=n_jobs,
            error_score="raise",
        )
        with warnings.catch_warnings(), parallel_config("loky"):
            warnings.simplefilter("ignore")
            started = time.perf_counter()
            search.fit(X, y)
            seconds += time.perf_counter() - started
        scores |= _by_params(name, search.cv_results_, len(folds), params_key)
    return Reference(seconds, scores)


def _by_params(
    algorithm: str,
    results: dict[str, Any],
    n_splits: int,
    params_key: Any,  # noqa: ANN401
) -> FoldScores:
    found: FoldScores = {}
    for index, named in enumerate(results["params"]):
        params = {name.removeprefix("estimator__"): v for name, v in named.items()}
        folds = [results[f"split{k}_test_score"][index] for k in range(n_splits)]
        found[algorithm, params_key(params)] = [float(score) for score in folds]
    return found


def largest_difference(run: "Run", reference: Reference) -> float:
    """Return the largest absolute difference of any fold score."""
    trials = {
        (t.algorithm, t.params_key): t.fold_scores
        for t in run.trials.only("algorithm", "params_key", "fold_scores")
    }
    if trials.keys() != reference.fold_scores.keys():
        raise SystemExit(f"Run {run.pk} has other trials than GridSearchCV.")
    differences = []
    for key, scores in reference.fold_scores.items():
        if len(trials[key]) != len(scores):
            raise SystemExit(f"Run {run.pk} has no score on some folds of {key}.")
        differences += [abs(a - b) for a, b in zip(trials[key], scores, strict=True)]
    return max(differences)
