"""What the stored numbers of a model say in words, each with its evidence.

Every function looks at one thing and returns nothing where nothing is to be said, or
where the numbers are too few to say it.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from runs.charts.wording import number, spread

Stored = Mapping[str, Any]

GOOD, NOTE, WARNING = "good", "note", "warning"

MAX_DRIVERS = 3
# A class is confused with another from this share of its rows on, and so many of them.
CONFUSED_SHARE, CONFUSED_ROWS = 0.1, 3
# Expected calibration errors: fine up to the first, bad from the second.
CALIBRATED, MISCALIBRATED = 0.03, 0.08
# One column that all of a very good score hangs on.
LEAK_SHARE, LEAK_LEFT = 0.9, 0.1
ALPHA = 0.05


class Insight(NamedTuple):
    """A sentence about a model.

    Attributes
    ----------
    kind : str
        What it is about.
    tone : str
        ``"good"``, ``"note"`` or ``"warning"``.
    text : str
        The sentence.
    evidence : str
        The numbers it comes from.
    tab : str
        Page of the model that shows them, or ``"comparison"``.
    trials : tuple of int
        Those that the comparison is of.
    """

    kind: str
    tone: str
    text: str
    evidence: str
    tab: str
    trials: tuple[int, ...] = ()


class Rival(NamedTuple):
    """A simpler algorithm's best trial, against the model's.

    Attributes
    ----------
    number : int
        Of the trial.
    title : str
        Its name.
    value : float
        Its mean fold score, as people read it.
    p_value : float
        Of the corrected paired test of the folds, two-sided.
    is_worse : bool
        Whether its mean is the worse one.
    """

    number: int
    title: str
    value: float
    p_value: float
    is_worse: bool


def listed(names: Sequence[str]) -> str:
    """Join names as a sentence does.

    Parameters
    ----------
    names : sequence of str
        One or more.

    Returns
    -------
    str
        For example "a, b and c".
    """
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def drivers(permutation: Stored, ways: Mapping[str, str]) -> Insight | None:
    """Name the columns whose shuffling costs most.

    Parameters
    ----------
    permutation : mapping
        Permutation importance: `columns`, `mean`, `spread`, `metric`.
    ways : mapping of str to str
        In which direction a column moves the answer, in words, where that is known.

    Returns
    -------
    Insight or None
        None if no column matters by more than twice the spread of its repeats.
    """
    found = zip(
        permutation["columns"], permutation["mean"], permutation["spread"], strict=True
    )
    clear = [
        (mean, name, s)
        for name, mean, s in found
        if mean is not None and s is not None and mean > 2 * s and mean > 0
    ]
    if not clear:
        return Insight(
            "drivers",
            WARNING,
            "No single column matters: shuffling any of them changes the score by no "
            "more than chance does.",
            f"Permutation importance, {permutation['n_repeats']} repeats a column.",
            "explanation",
        )
    clear.sort(key=lambda item: -item[0])
    top = clear[:MAX_DRIVERS]
    names = [f"{name} ({ways[name]})" if name in ways else name for _, name, _ in top]
    drops = "; ".join(
        f"{name} {number(mean)} ± {spread(s, mean)}" for mean, name, s in top
    )
    verb = "drives" if len(top) == 1 else "drive"
    return Insight(
        "drivers",
        NOTE,
        f"{listed(names)} {verb} the predictions most.",
        f"{permutation['metric']} lost when shuffled: {drops}. {len(clear)} of "
        f"{len(permutation['columns'])} columns matter by more than chance.",
        "explanation",
    )


def way(grid: Sequence[Any], mean: Sequence[float | None], what: str) -> str:
    """Say how the mean prediction moves along a column.

    Parameters
    ----------
    grid : sequence
        Values of the column: numbers in order, or categories.
    mean : sequence of float or None
        Mean prediction at each.
    what : str
        What is predicted, for the sentence.

    Returns
    -------
    str
        For example "higher values, higher price"; empty if it hardly moves.
    """
    pairs = [(x, m) for x, m in zip(grid, mean, strict=True) if m is not None]
    if len(pairs) < 2:
        return ""
    values = [m for _, m in pairs]
    reach = max(values) - min(values)
    if reach <= 1e-12 * max(1.0, *map(abs, values)):
        return ""
    if not all(isinstance(x, int | float) for x, _ in pairs):
        best = max(pairs, key=lambda pair: pair[1])[0]
        return f"highest {what} for {best}"
    rise = sum(max(0.0, b - a) for a, b in pairwise(values))
    fall = sum(max(0.0, a - b) for a, b in pairwise(values))
    if rise >= 4 * fall:
        return f"the higher, the higher {what}"
    if fall >= 4 * rise:
        return f"the higher, the lower {what}"
    return "up and down"


def confused(confusion: Stored) -> Insight | None:
    """Name the classes that are most often taken for another.

    Parameters
    ----------
    confusion : mapping
        `labels` and `counts`, a row an actual class.

    Returns
    -------
    Insight or None
        None if there are no rows.
    """
    labels, counts = confusion["labels"], confusion["counts"]
    pairs = []
    for i, row in enumerate(counts):
        total = sum(row)
        for j, n in enumerate(row):
            if i != j and n >= CONFUSED_ROWS and n / total >= CONFUSED_SHARE:
                pairs.append((n, n / total, labels[i], labels[j]))
    n_rows = sum(map(sum, counts))
    if not n_rows:
        return None
    if not pairs:
        return Insight(
            "confusion",
            GOOD,
            "No class is mistaken for one certain other in a tenth of its rows.",
            f"{n_rows:,} rows, {len(labels)} classes.",
            "evaluation",
        )
    pairs.sort(reverse=True)
    n, share, actual, predicted = pairs[0]
    more = len(pairs) - 1
    text = f"{share:.0%} of “{actual}” is taken for “{predicted}”."
    if more:
        text += f" {more} more {'pair is' if more == 1 else 'pairs are'} confused."
    evidence = "; ".join(f"“{a}” for “{p}”: {k:,} rows" for k, _, a, p in pairs[:3])
    evidence = f"Actual for predicted: {evidence}."
    return Insight("confusion", WARNING, text, evidence, "evaluation")


def weak_segment(segments: Stored, title: str) -> Insight | None:
    """Name the segment that is surely worst.

    Parameters
    ----------
    segments : mapping
        `weak`, `n_tested`, as the diagnosis stores them.
    title : str
        Name of the loss.

    Returns
    -------
    Insight or None
        None if too few rows could be compared.
    """
    if not segments["n_tested"]:
        return None
    tested = f"{segments['n_tested']:,} segments tested, false discoveries held at 5 %."
    if not segments["weak"]:
        return Insight(
            "segments",
            GOOD,
            "No part of the rows is surely predicted worse than the rest.",
            tested,
            "diagnosis",
        )
    worst = segments["weak"][0]
    where = " and ".join(f"{column} = {label}" for column, label in worst["parts"])
    more = len(segments["weak"]) - 1
    text = f"It is weakest where {where}"
    text += f", and on {more} more segment{'s' if more > 1 else ''}." if more else "."
    return Insight(
        "segments",
        WARNING,
        text,
        f"{title} {number(worst['loss'])} there ({worst['n_rows']:,} rows), "
        f"{number(worst['loss_elsewhere'])} elsewhere. {tested}",
        "diagnosis",
    )


def fit(
    train: Sequence[float | None],
    test: Sequence[float | None],
    *,
    greater_is_better: bool,
    baseline: float | None,
    title: str,
) -> Insight | None:
    """Say whether the model remembers its rows rather than learns from them.

    Parameters
    ----------
    train, test : sequence of float or None
        Scores by fold on the rows fitted and on the others, as people read them.
    greater_is_better : bool
        Whether a greater score is better.
    baseline : float or None
        What guessing scores.
    title : str
        Name of the metric.

    Returns
    -------
    Insight or None
        None where there are no scores on the rows fitted.
    """
    pairs = [
        (a, b)
        for a, b in zip(train, test, strict=False)
        if a is not None and b is not None
    ]
    if not pairs or baseline is None:
        return None
    sign = 1.0 if greater_is_better else -1.0
    fitted = sign * math.fsum(a for a, _ in pairs) / len(pairs)
    tested = sign * math.fsum(b for _, b in pairs) / len(pairs)
    # What the rows fitted gain over guessing, and how much of it is left on others.
    learned, kept = fitted - sign * baseline, tested - sign * baseline
    numbers = (
        f"{title} {number(sign * fitted)} on the rows fitted, {number(sign * tested)} on "
        f"the others, {number(baseline)} by guessing; means of {len(pairs)} folds."
    )
    if learned <= 0 or kept <= 0:
        return Insight(
            "fit",
            WARNING,
            "It is no better than guessing on rows it has not seen.",
            numbers,
            "diagnosis",
        )
    share = kept / learned
    if share < 0.6:
        text = (
            f"It overfits: {share:.0%} of what it gains over guessing on its own rows is "
            "left on others. Stronger regularisation or smaller trees may help."
        )
        return Insight("fit", WARNING, text, numbers, "diagnosis")
    if share > 0.97:
        text = (
            "It does not overfit: it is as good on rows it has not seen. A more flexible "
            "model may find more."
        )
        return Insight("fit", NOTE, text, numbers, "diagnosis")
    text = (
        f"It keeps {share:.0%} of what it gains over guessing on rows it has not seen."
    )
    return Insight("fit", NOTE, text, numbers, "diagnosis")


def calibrated(calibration: Stored) -> Insight | None:
    """Say whether the probabilities come true as often as they say.

    Parameters
    ----------
    calibration : mapping
        `methods`, the model's own probabilities first.

    Returns
    -------
    Insight or None
        None if nothing was measured.
    """
    methods = calibration["methods"]
    if not methods or not methods[0]["curves"]:
        return None
    own = methods[0]
    error = max(curve["quantile_error"] for curve in own["curves"])
    best = min(methods, key=lambda m: m["brier"])  # as the evaluation marks it
    numbers = (
        f"Expected calibration error {number(error)} at most over the classes, Brier "
        f"score {number(own['brier'])}."
    )
    if error <= CALIBRATED:
        text = "Its probabilities can be taken at their word."
        return Insight("calibration", GOOD, text, numbers, "evaluation")
    text = "Its probabilities are off"
    text += ", badly" if error >= MISCALIBRATED else " a little"
    if best is not own and best["method"]:
        text += f"; {best['method']} recalibration would mend some of it"
        numbers = f"{numbers[:-1]}, recalibrated {number(best['brier'])}."
    tone = WARNING if error >= MISCALIBRATED else NOTE
    return Insight("calibration", tone, f"{text}.", numbers, "evaluation")


def leakage(permutation: Stored, *, best: float | None) -> Insight | None:
    """Suspect a column that alone makes a nearly perfect score.

    Parameters
    ----------
    permutation : mapping
        Permutation importance: `columns`, `mean`, `score` (greater is better), `metric`.
    best : float or None
        The metric's perfect score, greater being better; None if there is none.

    Returns
    -------
    Insight or None
        None if nothing is suspicious.
    """
    means = [max(0.0, m) if m is not None else 0.0 for m in permutation["mean"]]
    total, score = sum(means), permutation["score"]
    if best is None or score is None or total <= 0 or len(means) < 2:
        return None
    top = max(range(len(means)), key=means.__getitem__)
    nearly_perfect = best - score <= LEAK_LEFT * means[top]
    if means[top] / total < LEAK_SHARE or not nearly_perfect:
        return None
    name = permutation["columns"][top]
    return Insight(
        "leakage",
        WARNING,
        f"{name} alone makes the score nearly perfect: is it known at the time of the "
        "prediction, or does it tell the answer?",
        f"{means[top] / total:.0%} of all importance; {permutation['metric']} falls by "
        f"{number(means[top])} without it.",
        "explanation",
    )


def redundant(redundancy: Stored) -> Insight | None:
    """Name columns that tell the same.

    Parameters
    ----------
    redundancy : mapping
        `groups` of columns with their association.

    Returns
    -------
    Insight or None
        None if there are none.
    """
    groups = redundancy["groups"]
    if not groups:
        return None
    first = max(groups, key=lambda group: group["association"] or 0.0)
    more = len(groups) - 1
    text = f"{listed(first['columns'][:4])} tell nearly the same"
    if more:
        text += f"; there {'is' if more == 1 else 'are'} {more} more such group"
        text += "s" if more > 1 else ""
    return Insight(
        "redundancy",
        NOTE,
        f"{text}. Their importance is shared: look at the group's.",
        f"Association {first['association'] or 0:.2f} of 1.",
        "explanation",
    )


def more_data(curve: Stored) -> Insight | None:
    """Say whether more rows would help, as the learning curve tells.

    Parameters
    ----------
    curve : mapping
        `verdict` of the learning curve.

    Returns
    -------
    Insight or None
        None where there is no curve.
    """
    verdict = curve.get("verdict")
    if not verdict:
        return None
    texts = {
        "helps": (GOOD, "More rows would probably make it better."),
        "flat": (NOTE, "More rows of this kind would hardly make it better."),
        "unclear": (NOTE, "Whether more rows would help is unclear."),
    }
    tone, text = texts[verdict["answer"]]
    evidence = (
        f"Gain when the rows double at the end of the learning curve: "
        f"{number(verdict['gain'])} ± {spread(verdict['error'], verdict['gain'])}."
    )
    return Insight("rows", tone, text, evidence, "diagnosis")


def simpler(rivals: Sequence[Rival], *, title: str, value: float) -> Insight | None:
    """Point to a simpler model that is statistically as good.

    Parameters
    ----------
    rivals : sequence of Rival
        The best trials of simpler algorithms of the same run.
    title : str
        Name of the metric.
    value : float
        The model's mean fold score, as people read it.

    Returns
    -------
    Insight or None
        None if there is nothing simpler to compare with.
    """
    if not rivals:
        return None
    as_good = [r for r in rivals if not r.is_worse or r.p_value >= ALPHA]
    numbers = "; ".join(
        f"{r.title} {number(r.value)}, p = {r.p_value:.2g}" for r in rivals
    )
    evidence = (
        f"{title} over the folds: this one {number(value)}; {numbers} (corrected "
        "resampled t-test)."
    )
    trials = tuple(rival.number for rival in rivals)
    if not as_good:
        text = "Simpler models are worse by more than chance: its complexity pays."
        return Insight("simpler", GOOD, text, evidence, "comparison", trials)
    best = max(as_good, key=lambda rival: rival.p_value)
    text = (
        f"{best.title} is statistically as good, and simpler to explain: consider it."
    )
    return Insight("simpler", NOTE, text, evidence, "comparison", trials)
