"""What the common rows say of each model, and of each pair."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from models_app.comparing.asked import Asked
from models_app.comparing.common import Common, Member
from runs.search.metrics import Metric, metrics_for
from runs.search.problem import TaskType

if TYPE_CHECKING:
    import numpy as np

    from models_app.evaluation.costs import Costs

COST = "cost"
COST_METRIC = Metric(
    COST,
    "Mean cost of a row",
    "What the outcomes cost, at the threshold of the table.",
    frozenset({TaskType.BINARY}),
    greater_is_better=False,
    sklearn="",
)
N_RESAMPLES = 400
# Draws of a bootstrap: rows x resamples x classes x models, together.
MAX_DRAWN = 20_000_000
MOST_ROWS, LEAST_ROWS = 2_000, 200
MANY_CURVES = 100  # classes x models


class Value(NamedTuple):
    """A metric of a model with its 95 % interval, and how far it is from the best's."""

    value: float
    low: float
    high: float
    difference: float = 0.0  # the model's minus the best's, on the same resamples
    difference_low: float = 0.0
    difference_high: float = 0.0

    @property
    def is_tied(self) -> bool:
        """Tell whether the difference may be none."""
        return self.difference_low <= 0 <= self.difference_high


@dataclass(frozen=True)
class Measured:
    """One model's numbers; `threshold` is where its classes were decided, if anywhere."""

    member: Member
    values: dict[str, Value]
    threshold: float | None
    called: "np.ndarray"  # predicted classes at the threshold, or numbers
    rank: int = 0

    @property
    def seconds(self) -> float | None:
        return self.member.seconds


@dataclass(frozen=True)
class Numbers:
    """All models measured, the best by the ranking metric first."""

    common: Common
    asked: Asked
    metric: Metric  # that ranks
    metrics: list[Metric]  # of the table
    measured: list[Measured]
    n_resampled: int  # rows the intervals were drawn from
    front: list[int]  # numbers of the models that no other beats in time and quality

    @property
    def best(self) -> Measured:
        return self.measured[0]

    @property
    def in_order(self) -> list[Measured]:
        """Return them in the order asked for, which gives them their colours."""
        return sorted(self.measured, key=lambda m: m.member.number)


def numbers(common: Common, asked: Asked) -> Numbers:
    """Measure the models on the rows they have in common, and rank them."""
    drawn = resampled(common)
    decided = [decisions(common, member, asked) for member in common.members]
    sets = [
        values_of(common, member, called, costs_of(asked), drawn)
        for member, (_, called) in zip(common.members, decided, strict=True)
    ]
    metric = ranking_metric(common, asked, sets[0].point)
    best = best_of(metric, sets)
    measured = [
        Measured(
            member,
            {name: value_of(name, own, sets[best]) for name in own.point},
            threshold,
            called,
        )
        for member, own, (threshold, called) in zip(
            common.members, sets, decided, strict=True
        )
    ]
    ranked = sorted(measured, key=lambda m: (key_of(metric, m), m.member.number))
    shown = [
        m for m in metrics_for(TaskType(common.run.task)) if m.name in sets[0].point
    ]
    return Numbers(
        common=common,
        asked=asked,
        metric=metric,
        metrics=[*([COST_METRIC] if COST in sets[0].point else []), *shown],
        measured=[with_rank(m, rank) for rank, m in enumerate(ranked, 1)],
        n_resampled=len(drawn.rows),
        front=on_front(metric, measured),
    )


def with_rank(found: Measured, rank: int) -> Measured:
    return Measured(found.member, found.values, found.threshold, found.called, rank)


def key_of(metric: Metric, found: Measured) -> float:
    """Return what sorts models, the best first."""
    value = found.values.get(metric.name)
    if value is None:
        return math.inf
    return -value.value if metric.greater_is_better else value.value


def best_of(metric: Metric, sets: "list[Sets]") -> int:
    sign = -1 if metric.greater_is_better else 1
    values = [sign * own.point.get(metric.name, math.inf * sign) for own in sets]
    return min(range(len(values)), key=values.__getitem__)


# --- Decisions --------------------------------------------------------------------------


def decisions(
    common: Common, member: Member, asked: Asked
) -> "tuple[float | None, np.ndarray]":
    """Return the threshold that classes are decided by, and what is then predicted."""
    import numpy as np  # noqa: PLC0415 - as in all of this module: one page needs it

    if common.positive is None or member.probabilities is None:
        return None, member.predicted
    score = member.probabilities[:, common.positive]
    threshold = asked.threshold
    if threshold is None and asked.costs:
        from models_app.evaluation.costs import cheapest_threshold

        costs = costs_of(asked)
        assert costs is not None
        threshold = cheapest_threshold(common.y == common.positive, score, costs)[0]
    if threshold is None:
        threshold = member.model.threshold
    if threshold is None:
        return None, member.predicted
    called = np.where(score >= threshold, common.positive, 1 - common.positive)
    return threshold, called


