"""Advice about a target and what predicts it."""

import math
from typing import Any

from runs.tables.advice.advice import Advice
from runs.tables.advice.wording import counted, each_or_all, named, percent

# Powers from which a column is too good to be true. Errors in numbers are never as few
# as those in two classes; of more classes an honest measurement may tell nearly all.
_SUSPICIOUS = {"regression": 0.8, "binary": 0.9, "multiclass": 0.95}
_CONFLICTS = {"regression": 0.05, "binary": 0.001, "multiclass": 0.001}
_MIN_CONFLICTS = 10
_RARE_SHARE = 0.1
_RARE_RATIO = 10
_SKEWED = 2.0

TargetProfile = dict[str, Any]


def leaks(profile: TargetProfile) -> list[Advice]:
    """Suspect columns that give the target away.

    Parameters
    ----------
    profile : dict
        From `runs.tables.profile.profile_target`.

    Returns
    -------
    list of Advice
        At most one about columns that sum up to the target; one about each other that
        predicts it almost alone, or one about all of many.
    """
    summed = _summed(profile)
    told = {column for advice in summed for column in advice.columns}
    limit = _SUSPICIOUS[profile["task"]]
    found = [
        (c["name"], _alone(c, profile))
        for c in sorted(profile["columns"], key=lambda c: -(c["power"] or 0))
        if (c["power"] or 0) >= limit and c["name"] not in told
    ]

    def _build(columns: tuple[str, ...], evidence: str) -> Advice:
        text = (
            f"{evidence}. Is it known at the time of a prediction, or does it follow "
            f"from “{profile['target']}”?"
        )
        remedy = {"action": "exclude", "columns": list(columns)}
        return Advice("leak", "warning", "Gives the target away?", text, columns, remedy)  # fmt: skip

    return summed + each_or_all(found, _build)


def conflicts(profile: TargetProfile) -> list[Advice]:
    """Tell of rows that differ in nothing but the target.

    Parameters
    ----------
    profile : dict
        From `runs.tables.profile.profile_target`.

    Returns
    -------
    list of Advice
        At most one.
    """
    found = profile["conflicts"]
    n, n_known = found["n_rows"], profile["n_rows"] - profile["n_missing"]
    # With one column rows are bound to agree.
    if found["n_columns"] < 2 or n < _MIN_CONFLICTS:
        return []
    if n < _CONFLICTS[profile["task"]] * n_known:
        return []
    text = (
        f"{counted(n, 'row')} of {n_known:,} ({percent(n / n_known)}) equal others in "
        f"all columns but “{profile['target']}”, in {counted(found['n_groups'], 'group')}"
        ": no model can tell them apart, so no score can be perfect."
    )
    return [Advice("conflicts", "info", "Same rows, other targets", text)]


def imbalance(profile: TargetProfile) -> list[Advice]:
    """Propose a metric and a preset for classes of very different sizes.

    Parameters
    ----------
    profile : dict
        From `runs.tables.profile.profile_target`.

    Returns
    -------
    list of Advice
        At most one.
    """
    classes = profile["distribution"].get("classes") or []
    if profile["task"] == "regression" or not _are_all(classes, profile):
        return []
    (_, most), (rare, fewest) = classes[0], classes[-1]
    share = fewest / (profile["n_rows"] - profile["n_missing"])
    is_binary = profile["task"] == "binary"
    if share >= _RARE_SHARE or (not is_binary and most < _RARE_RATIO * fewest):
        return []
    text = (
        f"“{rare}” is the rarest class, with {percent(share)} of the rows "
        f"({fewest:,} against {most:,} of “{classes[0][0]}”): accuracy hardly notices "
        "whether it is found."
    )
    scoring = "average_precision" if is_binary else "balanced_accuracy"
    remedy = {"action": "preset", "preset": "imbalanced", "scoring": scoring}
    target = (profile["target"],)
    return [Advice("imbalance", "warning", "Unequal classes", text, target, remedy)]


