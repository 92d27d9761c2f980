"""What a person asks of a search, checked against the dataset, before anything exists.

The configure page, the command line and the API all come through `configure`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from runs.models import Dataset, Run
from runs.search import algorithms as registry
from runs.search.metrics import default_metric, resolve_metric
from runs.search.planning import Plan, PlanItem, check_plan, plan_size
from runs.search.problem import (
    SpecError,
    TaskType,
    check_target,
    detect_task,
    positive_class,
)
from runs.search.spaces import Space, parse_space, space_to_json

# The kinds of columns that can inform a prediction; identifiers and constants cannot.
FEATURE_KINDS = frozenset({"numeric", "category", "boolean", "datetime", "text"})
# A random search without a number of trials: with no limit, and with one in time.
RANDOM_TRIALS = 30
MAX_TRIALS = 10_000


@dataclass(frozen=True)
class Configuration:
    """A search that can be started: every value checked, every space parsed."""

    target: str
    task: str
    scoring: str
    features: list[str]
    classes: list[str]
    positive_class: str
    n_splits: int
    holdout_fraction: float
    seed: int
    strategy: str
    n_trials: int | None
    time_budget_seconds: float | None
    spaces: dict[str, dict[str, Any]]
    n_planned: int

    @property
    def n_fits(self) -> int:
        """Return the number of estimator fits a search without sharing would do."""
        return self.n_planned * self.n_splits


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
        names = ", ".join(c["name"] for c in dataset.columns[:20])
        message = f"There is no column “{target}”. The columns are: {names}."
        raise SpecError(message, field="target")
    return column


def configure(
    dataset: Dataset,
    *,
    target: str,
    task: str | None = None,
    scoring: str | None = None,
    algorithms: Iterable[str] | None = None,
    spaces: Mapping[str, Mapping[str, Any]] | None = None,
    strategy: str = "grid",
    n_trials: int | None = None,
    time_budget_seconds: float | None = None,
    n_splits: int = 5,
    holdout_fraction: float = 0.2,
    seed: int = 0,
) -> Configuration:
    """Check a wish against the dataset and fill in what was left open.

    Parameters
    ----------
    dataset : Dataset
        A dataset that has been read.
    target : str
        The column to predict.
    task, scoring : str, optional
        Detected from the column, and the task's usual metric, when not given.
    algorithms : iterable of str, optional
        Names or aliases; all that fit the task when not given.
    spaces : mapping, optional
        A search space for each algorithm in JSON form; takes the place of `algorithms`.

    Raises
    ------
    SpecError
        Naming in `field` the argument that cannot be, and the way out.
    """
    if not dataset.is_ready:
        message = f"The dataset “{dataset.name}” has not been read yet."
        raise SpecError(message, field="target")
    check_numbers(n_splits, holdout_fraction, seed, time_budget_seconds)
    column = target_column(dataset, target)
    chosen = parse_task(task) if task else detected_task(dataset, target)
    classes = column.get("classes")
    pairs = [(str(value), int(count)) for value, count in classes] if classes else None
    check_target(
        task=chosen,
        classes=pairs,
        n_known=(dataset.n_rows or 0) - column["missing"],
        distinct=column["distinct"],
        kind=column["kind"],
        n_splits=n_splits,
        holdout_fraction=holdout_fraction,
    )
    features = [
        c["name"]
        for c in dataset.columns
        if c["kind"] in FEATURE_KINDS and c["name"] != target
    ]
    if not features:
        message = (
            "No column is left to predict from: besides the target, the table has only "
            "identifiers, constants or ignored columns."
        )
        raise SpecError(message, field="target")
    metric = resolve_metric(scoring, chosen) if scoring else default_metric(chosen)
    parsed = parse_spaces(chosen, strategy, algorithms, spaces)
    if strategy == "random" and n_trials is None:
        # With a time budget alone it is the time that ends the search.
        n_trials = RANDOM_TRIALS if time_budget_seconds is None else MAX_TRIALS
    plan = Plan(
        strategy=as_strategy(strategy),
        items=tuple(PlanItem(name, space) for name, space in parsed.items()),
        n_trials=n_trials,
        seed=seed,
        task=chosen,
    )
    check_plan(plan)
    classification = chosen is not TaskType.REGRESSION
    return Configuration(
        target=target,
        task=chosen.value,
        scoring=metric.name,
        features=features,
        classes=[name for name, _ in pairs] if classification and pairs else [],
        positive_class=positive_class(pairs)
        if chosen is TaskType.BINARY and pairs
        else "",
        n_splits=n_splits,
        holdout_fraction=holdout_fraction,
        seed=seed,
        strategy=strategy,
        n_trials=n_trials,
        time_budget_seconds=time_budget_seconds,
        spaces={name: space_to_json(space) for name, space in parsed.items()},
        n_planned=plan_size(plan),
    )


def check_numbers(
    n_splits: int, holdout_fraction: float, seed: int, time_budget_seconds: float | None
) -> None:
    if not 2 <= n_splits <= 50:
        raise SpecError("Choose between 2 and 50 folds.", field="n_splits")
    if not 0 <= holdout_fraction <= 0.9:
        message = "The holdout share must be between 0 and 0.9 of the rows."
        raise SpecError(message, field="holdout_fraction")
    if not 0 <= seed < 2**31:
        message = "The seed must be a whole number from 0 to 2,147,483,647."
        raise SpecError(message, field="seed")
    if time_budget_seconds is not None and not time_budget_seconds > 0:
        message = "The time budget must be more than zero, or left empty for no limit."
        raise SpecError(message, field="time_budget_seconds")


def parse_task(name: str) -> TaskType:
    try:
        return TaskType(name.strip().lower())
    except ValueError:
        known = ", ".join(task.value for task in TaskType)
        message = f"There is no task “{name}”. The tasks are: {known}."
        raise SpecError(message, field="task") from None


def as_strategy(name: str) -> Literal["grid", "random"]:
    if name == "grid":
        return "grid"
    if name == "random":
        return "random"
    message = f"There is no strategy “{name}”. Choose grid or random."
    raise SpecError(message, field="strategy")


def parse_spaces(
    task: TaskType,
    strategy: str,
    algorithms: Iterable[str] | None,
    spaces: Mapping[str, Mapping[str, Any]] | None,
) -> dict[str, Space]:
    """Return the space of each algorithm, in the order asked for."""
    as_strategy(strategy)
    if spaces is not None:
        parsed: dict[str, Space] = {}
        for asked, space in spaces.items():
            algorithm = registry.resolve(asked, task)
            parsed[algorithm.name] = parse_space(space, algorithm=algorithm.name)
        names = list(parsed)
    else:
        chosen = (
            [registry.resolve(name, task) for name in algorithms]
            if algorithms is not None
            else registry.algorithms_for(task)
        )
        parsed = {
            a.name: a.grid(task) if strategy == "grid" else a.space(task)
            for a in chosen
        }
        names = list(parsed)
    if not names:
        raise SpecError("Choose at least one algorithm.", field="algorithms")
    return parsed


def plan_of(run: Run) -> Plan:
    """Return the plan of a stored run."""
    return Plan(
        strategy=as_strategy(run.strategy),
        items=tuple(
            PlanItem(name, parse_space(space, algorithm=name))
            for name, space in run.spaces.items()
        ),
        n_trials=run.n_trials,
        seed=run.seed,
        task=TaskType(run.task),
    )
