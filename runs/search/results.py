"""What becomes of a trial, and how it gathers while the trial is evaluated."""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from runs.search.parameters import Params

# More distinct warnings than this help nobody.
MAX_WARNINGS = 20
MAX_TEXT = 500


@dataclass(frozen=True)
class TrialResult:
    """What became of one trial.

    Attributes
    ----------
    params : dict
        Parameter combination.
    state : {"complete", "failed", "pruned"}
        Whether every fold has a score, or why not.
    value : float or None
        Mean fold score of the metric that ranks; None unless complete.
    fold_scores : list of float
        Its score of each fold; if failed, of the folds before.
    fit_seconds : list of float
        Time of each fold's fit. Where trials share a fit its time is divided among
        them, so that times add up to what was really spent.
    score_seconds : list of float
        Time of each fold's scoring.
    warnings : list of str
        Distinct warnings of fits and scorings.
    error : str
        Why it failed; empty if it did not.
    metrics : dict of str to list of float
        Fold scores of every metric on the rows to score on; greater is better.
    train_metrics : dict of str to list of float
        The same on the rows fitted, if they were asked for.
    peak_memory_bytes : int or None
        Largest memory of the process while the unit was evaluated.
    found : dict
        Parameters that the evaluation has found: the number of iterations.
    oof : ndarray or None
        Out-of-fold predictions, single precision, of shape (n_rows,) or
        (n_rows, n_classes); NaN for rows in no tested part.
    rungs : list of dict
        ``resource`` and ``value`` of each rung before the last.
    """

    params: Params
    state: Literal["complete", "failed", "pruned"]
    value: float | None
    fold_scores: list[float]
    fit_seconds: list[float]
    score_seconds: list[float]
    warnings: list[str]
    error: str
    metrics: dict[str, list[float]] = field(default_factory=dict)
    train_metrics: dict[str, list[float]] = field(default_factory=dict)
    peak_memory_bytes: int | None = None
    found: Params = field(default_factory=dict)
    oof: NDArray[Any] | None = None
    rungs: list[dict[str, float]] = field(default_factory=list)


@dataclass
class Progress:
    """One trial while it is evaluated."""

    params: Params
    metrics: dict[str, list[float]] = field(default_factory=dict)
    train_metrics: dict[str, list[float]] = field(default_factory=dict)
    fit_seconds: list[float] = field(default_factory=list)
    score_seconds: list[float] = field(default_factory=list)
    messages: dict[str, None] = field(default_factory=dict)
    predictions: list[tuple[NDArray[Any], NDArray[Any]]] = field(default_factory=list)
    rungs: list[dict[str, float]] = field(default_factory=list)
    found: Params = field(default_factory=dict)
    error: str = ""
    pruned: bool = False
    # Whether a rung has shown all there is: more of the resource would change nothing.
    settled: bool = False

    @property
    def is_alive(self) -> bool:
        """Whether there is more to evaluate."""
        return not self.error and not self.pruned

    def scores(self, metric: str) -> list[float]:
        """Return the fold scores of a metric so far.

        Parameters
        ----------
        metric : str
            Its name.

        Returns
        -------
        list of float
            One a fold.
        """
        return self.metrics.get(metric, [])

    def mean(self, metric: str) -> float:
        """Return the mean fold score.

        Parameters
        ----------
        metric : str
            Its name.

        Returns
        -------
        float
            Summed as scikit-learn's mean of few numbers is.
        """
        scores = self.scores(metric)
        return sum(scores) / len(scores)

    def add(self, found: Mapping[str, float], train: Mapping[str, float]) -> None:
        """Take in the scores of one more fold.

        Parameters
        ----------
        found : mapping of str to float
            By metric, on the rows to score on.
        train : mapping of str to float
            By metric, on the rows fitted.
        """
        for known, scores in ((self.metrics, found), (self.train_metrics, train)):
            for name, score in scores.items():
                known.setdefault(name, []).append(score)

    def take_over(self, attempt: "Progress") -> None:
        """Take in what a rung has cost and complained of.

        Parameters
        ----------
        attempt : Progress
            The trial on that rung.
        """
        self.fit_seconds += attempt.fit_seconds
        self.score_seconds += attempt.score_seconds
        self.messages |= attempt.messages

    def result(
        self,
        ranking: str,
        memory: int | None,
        keep: bool | Callable[[float], bool],
        *,
        n_rows: int,
    ) -> TrialResult:
        """Close the trial.

        Parameters
        ----------
        ranking : str
            The metric that ranks.
        memory : int or None
            Largest memory of the process in bytes.
        keep : bool or callable
            Whether the result holds the out-of-fold predictions.
        n_rows : int
            Rows of the search.

        Returns
        -------
        TrialResult
            What became of it.
        """
        complete = self.is_alive
        value = self.mean(ranking) if complete else None
        wanted = value is not None and (keep(value) if callable(keep) else keep)
        return TrialResult(
            params=self.params,
            state="failed" if self.error else "pruned" if self.pruned else "complete",
            value=value,
            fold_scores=list(self.scores(ranking)),
            fit_seconds=self.fit_seconds,
            score_seconds=self.score_seconds,
            warnings=list(self.messages)[:MAX_WARNINGS],
            error=self.error,
            metrics=self.metrics,
            train_metrics=self.train_metrics,
            peak_memory_bytes=memory,
            found=self.found,
            oof=self._out_of_fold(n_rows) if wanted else None,
            rungs=self.rungs,
        )

    def _out_of_fold(self, n_rows: int) -> NDArray[Any] | None:
        """Put the folds' predictions in the order of the rows; the mean of several."""
        if not self.predictions:
            return None
        shape = (n_rows, *self.predictions[0][1].shape[1:])
        total, times = np.zeros(shape), np.zeros(n_rows)
        for rows, predicted in self.predictions:
            total[rows] += predicted
            times[rows] += 1
        times[times == 0] = np.nan
        counts = times.reshape(-1, *[1] * (total.ndim - 1))
        return np.asarray(total / counts, dtype=np.float32)


@contextmanager
def collected(trials: Sequence[Progress]) -> Iterator[None]:
    """Note warnings with the trials they concern instead of showing them.

    Parameters
    ----------
    trials : sequence of Progress
        The trials being evaluated in the ``with`` block.
    """
    with warnings.catch_warnings(record=True) as caught:
        # One filter instead of many: a forest hands all of them on to every tree.
        warnings.resetwarnings()
        warnings.simplefilter("always")
        try:
            yield
        finally:
            for item in caught:
                text = f"{item.category.__name__}: {item.message}"[:MAX_TEXT]
                for trial in trials:
                    trial.messages.setdefault(text)


def sentence(what: str, fold_number: int, error: Exception) -> str:
    """Say what went wrong in the exception's own words.

    Parameters
    ----------
    what : str
        What was being done.
    fold_number : int
        From 1.
    error : Exception
        What was raised.

    Returns
    -------
    str
        One sentence.
    """
    reason = str(error).strip() or "no reason given"
    text = f"{what} failed on fold {fold_number}: {type(error).__name__}: {reason}"
    return text[:MAX_TEXT]
