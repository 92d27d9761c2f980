"""Scoring trials on folds, several from one fit where that is possible."""

import math
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from runs.search.algorithms import Algorithm, resolve
from runs.search.folds import FoldData
from runs.search.metrics import Scorer
from runs.search.parameters import Params, Value
from runs.search.planning import params_key
from runs.search.problem import TaskType
from runs.search.threads import limit_threads

# More distinct warnings than this help nobody.
_MAX_WARNINGS = 20
_MAX_TEXT = 500


class Interrupted(Exception):  # noqa: N818  (nothing went wrong)
    """The evaluation was told to stop; nothing of it counts."""


@dataclass(frozen=True)
class TrialResult:
    """What became of one trial.

    Attributes
    ----------
    params : dict
        Parameter combination.
    state : {"complete", "failed"}
        Whether every fold has a score.
    value : float or None
        Mean fold score; None if failed.
    fold_scores : list of float
        Score of each fold; if failed, of the folds before.
    fit_seconds : list of float
        Time of each fold's fit. Where trials share a fit its time is divided among
        them in proportion to their path parameter, so that times add up to what was
        really spent.
    score_seconds : list of float
        Time of each fold's scoring.
    warnings : list of str
        Distinct warnings of fits and scorings.
    error : str
        Why it failed; empty if it did not.
    """

    params: Params
    state: Literal["complete", "failed"]
    value: float | None
    fold_scores: list[float]
    fit_seconds: list[float]
    score_seconds: list[float]
    warnings: list[str]
    error: str


@dataclass
class _Progress:
    """One trial while it is evaluated."""

    params: Params
    length: float
    scores: list[float] = field(default_factory=list)
    fit_seconds: list[float] = field(default_factory=list)
    score_seconds: list[float] = field(default_factory=list)
    messages: dict[str, None] = field(default_factory=dict)
    error: str = ""

    def result(self) -> TrialResult:
        complete = not self.error
        return TrialResult(
            params=self.params,
            state="complete" if complete else "failed",
            value=sum(self.scores) / len(self.scores) if complete else None,
            fold_scores=self.scores,
            fit_seconds=self.fit_seconds,
            score_seconds=self.score_seconds,
            warnings=list(self.messages)[:_MAX_WARNINGS],
            error=self.error,
        )


