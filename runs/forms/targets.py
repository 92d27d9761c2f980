"""The column to predict: which it may be, what it looks like, what follows from it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.text import Truncator

from runs.models import Dataset
from runs.samples import SAMPLES
from runs.search.metrics import Metric
from runs.search.problem import TaskType

UNLIKELY_TARGETS = {"identifier", "constant", "text", "ignore"}
TARGET_NAMES = {
    "target",
    "class",
    "label",
    "y",
    "survived",
    "outcome",
    "churn",
    "response",
}
MAX_BARS = 12


class TargetFacts(NamedTuple):
    """What the target column looks like, and what will happen because of it."""

    column: Mapping[str, Any]
    bars: list[list[Any]]
    n_classes: int
    notes: list[str]


def likely_target(dataset: Dataset) -> str:
    """Guess the column to predict: by its name, else the last one that could be."""
    for sample in SAMPLES.values():
        if sample.filename == dataset.filename and dataset.column(sample.target):
            return sample.target
    possible = [c for c in dataset.columns if c["kind"] not in UNLIKELY_TARGETS]
    named = [c for c in possible if c["name"].strip().lower() in TARGET_NAMES]
    chosen = (named or possible or dataset.columns)[-1:]
    return str(chosen[0]["name"]) if chosen else ""


def column_label(column: Mapping[str, Any]) -> str:
    name = Truncator(column["name"]).chars(60)
    return (
        f"{name} ({column['kind'].replace('_', ' ')}, {column['distinct']:,} distinct)"
    )


def range_bars(column: Mapping[str, Any]) -> list[list[Any]]:
    histogram = column.get("histogram") or {}
    edges, counts = histogram.get("edges", []), histogram.get("counts", [])
    return [
        [f"{low:.6g} to {high:.6g}", count]
        for low, high, count in zip(edges, edges[1:], counts, strict=False)
    ]


def metric_groups(
    metrics: list[Metric], task: TaskType, default: Metric
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Group a task's metrics by what they judge; a group without any is left out."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for metric in metrics:
        if task is TaskType.REGRESSION:
            group = (
                "Greater is better"
                if metric.greater_is_better
                else "Errors, smaller is better"
            )
        else:
            group = (
                "Judge probabilities"
                if metric.needs_proba
                else "Judge predicted classes"
            )
        mark = " (default)" if metric.name == default.name else ""
        groups.setdefault(group, []).append((metric.name, f"{metric.title}{mark}"))
    return list(groups.items())


def target_facts(
    column: Mapping[str, Any], task: TaskType, *, n_rows: int
) -> TargetFacts:
    classes: list[list[Any]] = []
    if task is TaskType.REGRESSION:
        bars = range_bars(column)
    else:
        classes = sorted(column.get("classes") or [], key=lambda c: -c[1])
        bars = classes[:MAX_BARS]
    notes = target_notes(column, classes, n_rows)
    return TargetFacts(column, bars, len(classes), notes)


def target_notes(
    column: Mapping[str, Any], classes: list[list[Any]], n_rows: int
) -> list[str]:
    notes = []
    if column["missing"]:
        rows = "row has" if column["missing"] == 1 else "rows have"
        notes.append(
            f"{column['missing']:,} {rows} no known target and will be left out."
        )
    if column["kind"] == "identifier":
        notes.append("This column looks like an identifier, which cannot be predicted.")
    n_known = n_rows - column["missing"]
    if len(classes) > 1 and n_known and classes[-1][1] < 0.05 * n_known:
        label, count = classes[-1]
        notes.append(
            f"The class “{label}” is rare: {count:,} of {n_known:,} rows. "
            "Accuracy says little here; a metric such as balanced accuracy says more."
        )
    return notes
