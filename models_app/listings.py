"""What the pages of models show, prepared from stored results."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import TextIOWrapper
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from models_app.charts.confusion import confusion_data, confusion_figure
from models_app.charts.predicted_actual import (
    predicted_actual_data,
    predicted_actual_figure,
)
from models_app.charts.residuals import residuals_data, residuals_figure
from models_app.charts.roc import RocData, roc_data, roc_figure
from models_app.charts.wording import rows_note
from models_app.enums import ArtifactKind
from models_app.models import Artifact, ModelMeta, Prediction
from runs.enums import Task
from runs.search.metrics import Metric, metrics_for
from runs.search.problem import TaskType

if TYPE_CHECKING:
    import plotly.graph_objects as go

TABLE_ROWS = 25  # of a chart's numbers on the page; all of them are in its JSON
PREVIEW_ROWS = 10


class MetricRow(NamedTuple):
    metric: Metric
    value: float
    is_chosen: bool  # the run's own metric
    unit: str


class ParameterRow(NamedTuple):
    name: str
    value: Any
    default: Any
    is_searched: bool

    @property
    def differs(self) -> bool:
        # 1 and True, or 1 and 1.0, are not the same setting to a reader.
        return repr(self.value) != repr(self.default)


class NumberTable(NamedTuple):
    caption: str
    header: list[str]
    rows: list[list[Any]]


@dataclass(frozen=True)
class ChartCard:
    """One chart of the page with its numbers."""

    kind: ArtifactKind
    title: str
    hint: str
    figure: dict[str, Any]
    tables: list[NumberTable] = field(default_factory=list)
    cells: str = ""  # of the confusion matrix: which numbers its cells show

    @property
    def script_id(self) -> str:
        return f"figure-{self.kind.value}"


def notes(model: ModelMeta, pipeline: Artifact | None) -> dict[str, str]:
    """Return what stands under the page's figures: which rows each is from."""
    n_folds = model.run.n_folds
    folds = "1 fold" if n_folds == 1 else f"{n_folds} folds"
    on = f"on {pipeline.n_rows:,} rows" if pipeline and pipeline.n_rows else ""
    return {
        "rows_note": rows_note(model.rows, model.n_rows_evaluated)
        if model.rows
        else "",
        "fold_note": f"mean of {folds}, trial {model.trial.number}",
        "fit_note": on,
    }


def metric_rows(model: ModelMeta) -> list[MetricRow]:
    """Return the measured metrics, the run's own first."""
    known = metrics_for(TaskType(model.run.task))
    rows = [
        MetricRow(
            metric,
            # Stored as a share, as scikit-learn gives it.
            model.metrics[metric.name] * (100 if metric.unit == "%" else 1),
            metric.name == model.run.scoring,
            model.run.target if metric.unit == "target" else metric.unit,
        )
        for metric in known
        if metric.name in model.metrics
    ]
    return sorted(rows, key=lambda row: not row.is_chosen)


def parameter_rows(
    model: ModelMeta, artifacts: Sequence[Artifact]
) -> list[ParameterRow]:
    """Return the estimator's parameters, those the search has chosen first."""
    stored: dict[str, Any] = next(
        (a.data for a in artifacts if a.kind == ArtifactKind.PIPELINE), {}
    )
    values = {**model.params, **stored.get("params", {})}
    defaults = stored.get("defaults", {})
    rows = [
        ParameterRow(name, value, defaults.get(name), name in model.params)
        for name, value in values.items()
    ]
    return sorted(
        rows, key=lambda row: (not row.is_searched, not row.differs, row.name)
    )


def chart_cards(
    model: ModelMeta, artifacts: Sequence[Artifact], *, cells: str = "count"
) -> list[ChartCard]:
    """Return the charts whose numbers are stored, in the order to read them."""
    stored = {ArtifactKind(artifact.kind): artifact for artifact in artifacts}
    return [
        maker(model, stored[kind], cells)
        for kind, maker in MAKERS.items()
        if kind in stored
    ]


def confusion_card(model: ModelMeta, artifact: Artifact, cells: str) -> ChartCard:
    data = confusion_data(artifact.data, rows=artifact.rows, n_rows=artifact.n_rows)
    by_row = cells == "percent"
    counts = [[name, *row] for name, row in zip(data.labels, data.counts, strict=True)]
    return ChartCard(
        kind=ArtifactKind.CONFUSION,
        title="Confusion matrix",
        hint="A row is an actual class, a column a predicted one; right is the diagonal.",
        figure=plain(confusion_figure(data, by_row=by_row)),
        tables=[
            NumberTable(
                "Rows by actual and predicted class", ["actual", *data.labels], counts
            ),
            NumberTable(
                "Each class",
                ["class", "rows", "precision", "recall", "F1"],
                [list(row) for row in data.classes],
            ),
        ],
        cells="percent" if by_row else "count",
    )


