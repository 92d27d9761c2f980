"""The estimator parameters a search space may name, and the values they take."""

from dataclasses import replace

from runs.search.parameters import boosting, others, trees
from runs.search.parameters.kinds import (
    ALL_TASKS,
    CLASSIFICATION,
    REGRESSION,
    Parameter,
    Params,
    Reals,
    Value,
)
from runs.search.parameters.texts import text_of
from runs.search.problem import TaskType

__all__ = [
    "ALL_TASKS",
    "CLASSIFICATION",
    "PARAMETERS",
    "REGRESSION",
    "Parameter",
    "Params",
    "Reals",
    "Value",
    "parameters_of",
]

_DECLARED: dict[str, tuple[Parameter, ...]] = {
    "baseline": (),
    "logistic_regression": others.LOGISTIC_REGRESSION,
    "ridge": others.RIDGE,
    "elastic_net": others.ELASTIC_NET,
    "k_nearest_neighbors": others.K_NEAREST_NEIGHBORS,
    "kernel_svm": others.KERNEL_SVM,
    "naive_bayes": others.NAIVE_BAYES,
    "decision_tree": trees.DECISION_TREE,
    "random_forest": trees.RANDOM_FOREST,
    "extra_trees": trees.EXTRA_TREES,
    "gradient_boosting": boosting.GRADIENT_BOOSTING,
    "hist_gradient_boosting": boosting.HIST_GRADIENT_BOOSTING,
    "lightgbm": boosting.LIGHTGBM,
    "xgboost": boosting.XGBOOST,
    "catboost": boosting.CATBOOST,
    "mlp": others.MLP,
}

PARAMETERS: dict[str, tuple[Parameter, ...]] = {
    algorithm: tuple(
        replace(parameter, **text_of(algorithm, parameter.name)._asdict())
        for parameter in parameters
    )
    for algorithm, parameters in _DECLARED.items()
}


def parameters_of(algorithm: str, task: TaskType | None = None) -> dict[str, Parameter]:
    """List the parameters a search space of an algorithm may name.

    Parameters
    ----------
    algorithm : str
        Name of the algorithm in the registry.
    task : TaskType, optional
        Keep only what exists for this task; None for all.

    Returns
    -------
    dict of str to Parameter
        Parameters by name, the most important first.
    """
    return {
        parameter.name: parameter
        for parameter in PARAMETERS[algorithm]
        if task is None or task in parameter.tasks
    }
