"""The registry of algorithms: adding one is adding an entry here."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from runs.search import presets
from runs.search.parameters import (
    ALL_TASKS,
    CLASSIFICATION,
    REGRESSION,
    Params,
    Value,
    parameters_of,
)
from runs.search.presets import Presets
from runs.search.problem import SpecError, TaskType
from runs.search.spaces import Space

Recipe = Literal["linear", "tree"]


@dataclass(frozen=True)
class PathParameter:
    """A parameter whose smaller values can be read off a model fitted with a larger.

    Attributes
    ----------
    name : str
        Name of the parameter, for example ``n_estimators``.
    truncate : callable
        ``truncate(estimator, value)`` returns the fitted estimator of the smaller
        value, without changing the given one.
    """

    name: str
    truncate: Callable[[Any, int], Any]


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
    recipe : {"linear", "tree"}
        How its columns are prepared.
    factory : str
        Function of ``runs.search.estimators`` that makes the estimator.
    presets : Presets
        The values it tries by default.
    aliases : tuple of str
        Other names it is known by.
    path : PathParameter, optional
        The parameter along which trials share one fit.
    offered : bool, default=True
        Whether pages offer it; others can be named in a specification.
    """

    name: str
    title: str
    description: str
    tasks: frozenset[TaskType]
    recipe: Recipe
    factory: str
    presets: Presets
    aliases: tuple[str, ...] = ()
    path: PathParameter | None = None
    offered: bool = True

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
            A scikit-learn estimator.
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
        return self.presets.space(task)

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
        return self.presets.grid(task)

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
        return self.presets.first(task)

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
        presets=presets.LOGISTIC_REGRESSION,
        aliases=("logistic", "logit", "lr", "linear"),
    ),
    Algorithm(
        name="ridge",
        title="Ridge regression",
        description="A weighted sum of the columns; quick, and easy to read.",
        tasks=REGRESSION,
        recipe="linear",
        factory="ridge",
        presets=presets.RIDGE,
        aliases=("linear", "ridge regression", "linear regression"),
    ),
    Algorithm(
        name="random_forest",
        title="Random forest",
        description="Many deep trees on random parts of the data; robust untuned.",
        tasks=ALL_TASKS,
        recipe="tree",
        factory="random_forest",
        presets=presets.RANDOM_FOREST,
        aliases=("rf", "forest", "RandomForestClassifier", "RandomForestRegressor"),
        path=PathParameter("n_estimators", _truncate("truncate_forest")),
    ),
    Algorithm(
        name="hist_gradient_boosting",
        title="Histogram gradient boosting",
        description="Small trees, each correcting the ones before; often the best.",
        tasks=ALL_TASKS,
        recipe="tree",
        factory="hist_gradient_boosting",
        presets=presets.HIST_GRADIENT_BOOSTING,
        aliases=(
            "hgb",
            "boosting",
            "gradient boosting",
            "histogram gradient boosting",
            "HistGradientBoostingClassifier",
            "HistGradientBoostingRegressor",
        ),
        path=PathParameter("max_iter", _truncate("truncate_boosting")),
    ),
    Algorithm(
        name="decision_tree",
        title="Decision tree",
        description="One tree of questions; weaker than a forest, but it can be read.",
        tasks=ALL_TASKS,
        recipe="tree",
        factory="decision_tree",
        presets=presets.DECISION_TREE,
        aliases=("tree", "DecisionTreeClassifier", "DecisionTreeRegressor"),
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
