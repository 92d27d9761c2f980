"""Trials side by side: where they differ, and whether the difference is chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from runs.enums import ENSEMBLE, TrialState
from runs.models import Run, Trial
from runs.queries import algorithm_title, shown_params
from runs.search.metrics import METRICS
from runs.search.significance import (
    ALPHA,
    PairedTest,
    corrected_t_test,
    holm,
    share_scored,
)
from runs.templatetags.display import duration, figures, parameter_text
from runs.trials.selection import MOST, listed

LEAST = 2


class CompareError(ValueError):
    """These trials cannot be compared; the message says why."""


class Row(NamedTuple):
    """One property of the trials; `best` are the positions of the best values."""

    label: str
    cells: list[str]
    differs: bool
    best: frozenset[int] = frozenset()

    @property
    def marked(self) -> list[tuple[str, bool]]:
        return [(text, at in self.best) for at, text in enumerate(self.cells)]


class FoldTable(NamedTuple):
    """The scores of one metric, fold by fold, with their mean."""

    metric: str
    rows: list[Row]
    mean: Row


class Verdict(NamedTuple):
    """The best trial against another one; without a test it says why there is none."""

    other: Trial
    sentence: str
    test: PairedTest | None
    p_adjusted: float | None
    is_chance: bool


@dataclass(frozen=True)
class Comparison:
    """Some trials of a run, in the order asked for."""

    run: Run
    trials: list[Trial]
    best: Trial | None
    verdicts: list[Verdict]
    params: list[Row]
    facts: list[Row]
    folds: list[FoldTable]

    @property
    def n_hidden(self) -> int:
        return sum(not row.differs for row in [*self.params, *self.facts])

    @property
    def without_scores(self) -> list[Trial]:
        return [trial for trial in self.trials if not trial.fold_scores]


def wanted_trials(
    run: Run, numbers: Sequence[int], unreadable: Sequence[str], *, name: str = "trials"
) -> list[Trial]:
    """Return the trials to compare; raises CompareError with a sentence.

    `name` is what they were asked for by.
    """
    if unreadable:
        raise CompareError(
            f"{listed_words(unreadable)} {'is' if len(unreadable) == 1 else 'are'} no "
            f"trial number: write them as {name}=3,5,9."
        )
    if len(numbers) < LEAST:
        start = "No trial is chosen" if not numbers else "One trial is chosen"
        raise CompareError(f"{start}: a comparison needs {LEAST} to {MOST}.")
    if len(numbers) > MOST:
        raise CompareError(
            f"{len(numbers):,} trials are chosen, and {MOST} are the most that can be "
            "compared at once: leave some out."
        )
    found = {t.number: t for t in run.trials.filter(number__in=numbers)}
    missing = [number for number in numbers if number not in found]
    if missing:
        trials = "trial" if len(missing) == 1 else "trials"
        raise CompareError(f"This run has no {trials} {listed(missing)}.")
    return [found[number] for number in numbers]


def listed_words(words: Sequence[str]) -> str:
    return ", ".join(f"“{word[:20]}”" for word in words[:5])


def compare(run: Run, trials: Sequence[Trial]) -> Comparison:
    scored = [
        t for t in trials if t.value is not None and t.state == TrialState.COMPLETE
    ]
    best = max(scored, key=lambda t: (t.value, -t.number), default=None)
    return Comparison(
        run,
        list(trials),
        best,
        verdicts(run, best, [t for t in trials if t is not best]) if best else [],
        param_rows(trials),
        fact_rows(run, trials),
        [table for name in run.all_metrics if (table := fold_table(run, name, trials))],
    )


# --- Rows -------------------------------------------------------------------------------


def param_rows(trials: Sequence[Trial]) -> list[Row]:
    shown = [shown_params(trial) for trial in trials]
    names = dict.fromkeys(name for params in shown for name in params)
    rows = [
        ("Algorithm", [algorithm_title(trial.algorithm) for trial in trials]),
        *((name, [param_text(params, name) for params in shown]) for name in names),
    ]
    return [Row(label, cells, len(set(cells)) > 1) for label, cells in rows]


def param_text(params: dict[str, Any], name: str) -> str:
    return parameter_text(params[name]) if name in params else "–"


def fact_rows(run: Run, trials: Sequence[Trial]) -> list[Row]:
    fits = [sum(t.fit_seconds) if t.fit_seconds else None for t in trials]
    scorings = [sum(t.score_seconds) if t.score_seconds else None for t in trials]
    memory = [t.peak_memory_bytes for t in trials]
    rows = [
        Row("State", [t.get_state_display() for t in trials], False),
        Row("Fit, all folds", list(map(duration, fits)), False, least(fits)),
        Row(
            "Scoring, all folds", list(map(duration, scorings)), False, least(scorings)
        ),
        Row(
            "Memory at most",
            ["–" if m is None else f"{m / 1024**2:,.0f} MB" for m in memory],
            False,
        ),
        Row("Worker", [t.worker or "–" for t in trials], False),
    ]
    return [row._replace(differs=len(set(row.cells)) > 1) for row in rows]


def least(values: Sequence[float | None]) -> frozenset[int]:
    known = [value for value in values if value is not None]
    return positions(values, min(known)) if len(known) > 1 else frozenset()


def positions(values: Sequence[float | None], wanted: float) -> frozenset[int]:
    found = frozenset(at for at, value in enumerate(values) if value == wanted)
    # What all have in common marks nobody.
    return found if len(found) < len(values) else frozenset()


def fold_table(run: Run, metric: str, trials: Sequence[Trial]) -> FoldTable | None:
    known = METRICS.get(metric)
    scores = [scores_of(run, trial, metric) for trial in trials]
    if known is None or not any(scores):
        return None
    n_folds = max(map(len, scores))
    rows = []
    for fold in range(n_folds):
        values = [found[fold] if fold < len(found) else None for found in scores]
        rows.append(score_row(f"Fold {fold + 1}", metric, values))
    means = [
        sum(found) / len(found) if len(found) == n_folds else None for found in scores
    ]
    return FoldTable(metric, rows, score_row("Mean", metric, means))


def scores_of(run: Run, trial: Trial, metric: str) -> list[float]:
    """Return a trial's fold scores, greater being better."""
    if metric == run.scoring and trial.fold_scores:
        return list(trial.fold_scores)
    return list(trial.metrics.get(metric) or [])


