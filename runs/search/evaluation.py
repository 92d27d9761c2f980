"""Scoring trials on folds, several from one fit where that is possible."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

from runs.search.algorithms import Algorithm, resolve
from runs.search.estimators.boosting import AUTO_LIMIT
from runs.search.folds import FoldData
from runs.search.memory import give_back, peak_bytes, reset_peak
from runs.search.metrics import Scorer
from runs.search.parameters import Params, Value
from runs.search.planning import params_key
from runs.search.problem import TaskType
from runs.search.results import Progress, TrialResult, collected, sentence
from runs.search.scoring import Scoring
from runs.search.sharing import adapted, fit_curve, fit_group
from runs.search.sharing.curves import Curve
from runs.search.threads import limit_threads

__all__ = ["Interrupted", "TrialResult", "evaluate_unit"]

Keep = bool | Callable[[float], bool]
Prune = Callable[[Params, int, float], bool]
Turn = Callable[[int], AbstractContextManager[int]]


class Interrupted(Exception):  # noqa: N818  (nothing went wrong)
    """The evaluation was told to stop; nothing of it counts."""


@dataclass(frozen=True)
class _Work:
    """What all folds of a unit have in common."""

    algorithm: Algorithm
    scoring: Scoring
    task: TaskType
    random_state: int
    n_threads: int
    # Most iterations of a model whose number of them is still to be found.
    limit: int = AUTO_LIMIT
    turn: Turn | None = None

    @contextmanager
    def on(self, folds: Sequence[FoldData], share: float = 1.0) -> Iterator["_Work"]:
        """Work on a share of the rows when it is this process's turn."""
        if self.turn is None:
            with limit_threads(self.n_threads):
                yield self
            return
        size = max(fold.X_train.nbytes for fold in folds)
        with self.turn(round(share * size)) as n_threads, limit_threads(n_threads):
            try:
                yield replace(self, n_threads=n_threads)
            finally:
                # Before the next one begins.
                for fold in folds:
                    fold.let_go()
                give_back()