def roc_card(model: ModelMeta, artifact: Artifact, cells: str) -> ChartCard:
    data = roc_data(artifact.data, rows=artifact.rows, n_rows=artifact.n_rows)
    hint = (
        "Rows found against false alarms, for every threshold; up and left is better."
    )
    if data.macro_area is not None and data.micro_area is not None:
        hint += (
            f" Mean area over the classes {data.macro_area:.3f} (macro), "
            f"over all pairs of row and class {data.micro_area:.3f} (micro)."
        )
    if data.undefined:
        hint += f" Undefined on these rows for: {', '.join(data.undefined)}."
    areas = [[curve.label, curve.n_positive, curve.area] for curve in data.curves]
    return ChartCard(
        kind=ArtifactKind.ROC,
        title="ROC curve",
        hint=hint,
        figure=plain(roc_figure(data)),
        tables=[
            NumberTable("Area under the curve", ["class", "rows", "area"], areas),
            *threshold_tables(data),
        ],
    )


def threshold_tables(data: RocData) -> list[NumberTable]:
    """Return the points of a single curve, thinned to a page's length."""
    if len(data.curves) != 1:
        return []
    curve = data.curves[0]
    points = list(zip(curve.threshold, curve.x, curve.y, strict=True))
    step = max(1, -(-len(points) // TABLE_ROWS))
    rows = [["none" if t is None else t, x, y] for t, x, y in points[::step]]
    header = ["probability at least", "false positive rate", "true positive rate"]
    return [NumberTable(f"{len(rows)} of {len(points)} points", header, rows)]


def predicted_actual_card(
    model: ModelMeta, artifact: Artifact, cells: str
) -> ChartCard:
    data = predicted_actual_data(
        artifact.data,
        target=model.run.target,
        rows=artifact.rows,
        n_rows=artifact.n_rows,
    )
    pairs = list(zip(data.actual, data.predicted, strict=True))
    shown = [list(pair) for pair in pairs[:TABLE_ROWS]]
    caption = f"The first {len(shown)} of {len(pairs)} points"
    return ChartCard(
        kind=ArtifactKind.PREDICTED_ACTUAL,
        title="Predicted against actual",
        hint="A point is a row; on the dotted line the prediction is right.",
        figure=plain(predicted_actual_figure(data)),
        tables=[NumberTable(caption, ["actual", "predicted"], shown)],
    )


def residuals_card(model: ModelMeta, artifact: Artifact, cells: str) -> ChartCard:
    data = residuals_data(
        artifact.data,
        target=model.run.target,
        rows=artifact.rows,
        n_rows=artifact.n_rows,
    )
    bins = zip(data.edges[:-1], data.edges[1:], data.counts, strict=True)
    return ChartCard(
        kind=ArtifactKind.RESIDUALS,
        title="Residuals",
        hint="Right of zero the prediction was too low, left of it too high.",
        figure=plain(residuals_figure(data)),
        tables=[NumberTable("Bins", ["from", "to", "rows"], [list(b) for b in bins])],
    )


MAKERS: dict[ArtifactKind, Callable[[ModelMeta, Artifact, str], ChartCard]] = {
    ArtifactKind.CONFUSION: confusion_card,
    ArtifactKind.ROC: roc_card,
    ArtifactKind.PREDICTED_ACTUAL: predicted_actual_card,
    ArtifactKind.RESIDUALS: residuals_card,
}


def plain(figure: "go.Figure") -> dict[str, Any]:
    found: dict[str, Any] = figure.to_dict()
    return found


class Preview(NamedTuple):
    header: list[str]
    rows: list[list[str]]


def prediction_preview(prediction: Prediction) -> Preview | None:
    """Return the first answers of a finished prediction."""
    if not prediction.output:
        return None
    with prediction.output.open("rb") as stream:
        lines = csv.reader(TextIOWrapper(stream, encoding="utf-8", newline=""))
        header, *rows = islice(lines, PREVIEW_ROWS + 1)
    # Labels stay as they are, even those that are numbers.
    n_labels = 0 if prediction.model.run.task == Task.REGRESSION else 1
    shown = [
        [*row[:n_labels], *(f"{float(number):.6g}" for number in row[n_labels:])]
        for row in rows
    ]
    return Preview(header, shown)
