"""The estimator parameters a search space may name, and the values they take."""

import math
from dataclasses import dataclass

from runs.search.problem import TaskType

Value = bool | int | float | str | None
Params = dict[str, Value]

ALL_TASKS = frozenset(TaskType)
CLASSIFICATION = frozenset({TaskType.BINARY, TaskType.MULTICLASS})
REGRESSION = frozenset({TaskType.REGRESSION})


@dataclass(frozen=True)
class Reals:
    """Real numbers a parameter accepts, from ``low`` to ``high``."""

    low: float = 0.0
    high: float = math.inf
    open: bool = False  # whether ``low`` itself is excluded

    def __contains__(self, value: float) -> bool:
        """Tell whether a number is accepted."""
        reaches = value > self.low if self.open else value >= self.low
        return reaches and value <= self.high and math.isfinite(value)

    def __str__(self) -> str:
        """Say what is accepted."""
        text = f"numbers {'above' if self.open else 'from'} {self.low:g}"
        return text + (f" to {self.high:g}" if math.isfinite(self.high) else "")


@dataclass(frozen=True)
class Parameter:
    """One tunable parameter of an estimator.

    Attributes
    ----------
    name : str
        Name of the estimator's argument.
    help : str
        One line for people.
    whole : range, optional
        Whole numbers accepted as such; None if a whole number is only a real one.
    reals : Reals, optional
        Other numbers accepted. ``max_features`` has both: it counts columns as an
        int and is a share of them as a float.
    words : tuple, default=()
        Values accepted besides numbers.
    tasks : frozenset of TaskType
        Tasks for which the parameter exists.
    """

    name: str
    help: str
    whole: range | None = None
    reals: Reals | None = None
    words: tuple[Value, ...] = ()
    tasks: frozenset[TaskType] = ALL_TASKS

    def clean(self, value: Value) -> Value:
        """Return the value in the type the estimator wants.

        Parameters
        ----------
        value : bool, int, float, str or None
            A value as read from a form or a specification.

        Returns
        -------
        bool, int, float, str or None
            The same value; a whole float becomes an int where only ints are accepted.

        Raises
        ------
        ValueError
            If the estimator would not accept the value; the message says what it does.
        """
        # By type too: True equals 1, but an estimator tells them apart.
        if any(value == word and type(value) is type(word) for word in self.words):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            if self.reals is None and float(value).is_integer():
                value = int(value)
            counts = isinstance(value, int) and self.whole is not None
            accepted = self.whole if counts else self.reals
            if accepted is not None and value in accepted:
                return value
        raise ValueError(self._accepted())

    def _accepted(self) -> str:
        kinds = []
        if self.whole is not None:
            upto = "" if self.whole.stop > _MANY else f" to {self.whole.stop - 1}"
            kinds.append(f"whole numbers from {self.whole.start}{upto}")
        if self.reals is not None:
            kinds.append(str(self.reals))
        kinds += ["null" if word is None else str(word).lower() for word in self.words]
        return "accepts " + ", ".join(kinds)


_MANY = 2**31 - 2
_FROM_1 = range(1, _MANY + 2)
_FROM_2 = range(2, _MANY + 2)
_SHARE = Reals(high=1.0, open=True)
_POSITIVE = Reals(open=True)
_NOT_NEGATIVE = Reals()
_NONE: tuple[Value, ...] = (None,)
_BOOLS: tuple[Value, ...] = (True, False)


