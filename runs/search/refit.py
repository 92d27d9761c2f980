"""The final fit of a chosen trial."""

import logging
import warnings
from collections.abc import Mapping

import pandas as pd
from sklearn.pipeline import Pipeline

from runs.search.algorithms import Algorithm
from runs.search.parameters import Value
from runs.search.pipelines import make_pipeline
from runs.search.problem import TaskType
from runs.search.targets import clean_target
from runs.search.threads import limit_threads

logger = logging.getLogger(__name__)


def refit(
    algorithm: Algorithm | str,
    params: Mapping[str, Value],
    X: pd.DataFrame,
    y: pd.Series,
    *,
    task: TaskType,
    random_state: int,
    n_threads: int = 1,
) -> Pipeline:
    """Fit a trial's pipeline on all rows of the search.

    Parameters
    ----------
    algorithm : Algorithm or str
        The algorithm.
    params : mapping of str to value
        Its parameters.
    X : DataFrame of shape (n_samples, n_features)
        Rows that are not held out, columns as uploaded.
    y : Series of shape (n_samples,)
        Their targets as uploaded, so that the model predicts labels, not codes.
    task : TaskType
        What is to be predicted.
    random_state : int
        Seed of everything random in the pipeline.
    n_threads : int, default=1
        Threads the fit may use.

    Returns
    -------
    Pipeline
        Fitted, with the steps ``preprocess`` and ``estimator``.
    """
    pipeline = make_pipeline(
        algorithm, params, task=task, random_state=random_state, n_threads=n_threads
    )
    target = clean_target(y, task)
    with warnings.catch_warnings(record=True) as caught, limit_threads(n_threads):
        warnings.simplefilter("always")
        pipeline.fit(X, target)
    for text in dict.fromkeys(str(item.message) for item in caught):
        logger.info("While refitting: %s", text)
    return pipeline
