"""Numbers, parameters and names as people read them, the same in every template."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django import template

from runs import queries
from runs.charts.wording import span
from runs.live.workers import WorkerCard
from runs.search.metrics import METRICS
from runs.search.presets import PRESETS

register = template.Library()


class Parameter(NamedTuple):
    name: str
    text: str


@register.filter
def figures(value: float | None) -> str:
    """Return a number with the digits that matter: 0.8531, 12.35, 48,213.5."""
    if value is None:
        return "–"
    size = abs(value)
    if size >= 1e9 or 0 < size < 1e-4:
        return f"{value:.3e}"
    decimals = 1 if size >= 1000 else 2 if size >= 10 else 3 if size >= 1 else 4
    return f"{value:,.{decimals}f}"


@register.filter
def score(value: float | None, scoring: str) -> str:
    """Return a stored value, of which greater is better, as its metric is read."""
    metric = METRICS.get(scoring)
    if value is None or metric is None:
        return figures(value)
    return figures(metric.display(value))


@register.filter
def measured(value: float | None, name: str) -> str:
    """Return a metric's number as it is read, a share of which the unit is % as such."""
    metric = METRICS.get(name)
    if value is None or metric is None or metric.unit != "%":
        return figures(value)
    return f"{figures(100 * value)} %"


@register.filter
def metric_title(name: str) -> str:
    return METRICS[name].title if name in METRICS else name


@register.filter
def algorithm_title(name: str) -> str:
    return queries.algorithm_title(name)


@register.filter
def preset_title(name: str) -> str:
    return PRESETS[name].title if name in PRESETS else name


@register.filter
def parameters(params: Mapping[str, Any]) -> list[Parameter]:
    """Return name and value as text, by name; numbers without binary fractions' tails."""
    return [
        Parameter(name, parameter_text(value)) for name, value in sorted(params.items())
    ]


def parameter_text(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)


@register.filter
def words(name: str) -> str:
    """Return a name of the code as people write it: integer category."""
    return name.replace("_", " ")


@register.filter
def duration(seconds: float | None) -> str:
    """Return a span as the page's clocks write it: 3 min 12 s."""
    return "–" if seconds is None else span(seconds)


@register.filter
def seconds_to(start: datetime | None, end: datetime | None) -> float | None:
    return (end - start).total_seconds() if start and end else None


@register.filter
def fold_states(worker: WorkerCard) -> list[str]:
    """Return what each fold of a worker's trial is: done, current or waiting."""
    done = worker.fold - 1
    rest = worker.n_splits - worker.fold
    return ["done"] * done + ["current"] + ["waiting"] * rest


@register.filter
def total(numbers: Sequence[float]) -> float:
    return sum(numbers)


@register.filter
def percent(fraction: float) -> str:
    return f"{100 * fraction:.3g} %"


@register.filter
def get(mapping: Mapping[str, object], key: str) -> object:
    return mapping.get(key)