def evaluate_unit(
    algorithm: Algorithm | str,
    unit_params: Sequence[Mapping[str, Value]],
    folds: Sequence[FoldData],
    *,
    task: TaskType,
    scorers: Mapping[str, Scorer],
    ranking: str,
    random_state: int,
    n_threads: int = 1,
    train_scores: bool = False,
    keep_predictions: Keep = False,
    rungs: Sequence[float] = (1.0,),
    resource: Literal["rows", "path"] = "rows",
    should_prune: Prune | None = None,
    on_fold: Callable[[int, list[list[float]]], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    turn: Turn | None = None,
) -> list[TrialResult]:
    """Score trials that share their fits on every fold.

    The scores are those of separate fits; see ``runs.search.sharing``. A trial whose
    path parameter is ``"auto"`` gets the number of iterations with the best mean score
    over the folds.

    Parameters
    ----------
    algorithm : Algorithm or str
        The algorithm.
    unit_params : sequence of mapping
        Parameter combinations that differ in ``algorithm.shared`` only.
    folds : sequence of FoldData
        The folds of the algorithm's recipe.
    task : TaskType
        What is to be predicted.
    scorers : mapping of str to callable
        ``scorer(estimator, X, y)`` by metric; greater is better.
    ranking : str
        The metric whose mean is a trial's value.
    random_state : int
        Seed of the estimators. Equal to the split's seed, it gives the scores of
        ``make_pipeline`` with that seed.
    n_threads : int, default=1
        Threads a fit may use.
    train_scores : bool, default=False
        Whether to score on the rows fitted, too.
    keep_predictions : bool or callable, default=False
        Whether results hold the out-of-fold predictions; ``keep(value)`` decides by a
        trial's value.
    rungs : sequence of float, default=(1.0,)
        Shares of the resource, ascending, the last one 1.
    resource : {"rows", "path"}, default="rows"
        What a rung has a share of: the rows fitted on, or the path parameter.
    should_prune : callable, optional
        ``should_prune(params, rung, value)`` is asked after each rung but the last.
    on_fold : callable, optional
        Called as ``on_fold(index, scores)`` when a fold is begun, with the fold scores
        of each trial so far.
    should_stop : callable, optional
        Asked before each fold.
    turn : callable, optional
        ``with turn(n_bytes) as n_threads`` is where arrays of that size are fitted on:
        for large tables, of which not all processes may hold much at the same time.

    Returns
    -------
    list of TrialResult
        In the order of ``unit_params``.

    Raises
    ------
    Interrupted
        If ``should_stop`` returned True.
    ValueError
        If the trials cannot share a fit.
    """
    algorithm = resolve(algorithm, task)
    _check_unit(algorithm, unit_params)
    trials = [Progress(dict(params)) for params in unit_params]
    scoring = Scoring(scorers, ranking, task, train_scores=train_scores)
    work = _Work(algorithm, scoring, task, random_state, n_threads, turn=turn)

    def _pause(index: int) -> None:
        if should_stop is not None and should_stop():
            raise Interrupted
        if on_fold is not None:
            on_fold(index, [list(trial.scores(ranking)) for trial in trials])

    reset_peak()
    for rung, share in enumerate(rungs[:-1]):
        _climb(work, trials, folds, rung, share, resource, should_prune, _pause)
    alive = [trial for trial in trials if trial.is_alive]
    if alive:
        with work.on(folds) as now:
            keep = keep_predictions is not False
            _evaluate(now, alive, folds, keep=keep, pause=_pause)
    memory = peak_bytes()
    return [
        trial.result(ranking, memory, keep_predictions, n_rows=_n_rows(folds))
        for trial in trials
    ]


def _n_rows(folds: Sequence[FoldData]) -> int:
    return max(
        max(
            int(fold.test_rows.max(initial=-1)) + 1,
            len(fold.y_train) + len(fold.y_test),
        )
        for fold in folds
    )


def _check_unit(
    algorithm: Algorithm, unit_params: Sequence[Mapping[str, Value]]
) -> None:
    rests = {
        params_key({k: v for k, v in params.items() if k not in algorithm.shared})
        for params in unit_params
    }
    path = algorithm.path.name if algorithm.path else ""
    named = {path in params for params in unit_params}
    # The same combination twice would be one trial counted twice.
    repeated = len(set(map(params_key, unit_params))) < len(unit_params)
    if len(rests) > 1 or len(named) > 1 or repeated:
        raise ValueError(
            f"Trials of a unit must differ in {', '.join(sorted(algorithm.shared))} of "
            f"{algorithm.name}, and in nothing else."
        )


# --- Rungs ----------------------------------------------------------------------------


def _climb(
    work: _Work,
    trials: Sequence[Progress],
    folds: Sequence[FoldData],
    rung: int,
    share: float,
    resource: str,
    should_prune: Prune | None,
    pause: Callable[[int], None],
) -> None:
    """Score the trials on a share of the resource, and let go those that are behind."""
    alive = [
        trial
        for trial in trials
        if trial.is_alive
        and not trial.settled
        and (resource == "rows" or _grows(work, trial.params))
    ]
    if not alive:
        return
    tried = [Progress(_shortened(work, t.params, share, resource)) for t in alive]
    if resource == "path":
        work = replace(work, limit=max(1, round(share * AUTO_LIMIT)))
    with work.on(folds, share if resource == "rows" else 1.0) as now:
        part = list(folds)
        if resource == "rows":
            stratified = work.task.is_classification
            part = [
                fold.sample(share, work.random_state, stratified=stratified)
                for fold in folds
            ]
        _evaluate(now, tried, part, keep=False, pause=pause)
        del part
    for trial, attempt in zip(alive, tried, strict=True):
        trial.take_over(attempt)
        if attempt.error:
            trial.error = attempt.error
            continue
        value = attempt.mean(work.scoring.ranking)
        trial.rungs.append({"resource": share, "value": value})
        trial.settled = resource == "path" and attempt.settled
        trial.pruned = should_prune is not None and should_prune(
            trial.params, rung, value
        )


def _grows(work: _Work, params: Params) -> bool:
    """Tell whether a trial has a path to shorten; without one a rung is all of it."""
    path = work.algorithm.path
    value = params.get(path.name) if path else None
    return value == "auto" or (isinstance(value, int) and value > 1)


def _shortened(work: _Work, params: Params, share: float, resource: str) -> Params:
    path = work.algorithm.path
    value = params.get(path.name) if path else None
    if resource == "path" and path is not None and isinstance(value, int):
        return {**params, path.name: max(1, round(share * value))}
    return params


# --- Folds ----------------------------------------------------------------------------


def _evaluate(
    work: _Work,
    trials: Sequence[Progress],
    folds: Sequence[FoldData],
    *,
    keep: bool,
    pause: Callable[[int], None],
) -> None:
    path = work.algorithm.path
    curved = [t for t in trials if path and t.params.get(path.name) == "auto"]
    plain = [t for t in trials if not any(t is other for other in curved)]
    for index, fold in enumerate(folds):
        alive = [trial for trial in plain if trial.is_alive]
        if not alive:
            break
        pause(index)
        _evaluate_fold(work, alive, adapted(work.algorithm, fold), index, keep=keep)
    for trial in curved:
        _evaluate_curve(work, trial, folds, keep=keep, pause=pause)


def _evaluate_fold(
    work: _Work,
    trials: Sequence[Progress],
    fold: FoldData,
    index: int,
    *,
    keep: bool,
) -> None:
    with collected(trials):
        group = fit_group(
            work.algorithm,
            [trial.params for trial in trials],
            fold,
            task=work.task,
            random_state=work.random_state,
            n_threads=work.n_threads,
        )
        for fitted in group:
            trial = trials[fitted.at]
            if fitted.error is not None:
                trial.error = sentence("Fitting", index + 1, fitted.error)
                continue
            trial.fit_seconds.append(fitted.seconds)
            _score(work, trial, fitted.respond, fold, index, keep=keep)


def _score(
    work: _Work,
    trial: Progress,
    respond: Callable[[Any], Any],
    fold: FoldData,
    index: int,
    *,
    keep: bool,
) -> None:
    if work.turn is not None:
        fold.let_go()  # the rows fitted on, which are not looked at again
    started = time.perf_counter()
    try:
        with collected([trial]):
            response = respond(fold.X_test)
            found = work.scoring.score(response, fold.y_test)
            train = {}
            if work.scoring.train_scores:
                train = work.scoring.score(respond(fold.X_train), fold.y_train)
            predictions = None
            if keep:
                predictions = work.scoring.predictions(response, fold.y_train)
    except Exception as error:  # noqa: BLE001  (any failure is a trial's result)
        trial.error = sentence("Scoring", index + 1, error)
        return
    trial.score_seconds.append(time.perf_counter() - started)
    if not math.isfinite(found[work.scoring.ranking]):
        trial.error = (
            f"The score of fold {index + 1} is not a number: the metric is not "
            "defined for these predictions."
        )
        return
    trial.add(found, train)
    if predictions is not None:
        trial.predictions.append((fold.test_rows, predictions))


# --- The number of iterations, on the mean over the folds --------------------------------


def _evaluate_curve(
    work: _Work,
    trial: Progress,
    folds: Sequence[FoldData],
    *,
    keep: bool,
    pause: Callable[[int], None],
) -> None:
    curves: list[tuple[FoldData, Curve]] = []
    for index, fold in enumerate(folds):
        pause(index)
        ready = adapted(work.algorithm, fold)
        started = time.perf_counter()
        try:
            with collected([trial]):
                curve = fit_curve(
                    work.algorithm,
                    trial.params,
                    ready,
                    task=work.task,
                    random_state=work.random_state,
                    n_threads=work.n_threads,
                    limit=work.limit,
                )
        except Exception as error:  # noqa: BLE001  (any failure is a trial's result)
            trial.error = sentence("Fitting", index + 1, error)
            return
        trial.fit_seconds.append(time.perf_counter() - started)
        curves.append((ready, curve))
    # All have ended by themselves: with more iterations allowed nothing would change.
    trial.settled = all(curve.n_fitted < work.limit for _, curve in curves)
    path = work.algorithm.path
    assert path is not None
    try:
        number = _best_number(work, curves)
    except Exception as error:  # noqa: BLE001  (any failure is a trial's result)
        trial.error = sentence("Scoring", len(folds), error)
        return
    trial.found = {path.name: number}
    for index, (fold, curve) in enumerate(curves):

        def respond(X: Any, curve: Curve = curve) -> Any:  # noqa: ANN401
            return curve.respond(number, X)

        if trial.is_alive:
            _score(work, trial, respond, fold, index, keep=keep)


def _best_number(work: _Work, curves: Sequence[tuple[FoldData, Curve]]) -> int:
    """Choose the number of iterations with the best mean score over the folds.

    A fold alone would choose by its own luck. Only numbers that all folds have reached
    are compared; of equals the smallest is chosen.
    """
    reached = min(curve.n_fitted for _, curve in curves)
    numbers = [n for n in curves[0][1].checkpoints if n < reached] + [reached]
    totals = [0.0] * len(numbers)
    for fold, curve in curves:
        for at, (_, predicted) in enumerate(curve.responses(numbers)):
            totals[at] += work.scoring.quick(fold.y_test, predicted)
    best = max(
        range(len(numbers)),
        key=lambda at: (-math.inf if math.isnan(totals[at]) else totals[at], -at),
    )
    return numbers[best]
