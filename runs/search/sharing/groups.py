"""One fit for all trials that differ only in what their algorithm can share."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from runs.search.algorithms import Algorithm
from runs.search.estimators.cutting import prune_tree
from runs.search.folds import FoldData
from runs.search.parameters import Value
from runs.search.pipelines import integer_codes, tell_categories
from runs.search.planning import params_key
from runs.search.problem import TaskType
from runs.search.sharing import kernels, neighbours, networks, paths
from runs.search.sharing.responses import Response, response_of

Respond = Callable[[Any], Response]


class Fitted(NamedTuple):
    """What became of one trial of a group on one fold.

    Attributes
    ----------
    at : int
        Position of the trial in the group.
    respond : callable
        ``respond(X)`` gives its answers for rows of the fold.
    seconds : float
        Its share of the time of fitting.
    error : Exception or None
        Why there is no model.
    """

    at: int
    respond: Respond
    seconds: float
    error: Exception | None = None


class Fitting(NamedTuple):
    """What all fits of a group have in common."""

    algorithm: Algorithm
    fold: FoldData
    task: TaskType
    random_state: int
    n_threads: int

    def fit(self, params: Mapping[str, Value]) -> Any:  # noqa: ANN401
        """Make and fit one estimator.

        Parameters
        ----------
        params : mapping of str to value
            Its parameters.

        Returns
        -------
        estimator
            Fitted.
        """
        fold = self.fold
        return self.make(params).fit(fold.X_train, fold.y_train)

    def make(self, params: Mapping[str, Value]) -> Any:  # noqa: ANN401
        """Make one estimator that knows which columns are categories.

        Parameters
        ----------
        params : mapping of str to value
            Its parameters.

        Returns
        -------
        estimator
            Unfitted.
        """
        estimator = self.algorithm.make(
            self.task, params, self.random_state, self.n_threads
        )
        if self.algorithm.recipe == "native":
            fold = self.fold
            tell_categories(estimator, fold.categorical, fold.X_train.shape[1])
        if self.algorithm.name == "mlp":
            return networks.quick(estimator)
        return estimator


def adapted(algorithm: Algorithm, fold: FoldData) -> FoldData:
    """Return a fold in the form that an algorithm's estimator takes.

    Parameters
    ----------
    algorithm : Algorithm
        The algorithm.
    fold : FoldData
        A fold of its recipe.

    Returns
    -------
    FoldData
        The same, or for CatBoost one whose category codes are whole numbers.
    """
    if algorithm.name != "catboost" or not fold.categorical:
        return fold
    known: dict[str, FoldData] = fold.__dict__.setdefault("_adapted", {})
    if algorithm.name not in known:
        codes = integer_codes(fold.categorical)
        known[algorithm.name] = replace(
            fold,
            X_train=codes.fit_transform(fold.X_train),
            X_test=codes.transform(fold.X_test),
        )
    return known[algorithm.name]


def fit_group(
    algorithm: Algorithm,
    params_list: Sequence[Mapping[str, Value]],
    fold: FoldData,
    *,
    task: TaskType,
    random_state: int,
    n_threads: int = 1,
) -> Iterator[Fitted]:
    """Fit the trials of a unit on one fold, sharing what can be shared.

    Parameters
    ----------
    algorithm : Algorithm
        The algorithm.
    params_list : sequence of mapping
        Parameter combinations that differ in ``algorithm.shared`` only.
    fold : FoldData
        The fold, as ``adapted`` returns it.
    task : TaskType
        What is to be predicted.
    random_state : int
        Seed of the estimators.
    n_threads : int, default=1
        Threads a fit may use.

    Yields
    ------
    Fitted
        One for each trial, in any order.
    """
    fitting = Fitting(algorithm, fold, task, random_state, n_threads)
    by_path: dict[str, list[int]] = {}
    path = algorithm.path.name if algorithm.path else None
    for index, params in enumerate(params_list):
        rest = {k: v for k, v in params.items() if k != path}
        if algorithm.name == "lightgbm" and params.get("subsample", 1.0) != 1.0:
            # Where LightGBM draws rows, its first trees depend on how many are to come:
            # each length is a fit of its own.
            rest = dict(params)
        else:
            rest = {k: v for k, v in rest.items() if k not in algorithm.shares}
        by_path.setdefault(params_key(rest), []).append(index)
    for indices in by_path.values():
        members = [(index, params_list[index]) for index in indices]
        if len(members) == 1:
            yield from _alone(fitting, members)
        elif algorithm.name == "k_nearest_neighbors":
            yield from _neighbours(fitting, members)
        elif algorithm.name == "kernel_svm":
            yield from _machines(fitting, members)
        elif algorithm.name == "decision_tree":
            yield from _prunings(fitting, members)
        else:
            yield from _along_the_path(fitting, members)


Members = list[tuple[int, Mapping[str, Value]]]


def _failed(index: int, error: Exception) -> Fitted:
    def nothing(X: Any) -> Response:  # noqa: ANN401
        raise error

    return Fitted(index, nothing, 0.0, error)


def _alone(fitting: Fitting, members: Members) -> Iterator[Fitted]:
    for index, params in members:
        started = time.perf_counter()
        try:
            estimator = fitting.fit(params)
        except Exception as error:  # noqa: BLE001  (any failure is a trial's result)
            yield _failed(index, error)
            continue
        seconds = time.perf_counter() - started
        yield Fitted(index, _asking(estimator), seconds)


def _asking(estimator: Any) -> Respond:  # noqa: ANN401
    return lambda X: response_of(estimator, X)


def _along_the_path(fitting: Fitting, members: Members) -> Iterator[Fitted]:
    """Fit the longest and read the others off it; if it fails, the next longest."""
    path = fitting.algorithm.path
    assert path is not None
    waiting = sorted(members, key=lambda member: float(member[1][path.name] or 0))
    while waiting:
        index, params = waiting[-1]
        started = time.perf_counter()
        try:
            longest = fitting.fit(params)
        except Exception as error:  # noqa: BLE001  (any failure is a trial's result)
            waiting.pop()
            yield _failed(index, error)
            continue
        seconds = time.perf_counter() - started
        lengths = [int(params[path.name] or 0) for _, params in waiting]
        respond = paths.shortened(path, longest, lengths)
        for (member, _), length in zip(waiting, lengths, strict=True):
            share = seconds * length / sum(lengths)
            yield Fitted(member, respond(length), share)
        return


def _neighbours(fitting: Fitting, members: Members) -> Iterator[Fitted]:
    n_rows = len(fitting.fold.y_train)
    # A number of neighbours larger than the rows is that trial's error alone.
    possible = [m for m in members if _n_neighbors(m[1]) <= n_rows]
    yield from _alone(fitting, [m for m in members if _n_neighbors(m[1]) > n_rows])
    if not possible:
        return
    most = max(_n_neighbors(params) for _, params in possible)
    started = time.perf_counter()
    try:
        estimator = fitting.fit({**possible[0][1], "n_neighbors": most})
    except Exception:  # noqa: BLE001  (each trial says for itself what is wrong)
        yield from _alone(fitting, possible)
        return
    seconds = (time.perf_counter() - started) / len(possible)
    table = neighbours.Lookup(estimator, most)
    for index, params in possible:
        yield Fitted(index, table.respond(params), seconds)


def _prunings(fitting: Fitting, members: Members) -> Iterator[Fitted]:
    """Grow a tree once and prune it by each trial's strength."""
    started = time.perf_counter()
    try:
        grown = fitting.fit({**members[0][1], "ccp_alpha": 0.0})
    except Exception:  # noqa: BLE001  (each trial says for itself what is wrong)
        yield from _alone(fitting, members)
        return
    shared = (time.perf_counter() - started) / len(members)
    for index, params in members:
        started = time.perf_counter()
        pruned = prune_tree(grown, float(params.get("ccp_alpha") or 0.0))
        seconds = shared + time.perf_counter() - started
        yield Fitted(index, _asking(pruned), seconds)


def _machines(fitting: Fitting, members: Members) -> Iterator[Fitted]:
    fold = fitting.fold
    classes = fitting.task.is_classification
    if not kernels.can_share(
        members[0][1], fold.X_train.shape, is_classification=classes
    ):
        yield from _alone(fitting, members)
        return
    started = time.perf_counter()
    matrices = kernels.Matrices(fold.X_train, members[0][1])
    kernel = matrices.of(fold.X_train)
    shared = (time.perf_counter() - started) / len(members)
    for index, params in members:
        started = time.perf_counter()
        try:
            estimator = kernels.precomputed(fitting.make(params))
            estimator.fit(kernel, fold.y_train)
        except Exception as error:  # noqa: BLE001  (any failure is a trial's result)
            yield _failed(index, error)
            continue
        seconds = shared + time.perf_counter() - started
        yield Fitted(index, _asking_by_kernel(estimator, matrices), seconds)


def _asking_by_kernel(estimator: Any, matrices: kernels.Matrices) -> Respond:  # noqa: ANN401
    return lambda X: response_of(estimator, matrices.of(X))


def _n_neighbors(params: Mapping[str, Value]) -> int:
    return int(params.get("n_neighbors") or 5)