def costs_of(asked: Asked) -> "Costs | None":
    from models_app.evaluation.costs import Costs

    if not asked.costs:
        return None
    known = asked.costs
    return Costs(
        known.get("cost_fp", 1.0),
        known.get("cost_fn", 1.0),
        known.get("cost_tp", 0.0),
        known.get("cost_tn", 0.0),
    )


# --- Values -----------------------------------------------------------------------------


class Sets(NamedTuple):
    """Metrics on all common rows, and on each resample of them."""

    point: dict[str, float]
    resampled: "dict[str, np.ndarray]"


class Resampled(NamedTuple):
    """The rows resamples are drawn from, and how often each has each of them."""

    rows: "np.ndarray"
    weights: "np.ndarray"  # the first has each once


def resampled(common: Common) -> Resampled:
    from models_app.evaluation.resampling import paired

    width = max(1, len(common.labels)) * len(common.members)
    n = N_RESAMPLES if width <= MANY_CURVES else N_RESAMPLES // 2
    most = min(MOST_ROWS, max(LEAST_ROWS, MAX_DRAWN // (width * n)))
    return Resampled(*paired(len(common.y), max_rows=most, n_resamples=n))


def values_of(
    common: Common,
    member: Member,
    called: "np.ndarray",
    costs: "Costs | None",
    drawn: Resampled,
) -> Sets:
    """Measure one model on all rows, and on the resamples of some."""
    import numpy as np  # noqa: PLC0415

    measure = measurer(common, member, called, costs)
    everything = measure(np.arange(len(common.y)), np.ones((1, len(common.y))))
    point = {
        name: float(values[0])
        for name, values in everything.items()
        if math.isfinite(values[0])
    }
    some = measure(drawn.rows, drawn.weights)
    nothing = np.full(len(drawn.weights), math.nan)
    return Sets(point, {name: some.get(name, nothing) for name in point})


def measurer(
    common: Common, member: Member, called: "np.ndarray", costs: "Costs | None"
) -> "Callable[[np.ndarray, np.ndarray], dict[str, np.ndarray]]":
    from models_app.evaluation.costs import row_costs
    from models_app.evaluation.weighted import regression_metrics
    from models_app.evaluation.weighted_rows import classification_metrics

    def measure(rows: "np.ndarray", weights: "np.ndarray") -> "dict[str, np.ndarray]":
        y = common.y[rows]
        if not common.is_classification or member.probabilities is None:
            return regression_metrics(y, called[rows], weights)
        found = classification_metrics(
            y,
            called[rows],
            member.probabilities[rows],
            weights,
            positive=common.positive,
        )
        if costs is not None and common.positive is not None:
            of_row = row_costs(
                y == common.positive, called[rows] == common.positive, costs
            )
            found[COST] = weights @ of_row / weights.sum(axis=1)
        return found

    return measure


def value_of(name: str, own: Sets, best: Sets) -> Value:
    value = own.point[name]
    low, high = ends(value, own.resampled[name])
    if name not in best.point:
        return Value(value, low, high)
    difference = value - best.point[name]
    apart = own.resampled[name] - best.resampled[name]
    return Value(value, low, high, difference, *ends(difference, apart))


def ends(value: float, resampled: "np.ndarray") -> tuple[float, float]:
    """Return the ends of a value's interval; the first resample has every row once."""
    from models_app.evaluation.resampling import percentile_interval

    found = percentile_interval(value, resampled[1:], around=float(resampled[0]))
    return (math.nan, math.nan) if found is None else (found.low, found.high)


def ranking_metric(common: Common, asked: Asked, known: dict[str, float]) -> Metric:
    """Return what ranks: what is asked for, the costs, or the run's own metric."""
    metrics = {m.name: m for m in metrics_for(TaskType(common.run.task))}
    if COST in known:
        metrics[COST] = COST_METRIC
    if asked.metric in metrics and asked.metric in known:
        return metrics[asked.metric]
    if COST in known:
        return COST_METRIC
    # A threshold moves no ranking of probabilities: F1 tells the decisions apart.
    if asked.threshold is not None and common.positive is not None:
        return metrics["f1"]
    if common.run.scoring in known:
        return metrics[common.run.scoring]
    return next(m for name, m in metrics.items() if name in known)


def on_front(metric: Metric, measured: list[Measured]) -> list[int]:
    """Return the models of which no other is quicker to fit and as good, or better."""
    import numpy as np  # noqa: PLC0415

    from runs.charts.pareto import front  # noqa: PLC0415

    known = [m for m in measured if m.seconds is not None and metric.name in m.values]
    cost = np.array([m.seconds for m in known], dtype=float)
    score = np.array([-key_of(metric, m) for m in known], dtype=float)
    return [known[at].member.number for at in front(cost, score)]
