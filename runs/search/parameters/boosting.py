"""Parameters of gradient boosting in its kinds."""

from runs.search.parameters.kinds import (
    BOOLS,
    CLASSIFICATION,
    FROM_1,
    FROM_2,
    MANY,
    NONE,
    NOT_NEGATIVE,
    POSITIVE,
    REGRESSION,
    SHARE,
    Parameter,
    Reals,
)
from runs.search.problem import TaskType

# The number of iterations is found on the mean score over the folds.
AUTO = "auto"

HIST_GRADIENT_BOOSTING = (
    Parameter("max_iter", "Number of boosting iterations", whole=FROM_1),
    Parameter("learning_rate", "Share of each tree that is added", reals=POSITIVE),
    Parameter(
        "max_leaf_nodes",
        "Most leaves of a tree; None for no limit",
        whole=FROM_2,
        words=NONE,
    ),
    Parameter(
        "max_depth",
        "Longest path from root to leaf; None for no limit",
        whole=FROM_1,
        words=NONE,
    ),
    Parameter("min_samples_leaf", "Fewest rows in a leaf", whole=FROM_1),
    Parameter("l2_regularization", "Strength of the L2 penalty", reals=NOT_NEGATIVE),
    Parameter(
        "max_features",
        "Share of the columns considered at each split",
        reals=SHARE,
    ),
    Parameter("max_bins", "Most bins of a numeric column", whole=range(2, 256)),
    Parameter(
        "early_stopping",
        "Stop when a validation part no longer improves",
        words=("auto", *BOOLS),
    ),
    Parameter(
        "validation_fraction",
        "Share of the rows watched for early stopping",
        reals=Reals(high=0.9, open=True),
    ),
    Parameter(
        "n_iter_no_change",
        "Iterations without improvement before stopping",
        whole=FROM_1,
    ),
    Parameter("tol", "Improvement that counts for early stopping", reals=NOT_NEGATIVE),
    Parameter(
        "class_weight",
        "Weight of the classes",
        words=(None, "balanced"),
        tasks=CLASSIFICATION,
    ),
    Parameter(
        "loss",
        "Loss to be minimised",
        words=("squared_error", "absolute_error", "gamma", "poisson"),
        tasks=REGRESSION,
    ),
)

GRADIENT_BOOSTING = (
    Parameter("n_estimators", "Number of boosting iterations", whole=FROM_1),
    Parameter("learning_rate", "Share of each tree that is added", reals=POSITIVE),
    Parameter(
        "max_depth",
        "Longest path from root to leaf; None for no limit",
        whole=FROM_1,
        words=NONE,
    ),
    Parameter("subsample", "Share of the rows each tree is fitted on", reals=SHARE),
    Parameter(
        "max_features",
        "Columns considered at each split, as a count, a share or a rule",
        whole=FROM_1,
        reals=SHARE,
        words=("sqrt", "log2", None),
    ),
    Parameter(
        "min_samples_leaf",
        "Fewest rows in a leaf, as a count or a share",
        whole=FROM_1,
        reals=Reals(high=0.5, open=True),
    ),
    Parameter(
        "min_samples_split",
        "Fewest rows a node needs to be split, as a count or a share",
        whole=FROM_2,
        reals=SHARE,
    ),
    Parameter(
        "loss",
        "Loss to be minimised",
        words=("squared_error", "absolute_error", "huber"),
        tasks=REGRESSION,
    ),
)

