"""Which models are tied with the best, and which of these is the quickest to fit."""

from collections.abc import Sequence
from typing import NamedTuple

from models_app.comparing.common import Common
from models_app.comparing.numbers import COST, Measured, Numbers
from runs.enums import TrialState
from runs.search.significance import (
    ALPHA,
    PairedTest,
    corrected_t_test,
    holm,
    share_scored,
)
from runs.trials.comparison import scores_of


class Verdict(NamedTuple):
    """The best model against another: on the folds, and on the common rows."""

    other: Measured
    test: PairedTest | None  # best minus other, greater being better
    p_adjusted: float | None
    is_tied: bool


class Verdicts(NamedTuple):
    """Who is best, who is tied with it, and by what that was decided."""

    best: Measured
    others: list[Verdict]
    by_folds: bool
    why_not_folds: str  # where the rows decided
    quickest: Measured | None  # of the best and those tied with it

    @property
    def tied(self) -> list[Measured]:
        return [v.other for v in self.others if v.is_tied]

    @property
    def n_folds(self) -> int:
        return next((v.test.n_folds for v in self.others if v.test is not None), 0)


def verdicts(found: Numbers) -> Verdicts:
    """Test the best model against each other, on the folds where that is possible."""
    why_not = why_not_folds(found)
    best = found.best if why_not else best_over_folds(found)
    others = [m for m in found.measured if m is not best]
    tests = {} if why_not else fold_tests(found, best, others)
    adjusted = dict(zip(tests, holm([t.p_value for t in tests.values()]), strict=True))
    decided = [
        Verdict(
            other,
            tests.get(other.member.number),
            adjusted.get(other.member.number),
            adjusted[other.member.number] >= ALPHA
            if tests
            else other.values[found.metric.name].is_tied,
        )
        for other in others
    ]
    level = [best, *(v.other for v in decided if v.is_tied)]
    timed = [m for m in level if m.seconds is not None]
    quickest = min(timed, key=lambda m: m.seconds or 0.0, default=None)
    return Verdicts(best, decided, not why_not, why_not, quickest)


def why_not_folds(found: Numbers) -> str:
    """Say why the folds cannot decide; an empty text if they can."""
    common, name = found.common, found.metric.name
    if not common.same_folds:
        return "the models were searched on different folds"
    if found.asked.changes_decisions or name == COST:
        return "the folds know nothing of this threshold or these costs"
    scores = [fold_scores(common, m, name) for m in found.measured]
    trials = [m.member.model.trial for m in found.measured]
    if any(t.state != TrialState.COMPLETE for t in trials) or not all(scores):
        return f"not every search has measured {found.metric.title} on each fold"
    lengths = set(map(len, scores))
    if len(lengths) > 1:
        return "the models have different numbers of folds"
    return "a single fold tells nothing of chance" if lengths == {1} else ""


def fold_scores(common: Common, found: Measured, metric: str) -> list[float]:
    """Return fold scores of a metric, greater being better."""
    model = found.member.model
    return scores_of(model.run, model.trial, metric)


def best_over_folds(found: Numbers) -> Measured:
    def mean(measured: Measured) -> float:
        scores = fold_scores(found.common, measured, found.metric.name)
        return sum(scores) / len(scores)

    return max(found.measured, key=mean)


def fold_tests(
    found: Numbers, best: Measured, others: Sequence[Measured]
) -> dict[int, PairedTest]:
    run, name = found.common.run, found.metric.name
    ratio = share_scored(run.scheme, run.n_splits, run.validation_fraction)
    own = fold_scores(found.common, best, name)
    return {
        other.member.number: corrected_t_test(
            own, fold_scores(found.common, other, name), ratio=ratio
        )
        for other in others
    }