def score_row(label: str, metric: str, values: Sequence[float | None]) -> Row:
    shown = METRICS[metric].display
    cells = [figures(None if value is None else shown(value)) for value in values]
    known = [value for value in values if value is not None]
    best = positions(values, max(known)) if len(known) > 1 else frozenset()
    return Row(label, cells, len(set(cells)) > 1, best)


# --- Verdicts ---------------------------------------------------------------------------


def verdicts(run: Run, best: Trial, others: Sequence[Trial]) -> list[Verdict]:
    """Compare the best trial with each other one, allowing for their number."""
    ratio = share_scored(run.scheme, run.n_splits, run.validation_fraction)
    reasons = {other.pk: why_untested(best, other) for other in others}
    tests = {
        other.pk: corrected_t_test(best.fold_scores, other.fold_scores, ratio=ratio)
        for other in others
        if not reasons[other.pk]
    }
    adjusted = dict(
        zip(tests, holm([test.p_value for test in tests.values()]), strict=True)
    )
    found = []
    for other in others:
        test, p = tests.get(other.pk), adjusted.get(other.pk)
        if test is None or p is None:
            sentence = f"Trial {other.number} is not tested: {reasons[other.pk]}."
            found.append(Verdict(other, sentence, None, None, is_chance=True))
            continue
        sentence = verdict_sentence(run, best, other, test, p)
        found.append(Verdict(other, sentence, test, p, is_chance=p >= ALPHA))
    return found


def why_untested(best: Trial, other: Trial) -> str:
    n_best, n_other = len(best.fold_scores), len(other.fold_scores)
    if not n_other:
        return (
            f"it has no score, being {other.get_state_display().lower()}"
            if other.state != TrialState.COMPLETE
            else "it has no scores of single folds"
        )
    if other.state != TrialState.COMPLETE or n_best != n_other:
        return (
            f"it has {n_other} of {n_best} folds, being "
            f"{other.get_state_display().lower()}, and its mean is of those alone"
        )
    if n_best < 2:
        return "a single fold tells nothing of chance"
    return ""


def verdict_sentence(
    run: Run, best: Trial, other: Trial, test: PairedTest, p: float
) -> str:
    pairs = list(zip(best.fold_scores, other.fold_scores, strict=True))
    n_better = sum(a > b for a, b in pairs)
    n_equal = sum(a == b for a, b in pairs)
    n = len(pairs)
    cost = speed(best, other)
    if n_equal == n:
        text = f"Trials {best.number} and {other.number} score the same in every fold"
        return f"{text}{cost}."
    how_often = "every fold" if n_better == n else f"{n_better} of {n} folds"
    difference = figures(abs(test.difference))
    chance = (
        f"is within what chance does (p = {p_text(p)})"
        if p >= ALPHA
        else f"is more than chance does (p = {p_text(p)})"
    )
    equal = f", equal in {n_equal}" if n_equal else ""
    return (
        f"Trial {best.number} is better than {other.number} in {how_often}{equal}; the "
        f"difference of {difference} in {METRICS[run.scoring].title} {chance}{cost}."
    )


def p_text(p: float) -> str:
    return "0.001 or less" if p < 0.001 else f"{p:.2g}" if p < 0.1 else f"{p:.2f}"


def speed(best: Trial, other: Trial) -> str:
    """Say which of the two fits how much faster, where that is worth saying."""
    mine, theirs = sum(best.fit_seconds), sum(other.fit_seconds)
    if ENSEMBLE in (best.algorithm, other.algorithm) or mine <= 0 or theirs <= 0:
        return ""
    quick, times = (other, mine / theirs) if theirs < mine else (best, theirs / mine)
    if times < 1.5:
        return "; they take about as long to fit"
    return (
        f"; {quick.number} fits {times:.2g} times as fast"
        if times < 100
        else (f"; {quick.number} fits {times:,.0f} times as fast")
    )