def evaluate_unit(
    algorithm: Algorithm | str,
    unit_params: Sequence[Mapping[str, Value]],
    folds: Sequence[FoldData],
    *,
    task: TaskType,
    scorer: Scorer,
    random_state: int,
    n_threads: int = 1,
    on_fold: Callable[[int, list[list[float]]], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> list[TrialResult]:
    """Score trials that share one fit on every fold.

    In each fold the trial with the largest path parameter is fitted, and the others
    are read off it; the scores are those of separate fits, to the last bit. If that
    fit fails, its trial fails and the next largest is fitted.

    Parameters
    ----------
    algorithm : Algorithm or str
        The algorithm.
    unit_params : sequence of mapping
        Parameter combinations that differ in the path parameter only.
    folds : sequence of FoldData
        The folds of the algorithm's recipe.
    task : TaskType
        What is to be predicted.
    scorer : callable
        ``scorer(estimator, X, y)``, greater is better.
    random_state : int
        Seed of the estimators. Equal to the split's seed, it gives the scores of
        ``make_pipeline`` with that seed.
    n_threads : int, default=1
        Threads a fit may use.
    on_fold : callable, optional
        Called as ``on_fold(index, scores)`` when a fold is begun, with the fold scores
        of each trial so far.
    should_stop : callable, optional
        Asked before each fold.

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
    trials = _trials(algorithm, unit_params)
    with limit_threads(n_threads):
        for index, fold in enumerate(folds):
            if should_stop is not None and should_stop():
                raise Interrupted
            if on_fold is not None:
                on_fold(index, [list(trial.scores) for trial in trials])
            alive = [trial for trial in trials if not trial.error]
            if not alive:
                break
            fitting = _Fitting(algorithm, task, random_state, n_threads, index + 1)
            _evaluate_fold(fitting, alive, fold, scorer)
    return [trial.result() for trial in trials]


def _trials(
    algorithm: Algorithm, unit_params: Sequence[Mapping[str, Value]]
) -> list[_Progress]:
    name = algorithm.path.name if algorithm.path is not None else ""
    rests = {
        params_key({key: value for key, value in params.items() if key != name})
        for params in unit_params
    }
    shared = len(unit_params) > 1
    if shared and (len(rests) > 1 or any(name not in p for p in unit_params)):
        raise ValueError(
            "Trials of a unit must differ in the path parameter of "
            f"{algorithm.name}, and in nothing else."
        )
    return [
        _Progress(dict(params), float(params.get(name) or 1)) for params in unit_params
    ]


@dataclass(frozen=True)
class _Fitting:
    """What every fit of a fold has in common."""

    algorithm: Algorithm
    task: TaskType
    random_state: int
    n_threads: int
    fold_number: int

    def fit(self, trial: _Progress, fold: FoldData) -> Any:  # noqa: ANN401
        estimator = self.algorithm.make(
            self.task, trial.params, self.random_state, self.n_threads
        )
        return estimator.fit(fold.X_train, fold.y_train)

    def read_off(self, fitted: Any, longest: _Progress, trial: _Progress) -> Any:  # noqa: ANN401
        path = self.algorithm.path
        if trial is longest or path is None:
            return fitted
        return path.truncate(fitted, int(trial.length))


def _evaluate_fold(
    fitting: _Fitting, alive: Sequence[_Progress], fold: FoldData, scorer: Scorer
) -> None:
    waiting = sorted(alive, key=lambda trial: trial.length)
    while waiting:
        longest = waiting[-1]
        started = time.perf_counter()
        try:
            with _collected(waiting):
                fitted = fitting.fit(longest, fold)
        except Exception as error:  # noqa: BLE001  (any failure is a trial's result)
            longest.error = _sentence("Fitting", fitting.fold_number, error)
            waiting.pop()
            continue
        seconds = time.perf_counter() - started
        total = sum(trial.length for trial in waiting)
        for trial in waiting:
            trial.fit_seconds.append(seconds * trial.length / total)
            try:
                estimator = fitting.read_off(fitted, longest, trial)
                _score(estimator, trial, fold, scorer, fitting.fold_number)
            except Exception as error:  # noqa: BLE001  (any failure is a trial's result)
                trial.error = _sentence("Scoring", fitting.fold_number, error)
        return


def _score(
    estimator: Any,  # noqa: ANN401
    trial: _Progress,
    fold: FoldData,
    scorer: Scorer,
    fold_number: int,
) -> None:
    started = time.perf_counter()
    with _collected([trial]):
        score = float(scorer(estimator, fold.X_test, fold.y_test))
    trial.score_seconds.append(time.perf_counter() - started)
    if math.isfinite(score):
        trial.scores.append(score)
    else:
        trial.error = (
            f"The score of fold {fold_number} is not a number: the metric is not "
            "defined for these predictions."
        )


@contextmanager
def _collected(trials: Sequence[_Progress]) -> Iterator[None]:
    """Note warnings with the trials they concern instead of showing them."""
    with warnings.catch_warnings(record=True) as caught:
        # One filter instead of many: a forest hands all of them on to every tree.
        warnings.resetwarnings()
        warnings.simplefilter("always")
        try:
            yield
        finally:
            for item in caught:
                text = f"{item.category.__name__}: {item.message}"[:_MAX_TEXT]
                for trial in trials:
                    trial.messages.setdefault(text)


def _sentence(what: str, fold_number: int, error: Exception) -> str:
    reason = str(error).strip() or "no reason given"
    text = f"{what} failed on fold {fold_number}: {type(error).__name__}: {reason}"
    return text[:_MAX_TEXT]
