"""Rows of a run's table as explanations need them: samples, kinds, values as JSON."""

from typing import TYPE_CHECKING, Any

from runs.training_data import TrainingData

if TYPE_CHECKING:
    import pandas as pd

BACKGROUND_ROWS = 30


def background_rows(data: TrainingData) -> "pd.DataFrame":
    from models_app.explanation.sizes import sample

    train = data.train_rows
    return data.rows(train[sample(len(train), BACKGROUND_ROWS, seed=1)])


def kind_of(column: "pd.Series") -> str:
    if column.dtype.kind in "mM":
        return "date"
    return "number" if column.dtype.kind in "iuf" else "category"


def cells(column: "pd.Series", kind: str) -> list[Any]:
    """Return values of a column: numbers, or text; None where one is missing."""
    from runs.tables.labels import label

    missing = column.isna().tolist()
    if kind == "number":
        return [
            None if gone else number(float(value))
            for value, gone in zip(column.tolist(), missing, strict=True)
        ]
    return [
        None if gone else label(value)[:60]
        for value, gone in zip(column.tolist(), missing, strict=True)
    ]


def rounded(values: Any, digits: int = 6) -> list[Any]:  # noqa: ANN401
    return [number(float(value), digits) for value in values]


def number(value: float, digits: int = 6) -> float | None:
    """Return a number with so many significant digits; None where there is none."""
    value = float(value)
    return float(f"{value:.{digits}g}") if abs(value) < float("inf") else None