LIGHTGBM = (
    Parameter(
        "n_estimators",
        "Number of boosting iterations; auto finds it on the mean over the folds",
        whole=FROM_1,
        words=(AUTO,),
    ),
    Parameter("learning_rate", "Share of each tree that is added", reals=POSITIVE),
    Parameter("num_leaves", "Most leaves of a tree", whole=range(2, 131_073)),
    Parameter(
        "max_depth",
        "Longest path from root to leaf; -1 for no limit",
        whole=range(-1, 1000),
    ),
    Parameter("min_child_samples", "Fewest rows in a leaf", whole=range(MANY + 2)),
    Parameter(
        "min_child_weight", "Least sum of hessians in a leaf", reals=NOT_NEGATIVE
    ),
    Parameter("min_split_gain", "Least gain a split must bring", reals=NOT_NEGATIVE),
    Parameter(
        "colsample_bytree", "Share of the columns each tree may use", reals=SHARE
    ),
    Parameter("subsample", "Share of the rows a tree is fitted on", reals=SHARE),
    Parameter(
        "subsample_freq",
        "Rows are drawn anew every so many trees; 0 for never",
        whole=range(1000),
    ),
    Parameter("reg_alpha", "Strength of the L1 penalty", reals=NOT_NEGATIVE),
    Parameter("reg_lambda", "Strength of the L2 penalty", reals=NOT_NEGATIVE),
    Parameter("extra_trees", "Draw the thresholds of splits at random", words=BOOLS),
    Parameter("max_bin", "Most bins of a numeric column", whole=range(2, 65_536)),
    Parameter(
        "class_weight",
        "Weight of the classes",
        words=(None, "balanced"),
        tasks=CLASSIFICATION,
    ),
)

XGBOOST = (
    Parameter(
        "n_estimators",
        "Number of boosting iterations; auto finds it on the mean over the folds",
        whole=FROM_1,
        words=(AUTO,),
    ),
    Parameter("learning_rate", "Share of each tree that is added", reals=POSITIVE),
    Parameter(
        "max_depth", "Longest path from root to leaf; 0 for no limit", whole=range(100)
    ),
    Parameter(
        "max_leaves", "Most leaves of a tree; 0 for no limit", whole=range(MANY + 2)
    ),
    Parameter(
        "min_child_weight", "Least sum of hessians in a leaf", reals=NOT_NEGATIVE
    ),
    Parameter("gamma", "Least gain a split must bring", reals=NOT_NEGATIVE),
    Parameter("subsample", "Share of the rows a tree is fitted on", reals=SHARE),
    Parameter(
        "colsample_bytree", "Share of the columns each tree may use", reals=SHARE
    ),
    Parameter(
        "colsample_bynode", "Share of the columns each split may use", reals=SHARE
    ),
    Parameter("reg_alpha", "Strength of the L1 penalty", reals=NOT_NEGATIVE),
    Parameter("reg_lambda", "Strength of the L2 penalty", reals=NOT_NEGATIVE),
    Parameter("max_bin", "Most bins of a numeric column", whole=range(2, 65_536)),
    Parameter(
        "scale_pos_weight",
        "Weight of the rows of the second class",
        reals=POSITIVE,
        tasks=frozenset({TaskType.BINARY}),
    ),
)

CATBOOST = (
    Parameter(
        "iterations",
        "Number of boosting iterations; auto finds it on the mean over the folds",
        whole=FROM_1,
        words=(AUTO,),
    ),
    Parameter("learning_rate", "Share of each tree that is added", reals=POSITIVE),
    Parameter(
        "depth",
        "Depth of the symmetric trees; time doubles with each",
        whole=range(1, 17),
    ),
    Parameter("l2_leaf_reg", "Strength of the L2 penalty", reals=NOT_NEGATIVE),
    Parameter(
        "random_strength", "Randomness of the splits' scores", reals=NOT_NEGATIVE
    ),
    Parameter(
        "bagging_temperature",
        "How uneven the rows' random weights are",
        reals=NOT_NEGATIVE,
    ),
    Parameter("rsm", "Share of the columns each split may use", reals=SHARE),
    Parameter("border_count", "Most bins of a numeric column", whole=range(1, 65_536)),
    Parameter("min_data_in_leaf", "Fewest rows in a leaf", whole=FROM_1),
    Parameter(
        "one_hot_max_size",
        "Categories with at most so many values become indicators",
        whole=range(256),
    ),
    Parameter(
        "auto_class_weights",
        "Weight of the classes",
        words=(None, "Balanced", "SqrtBalanced"),
        tasks=CLASSIFICATION,
    ),
)
