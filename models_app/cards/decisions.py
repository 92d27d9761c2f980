"""Cards on which something is decided: the threshold, and better probabilities."""

from typing import Any

from models_app.cards.card import (
    TABLE_ROWS,
    Card,
    NumberTable,
    Options,
    plain,
)
from models_app.charts.calibration import (
    CalibrationData,
    calibration_data,
    calibration_figure,
)
from models_app.charts.thresholds import (
    cost_figure,
    thresholds_data,
    thresholds_figure,
)
from models_app.charts.wording import rows_note
from models_app.enums import ArtifactKind
from models_app.models import Artifact, ModelMeta
from runs.enums import Task

BINS = {"quantile": "Equal rows", "uniform": "Equal width"}
COSTS = {
    "false_positive": ("False alarm costs", 1.0),
    "false_negative": ("Missed row costs", 1.0),
    "true_positive": ("Hit brings", 0.0),
    "true_negative": ("Right rejection brings", 0.0),
}
DEFAULT = 0.5


def thresholds_card(model: ModelMeta, artifact: Artifact, options: Options) -> Card:
    stored = artifact.data
    data = thresholds_data(stored)
    costs = {
        name: model.costs.get(name, default) for name, (_, default) in COSTS.items()
    }
    rows = list(
        zip(
            data.threshold,
            data.called,
            data.precision,
            data.recall,
            data.f1,
            strict=True,
        )
    )
    shown = [list(row) for row in rows[:: max(1, -(-len(rows) // TABLE_ROWS))]]
    n_kept = f"{len(data.threshold):,} of {stored['n_distinct']:,}"
    return Card(
        kind=ArtifactKind.THRESHOLDS,
        title="Threshold",
        hint="A row is called "
        f"{stored['label']} from this probability on; every chart and metric of this page "
        "follows. The slider moves by rows, not by probability: its middle need not be 0.5.",
        figure=plain(thresholds_figure(data)),
        tables=[
            NumberTable(
                f"{len(shown)} of {len(rows)} thresholds ({n_kept} distinct ones are kept)",
                ["threshold", f"called {stored['label']}", "precision", "recall", "F1"],
                shown,
            )
        ],
        template="models_app/evaluation/threshold.html",
        size="chart",
        is_wide=True,
        note=rows_note(artifact.rows, artifact.n_rows),
        linked="line",
        more={
            "label": stored["label"],
            "other": stored["other"],
            "costs": [(name, title, costs[name]) for name, (title, _) in COSTS.items()],
            "cost_figure": plain(cost_figure(data, net_cost(stored, costs))),
            "start": model.threshold if model.threshold is not None else DEFAULT,
            "counts": {
                **{name: stored[name] for name in COUNTS},
                "start": model.threshold if model.threshold is not None else DEFAULT,
                "costs": costs,
            },
        },
    )


COUNTS = (
    "label",
    "threshold",
    "true_positive",
    "false_positive",
    "n_positive",
    "n_negative",
)


def net_cost(stored: dict[str, Any], costs: dict[str, float]) -> list[float]:
    """Return the cost over all rows at each threshold, as the browser does."""
    pairs = zip(stored["true_positive"], stored["false_positive"], strict=True)
    return [
        costs["false_positive"] * alarms
        + costs["false_negative"] * (stored["n_positive"] - hits)
        - costs["true_positive"] * hits
        - costs["true_negative"] * (stored["n_negative"] - alarms)
        for hits, alarms in pairs
    ]


def calibration_card(model: ModelMeta, artifact: Artifact, options: Options) -> Card:
    data = calibration_data(
        artifact.data,
        strategy=options.bins,
        rows=artifact.rows,
        n_rows=artifact.n_rows,
    )
    binary = model.run.task == Task.BINARY
    what = (
        "what is called 70 % probable should come true in 70 of 100 rows"
        if binary
        else "where the model is 70 % sure of its answer, 70 of 100 should be right"
    )
    return Card(
        kind=ArtifactKind.CALIBRATION,
        title="Calibration",
        hint=f"On the dotted line probabilities mean what they say: {what}.",
        figure=plain(calibration_figure(data)),
        tables=[*group_tables(data), *class_tables(data)],
        switches=[options.switch("bins", "Groups of rows", BINS)],
        template="models_app/evaluation/calibration.html",
        is_wide=not binary,
        linked="line" if binary else "",
        more={
            "methods": data.methods,
            "n_folds": data.n_folds,
            "chosen": model.recalibration,
            "best": min(data.methods, key=lambda m: m.brier).name,
        },
    )


def group_tables(data: CalibrationData) -> list[NumberTable]:
    header = ["mean probability", "came true", "rows"]
    return [
        NumberTable(
            f"Groups, probabilities {method.title}"
            if method.name
            else "Groups, probabilities as predicted",
            header,
            [list(row) for row in zip(c.x, c.y, c.n_rows, strict=True)],
        )
        for method in data.methods
        for c in method.curves[:1]
    ]


def class_tables(data: CalibrationData) -> list[NumberTable]:
    """Return the errors of each class by itself, where there are more than two."""
    labels = [curve.label for curve in data.methods[0].curves[1:]]
    if not labels:
        return []
    header = ["class"]
    for method in data.methods:
        header += [f"Brier, {method.title}", f"ECE, {method.title}"]
    rows: list[list[Any]] = [[label] for label in labels]
    for method in data.methods:
        for row, curve in zip(rows, method.curves[1:], strict=True):
            row += [curve.brier, curve.error]
    return [NumberTable("Each class against the rest", header, rows)]
