"""Parameters of single trees and of forests."""

from runs.search.parameters.kinds import (
    BOOLS,
    CLASSIFICATION,
    FROM_1,
    FROM_2,
    NONE,
    NOT_NEGATIVE,
    SHARE,
    Parameter,
    Reals,
    Value,
)


def _tree(*, forest: bool) -> tuple[Parameter, ...]:
    weights: tuple[Value, ...] = (None, "balanced")
    if forest:
        weights = (*weights, "balanced_subsample")
    return (
        Parameter(
            "max_depth",
            "Longest path from root to leaf; None for no limit",
            whole=FROM_1,
            words=NONE,
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
            "max_features",
            "Columns considered at each split, as a count, a share or a rule",
            whole=FROM_1,
            reals=SHARE,
            words=("sqrt", "log2", None),
        ),
        Parameter(
            "max_leaf_nodes",
            "Most leaves of a tree; None for no limit",
            whole=FROM_2,
            words=NONE,
        ),
        Parameter(
            "min_impurity_decrease",
            "Least gain a split must bring",
            reals=NOT_NEGATIVE,
        ),
        Parameter(
            "ccp_alpha", "Strength of cost-complexity pruning", reals=NOT_NEGATIVE
        ),
        Parameter(
            "criterion",
            "Measure of a split's quality",
            words=(
                "gini",
                "entropy",
                "log_loss",
                "squared_error",
                "absolute_error",
                "poisson",
            ),
        ),
        Parameter(
            "class_weight",
            "Weight of the classes",
            words=weights,
            tasks=CLASSIFICATION,
        ),
    )


DECISION_TREE = _tree(forest=False)

FOREST = (
    Parameter("n_estimators", "Number of trees", whole=FROM_1),
    *_tree(forest=True),
    Parameter("bootstrap", "Draw each tree's rows with replacement", words=BOOLS),
    Parameter(
        "max_samples",
        "Rows drawn for each tree, as a count or a share; None for all",
        whole=FROM_1,
        reals=SHARE,
        words=NONE,
    ),
)

RANDOM_FOREST = EXTRA_TREES = FOREST
