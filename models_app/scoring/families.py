"""How a family of models is explained row by row, and what that takes.

Nothing heavy is imported: pages say beforehand what a worker will do.
"""

from typing import Literal

Family = Literal["linear", "trees", "other"]

# Columns that are named for each row; the others are added up.
MAX_DRIVERS = 5
# Of a model without an explainer of its own each row takes a tenth of a second or more.
SAMPLED_ROWS = 2_000
SAMPLED_SECONDS = 300.0
# No file keeps a worker longer than that.
MAX_SECONDS = 2 * 3600.0

_LINEAR = frozenset({"logistic_regression", "ridge", "elastic_net"})
_TREES = frozenset(
    {
        *("decision_tree", "random_forest", "extra_trees", "gradient_boosting"),
        *("hist_gradient_boosting", "lightgbm", "xgboost", "catboost"),
    }
)


def family_of(algorithm: str) -> Family:
    """Tell by what the rows of an algorithm's models are explained.

    Parameters
    ----------
    algorithm : str
        Name in the registry of algorithms, or that of an ensemble.

    Returns
    -------
    str
        "linear" and "trees" have an exact explainer of their own; of "other" models rows
        are mixed with training rows.
    """
    if algorithm in _LINEAR:
        return "linear"
    return "trees" if algorithm in _TREES else "other"


def duration(seconds: float) -> str:
    """Say about how long something takes.

    Parameters
    ----------
    seconds : float
        The time.

    Returns
    -------
    str
        Such as "40 s", "3 minutes" or "2.5 hours".
    """
    if seconds < 90:
        return f"{max(1.0, seconds):.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.3g} hours"
