"""Errors, intervals and the diagnosis as one table each, for their CSV."""

from collections.abc import Mapping
from typing import Any

from models_app.cards.card import NumberTable
from models_app.cards.tables import TableMaker
from models_app.enums import ArtifactKind
from models_app.models import Artifact, ModelMeta


def errors(model: ModelMeta, artifact: Artifact) -> NumberTable:
    data = artifact.data
    rows = (
        [number, actual, predicted, actual - predicted]
        for number, actual, predicted in zip(
            data["row_numbers"], data["actual"], data["predicted"], strict=True
        )
    )
    return NumberTable("Errors", ["row", "actual", "predicted", "residual"], rows)


def prediction_intervals(model: ModelMeta, artifact: Artifact) -> NumberTable:
    header = ["level", "half_width", "coverage", "low", "high"]
    rows = ([level[name] for name in header] for level in artifact.data["levels"])
    return NumberTable("Prediction intervals", header, rows)


def folds(model: ModelMeta, artifact: Artifact) -> NumberTable:
    rows = (
        [metric, part, fold, value]
        for metric, parts in artifact.data["metrics"].items()
        for part in ("test", "train")
        for fold, value in enumerate(parts[part], start=1)
    )
    return NumberTable("Folds", ["metric", "rows", "fold", "value"], rows)


def learning_curve(model: ModelMeta, artifact: Artifact) -> NumberTable:
    data = artifact.data
    rows = (
        [n_rows, part, fold, value]
        for part in ("test", "train")
        for n_rows, values in zip(
            data.get("n_rows", []), data.get(part, []), strict=False
        )
        for fold, value in enumerate(values, start=1)
    )
    return NumberTable("Learning curve", ["n_rows", "rows", "fold", "value"], rows)


def worst_rows(model: ModelMeta, artifact: Artifact) -> NumberTable:
    names = list(dict.fromkeys(name for row in artifact.data["rows"] for name in row))
    names = [name for name in names if name != "values"]
    columns = artifact.data["columns"]
    rows = (
        [*(row.get(name) for name in names), *row["values"]]
        for row in artifact.data["rows"]
    )
    return NumberTable("Worst predicted rows", [*names, *columns], rows)


def segments(model: ModelMeta, artifact: Artifact) -> NumberTable:
    header = ["column", "segment", "n_rows", "metric", "value", "low", "high"]
    rows = (
        [column["name"], segment["label"], segment["n_rows"], *numbers]
        for column in artifact.data["columns"]
        for segment in column["segments"]
        for numbers in measured(segment)
    )
    return NumberTable("Segments", header, rows)


def measured(segment: Mapping[str, Any]) -> list[list[Any]]:
    return [[name, *numbers] for name, numbers in segment["measures"].items()]


DIAGNOSIS_TABLES: dict[ArtifactKind, TableMaker] = {
    ArtifactKind.ERRORS: errors,
    ArtifactKind.PREDICTION_INTERVALS: prediction_intervals,
    ArtifactKind.FOLDS: folds,
    ArtifactKind.LEARNING_CURVE: learning_curve,
    ArtifactKind.WORST_ROWS: worst_rows,
    ArtifactKind.SEGMENTS: segments,
}