def _tree(*, forest: bool) -> tuple[Parameter, ...]:
    weights: tuple[Value, ...] = (None, "balanced")
    if forest:
        weights = (*weights, "balanced_subsample")
    return (
        Parameter(
            "max_depth",
            "Longest path from root to leaf; null for no limit",
            whole=_FROM_1,
            words=_NONE,
        ),
        Parameter(
            "min_samples_leaf",
            "Fewest rows in a leaf, as a count or a share",
            whole=_FROM_1,
            reals=Reals(high=0.5, open=True),
        ),
        Parameter(
            "min_samples_split",
            "Fewest rows a node needs to be split, as a count or a share",
            whole=_FROM_2,
            reals=_SHARE,
        ),
        Parameter(
            "max_features",
            "Columns considered at each split, as a count, a share or a rule",
            whole=_FROM_1,
            reals=_SHARE,
            words=("sqrt", "log2", None),
        ),
        Parameter(
            "max_leaf_nodes",
            "Most leaves of a tree; null for no limit",
            whole=_FROM_2,
            words=_NONE,
        ),
        Parameter(
            "min_impurity_decrease",
            "Least gain a split must bring",
            reals=_NOT_NEGATIVE,
        ),
        Parameter(
            "ccp_alpha", "Strength of cost-complexity pruning", reals=_NOT_NEGATIVE
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

RANDOM_FOREST = (
    Parameter("n_estimators", "Number of trees", whole=_FROM_1),
    *_tree(forest=True),
    Parameter("bootstrap", "Draw each tree's rows with replacement", words=_BOOLS),
    Parameter(
        "max_samples",
        "Rows drawn for each tree, as a count or a share; null for all",
        whole=_FROM_1,
        reals=_SHARE,
        words=_NONE,
    ),
)

HIST_GRADIENT_BOOSTING = (
    Parameter("max_iter", "Number of boosting iterations", whole=_FROM_1),
    Parameter("learning_rate", "Share of each tree that is added", reals=_POSITIVE),
    Parameter(
        "max_leaf_nodes",
        "Most leaves of a tree; null for no limit",
        whole=_FROM_2,
        words=_NONE,
    ),
    Parameter(
        "max_depth",
        "Longest path from root to leaf; null for no limit",
        whole=_FROM_1,
        words=_NONE,
    ),
    Parameter("min_samples_leaf", "Fewest rows in a leaf", whole=_FROM_1),
    Parameter("l2_regularization", "Strength of the L2 penalty", reals=_NOT_NEGATIVE),
    Parameter(
        "max_features",
        "Share of the columns considered at each split",
        reals=_SHARE,
    ),
    Parameter("max_bins", "Most bins of a numeric column", whole=range(2, 256)),
    Parameter(
        "early_stopping",
        "Stop when a validation part no longer improves",
        words=("auto", *_BOOLS),
    ),
    Parameter(
        "validation_fraction",
        "Share of the rows watched for early stopping",
        reals=Reals(high=0.9, open=True),
    ),
    Parameter(
        "n_iter_no_change",
        "Iterations without improvement before stopping",
        whole=_FROM_1,
    ),
    Parameter("tol", "Improvement that counts for early stopping", reals=_NOT_NEGATIVE),
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

LOGISTIC_REGRESSION = (
    Parameter("C", "Inverse strength of the penalty", reals=_POSITIVE),
    Parameter(
        "l1_ratio",
        "Share of the L1 penalty; above 0 it needs the solver saga",
        reals=Reals(high=1.0),
    ),
    Parameter("class_weight", "Weight of the classes", words=(None, "balanced")),
    Parameter("fit_intercept", "Learn an intercept", words=_BOOLS),
    Parameter(
        "solver",
        "Optimisation method",
        words=("lbfgs", "newton-cg", "newton-cholesky", "sag", "saga", "liblinear"),
    ),
    Parameter("max_iter", "Most iterations of the solver", whole=_FROM_1),
    Parameter("tol", "Precision at which the solver stops", reals=_NOT_NEGATIVE),
)

RIDGE = (
    Parameter("alpha", "Strength of the penalty", reals=_NOT_NEGATIVE),
    Parameter("fit_intercept", "Learn an intercept", words=_BOOLS),
    Parameter("positive", "Allow no negative coefficients", words=_BOOLS),
    Parameter(
        "solver",
        "Method of solution",
        words=("auto", "svd", "cholesky", "lsqr", "sparse_cg", "sag", "saga", "lbfgs"),
    ),
    Parameter("max_iter", "Most iterations of the solver", whole=_FROM_1),
    Parameter("tol", "Precision at which the solver stops", reals=_NOT_NEGATIVE),
)

PARAMETERS: dict[str, tuple[Parameter, ...]] = {
    "logistic_regression": LOGISTIC_REGRESSION,
    "ridge": RIDGE,
    "random_forest": RANDOM_FOREST,
    "hist_gradient_boosting": HIST_GRADIENT_BOOSTING,
    "decision_tree": DECISION_TREE,
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
