"""The final fit of a chosen trial."""

import logging
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, LabelEncoder
from sklearn.utils import Bunch

from runs.search.algorithms import Algorithm
from runs.search.memory import give_back
from runs.search.parameters import Value
from runs.search.pipelines import fit_prepared, make_pipeline, plain
from runs.search.problem import TaskType
from runs.search.stored_preparation import fit_stored
from runs.search.targets import clean_target
from runs.search.threads import limit_threads

logger = logging.getLogger(__name__)


def refit(
    algorithm: Algorithm | str,
    params: Mapping[str, Value],
    X: pd.DataFrame | Callable[[], pd.DataFrame],
    y: pd.Series,
    *,
    task: TaskType,
    random_state: int,
    n_threads: int = 1,
    directory: Path | None = None,
) -> Pipeline:
    """Fit a trial's pipeline on all rows of the search.

    Parameters
    ----------
    algorithm : Algorithm or str
        The algorithm.
    params : mapping of str to value
        Its parameters.
    X : DataFrame of shape (n_samples, n_features), or callable
        Rows that are not held out, columns as uploaded; or a function that returns
        them, so that they are gone when the estimator is fitted.
    y : Series of shape (n_samples,)
        Their targets as uploaded, so that the model predicts labels, not codes.
    task : TaskType
        What is to be predicted.
    random_state : int
        Seed of everything random in the pipeline.
    n_threads : int, default=1
        Threads the fit may use.
    directory : Path, optional
        Where the prepared rows of a large table are kept instead of in memory: then
        ``X`` is a function.

    Returns
    -------
    Pipeline
        Fitted, with the steps ``preprocess`` and ``estimator``.
    """
    target = clean_target(y, task)
    del y
    with (
        warnings.catch_warnings(record=True) as caught,
        limit_threads(n_threads),
    ):
        warnings.simplefilter("always")
        pipeline = make_pipeline(
            algorithm, params, task=task, random_state=random_state, n_threads=n_threads
        )
        if _needs_codes(pipeline, target):
            # XGBoost knows no labels: scikit-learn's vote of one turns them into codes.
            name, estimator = pipeline.steps[-1]
            pipeline.steps[-1] = (
                name,
                VotingClassifier([("xgboost", estimator)], voting="soft"),
            )
        preprocessor = pipeline.steps[0][1]
        if directory is not None and callable(X):
            prepared = fit_stored(preprocessor, X, target, directory)
            give_back()
        else:
            rows = X() if callable(X) else X
            prepared = preprocessor.fit_transform(rows, target)
            del rows
        fit_prepared(pipeline, prepared, target)
        del prepared
    for text in dict.fromkeys(str(item.message) for item in caught):
        logger.info("While refitting: %s", text)
    return plain(pipeline)


def _needs_codes(pipeline: Pipeline, target: NDArray[Any]) -> bool:
    if type(pipeline[-1]).__name__ != "XGBClassifier":
        return False
    labels = np.unique(target)
    return labels.dtype.kind not in "iu" or list(labels) != list(range(len(labels)))


def combine(
    pipelines: Sequence[Pipeline],
    weights: Sequence[float],
    *,
    task: TaskType,
    classes: Sequence[Any] = (),
) -> Pipeline:
    """Join fitted pipelines into one that predicts their weighted mean.

    Parameters
    ----------
    pipelines : sequence of Pipeline
        Fitted, on columns as uploaded.
    weights : sequence of float
        A weight for each; they need not add up to 1.
    task : TaskType
        What is predicted.
    classes : sequence, default=()
        Labels in sorted order.

    Returns
    -------
    Pipeline
        Fitted, of scikit-learn's classes only: its last step is a soft vote, or a mean
        of numbers.
    """
    names = [(f"member_{i}", pipeline) for i, pipeline in enumerate(pipelines)]
    members = [pipeline for _, pipeline in names]
    if task.is_classification:
        vote = VotingClassifier(names, voting="soft", weights=list(weights))
        vote.le_ = LabelEncoder()
        # A list of Python objects would become an array of another type.
        vote.le_.classes_ = np.asarray(members[0].classes_)
        vote.classes_ = vote.le_.classes_
    else:
        vote = VotingRegressor(names, weights=list(weights))
    vote.estimators_ = members
    vote.named_estimators_ = Bunch(**dict(names))
    as_it_is = FunctionTransformer()
    return Pipeline([("preprocess", as_it_is), ("estimator", vote)])
