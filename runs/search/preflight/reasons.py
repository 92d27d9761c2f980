"""What is unreasonable about a plan, in a sentence each, with the way out."""

from typing import NamedTuple

from runs.search.algorithms import ALGORITHMS
from runs.search.planning import Plan, plan_size
from runs.search.preflight.estimates import OPEN_END, Estimate, spell

# A score of fewer rows is mostly chance: the standard error of an accuracy of 0.8 on 30
# rows is 0.07.
FEW_FOLD_ROWS = 30
FEW_CLASS_ROWS = 5
FEW_HOLDOUT_ROWS = 50
LARGE_GRID = 2_000
LONG_SECONDS = 6 * 3600


class Concern(NamedTuple):
    """Something to think of before starting.

    Attributes
    ----------
    level : {"info", "warning"}
        Whether it may be meant so, or most likely is not.
    field : str
        The argument of a configuration it is about.
    text : str
        What is the matter, and what could be done.
    """

    level: str
    field: str
    text: str


def concerns_of(
    plan: Plan,
    *,
    n_rows: int,
    n_folds: int,
    fold_fraction: float,
    holdout_rows: int,
    rarest_class: int | None = None,
    rarest_name: str = "",
    time_budget_seconds: float | None = None,
    found: Estimate | None = None,
    available_bytes: int | None = None,
) -> list[Concern]:
    """List what is unreasonable about a plan.

    Parameters
    ----------
    plan : Plan
        The plan of the run.
    n_rows : int
        Rows of the search, without the holdout.
    n_folds : int
        Folds each trial is scored on.
    fold_fraction : float
        Share of the rows that a fold scores on.
    holdout_rows : int
        Rows kept for the final judgement.
    rarest_class : int, optional
        Rows of the rarest class among those of the search.
    rarest_name : str, default=""
        Its name.
    time_budget_seconds : float, optional
        Of the whole run.
    found : Estimate, optional
        What the plan would take, once it is known.
    available_bytes : int, optional
        Memory that is free on the workers' host.

    Returns
    -------
    list of Concern
        Warnings first.
    """
    listed = [
        *_of_rows(n_rows, fold_fraction, holdout_rows, rarest_class, rarest_name),
        *_of_size(plan, n_rows),
    ]
    if found is not None:
        listed += _of_time(found, plan, time_budget_seconds)
        listed += _of_memory(found, available_bytes)
    return sorted(listed, key=lambda concern: concern.level != "warning")


def _of_rows(
    n_rows: int,
    fold_fraction: float,
    holdout_rows: int,
    rarest_class: int | None,
    rarest_name: str,
) -> list[Concern]:
    listed = []
    n_scored = int(n_rows * fold_fraction)
    if n_scored < FEW_FOLD_ROWS:
        text = (
            f"Each fold is scored on about {n_scored:,} rows: differences between trials "
            "are mostly chance. Use fewer folds, or repeat them and look at the spread."
        )
        listed.append(Concern("warning", "n_splits", text))
    if rarest_class is not None and rarest_class * fold_fraction < FEW_CLASS_ROWS:
        text = (
            f"The rarest class, “{rarest_name}”, has about "
            f"{rarest_class * fold_fraction:.1f} rows in each fold's scored part: its "
            "score will jump. Use fewer folds, or join rare classes."
        )
        listed.append(Concern("warning", "n_splits", text))
    if 0 < holdout_rows < FEW_HOLDOUT_ROWS:
        text = (
            f"The holdout has {holdout_rows:,} rows: the final judgement will be vague. "
            "Without a holdout the folds' scores judge, somewhat too kindly."
        )
        listed.append(Concern("info", "holdout_fraction", text))
    return listed


def _of_size(plan: Plan, n_rows: int) -> list[Concern]:
    listed = []
    size = plan_size(plan)
    if plan.strategy == "grid" and size > LARGE_GRID:
        text = (
            f"The grid has {size:,} combinations. A random search or TPE of 60 to 200 "
            "trials usually finds as good a one; or take values out of the largest grid."
        )
        listed.append(Concern("warning", "strategy", text))
    if plan.strategy != "grid" and size < 3 * len(plan.items):
        text = (
            f"{size} trials for {len(plan.items)} algorithms are hardly more than their "
            "defaults. Allow more trials or choose fewer algorithms."
        )
        listed.append(Concern("info", "n_trials", text))
    for item in plan.items:
        algorithm = ALGORITHMS[item.algorithm]
        if n_rows > algorithm.cost.max_rows:
            text = (
                f"{algorithm.title} is made for up to {algorithm.cost.max_rows:,} rows; "
                f"on {n_rows:,} a fit takes very long. Leave it out or take a sample."
            )
            listed.append(Concern("warning", "algorithms", text))
    return listed


def _of_time(
    found: Estimate, plan: Plan, time_budget_seconds: float | None
) -> list[Concern]:
    listed = []
    for part in found.algorithms:
        if part.error:
            text = f"{part.title} fails on a sample of this table: {part.error}"
            listed.append(Concern("warning", "algorithms", text))
    total = sum(part.seconds for part in found.algorithms)
    first = found.algorithms[0] if found.algorithms else None
    if first and len(found.algorithms) > 1 and first.seconds > 0.6 * total > 60:
        text = f"{first.title} alone takes {100 * first.seconds / total:.0f} % of the time."
        listed.append(Concern("info", "algorithms", text))
    if time_budget_seconds is None:
        if found.seconds > LONG_SECONDS:
            text = (
                f"This takes about {spell(found.seconds)}. A time budget ends it when you "
                "want; what is found by then is kept."
            )
            listed.append(Concern("warning", "time_budget_seconds", text))
        return listed
    asked = plan.n_trials or plan_size(plan)
    n_affordable = found.n_affordable or 0
    if n_affordable < len(plan.items):
        text = (
            f"The {spell(time_budget_seconds)} suffice for about {n_affordable} "
            f"trial{'' if n_affordable == 1 else 's'}: not every algorithm gets its turn. "
            "Allow more time, fewer folds, or fewer algorithms."
        )
        listed.append(Concern("warning", "time_budget_seconds", text))
    elif n_affordable < asked < OPEN_END:
        text = (
            f"About {n_affordable:,} of {asked:,} trials fit into "
            f"{spell(time_budget_seconds)}; all of them would take about "
            f"{spell(_whole_seconds(found))}."
        )
        listed.append(Concern("info", "time_budget_seconds", text))
    return listed


def _whole_seconds(found: Estimate) -> float:
    n_trials = sum(part.n_trials for part in found.algorithms)
    share = n_trials / max(1, found.n_affordable or 1)
    return found.prepare_seconds + found.search_seconds * share + found.models_seconds


def _of_memory(found: Estimate, available_bytes: int | None) -> list[Concern]:
    if available_bytes is None or found.total_bytes <= 0.8 * available_bytes:
        return []
    text = (
        f"The workers may need {found.total_bytes / 1e9:.1f} GB together; "
        f"{available_bytes / 1e9:.1f} GB are free. Use fewer worker processes, fewer "
        "folds, or set a memory limit for a trial."
    )
    return [Concern("warning", "trial_memory_mb", text)]
