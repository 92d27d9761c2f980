"""What the table of a comparison asks of its rows and addresses."""

from typing import Any

from django import template
from django.template import Context

from runs.search.metrics import Metric

register = template.Library()


@register.simple_tag(takes_context=True)
def without_model(context: Context, models: list[int], left_out: int) -> str:
    """Return the address's query without one of its models."""
    query = context["request"].GET.copy()
    query.setlist("models", [",".join(str(m) for m in models if m != left_out)])
    return str(query.urlencode(safe=","))


@register.simple_tag
def best_values(found: Any) -> dict[str, float]:  # noqa: ANN401 - a comparison's numbers
    """Return the best value of each metric; none that all have in common."""
    best = {}
    for metric in found.metrics:
        known = [
            m.values[metric.name].value
            for m in found.measured
            if metric.name in m.values
        ]
        if len(set(known)) > 1:
            best[metric.name] = max(known) if metric.greater_is_better else min(known)
    return best


@register.simple_tag
def is_best(best: dict[str, float], metric: Metric, value: Any) -> bool:  # noqa: ANN401
    return value is not None and best.get(metric.name) == value.value
