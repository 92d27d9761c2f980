"""What a person asks of a search, checked against the dataset, before anything exists.

The configure page, the command line and the API all come through `configure`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypedDict, Unpack

from django.conf import settings

from runs.bundles import bundle_of
from runs.enums import Scheme, Share, Strategy
from runs.limits import check_limits, check_target_score
from runs.models import Dataset, Run
from runs.search import algorithms as registry
from runs.search.combinations import clean_combinations
from runs.search.halving import Halving
from runs.search.metrics import Metric, default_metric, resolve_metric
from runs.search.planning import Plan, PlanItem, check_plan, plan_size
from runs.search.presets import Shape
from runs.search.problem import (
    SpecError,
    TaskType,
    check_target,
    detect_task,
    positive_class,
)
from runs.search.spaces import Space, parse_space, space_to_json
from runs.validation import check_validation

# The kinds of columns that can inform a prediction; identifiers and constants cannot.
FEATURE_KINDS = frozenset(
    {"numeric", "category", "integer_category", "boolean", "datetime", "text"}
)
# A sampled search without a number of trials: with no limit, and with one in time.
SAMPLED_TRIALS = 30
MAX_TRIALS = 10_000
# Trials of a grid up to which the order is chosen for the workers' sake.
SMALL_GRID = 100
# Computed for every trial besides the metric that ranks, unless others are asked for.
USUAL_METRICS = {
    TaskType.BINARY: ("roc_auc", "log_loss", "accuracy"),
    TaskType.MULTICLASS: ("accuracy", "log_loss", "f1_macro"),
    TaskType.REGRESSION: ("rmse", "mae", "r2"),
}


class Wishes(TypedDict, total=False):
    """What may be asked of a search; what is left out comes from the preset, or below.

    `None` says "none" or "the usual", also where the preset says something else.
    """

    exclude: Iterable[str] | None  # columns not to predict from
    scoring: str | None  # the metric that ranks
    metrics: Iterable[str] | None  # others to compute
    algorithms: Iterable[str] | None  # names or aliases
    spaces: Mapping[str, Mapping[str, Any]] | None  # algorithm -> space as JSON
    enqueued: Iterable[Mapping[str, Any]] | None  # {algorithm, params} to try first
    strategy: str
    share: str
    halving: Mapping[str, Any] | None
    n_trials: int | None
    time_budget_seconds: float | None
    target_score: float | None
    patience: int | None
    trial_seconds: float | None
    trial_memory_mb: int | None
    scheme: str
    n_splits: int
    n_repeats: int
    split_column: str
    validation_fraction: float
    holdout_fraction: float
    train_scores: bool
    ensemble: bool
    seed: int


USUAL: Wishes = {
    "exclude": None,
    "scoring": None,
    "metrics": None,
    "algorithms": None,
    "spaces": None,
    "enqueued": None,
    "strategy": "grid",
    "share": "equal",
    "halving": None,
    "n_trials": None,
    "time_budget_seconds": None,
    "target_score": None,
    "patience": None,
    "trial_seconds": None,
    "trial_memory_mb": None,
    "scheme": "kfold",
    "n_splits": 5,
    "n_repeats": 1,
    "split_column": "",
    "validation_fraction": 0.2,
    "holdout_fraction": 0.2,
    "train_scores": True,
    "ensemble": True,
    "seed": 0,
}


@dataclass(frozen=True)
class Configuration:
    """A search that can be started: every value checked, every space parsed.

    The fields are those of `Run`.
    """

    target: str
    task: str
    scoring: str
    metrics: list[str]
    features: list[str]
    classes: list[str]
    positive_class: str
    scheme: str
    n_splits: int
    n_repeats: int
    split_column: str
    validation_fraction: float
    holdout_fraction: float
    seed: int
    preset: str
    strategy: str
    share: str
    halving: dict[str, Any]
    n_trials: int | None
    time_budget_seconds: float | None
    target_score: float | None
    patience: int | None
    trial_seconds: float | None
    trial_memory_mb: int | None
    train_scores: bool
    ensemble: bool
    spaces: dict[str, dict[str, Any]]
    enqueued: list[dict[str, Any]]
    n_planned: int

    @property
    def n_folds(self) -> int:
        """Return how many folds each combination is scored on."""
        return 1 if self.scheme == Scheme.HOLDOUT else self.n_splits * self.n_repeats

    @property
    def is_by_time(self) -> bool:
        """Tell whether it is the time that says how many combinations there are."""
        return self.time_budget_seconds is not None and self.n_planned >= MAX_TRIALS

    @property
    def n_fits(self) -> int:
        """Return the number of estimator fits a search without sharing would do."""
        return self.n_planned * self.n_folds


def target_columns(dataset: Dataset) -> list[str]:
    """Return the columns that can be predicted, in the order of the table."""
    return [
        c["name"] for c in dataset.columns if c["kind"] not in {"constant", "ignore"}
    ]


def detected_task(dataset: Dataset, target: str) -> TaskType:
    column = target_column(dataset, target)
    return detect_task(
        kind=column["kind"],
        distinct=column["distinct"],
        n_rows=dataset.n_rows or 0,
        dtype=column["dtype"],
    )


def target_column(dataset: Dataset, target: str) -> dict[str, Any]:
    column = dataset.column(target)
    if column is None:
        names = [c["name"] for c in dataset.columns]
        meant = [name for name in names if name.casefold() == target.casefold()]
        meant = meant or get_close_matches(target, names, n=1)
        hint = f"Is it “{meant[0]}”? " if meant else ""
        listed = ", ".join(names[:20])
        message = f"There is no column “{target}”. {hint}The columns are: {listed}."
        raise SpecError(message, field="target")
    return column


def configure(
    dataset: Dataset,
    *,
    target: str,
    task: str | None = None,
    preset: str | None = None,
    **wishes: Unpack[Wishes],
) -> Configuration:
    """Check a wish against the dataset and fill in what was left open.

    Parameters
    ----------
    dataset : Dataset
        A dataset that has been read.
    target : str
        The column to predict.
    task : str, optional
        Detected from the column when not given.
    preset : str, optional
        Name of a bundle that answers what `wishes` leave open, by the data's shape.
    **wishes
        See `Wishes`; `spaces` takes the place of `algorithms`.

    Raises
    ------
    SpecError
        Naming in `field` the argument that cannot be, and the way out.
    """
    if not dataset.is_ready:
        message = f"The dataset “{dataset.name}” has not been read yet."
        raise SpecError(message, field="target")
    column = target_column(dataset, target)
    chosen = parse_task(task) if task else detected_task(dataset, target)
    wish = completed(dataset, column, chosen, preset, wishes)
    check_limits(wish)
    validation = check_validation(dataset, target, wish)
    classes = column.get("classes")
    pairs = [(str(value), int(count)) for value, count in classes] if classes else None
    check_target(
        task=chosen,
        classes=pairs,
        n_known=(dataset.n_rows or 0) - column["missing"],
        distinct=column["distinct"],
        kind=column["kind"],
        n_splits=validation.n_class_rows,
        holdout_fraction=wish["holdout_fraction"],
    )
    leave_out = {target, validation.leave_out, *excluded(dataset, wish)}
    features = features_of(dataset, leave_out=leave_out)
    metric = (
        resolve_metric(wish["scoring"], chosen)
        if wish["scoring"]
        else default_metric(chosen)
    )
    check_target_score(wish["target_score"], metric)
    spaces = parse_spaces(dataset, chosen, wish)
    plan = Plan(
        strategy=parse_strategy(wish["strategy"]).value,
        items=tuple(PlanItem(name, space) for name, space in spaces.items()),
        n_trials=trials_of(wish),
        seed=wish["seed"],
        task=chosen,
        share=parse_share(wish["share"]).value,
        halving=parse_halving(wish),
    )
    check_plan(plan, grid_limit=settings.GRID_LIMIT)
    is_binary = chosen is TaskType.BINARY
    return Configuration(
        target=target,
        task=chosen.value,
        scoring=metric.name,
        metrics=metrics_of(chosen, wish, metric),
        features=features,
        classes=[name for name, _ in pairs or [] if chosen.is_classification],
        positive_class=positive_class(pairs) if is_binary and pairs else "",
        scheme=validation.scheme,
        n_splits=validation.n_splits,
        n_repeats=validation.n_repeats,
        split_column=validation.column,
        validation_fraction=wish["validation_fraction"],
        holdout_fraction=wish["holdout_fraction"],
        seed=wish["seed"],
        preset=preset or "",
        strategy=plan.strategy,
        share=plan.share,
        halving=plan.halving._asdict() if plan.halving else {},
        n_trials=plan.n_trials,
        time_budget_seconds=wish["time_budget_seconds"],
        target_score=wish["target_score"],
        patience=wish["patience"],
        trial_seconds=wish["trial_seconds"],
        trial_memory_mb=wish["trial_memory_mb"],
        train_scores=wish["train_scores"],
        ensemble=wish["ensemble"],
        spaces={name: space_to_json(space) for name, space in spaces.items()},
        enqueued=clean_combinations(wish["enqueued"] or [], chosen, among=spaces),
        n_planned=plan_size(plan),
    )


def completed(
    dataset: Dataset,
    column: dict[str, Any],
    task: TaskType,
    preset: str | None,
    wishes: Wishes,
) -> Wishes:
    """Answer what was left open: by the preset first, then by what is usual."""
    if preset is None:
        return {**USUAL, **wishes}
    shape = shape_of(dataset, column, task)
    bundle: Wishes = bundle_of(dataset.project_id, preset, shape)  # type: ignore[assignment]
    if wishes.get("spaces") is not None:
        bundle = {**bundle, "algorithms": None}
    return {**USUAL, **bundle, **wishes}


def shape_of(dataset: Dataset, target: dict[str, Any], task: TaskType) -> Shape:
    """Describe a table to a preset."""
    columns = [c for c in dataset.columns if c["name"] != target["name"]]
    used = [c for c in columns if c["kind"] in FEATURE_KINDS]
    kinds = [c["kind"] for c in used]
    counts = [int(count) for _, count in target.get("classes") or []]
    n_rows = (dataset.n_rows or 0) - target["missing"]
    cells = (dataset.n_rows or 0) * len(used)
    return Shape(
        task=task,
        n_rows=n_rows,
        n_columns=len(used),
        n_text=kinds.count("text"),
        n_categories=kinds.count("category") + kinds.count("integer_category"),
        n_classes=len(counts) if task.is_classification else 0,
        rarest_class=min(counts, default=0) if task.is_classification else 0,
        n_missing_share=sum(c["missing"] for c in used) / cells if cells else 0.0,
    )


def features_of(dataset: Dataset, *, leave_out: set[str]) -> list[str]:
    features = [
        c["name"]
        for c in dataset.columns
        if c["kind"] in FEATURE_KINDS and c["name"] not in leave_out
    ]
    if not features:
        message = (
            "No column is left to predict from: besides the target, the table has only "
            "identifiers, constants, ignored columns, or those left out."
        )
        raise SpecError(message, field="target")
    return features


def excluded(dataset: Dataset, wish: Wishes) -> list[str]:
    names = list(wish["exclude"] or [])
    for at, name in enumerate(names):
        if dataset.column(name) is None:
            message = f"There is no column “{name}” to leave out."
            raise SpecError(message, field="exclude", path=(at,))
    return names


def metrics_of(task: TaskType, wish: Wishes, ranking: Metric) -> list[str]:
    """Return the metrics of every trial, the one that ranks first."""
    asked = wish["metrics"]
    if isinstance(asked, str):
        asked = asked.split(",")
    names = USUAL_METRICS[task] if asked is None else asked
    found = []
    for at, name in enumerate(names):
        try:
            found.append(resolve_metric(name.strip(), task).name)
        except SpecError as error:
            raise SpecError(str(error), field="metrics", path=(at,)) from error
    return list(dict.fromkeys([ranking.name, *found]))


def trials_of(wish: Wishes) -> int | None:
    if wish["strategy"] == Strategy.GRID or wish["n_trials"] is not None:
        return wish["n_trials"]
    # With a time budget alone it is the time that ends the search.
    return SAMPLED_TRIALS if wish["time_budget_seconds"] is None else MAX_TRIALS


def parse_task(name: str) -> TaskType:
    try:
        return TaskType(name.strip().lower())
    except ValueError:
        known = ", ".join(task.value for task in TaskType)
        message = f"There is no task “{name}”. The tasks are: {known}."
        raise SpecError(message, field="task") from None


def parse_strategy(name: str) -> Strategy:
    try:
        return Strategy(name)
    except ValueError:
        known = ", ".join(Strategy.values)
        message = f"There is no strategy “{name}”. Choose one of {known}."
        raise SpecError(message, field="strategy") from None


def parse_share(name: str) -> Share:
    try:
        return Share(name)
    except ValueError:
        message = f"A budget cannot be shared “{name}”. Choose equal or adaptive."
        raise SpecError(message, field="share") from None


def parse_halving(wish: Wishes) -> Halving | None:
    if wish["strategy"] != Strategy.HALVING:
        return None
    asked = dict(wish["halving"] or {})
    unknown = sorted(set(asked) - set(Halving._fields))
    if unknown:
        message = (
            f"“halving” has an unknown key “{unknown[0]}”; known are "
            f"{', '.join(Halving._fields)}."
        )
        raise SpecError(message, field="halving", path=(unknown[0],))
    return Halving(**asked)


def parse_spaces(dataset: Dataset, task: TaskType, wish: Wishes) -> dict[str, Space]:
    """Return the space of each algorithm, in the order asked for."""
    listed = parse_strategy(wish["strategy"]) == Strategy.GRID
    asked, spaces = wish["algorithms"], wish["spaces"] or {}
    given = {registry.resolve(name, task).name: space for name, space in spaces.items()}
    if asked is not None:
        chosen = [registry.resolve(name, task) for name in asked]
    elif wish["spaces"] is not None:
        chosen = [registry.ALGORITHMS[name] for name in given]
    else:
        size = (dataset.n_rows or 0, len(dataset.columns))
        chosen = [a for a in registry.algorithms_for(task) if a.proposed(*size)]
    parsed = {
        a.name: parse_space(given[a.name], algorithm=a.name)
        if a.name in given
        else (a.grid(task) if listed else a.space(task))
        for a in chosen
    }
    if not parsed:
        raise SpecError("Choose at least one algorithm.", field="algorithms")
    return parsed


def plan_of(run: Run) -> Plan:
    """Return the plan of a stored run, of the algorithms that are switched on."""
    return Plan(
        strategy=parse_strategy(run.strategy).value,
        items=tuple(
            PlanItem(name, parse_space(space, algorithm=name))
            for name, space in run.spaces.items()
            if name not in run.switched_off
        ),
        n_trials=run.n_trials,
        seed=run.seed,
        task=TaskType(run.task),
        share=parse_share(run.share).value,
        halving=Halving(**run.halving) if run.halving else None,
        in_seconds=run.time_budget_seconds is not None
        and (run.n_trials or 0) >= MAX_TRIALS,
        costliest_first=is_small_grid(run),
    )


def is_small_grid(run: Run) -> bool:
    """Tell whether all of a short plan is worked off, whatever comes out."""
    ends_early = (run.time_budget_seconds, run.target_score, run.patience)
    return (
        run.strategy == Strategy.GRID
        and run.n_planned <= SMALL_GRID
        and not any(limit is not None for limit in ends_early)
    )
