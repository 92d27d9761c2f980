"""The estimators behind the registry: every function makes one, unfitted.

All of them take the same arguments, so that the registry can call any; what an estimator
has no use for is ignored. The boosting libraries are imported when they are first wanted.
"""

from runs.search.estimators.boosting import (
    catboost,
    gradient_boosting,
    hist_gradient_boosting,
    lightgbm,
    xgboost,
)
from runs.search.estimators.cutting import (
    cut_boosting,
    cut_forest,
    cut_hist_boosting,
)
from runs.search.estimators.linear import elastic_net, logistic_regression, ridge
from runs.search.estimators.others import (
    baseline,
    k_nearest_neighbors,
    kernel_svm,
    mlp,
    naive_bayes,
)
from runs.search.estimators.trees import decision_tree, extra_trees, random_forest

__all__ = [
    "baseline",
    "catboost",
    "cut_boosting",
    "cut_forest",
    "cut_hist_boosting",
    "decision_tree",
    "elastic_net",
    "extra_trees",
    "gradient_boosting",
    "hist_gradient_boosting",
    "k_nearest_neighbors",
    "kernel_svm",
    "lightgbm",
    "logistic_regression",
    "mlp",
    "naive_bayes",
    "random_forest",
    "ridge",
    "xgboost",
]
