"""Cards of metrics: overall, and of each class."""

from typing import Any, NamedTuple

from models_app.cards.card import (
    NARROW_CLASSES,
    Card,
    NumberTable,
    Options,
    plain,
    size_for,
)
from models_app.charts.per_class import (
    TITLES,
    per_class_data,
    per_class_figure,
)
from models_app.charts.wording import rows_note
from models_app.enums import ArtifactKind
from models_app.models import Artifact, ModelMeta
from runs.search.metrics import Metric, metrics_for
from runs.search.problem import TaskType
from runs.templatetags.display import figures

# What a threshold changes: the browser measures it anew for the one that is chosen.
BY_CLASS = (
    "accuracy",
    "balanced_accuracy",
    "f1",
    "precision",
    "recall",
    "f1_macro",
    "f1_micro",
    "f1_weighted",
    "mcc",
)


class MetricRow(NamedTuple):
    metric: Metric
    value: float | None  # None where these rows leave it undefined
    is_chosen: bool  # the run's own metric
    unit: str
    low: float | None = None
    high: float | None = None

    @property
    def at_threshold(self) -> str:
        """Return by what name the browser measures it at a threshold, if it can."""
        return self.metric.name if self.metric.name in BY_CLASS else ""


def calls_nothing(metrics: dict[str, float]) -> bool:
    """Tell whether no row was called positive: there is no precision, though 0 is stored."""
    # Without a hit, MCC falls below zero with the first false alarm.
    return all(metrics.get(name) == 0 for name in ("precision", "recall", "mcc"))


def metric_rows(model: ModelMeta, intervals: Artifact | None = None) -> list[MetricRow]:
    """Return the measured metrics, the run's own first."""
    known = metrics_for(TaskType(model.run.task))
    stored = intervals.data["metrics"] if intervals else {}
    rows = []
    no_precision = calls_nothing(model.metrics)
    for metric in known:
        if metric.name not in model.metrics:
            continue
        is_chosen = metric.name == model.run.scoring
        if metric.name == "precision" and no_precision:
            rows.append(MetricRow(metric, None, is_chosen, ""))
            continue
        # Stored as a share, as scikit-learn gives it.
        factor = 100 if metric.unit == "%" else 1
        interval: dict[str, float] = stored.get(metric.name, {})
        rows.append(
            MetricRow(
                metric,
                model.metrics[metric.name] * factor,
                is_chosen,
                model.run.target if metric.unit == "target" else metric.unit,
                *(interval[end] * factor for end in ("low", "high") if interval),
            )
        )
    return sorted(rows, key=lambda row: not row.is_chosen)


def interval_note(stored: dict[str, Any], n_rows: int | None) -> str:
    """Say in one sentence what the intervals are."""
    percent = f"{100 * stored['level']:.0f} %"
    within = ", each class by itself" if stored["is_stratified"] else ""
    sentence = (
        f"In brackets the {percent} interval: the middle {percent} of "
        f"{stored['n_resamples']:,} bootstrap resamples of the rows{within}"
    )
    n_drawn = stored["n_drawn_from"]
    if n_rows is not None and n_drawn < n_rows:
        what = "of what needs each row, they" if stored["is_stratified"] else "they"
        sentence += f"; {what} are drawn from a sample of {n_drawn:,} rows"
    return sentence + "."


def intervals_card(model: ModelMeta, artifact: Artifact, options: Options) -> Card:
    return Card(
        kind=ArtifactKind.INTERVALS,
        title="Metrics",
        hint=interval_note(artifact.data, artifact.n_rows),
        template="models_app/evaluation/metrics.html",
        note=rows_note(artifact.rows, artifact.n_rows),
        more={
            "metrics": metric_rows(model, artifact),
            "has_threshold": model.run.task == TaskType.BINARY,
        },
    )


def per_class_card(model: ModelMeta, artifact: Artifact, options: Options) -> Card:
    data = per_class_data(artifact.data, rows=artifact.rows, n_rows=artifact.n_rows)
    names = list(TITLES)
    rows = [
        [
            row.label,
            row.n_rows,
            row.n_predicted,
            *(with_interval(row.metrics[name]) for name in names),
        ]
        for row in data.classes
    ]
    header = ["class", "rows", "predicted", *TITLES.values()]
    return Card(
        kind=ArtifactKind.PER_CLASS,
        title="Each class",
        hint="Right is better; the line through a mark is its interval, and the class "
        "with the lowest F1 is on top.",
        figure=plain(per_class_figure(data)),
        tables=[
            NumberTable(
                f"Each class against the rest, with {100 * data.level:.0f} % intervals",
                header,
                rows,
            )
        ],
        size=size_for(len(rows)),
        is_wide=len(rows) > NARROW_CLASSES,
        linked="per_class",
    )


def with_interval(found: Any) -> str | None:  # noqa: ANN401 - value, low, high or None
    if found is None:
        return None
    return f"{figures(found.value)} [{figures(found.low)}, {figures(found.high)}]"
