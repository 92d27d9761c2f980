"""What is said of a run before it starts: how long, how much memory, what is doubtful."""

from dataclasses import asdict
from typing import Any, NamedTuple

from runs.configuration import Configuration, plan_of, shape_of
from runs.models import Dataset, Preflight, Run
from runs.search.planning import Plan
from runs.search.preflight import Concern, Estimate, concerns_of, spell
from runs.search.problem import TaskType

MB, GB = 1e6, 1e9


class Part(NamedTuple):
    """One algorithm's line of an estimate."""

    title: str
    n_trials: int
    trial_seconds: float | None
    seconds: float
    percent: int
    error: str


class Outlook(NamedTuple):
    """An estimate as the page shows it."""

    headline: str
    memory: str
    process_memory: str
    folds_size: str
    parts: list[Part]
    prepare_seconds: float
    search_seconds: float
    models_seconds: float
    n_affordable: int | None
    n_timed: int
    sample_rows: int
    n_rows: int
    n_workers: int


def outlook(preflight: Preflight) -> Outlook | None:
    """Return what a preflight found; None while it is not known."""
    if not preflight.is_ready or not preflight.data:
        return None
    data = preflight.data
    found = Estimate.from_json(data["estimate"])
    total = sum(part.seconds for part in found.algorithms) or 1.0
    return Outlook(
        headline=spell(found.seconds),
        memory=size(found.total_bytes),
        process_memory=size(found.process_bytes),
        folds_size=size(found.folds_bytes),
        parts=[
            Part(
                part.title,
                part.n_trials,
                part.trial_seconds,
                part.seconds,
                round(100 * part.seconds / total),
                part.error,
            )
            for part in found.algorithms
        ],
        prepare_seconds=found.prepare_seconds,
        search_seconds=found.search_seconds,
        models_seconds=found.models_seconds,
        n_affordable=found.n_affordable,
        n_timed=found.n_timed,
        sample_rows=found.sample_rows,
        n_rows=data["n_rows"],
        n_workers=data["n_workers"],
    )


def concerns(
    dataset: Dataset, configuration: Configuration, preflight: Preflight | None = None
) -> list[Concern]:
    """Return what is doubtful about a configuration, more of it once fits were timed."""
    plan = plan_of(Run(**asdict(configuration)))
    if preflight is not None and preflight.is_ready and preflight.data:
        data = preflight.data
        return concerns_of(
            plan,
            n_rows=data["n_rows"],
            n_folds=data["n_folds"],
            fold_fraction=data["fold_fraction"],
            holdout_rows=data["holdout_rows"],
            rarest_class=data["rarest_class"],
            rarest_name=data["rarest_name"],
            time_budget_seconds=configuration.time_budget_seconds,
            found=Estimate.from_json(data["estimate"]),
            available_bytes=data["available_bytes"],
        )
    return concerns_of(
        plan,
        **expected_rows(dataset, configuration, plan),
        time_budget_seconds=configuration.time_budget_seconds,
    )


def expected_rows(
    dataset: Dataset, configuration: Configuration, plan: Plan
) -> dict[str, Any]:
    """Return what the profile of the table tells of the rows of search and folds."""
    column = dataset.column(configuration.target) or {}
    shape = shape_of(dataset, column, plan.task)
    held_out = round(shape.n_rows * configuration.holdout_fraction)
    n_folds = configuration.n_folds
    # Of time-ordered folds each scores the part after it; k of them make k + 1 parts.
    by_scheme = {
        "holdout": configuration.validation_fraction,
        "time": 1 / (configuration.n_splits + 1),
    }
    fraction = by_scheme.get(configuration.scheme, 1 / configuration.n_splits)
    rarest = None
    if plan.task is not TaskType.REGRESSION and shape.rarest_class:
        rarest = round(shape.rarest_class * (1 - configuration.holdout_fraction))
    pairs = column.get("classes") or []
    return {
        "n_rows": shape.n_rows - held_out,
        "n_folds": n_folds,
        "fold_fraction": fraction,
        "holdout_rows": held_out,
        "rarest_class": rarest,
        "rarest_name": str(min(pairs, key=lambda pair: pair[1])[0]) if pairs else "",
    }


def size(n_bytes: float) -> str:
    return f"{n_bytes / GB:.1f} GB" if n_bytes >= GB else f"{n_bytes / MB:.0f} MB"
