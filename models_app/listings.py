"""What the pages of models show, prepared from stored results."""

import csv
from collections.abc import Sequence
from io import TextIOWrapper
from itertools import islice
from typing import Any, NamedTuple

from models_app.charts.wording import rows_note
from models_app.enums import ArtifactKind
from models_app.models import Artifact, ModelMeta, Prediction
from runs.enums import Task

PREVIEW_ROWS = 10


class ParameterRow(NamedTuple):
    name: str
    value: Any
    default: Any
    is_searched: bool
    has_default: bool = True  # not every library names its own

    @property
    def differs(self) -> bool:
        # 1 and True, or 1 and 1.0, are not the same setting to a reader.
        return repr(self.value) != repr(self.default)


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
        ParameterRow(
            *(name, value, defaults.get(name)),
            is_searched=name in model.params,
            has_default=name in defaults,
        )
        for name, value in values.items()
    ]
    return sorted(
        rows, key=lambda row: (not row.is_searched, not row.differs, row.name)
    )


class DriversOffer(NamedTuple):
    """What is said of explaining each row of a file, before it is asked for."""

    cost: str
    n_named: int
    has_others: bool
    about: str  # whose probability or log-odds; empty for a number


def drivers_offer(model: ModelMeta) -> DriversOffer:
    """Say what explaining the rows of a file takes, and what it adds to the result."""
    from models_app.scoring.families import (
        MAX_DRIVERS,
        MAX_SECONDS,
        SAMPLED_ROWS,
        SAMPLED_SECONDS,
        duration,
        family_of,
    )

    cost = {
        "linear": "Hardly longer than predicting alone: linear SHAP, exact.",
        "trees": (
            "Takes longer than predicting alone: up to about a millisecond a row where "
            "trees are shallow or boosted, some ten where hundreds are deep (tree SHAP, "
            f"exact). A file that would take more than {duration(MAX_SECONDS)} is refused "
            "before it is begun, with the number of rows that fit."
        ),
        "other": (
            f"For files of up to {SAMPLED_ROWS:,} rows, about "
            f"{duration(SAMPLED_SECONDS)} for those: this model has no quick explainer, "
            "so rows are mixed with training rows (permutation SHAP). A longer file is "
            "refused before it is begun."
        ),
    }[family_of(model.algorithm)]
    n_columns = len(model.run.features)
    about = {
        Task.BINARY: model.run.positive_class or "the positive class",
        Task.MULTICLASS: "the predicted class",
    }.get(Task(model.run.task), "")
    return DriversOffer(
        cost, min(n_columns, MAX_DRIVERS), n_columns > MAX_DRIVERS, about
    )


class Preview(NamedTuple):
    header: list[str]
    rows: list[list[Any]]
    n_answers: int  # columns that were added; they are shown first

    @property
    def numeric(self) -> list[bool]:
        """Tell of each answer but the prediction whether it is a number."""
        columns = zip(*self.rows, strict=True) if self.rows else ()
        found = [all(isinstance(v, float | None) for v in column) for column in columns]
        return [0 < at < self.n_answers and is_one for at, is_one in enumerate(found)]

    @property
    def columns(self) -> list[tuple[str, bool]]:
        numeric = self.numeric or [False] * len(self.header)
        return list(zip(self.header, numeric, strict=True))

    @property
    def cells(self) -> list[list[tuple[Any, bool]]]:
        numeric = self.numeric
        return [list(zip(row, numeric, strict=True)) for row in self.rows]


def prediction_preview(prediction: Prediction) -> Preview | None:
    """Return the first answers of a finished prediction."""
    stored = prediction.preview
    if stored:
        return Preview(stored["header"], stored["rows"], stored["n_answers"])
    return answers_alone(prediction) if prediction.output else None


def answers_alone(prediction: Prediction) -> Preview:
    """Read a file from before results kept the columns that came in."""
    with prediction.output.open("rb") as stream:
        lines = csv.reader(TextIOWrapper(stream, encoding="utf-8", newline=""))
        header, *rows = islice(lines, PREVIEW_ROWS + 1)
    # Labels stay as they are, even those that are numbers.
    n_labels = 0 if prediction.model.run.task == Task.REGRESSION else 1
    shown = [[*row[:n_labels], *map(float, row[n_labels:])] for row in rows]
    return Preview(header, shown, len(header))


class ShareRow(NamedTuple):
    label: str
    share: float

    @property
    def percent(self) -> float:
        return 100 * self.share


class RowAnswer(NamedTuple):
    """What a model says of one row."""

    prediction: Any
    shares: list[ShareRow]  # the most probable class first
    intervals: list[dict[str, float]]
    notes: list[str]
    threshold: float | None


def row_answer(model: ModelMeta, answer: dict[str, Any]) -> RowAnswer:
    first = answer["predictions"][0]
    shares = [ShareRow(*each) for each in first.get("probabilities", {}).items()]
    return RowAnswer(
        prediction=first["prediction"],
        shares=sorted(shares, key=lambda row: -row.share),
        intervals=[
            {**each, "percent": 100 * each["level"]}
            for each in first.get("intervals", [])
        ],
        notes=answer["notes"],
        threshold=model.threshold if len(shares) == 2 else None,
    )


def recipe_rows(artifact: Artifact | None) -> list[list[Any]]:
    """Return a recipe's scores beside the stored ones, by fold and on the holdout."""
    if artifact is None:
        return []
    data = artifact.data
    pairs = zip(data["stored_folds"], data["folds"], strict=False)
    rows = [[f"Fold {i}", *pair] for i, pair in enumerate(pairs, 1)]
    if data["holdout"] is not None:
        rows.append(["Holdout", data["stored_holdout"], data["holdout"]])
    return rows