def few_rows(
    profile: TargetProfile, *, n_splits: int, holdout_fraction: float
) -> list[Advice]:
    """Propose fewer folds where a class or the table has too few rows.

    Parameters
    ----------
    profile : dict
        From `runs.tables.profile.profile_target`.
    n_splits : int
        Folds.
    holdout_fraction : float
        Share of the rows no fold gets.

    Returns
    -------
    list of Advice
        At most one; it says what starting a run would refuse.
    """
    n_known = profile["n_rows"] - profile["n_missing"]
    n_train = n_known - math.ceil(holdout_fraction * n_known)
    classes = profile["distribution"].get("classes") or []
    if profile["task"] == "regression":
        # Two rows a fold: R² is not defined for a single one.
        possible, what = n_train // 2, f"{counted(n_train, 'row')} remain"
    elif not _are_all(classes, profile):
        return []
    else:
        rarest, count = classes[-1]
        possible = n_train * count // n_known
        what = f"class “{rarest}” has {counted(count, 'row')}, {possible:,} remain"
    if possible >= n_splits:
        return []
    text = f"Of what is left after the holdout, {what}: too few for {n_splits} folds."
    remedy = None
    if possible >= 2:
        remedy = {"action": "folds", "n_splits": possible}
    else:
        text += " Merge the class with another or leave it out." if classes else ""
    target = (profile["target"],)
    return [Advice("few_rows", "warning", "Few rows for the folds", text, target, remedy)]  # fmt: skip


def skewed_target(profile: TargetProfile) -> list[Advice]:
    """Tell of a target with a long tail.

    Parameters
    ----------
    profile : dict
        From `runs.tables.profile.profile_target`.

    Returns
    -------
    list of Advice
        At most one.
    """
    skew = profile["distribution"].get("skew")
    if profile["task"] != "regression" or skew is None or abs(skew) < _SKEWED:
        return []
    quantiles = profile["distribution"]["quantiles"]
    text = (
        f"The skewness of “{profile['target']}” is {skew:.1f}: half of the values are "
        f"up to {quantiles['50']:,.4g}, the largest is {profile['distribution']['max']:,.4g}. "
        "Squared errors are mostly about the few in the tail; compare absolute ones, too."
    )
    return [Advice("skewed_target", "info", "Long-tailed target", text, (profile["target"],))]  # fmt: skip


def _are_all(classes: list[list[Any]], profile: TargetProfile) -> bool:
    """Tell whether the classes are two at least and none is left out of the list."""
    n_distinct: int = profile["distribution"]["distinct"]
    return 1 < len(classes) == n_distinct


def _summed(profile: TargetProfile) -> list[Advice]:
    found = profile["sums"]
    if not found:
        return []
    terms = list(zip(found["columns"], found["coefficients"], strict=True))
    # Of total - tip - tolls it is the total that holds the target; without it the
    # others say nothing. Parts that only add up each hold some of it.
    holding = [name for name, weight in terms if weight > 0] or found["columns"]
    terms.sort(key=lambda term: term[1] < 0)
    formula = " ".join(_term(name, weight) for name, weight in terms).removeprefix("+ ")
    share = 99
    if found["n_constants"] > 1:
        formula += f" and one of {found['n_constants']} constants"
        share = 90
    elif found["intercept"]:
        sign = "+" if found["intercept"] > 0 else "-"
        formula += f" {sign} {abs(found['intercept']):,.6g}"
    text = (
        f"“{profile['target']}” = {formula}, in at least {share} % of "
        f"{profile['power_rows']:,} rows looked at: a model would add up rather than "
        f"predict. Leave out {named(holding)}."
    )
    remedy = {"action": "exclude", "columns": holding}
    return [Advice("leak_sum", "warning", "Sums up to the target", text, tuple(holding), remedy)]  # fmt: skip


def _term(name: str, weight: float) -> str:
    size = "" if abs(weight) == 1 else f"{abs(weight):,.6g} × "
    return f"{'+' if weight > 0 else '-'} {size}“{name}”"


def _alone(column: dict[str, Any], profile: TargetProfile) -> str:
    by_chance, score = column["baseline"], column["score"]
    what = "mean absolute error" if profile["task"] == "regression" else "weighted F1"
    return (
        f"alone it predicts “{profile['target']}” with a {what} of {score:,.3g} where "
        f"a guess has {by_chance:,.3g}"
    )
