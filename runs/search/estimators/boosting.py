"""Gradient boosting in its kinds."""

from typing import Any

from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)

from runs.search.problem import TaskType

Params = dict[str, Any]

# What a number of iterations that is still to be found stands for in a plain fit.
AUTO_LIMIT = 2000
# Categories that CatBoost combines into one at most.
CTR_COMPLEXITY = 2


def _found(params: Params, name: str) -> Params:
    return {**params, name: AUTO_LIMIT} if params.get(name) == "auto" else params


def gradient_boosting(
    task: TaskType,
    params: Params,
    random_state: int,
    n_threads: int = 1,
) -> Any:  # noqa: ANN401
    """Make a gradient boosting model.

    Parameters
    ----------
    task : TaskType
        What is to be predicted.
    params : dict
        Parameters that differ from the defaults.
    random_state : int
        Seed of everything random in it.
    n_threads : int, default=1
        Threads a fit may use.

    Returns
    -------
    estimator
        Unfitted.
    """
    kind = (
        GradientBoostingClassifier
        if task.is_classification
        else GradientBoostingRegressor
    )
    return kind(**params, random_state=random_state)


def hist_gradient_boosting(
    task: TaskType,
    params: Params,
    random_state: int,
    n_threads: int = 1,
) -> Any:  # noqa: ANN401
    """Make a histogram gradient boosting model.

    Parameters
    ----------
    task : TaskType
        What is to be predicted.
    params : dict
        Parameters that differ from the defaults.
    random_state : int
        Seed of everything random in it.
    n_threads : int, default=1
        Threads a fit may use.

    Returns
    -------
    estimator
        Unfitted.
    """
    kind = (
        HistGradientBoostingClassifier
        if task.is_classification
        else HistGradientBoostingRegressor
    )
    return kind(**params, random_state=random_state)


def lightgbm(
    task: TaskType,
    params: Params,
    random_state: int,
    n_threads: int = 1,
) -> Any:  # noqa: ANN401
    """Make a LightGBM model.

    Parameters
    ----------
    task : TaskType
        What is to be predicted.
    params : dict
        Parameters that differ from the defaults.
    random_state : int
        Seed of everything random in it.
    n_threads : int, default=1
        Threads a fit may use.

    Returns
    -------
    estimator
        Unfitted.
    """
    from lightgbm import LGBMClassifier, LGBMRegressor  # noqa: PLC0415 - heavy

    kind = LGBMClassifier if task.is_classification else LGBMRegressor
    return kind(
        **_found(params, "n_estimators"),
        random_state=random_state,
        n_jobs=n_threads,
        verbose=-1,
        # The same sums in the same order, whatever the machine finds faster today.
        deterministic=True,
        force_row_wise=True,
    )


def xgboost(
    task: TaskType,
    params: Params,
    random_state: int,
    n_threads: int = 1,
) -> Any:  # noqa: ANN401
    """Make an XGBoost model.

    Parameters
    ----------
    task : TaskType
        What is to be predicted.
    params : dict
        Parameters that differ from the defaults.
    random_state : int
        Seed of everything random in it.
    n_threads : int, default=1
        Threads a fit may use.

    Returns
    -------
    estimator
        Unfitted.
    """
    from xgboost import XGBClassifier, XGBRegressor  # noqa: PLC0415 - heavy

    kind = XGBClassifier if task.is_classification else XGBRegressor
    return kind(
        **_found(params, "n_estimators"),
        random_state=random_state,
        n_jobs=n_threads,
        tree_method="hist",
        verbosity=0,
    )


def catboost(
    task: TaskType,
    params: Params,
    random_state: int,
    n_threads: int = 1,
) -> Any:  # noqa: ANN401
    """Make a CatBoost model.

    Parameters
    ----------
    task : TaskType
        What is to be predicted.
    params : dict
        Parameters that differ from the defaults.
    random_state : int
        Seed of everything random in it.
    n_threads : int, default=1
        Threads a fit may use.

    Returns
    -------
    estimator
        Unfitted.
    """
    from catboost import CatBoostClassifier, CatBoostRegressor  # noqa: PLC0415 - heavy

    kind = CatBoostClassifier if task.is_classification else CatBoostRegressor
    return kind(
        # Left to themselves these two depend on the number of iterations, and then the
        # first iterations of a long fit would not be those of a short one.
        max_ctr_complexity=CTR_COMPLEXITY,
        leaf_estimation_iterations=5 if task is TaskType.BINARY else 1,
        **_found(params, "iterations"),
        random_seed=random_state,
        thread_count=n_threads,
        verbose=False,
        allow_writing_files=False,
    )
