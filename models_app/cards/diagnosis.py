"""What the Diagnosis tab shows: folds, learning curve, segments, worst rows."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from models_app.cards.card import Card, NumberTable, Picker, plain
from models_app.cards.segments import WeakSegment, segments_card, weak_segments
from models_app.charts.diagnosis import folds_figure, learning_figure
from models_app.charts.wording import number, rows_note
from models_app.enums import ArtifactKind
from models_app.models import Artifact, ModelMeta
from runs.search.metrics import METRICS

VERDICTS = {
    "helps": "More rows would probably help",
    "flat": "More rows of this kind would hardly help",
    "unclear": "Whether more rows would help is unclear",
}


class WorstRow(NamedTuple):
    row_number: int
    cells: list[Any]  # actual, predicted, ..., then the user's columns


class WorstRows(NamedTuple):
    note: str
    hint: str
    header: list[str]
    n_first: int  # columns that are the model's, not the user's
    rows: list[WorstRow]
    kind: ArtifactKind = ArtifactKind.WORST_ROWS


class Speed(NamedTuple):
    fit_seconds: float | None
    predict_seconds: float  # per 1,000 rows
    single_row_seconds: float
    n_rows: int  # it was timed on
    size_bytes: int | None


class Diagnosis(NamedTuple):
    speed: Speed | None
    charts: list[Card]
    no_curve: str  # why there is no learning curve
    segments: Card | None
    weak: WeakSegment | None
    worst: WorstRows | None


def diagnosis_of(
    model: ModelMeta, artifacts: Sequence[Artifact], query: Mapping[str, str]
) -> Diagnosis:
    """Return what is stored, with the chosen metric, column and measure of the address."""
    stored = {artifact.kind: artifact for artifact in artifacts}
    folds = stored.get(ArtifactKind.FOLDS)
    curve = stored.get(ArtifactKind.LEARNING_CURVE)
    segments = stored.get(ArtifactKind.SEGMENTS)
    worst = stored.get(ArtifactKind.WORST_ROWS)
    charts = []
    if folds and folds.data["metrics"]:
        charts.append(folds_card(model, folds, query.get("metric", "")))
    if curve and "reason" not in curve.data:
        charts.append(learning_card(model, curve))
    return Diagnosis(
        speed=speed_of(model, folds) if folds else None,
        charts=charts,
        no_curve=curve.data.get("reason", "") if curve else "",
        segments=segments_card(model, segments, query) if segments else None,
        weak=weak_segments(model, segments) if segments else None,
        worst=worst_rows(worst) if worst else None,
    )


def speed_of(model: ModelMeta, folds: Artifact) -> Speed:
    timing = folds.data["timing"]
    return Speed(
        fit_seconds=model.fit_seconds,
        predict_seconds=timing["seconds"] * 1_000 / timing["n_rows"],
        single_row_seconds=timing["single_row_seconds"],
        n_rows=timing["n_rows"],
        size_bytes=model.size_bytes,
    )


def folds_card(model: ModelMeta, artifact: Artifact, name: str) -> Card:
    metrics = artifact.data["metrics"]
    if name not in metrics:
        name = artifact.data["metric"]
        name = name if name in metrics else next(iter(metrics))
    test, train = metrics[name]["test"], metrics[name]["train"]
    title = METRICS[name].title
    by_fold = [
        [fold, *pair]
        for fold, pair in enumerate(
            zip(test, train or [None] * len(test), strict=False), start=1
        )
    ]
    note = rows_note("training", artifact.n_rows) + " divided into folds"
    return Card(
        kind=ArtifactKind.FOLDS,
        title="Scores by fold",
        hint=folds_text(name, test, train),
        figure=plain(folds_figure(test, train, title=title, note=note)),
        tables=[NumberTable(title, ["fold", "rows tested", "rows fitted"], by_fold)],
        note=note,
        picker=Picker(
            name="metric",
            label="Metric",
            chosen=name,
            options=[(metric, METRICS[metric].title) for metric in metrics],
        ),
    )


def folds_text(
    name: str, test: Sequence[float | None], train: Sequence[float | None]
) -> str:
    """Say how much the folds differ, and how much better the rows fitted are."""
    metric = METRICS[name]
    better = "higher" if metric.greater_is_better else "lower"
    known = [score for score in test if score is not None]
    mean = sum(known) / len(known)
    text = f"{metric.title}, {better} is better: mean {number(mean)}"
    if len(known) > 1:
        text += f", from {number(min(known))} to {number(max(known))} over the folds"
        spread = (sum((s - mean) ** 2 for s in known) / (len(known) - 1)) ** 0.5
        text += f" (standard deviation {number(spread)})"
    fitted = [score for score in train if score is not None]
    if not fitted:
        return f"{text}. The search has not kept scores on the rows fitted."
    own = sum(fitted) / len(fitted)
    gap = own - mean if metric.greater_is_better else mean - own
    side = "better" if gap >= 0 else "worse"
    return (
        f"{text}. On the rows it was fitted on the model is {number(abs(gap))} {side} "
        f"({number(own)}): so much of that is not to be expected on new rows. Forests and "
        "nearest neighbours remember their rows, so a gap alone is no fault."
    )


def learning_card(model: ModelMeta, artifact: Artifact) -> Card:
    stored = artifact.data
    title = METRICS[stored["metric"]].title
    points = zip(stored["n_rows"], stored["test"], stored["train"], strict=True)
    rows = [[size, mean_of(test), mean_of(train)] for size, test, train in points]
    return Card(
        kind=ArtifactKind.LEARNING_CURVE,
        title="Learning curve",
        hint=learning_text(stored),
        figure=plain(learning_figure(stored, title=title)),
        tables=[
            NumberTable(
                f"{title}, mean of {stored['n_folds']} folds",
                ["rows fitted on", "rows tested", "rows fitted"],
                rows,
            )
        ],
        note="out-of-fold rows",
    )


def mean_of(scores: Sequence[float | None]) -> float | None:
    known = [score for score in scores if score is not None]
    return sum(known) / len(known) if known else None


def learning_text(stored: Mapping[str, Any]) -> str:
    """Say whether more rows would help, by which rule, and what the fits cost."""
    text = (
        "Fitted with the trial's parameters on parts of the rows; bars reach from the "
    )
    text += "worst to the best fold."
    judged = stored["verdict"]
    if judged:
        text = (
            f"{VERDICTS[judged['answer']]}: at the right end, doubling the rows changes "
            f"{METRICS[stored['metric']].title} by {number(abs(judged['gain']))} for the "
            f"{'better' if judged['gain'] >= 0 else 'worse'} (standard error over the "
            f"folds {number(judged['error'])}). They are said to help if that is more "
            f"than two standard errors, and 1 % of what is left to be won. {text}"
        )
    if not stored["is_complete"]:
        text += (
            f" Sizes are missing: their fits would have taken longer than "
            f"{stored['limit_seconds']:.0f} seconds of work in all."
        )
    return text


def worst_rows(artifact: Artifact) -> WorstRows:
    stored = artifact.data
    is_class = stored["loss"] == "log_loss"
    first = ["actual", "predicted"]
    if is_class:
        first += ["probability of actual", "probability of predicted"]
    first.append("log loss" if is_class else "absolute error")
    keys = ["actual", "predicted"]
    if is_class:
        keys += ["probability_of_actual", "probability_of_predicted"]
    keys.append("loss")
    hint = (
        f"The {len(stored['rows'])} rows with the largest {first[-1]}; its mean over all "
        f"rows is {number(stored['mean_loss'])}. Look whether their labels are right, and "
        "what they have in common."
    )
    if stored["n_columns_left_out"]:
        hint += f" {stored['n_columns_left_out']:,} columns are not shown."
    return WorstRows(
        note=rows_note(artifact.rows, artifact.n_rows),
        hint=hint,
        header=[*first, *stored["columns"]],
        n_first=len(first),
        rows=[
            WorstRow(
                row["row_number"],
                [*(row[key] for key in keys), *map(as_uploaded, row["values"])],
            )
            for row in stored["rows"]
        ],
    )


def as_uploaded(value: object) -> str:
    """Return a user's value as it stands in a table: a year has no separators."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else f"{value:.6g}"
    return str(value)
