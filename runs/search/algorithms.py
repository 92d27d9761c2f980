"""The registry of algorithms: adding one is adding an entry here."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from runs.search import defaults
from runs.search.defaults import Defaults
from runs.search.parameters import (
    ALL_TASKS,
    CLASSIFICATION,
    REGRESSION,
    Params,
    Value,
    parameters_of,
)
from runs.search.problem import SpecError, TaskType
from runs.search.spaces import Space

Recipe = Literal["linear", "tree", "native"]

NO_LIMIT = 10**9


@dataclass(frozen=True)
class PathParameter:
    """A parameter whose smaller values can be read off a model fitted with a larger.

    Attributes
    ----------
    name : str
        Name of the parameter, for example ``n_estimators``.
    truncate : callable, optional
        ``truncate(estimator, value)`` returns the fitted estimator of the smaller
        value, without changing the given one; None where the estimator itself can be
        told to predict with its first iterations.
    auto : bool, default=False
        Whether the value ``"auto"`` is allowed: it is then found by the evaluation.
    """

    name: str
    truncate: Callable[[Any, int], Any] | None = None
    auto: bool = False


@dataclass(frozen=True)
class Cost:
    """What an algorithm costs, roughly, and where it is not proposed.

    Attributes
    ----------
    relative : float
        Time of a fit on some thousand rows, compared with a logistic regression.
    max_rows : int
        Proposed only up to so many rows: its time grows faster than they do.
    note : str
        One sentence for people.
    """

    relative: float
    max_rows: int = NO_LIMIT
    note: str = ""


@dataclass(frozen=True)
class Algorithm:
    """One learning algorithm, for one task or several.

    Attributes
    ----------
    name : str
        Name in specifications, database and API.
    title : str
        Name for people.
    description : str
        One line for people.
    tasks : frozenset of TaskType
        Tasks it can be used for.
    recipe : {"linear", "tree", "native"}
        How its columns are prepared.
    factory : str
        Function of ``runs.search.estimators`` that makes the estimator.
    defaults : Defaults
        The values it tries by default.
    cost : Cost
        What it costs.
    aliases : tuple of str
        Other names it is known by.
    path : PathParameter, optional
        The parameter along which trials share one fit.
    shares : frozenset of str
        Parameters, besides the path, in which trials of one unit may differ.
    apart : str, default=""
        The one of ``shares`` whose largest value takes about as long to fit as all others
        together, while sharing saves little: a small grid begins with it, by itself.
    offered : bool, default=True
        Whether pages offer it.
    """

    name: str
    title: str
    description: str
    tasks: frozenset[TaskType]
    recipe: Recipe
    factory: str
    defaults: Defaults
    cost: Cost
    aliases: tuple[str, ...] = ()
    path: PathParameter | None = None
    shares: frozenset[str] = frozenset()
    apart: str = ""
    offered: bool = True

    @property
    def shared(self) -> frozenset[str]:
        """Return all parameters in which trials of one unit may differ."""
        return self.shares | ({self.path.name} if self.path else frozenset())

    def proposed(self, n_rows: int, n_columns: int = 0) -> bool:
        """Tell whether the algorithm is proposed for a table of this size.

        Parameters
        ----------
        n_rows : int
            Rows of the table.
        n_columns : int, default=0
            Columns of the table.

        Returns
        -------
        bool
            False where it would take very long.
        """
        return self.offered and n_rows <= self.cost.max_rows

    def make(
        self,
        task: TaskType,
        params: Mapping[str, Value],
        random_state: int,
        n_threads: int = 1,
    ) -> Any:  # noqa: ANN401  (scikit-learn estimators have no common type)
        """Make an unfitted estimator.

        Parameters
        ----------
        task : TaskType
            What is to be predicted.
        params : mapping of str to value
            Parameters that differ from the estimator's own defaults.
        random_state : int
            Seed of everything random in the estimator.
        n_threads : int, default=1
            Threads the estimator may use.

        Returns
        -------
        estimator
            Of the library itself, unfitted.
        """
        factory = _heavy(self.factory)
        return factory(task, dict(params), random_state, n_threads)

    def space(self, task: TaskType) -> Space:
        """Return the default distributions of a random search.

        Parameters
        ----------
        task : TaskType
            What is to be predicted.

        Returns
        -------
        dict of str to Distribution
            The space.
        """
        return self.defaults.space(task)

    def grid(self, task: TaskType) -> Space:
        """Return the default values of a grid search.

        Parameters
        ----------
        task : TaskType
            What is to be predicted.

        Returns
        -------
        dict of str to Distribution
            The space; every distribution can be listed.
        """
        return self.defaults.grid(task)

    def first(self, task: TaskType) -> list[Params]:
        """Return the configurations a random search tries before drawing.

        Parameters
        ----------
        task : TaskType
            What is to be predicted.

        Returns
        -------
        list of dict
            Parameter combinations inside the default space.
        """
        return self.defaults.first(task)

    def parameters(self, task: TaskType) -> dict[str, str]:
        """Return the names a search space may use.

        Parameters
        ----------
        task : TaskType
            What is to be predicted.

        Returns
        -------
        dict of str to str
            One line of help for each name.
        """
        known = parameters_of(self.name, task)
        return {name: parameter.help for name, parameter in known.items()}


def _heavy(name: str) -> Callable[..., Any]:
    # By name and late: the web process lists algorithms and must not load scikit-learn.
    module = importlib.import_module("runs.search.estimators")
    function: Callable[..., Any] = getattr(module, name)
    return function


def _truncate(name: str) -> Callable[[Any, int], Any]:
    def truncate(estimator: Any, value: int) -> Any:  # noqa: ANN401
        return _heavy(name)(estimator, value)

    return truncate


_ENTRIES = (
    Algorithm(
        name="logistic_regression",
        title="Logistic regression",
        description="A weighted sum of the columns; quick, and easy to read.",
        tasks=CLASSIFICATION,
        recipe="linear",
        factory="logistic_regression",
        defaults=defaults.LOGISTIC_REGRESSION,
        cost=Cost(1, note="Seconds, also on large tables."),
        aliases=(
            "logistic",
            "logit",
            "lr",
            "linear",
            "LogisticRegression",
        ),
    ),
    Algorithm(
        name="ridge",
        title="Ridge regression",
        description="A weighted sum of the columns; quick, and easy to read.",
        tasks=REGRESSION,
        recipe="linear",
        factory="ridge",
        defaults=defaults.RIDGE,
        cost=Cost(0.2, note="Seconds, also on large tables."),
        aliases=(
            "linear",
            "ridge regression",
            "linear regression",
        ),
    ),
    Algorithm(
        name="elastic_net",
        title="Elastic net",
        description="A weighted sum that leaves columns out which do not help.",
        tasks=REGRESSION,
        recipe="linear",
        factory="elastic_net",
        defaults=defaults.ELASTIC_NET,
        cost=Cost(0.5, note="Seconds, also on large tables."),
        aliases=(
            "enet",
            "lasso",
            "ElasticNet",
        ),
    ),
    Algorithm(
        name="naive_bayes",
        title="Naive Bayes",
        description="Each column speaks for itself; very quick, seldom the best.",
        tasks=CLASSIFICATION,
        recipe="linear",
        factory="naive_bayes",
        defaults=defaults.NAIVE_BAYES,
        cost=Cost(0.2, note="Fractions of a second."),
        aliases=(
            "nb",
            "bayes",
            "GaussianNB",
        ),
    ),
    Algorithm(
        name="k_nearest_neighbors",
        title="Nearest neighbours",
        description="Asks the most similar rows; good where likeness is meaningful.",
        tasks=ALL_TASKS,
        recipe="linear",
        factory="k_nearest_neighbors",
        defaults=defaults.K_NEAREST_NEIGHBORS,
        cost=Cost(
            1, max_rows=50_000, note="Its time grows with the square of the rows."
        ),
        aliases=(
            "knn",
            "neighbors",
            "neighbours",
            "KNeighborsClassifier",
            "KNeighborsRegressor",
        ),
        shares=frozenset({"n_neighbors", "weights"}),
    ),
    Algorithm(
        name="kernel_svm",
        title="Support vector machine",
        description="Smooth boundaries by similarity of rows; strong on small tables.",
        tasks=ALL_TASKS,
        recipe="linear",
        factory="kernel_svm",
        defaults=defaults.KERNEL_SVM,
        cost=Cost(
            10,
            max_rows=10_000,
            note="Its time grows with the square of the rows and more.",
        ),
        aliases=(
            "svm",
            "svc",
            "svr",
            "SVC",
            "SVR",
            "kernel svm",
        ),
        shares=frozenset({"C", "class_weight", "epsilon", "tol"}),
        apart="C",
    ),
    Algorithm(
        name="decision_tree",
        title="Decision tree",
        description="One tree of questions; weaker than a forest, but it can be read.",
        tasks=ALL_TASKS,
        recipe="tree",
        factory="decision_tree",
        defaults=defaults.DECISION_TREE,
        cost=Cost(0.5, note="Fractions of a second to seconds."),
        aliases=(
            "tree",
            "cart",
            "DecisionTreeClassifier",
            "DecisionTreeRegressor",
        ),
        shares=frozenset({"ccp_alpha"}),
    ),
    Algorithm(
        name="random_forest",
        title="Random forest",
        description="Many deep trees on random parts of the data; robust untuned.",
        tasks=ALL_TASKS,
        recipe="tree",
        factory="random_forest",
        defaults=defaults.RANDOM_FOREST,
        cost=Cost(15, note="Seconds to minutes; large models."),
        aliases=(
            "rf",
            "forest",
            "RandomForestClassifier",
            "RandomForestRegressor",
        ),
        path=PathParameter("n_estimators", _truncate("cut_forest")),
    ),
    Algorithm(
        name="extra_trees",
        title="Extra trees",
        description="A forest with random thresholds; smoother, and errs differently.",
        tasks=ALL_TASKS,
        recipe="tree",
        factory="extra_trees",
        defaults=defaults.EXTRA_TREES,
        cost=Cost(12, note="Seconds to minutes; large models."),
        aliases=(
            "et",
            "xt",
            "extremely randomized trees",
            "ExtraTreesClassifier",
            "ExtraTreesRegressor",
        ),
        path=PathParameter("n_estimators", _truncate("cut_forest")),
    ),
    Algorithm(
        name="gradient_boosting",
        title="Gradient boosting",
        description="Small exact trees, each correcting the ones before.",
        tasks=ALL_TASKS,
        recipe="linear",
        factory="gradient_boosting",
        defaults=defaults.GRADIENT_BOOSTING,
        cost=Cost(
            20, max_rows=20_000, note="Slow on many rows; the histogram kind is not."
        ),
        aliases=(
            "gbm",
            "gb",
            "GradientBoostingClassifier",
            "GradientBoostingRegressor",
        ),
        path=PathParameter("n_estimators", _truncate("cut_boosting")),
    ),
    Algorithm(
        name="hist_gradient_boosting",
        title="Histogram gradient boosting",
        description="Small trees on binned columns, each correcting the ones before.",
        tasks=ALL_TASKS,
        recipe="native",
        factory="hist_gradient_boosting",
        defaults=defaults.HIST_GRADIENT_BOOSTING,
        cost=Cost(6, note="Seconds; fit for large tables."),
        aliases=(
            "hgb",
            "boosting",
            "histogram gradient boosting",
            "HistGradientBoostingClassifier",
            "HistGradientBoostingRegressor",
        ),
        path=PathParameter("max_iter", _truncate("cut_hist_boosting")),
    ),
    Algorithm(
        name="lightgbm",
        title="LightGBM",
        description="Boosting that grows trees leaf by leaf; quick and often the best.",
        tasks=ALL_TASKS,
        recipe="native",
        factory="lightgbm",
        defaults=defaults.LIGHTGBM,
        cost=Cost(4, note="Seconds; fit for large tables."),
        aliases=(
            "lgbm",
            "lgb",
            "LGBMClassifier",
            "LGBMRegressor",
        ),
        path=PathParameter("n_estimators", auto=True),
    ),
    Algorithm(
        name="xgboost",
        title="XGBoost",
        description="Boosting with strong regularisation; quick and often the best.",
        tasks=ALL_TASKS,
        recipe="native",
        factory="xgboost",
        defaults=defaults.XGBOOST,
        cost=Cost(5, note="Seconds; fit for large tables."),
        aliases=(
            "xgb",
            "XGBClassifier",
            "XGBRegressor",
        ),
        path=PathParameter("n_estimators", auto=True),
    ),
    Algorithm(
        name="catboost",
        title="CatBoost",
        description="Boosting of symmetric trees; strong with categories, untuned.",
        tasks=ALL_TASKS,
        recipe="native",
        factory="catboost",
        defaults=defaults.CATBOOST,
        cost=Cost(15, note="Seconds to minutes."),
        aliases=(
            "cat",
            "cb",
            "CatBoostClassifier",
            "CatBoostRegressor",
        ),
        path=PathParameter("iterations", auto=True),
    ),
    Algorithm(
        name="mlp",
        title="Neural network",
        description="A multilayer perceptron; errs differently from trees.",
        tasks=ALL_TASKS,
        recipe="linear",
        factory="mlp",
        defaults=defaults.MLP,
        cost=Cost(8, max_rows=200_000, note="Seconds to minutes."),
        aliases=(
            "nn",
            "neural network",
            "perceptron",
            "MLPClassifier",
            "MLPRegressor",
        ),
    ),
    Algorithm(
        name="baseline",
        title="Baseline",
        description="Guesses without looking at the columns: the line to beat.",
        tasks=ALL_TASKS,
        recipe="linear",
        factory="baseline",
        defaults=defaults.BASELINE,
        cost=Cost(0.01, note="No time at all."),
        aliases=(
            "dummy",
            "DummyClassifier",
            "DummyRegressor",
        ),
        offered=False,
    ),
)

ALGORITHMS: dict[str, Algorithm] = {entry.name: entry for entry in _ENTRIES}


def algorithms_for(task: TaskType) -> list[Algorithm]:
    """List the algorithms that pages offer for a task.

    Parameters
    ----------
    task : TaskType
        What is to be predicted.

    Returns
    -------
    list of Algorithm
        In the order of the registry.
    """
    return [entry for entry in _ENTRIES if entry.offered and task in entry.tasks]


def resolve(name: str | Algorithm, task: TaskType) -> Algorithm:
    """Find an algorithm by its name or an alias, in any spelling.

    Parameters
    ----------
    name : str or Algorithm
        For example ``"rf"``, ``"Random Forest"`` or ``"RandomForestClassifier"``.
    task : TaskType
        What is to be predicted; ``"linear"`` means something else for each.

    Returns
    -------
    Algorithm
        The entry of the registry.

    Raises
    ------
    SpecError
        If there is no such algorithm for the task.
    """
    if isinstance(name, Algorithm):
        return name
    wanted = _plain(name)
    for entry in _ENTRIES:
        spellings = (entry.name, entry.title, *entry.aliases)
        if task in entry.tasks and wanted in map(_plain, spellings):
            return entry
    known = ", ".join(entry.name for entry in _ENTRIES if task in entry.tasks)
    raise SpecError(
        f"There is no algorithm {name!r} for {task.value}; known are {known}.",
        field="algorithms",
        algorithm=name,
    )


def _plain(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())
