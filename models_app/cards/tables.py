"""An artifact's numbers as one table, for its CSV: a row a number, tidy.

A kind that is not registered here has its numbers as JSON only.
"""

from collections.abc import Callable, Iterator
from typing import Any

from models_app.answers import read_answers
from models_app.cards.card import NumberTable
from models_app.charts.roc import roc_rows
from models_app.enums import ArtifactKind
from models_app.models import Artifact, ModelMeta

Rows = Iterator[list[Any]]
TableMaker = Callable[[ModelMeta, Artifact], NumberTable]

TABLES: dict[ArtifactKind, TableMaker] = {}


def table_of(kind: ArtifactKind) -> Callable[[TableMaker], TableMaker]:
    """Register a function as the one that makes the table of a kind."""

    def register(maker: TableMaker) -> TableMaker:
        TABLES[kind] = maker
        return maker

    return register


@table_of(ArtifactKind.METRICS)
def metrics(model: ModelMeta, artifact: Artifact) -> NumberTable:
    rows = ([name, value] for name, value in artifact.data.items())
    return NumberTable("Metrics", ["metric", "value"], rows)


@table_of(ArtifactKind.INTERVALS)
def intervals(model: ModelMeta, artifact: Artifact) -> NumberTable:
    rows = (
        [name, found["value"], found["low"], found["high"]]
        for name, found in artifact.data["metrics"].items()
    )
    return NumberTable("Metrics", ["metric", "value", "low", "high"], rows)


@table_of(ArtifactKind.PER_CLASS)
def per_class(model: ModelMeta, artifact: Artifact) -> NumberTable:
    rows = (
        [row["label"], row["n_rows"], row["n_predicted"], name, *ends(interval)]
        for row in artifact.data["classes"]
        for name, interval in row["metrics"].items()
    )
    header = ["class", "n_rows", "n_predicted", "metric", "value", "low", "high"]
    return NumberTable("Metrics of each class", header, rows)


def ends(interval: dict[str, float] | None) -> list[float | None]:
    if interval is None:
        return [None, None, None]
    return [interval["value"], interval["low"], interval["high"]]


@table_of(ArtifactKind.CONFUSION)
def confusion(model: ModelMeta, artifact: Artifact) -> NumberTable:
    labels = artifact.data["labels"]
    rows = (
        [actual, predicted, n]
        for actual, counts in zip(labels, artifact.data["counts"], strict=True)
        for predicted, n in zip(labels, counts, strict=True)
    )
    return NumberTable("Confusion matrix", ["actual", "predicted", "n_rows"], rows)


def points(artifact: Artifact, *names: str) -> Rows:
    """Yield the points of the curves of each class."""
    for curve in artifact.data["curves"]:
        for values in zip(*(curve[name] for name in names), strict=True):
            yield [curve["label"], *values]


@table_of(ArtifactKind.ROC)
def roc(model: ModelMeta, artifact: Artifact) -> NumberTable:
    names = ["threshold", "false_positive_rate", "true_positive_rate"]
    return NumberTable("ROC curve", ["class", *names], roc_rows(artifact.data))


@table_of(ArtifactKind.PRECISION_RECALL)
def precision_recall(model: ModelMeta, artifact: Artifact) -> NumberTable:
    names = ["threshold", "precision", "recall"]
    return NumberTable(
        "Precision and recall", ["class", *names], points(artifact, *names)
    )


@table_of(ArtifactKind.GAIN)
def gain(model: ModelMeta, artifact: Artifact) -> NumberTable:
    rows = (
        [label, asked, found, found / asked if asked else None]
        for label, asked, found in points(artifact, "asked", "found")
    )
    return NumberTable("Gain and lift", ["class", "asked", "found", "lift"], rows)


@table_of(ArtifactKind.CALIBRATION)
def calibration(model: ModelMeta, artifact: Artifact) -> NumberTable:
    header = ["recalibration", "class", "groups", "probability", "came_true", "n_rows"]
    return NumberTable("Calibration", header, calibration_rows(artifact))


def calibration_rows(artifact: Artifact) -> Rows:
    for method in artifact.data["methods"]:
        for curve in method["curves"]:
            for groups in ("quantile", "uniform"):
                found = curve[groups]
                for values in zip(
                    found["predicted"], found["actual"], found["n_rows"], strict=True
                ):
                    yield [method["method"] or "none", curve["label"], groups, *values]


@table_of(ArtifactKind.DISTRIBUTIONS)
def distributions(model: ModelMeta, artifact: Artifact) -> NumberTable:
    edges = artifact.data["edges"]
    rows = (
        [scores["label"], *values]
        for scores in artifact.data["classes"]
        for values in zip(
            edges[:-1], edges[1:], scores["own"], scores["others"], strict=True
        )
    )
    header = ["class", "from", "to", "n_rows_of_class", "n_other_rows"]
    return NumberTable("Distribution of scores", header, rows)


@table_of(ArtifactKind.THRESHOLDS)
def thresholds(model: ModelMeta, artifact: Artifact) -> NumberTable:
    data = artifact.data
    rows = (
        [t, hits, alarms, data["n_positive"] - hits, data["n_negative"] - alarms]
        for t, hits, alarms in zip(
            data["threshold"],
            data["true_positive"],
            data["false_positive"],
            strict=True,
        )
    )
    header = [
        "threshold",
        "true_positive",
        "false_positive",
        "false_negative",
        "true_negative",
    ]
    return NumberTable(f"Thresholds for {data['label']}", header, rows)


@table_of(ArtifactKind.PREDICTED_ACTUAL)
def predicted_actual(model: ModelMeta, artifact: Artifact) -> NumberTable:
    pairs = zip(artifact.data["actual"], artifact.data["predicted"], strict=True)
    rows = (list(pair) for pair in pairs)
    return NumberTable("Predicted against actual", ["actual", "predicted"], rows)


@table_of(ArtifactKind.RESIDUALS)
def residuals(model: ModelMeta, artifact: Artifact) -> NumberTable:
    edges = artifact.data["edges"]
    rows = (
        list(b)
        for b in zip(edges[:-1], edges[1:], artifact.data["counts"], strict=True)
    )
    return NumberTable("Residuals", ["from", "to", "n_rows"], rows)


@table_of(ArtifactKind.PIPELINE)
def pipeline(model: ModelMeta, artifact: Artifact) -> NumberTable:
    defaults = artifact.data.get("defaults", {})
    rows = (
        [name, value, defaults.get(name)]
        for name, value in artifact.data.get("params", {}).items()
    )
    return NumberTable("Parameters", ["parameter", "value", "default"], rows)


@table_of(ArtifactKind.ANSWERS)
def answers(model: ModelMeta, artifact: Artifact) -> NumberTable:
    """Return each evaluated row, by its place among the rows with a target."""
    labels = class_labels(model)
    header = ["row", "actual", "predicted"]
    header += [f"probability_{label}" for label in labels]
    return NumberTable("Predictions", header, answer_rows(model, labels))


def class_labels(model: ModelMeta) -> list[str]:
    matrix = model.artifacts.filter(kind=ArtifactKind.CONFUSION).first()
    return list(matrix.data["labels"]) if matrix else []


def answer_rows(model: ModelMeta, labels: list[str]) -> Rows:
    found = read_answers(model)
    if found is None:
        return
    for i, position in enumerate(found.positions.tolist()):
        actual, predicted = found.y[i].item(), found.predicted[i].item()
        if found.probabilities is None:
            yield [position, actual, predicted]
        else:
            shares = found.probabilities[i].tolist()
            yield [position, labels[int(actual)], labels[int(predicted)], *shares]
