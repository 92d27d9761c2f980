"""What the Evaluation tab shows of a regression model's errors and intervals."""

from collections.abc import Mapping, Sequence
from typing import Any

from models_app.cards.card import Card, NumberTable, Picker, plain
from models_app.charts.errors import (
    coverage_figure,
    ends_of,
    error_quantiles_figure,
    qq_figure,
)
from models_app.charts.residuals_against import (
    ResidualsAgainst,
    middles,
    residuals_against,
    residuals_against_figure,
)
from models_app.charts.wording import number, rows_note
from models_app.enums import ArtifactKind
from models_app.models import Artifact, ModelMeta
from models_app.samples import read_column, stored_columns

METHODS = {
    "cross_validation": "Half widths are quantiles of the absolute errors of out-of-fold "
    "predictions ({n:,} rows), laid around the refitted model's prediction (the K-fold "
    "form of the jackknife; its relative CV+ has a guarantee, but needs every fold's "
    "model for each prediction).",
    "split": "Half widths are quantiles of the absolute errors on the {n:,} holdout rows "
    "(split conformal prediction): they hold at least as often as they say on new rows "
    "that are like these.",
}
MEASURED = {
    "apart": "Coverage was measured on {m:,} holdout rows, which the widths do not know.",
    "across": "There are no other rows to measure on: coverage is by cross-fitting, each "
    "fold with the width that the others give.",
}
NOT_EXCHANGEABLE = (
    " The rows are divided by time or groups: expect less on later rows, or new groups, "
    "than was measured."
)

LOCAL = "local"
EVERYWHERE = (
    "These are equally wide everywhere: where points lie below their dotted line, "
    "predictions are less sure than the interval says. Predictions are told with the widths "
    "by prediction."
)
BY_PREDICTION = (
    "Rows with similar predictions have half widths of their own here, each calibrated "
    "apart (Mondrian conformal prediction): narrow where the model is sure, wide where it "
    "is not. Predictions are told with these."
)


def error_cards(
    model: ModelMeta, artifacts: Sequence[Artifact], query: Mapping[str, str]
) -> list[Card]:
    """Return cards of errors, with the column and the width that the address asks for."""
    stored = {artifact.kind: artifact for artifact in artifacts}
    errors = stored.get(ArtifactKind.ERRORS)
    intervals = stored.get(ArtifactKind.PREDICTION_INTERVALS)
    found = []
    if errors:
        found.append(against_card(model, errors, query.get("by", "")))
        if errors.data["normal"]:
            found.append(qq_card(model, errors))
        found.append(quantiles_card(model, errors))
    if intervals:
        found.append(intervals_card(model, intervals, query.get("width", "")))
    return found


def against_card(model: ModelMeta, artifact: Artifact, by: str) -> Card:
    columns = stored_columns(artifact)
    data = against_data(model, artifact, by if by in columns else "")
    table = NumberTable(
        "Median residual along the axis",
        [data.name, "actual minus predicted", "rows"],
        [list(step) for step in middles(data)],
    )
    return Card(
        kind=ArtifactKind.ERRORS,
        part="against",
        title="Residuals against the prediction or a column",
        hint="Around zero everywhere is right. A bend says what the model has missed, a "
        "funnel where its errors grow; diamonds are medians.",
        figure=plain(residuals_against_figure(data)),
        tables=[table],
        picker=Picker(
            name="by",
            label="Against",
            chosen=by if by in columns else "",
            options=[("", f"predicted {model.run.target}"), *((c, c) for c in columns)],
        ),
    )


def against_data(model: ModelMeta, artifact: Artifact, by: str) -> ResidualsAgainst:
    target, stored = model.run.target, artifact.data
    pairs = zip(stored["actual"], stored["predicted"], strict=True)
    values: list[Any] = stored["predicted"]
    name, form = f"predicted {target}", "number"
    if by:
        column = read_column(artifact, by)
        values, name = column.values, by
        form = "number" if column.is_number else "time" if column.is_time else "group"
    return residuals_against(
        values,
        [actual - predicted for actual, predicted in pairs],
        stored["row_numbers"],
        name=name,
        form=form,
        target=target,
        rows=artifact.rows,
        n_rows=artifact.n_rows,
    )


def qq_card(model: ModelMeta, artifact: Artifact) -> Card:
    normal = artifact.data["normal"]
    note = rows_note(artifact.rows, artifact.n_rows)
    pairs = list(zip(normal["theoretical"], normal["residual"], strict=True))
    step = max(1, len(pairs) // 25)
    shown = [list(pair) for pair in pairs[::step]]
    shape = (
        f" Skewness {normal['skewness']:.2f}, excess kurtosis "
        f"{normal['excess_kurtosis']:.2f}; both are 0 for the normal distribution."
        if normal["skewness"] is not None
        else ""
    )
    return Card(
        kind=ArtifactKind.ERRORS,
        part="normal",
        title="Residuals against the normal distribution (Q-Q)",
        hint="On the dotted line residuals are normally distributed; ends that leave it "
        f"are errors larger than that distribution expects.{shape}",
        figure=plain(qq_figure(normal, target=model.run.target, note=note)),
        tables=[
            NumberTable(
                f"{len(shown)} of {len(pairs)} points", ["normal", "residual"], shown
            )
        ],
    )


def quantiles_card(model: ModelMeta, artifact: Artifact) -> Card:
    quantiles = artifact.data["quantiles"]
    note = rows_note(artifact.rows, artifact.n_rows)
    relative = all(q["relative"] is not None for q in quantiles)
    header = ["share of the rows", f"error at most, in {model.run.target}"]
    rows: list[list[Any]] = [[f"{q['share']:.0%}", q["absolute"]] for q in quantiles]
    if relative:
        header.append("relative to the actual value, at most")
        for row, q in zip(rows, quantiles, strict=True):
            row.append(f"{q['relative']:.1%}")
    half = next(q for q in quantiles if q["share"] == 0.5)
    hint = f"Half of the predictions miss by no more than {number(half['absolute'])}"
    if relative:
        hint += f" ({half['relative']:.1%} of the actual value)"
    else:
        hint += "; the target has zeros or both signs, so there are no relative errors"
    return Card(
        kind=ArtifactKind.ERRORS,
        part="quantiles",
        title="Size of the errors",
        hint=f"{hint}.",
        figure=plain(
            error_quantiles_figure(quantiles, target=model.run.target, note=note)
        ),
        tables=[NumberTable("Quantiles of the absolute error", header, rows)],
        is_open=True,
    )


def intervals_card(model: ModelMeta, artifact: Artifact, width: str) -> Card:
    stored = artifact.data
    is_local = width == LOCAL and bool(stored["groups"])
    text = METHODS[stored["method"]].format(n=stored["n_calibration"]) + " "
    text += MEASURED[stored["measured"]].format(m=stored["n_measured"])
    if not stored["is_exchangeable"]:
        text += NOT_EXCHANGEABLE
    if stored["groups"]:
        text += " " + (BY_PREDICTION if is_local else EVERYWHERE)
    note = rows_note(artifact.rows, artifact.n_rows)
    figure = coverage_figure(
        stored, target=model.run.target, note=note, is_local=is_local
    )
    picker = Picker(
        name="width",
        label="Half width",
        chosen=LOCAL if is_local else "",
        options=[("", "the same everywhere"), (LOCAL, "by prediction")],
    )
    return Card(
        kind=ArtifactKind.PREDICTION_INTERVALS,
        title="Prediction intervals",
        hint=text,
        figure=plain(figure),
        tables=[levels_table(model, stored), *groups_tables(stored, is_local=is_local)],
        is_open=True,
        picker=picker if stored["groups"] else None,
    )


def levels_table(model: ModelMeta, stored: Mapping[str, Any]) -> NumberTable:
    header = ["level", f"± {model.run.target}", "rows inside", "from", "to"]
    keys = ["coverage", "low", "high"]
    if stored["groups"]:
        header.append("inside, by prediction")
        keys.append("local_coverage")
    rows = [
        [
            f"{level['level']:.0%}",
            "too few rows" if level["half_width"] is None else level["half_width"],
            *(share(level[key]) for key in keys),
        ]
        for level in stored["levels"]
    ]
    return NumberTable("Half width and coverage, with its 95 % interval", header, rows)


def groups_tables(stored: Mapping[str, Any], *, is_local: bool) -> list[NumberTable]:
    if not stored["groups"]:
        return []
    names = [f"{level['level']:.0%}" for level in stored["levels"]]
    header = ["predicted", "rows"]
    for name in names:
        header += [f"{name}: ±", "inside"]
    rows = []
    for group in stored["groups"]:
        row: list[Any] = [ends_of(group), group["n_rows"]]
        for at, level in enumerate(stored["levels"]):
            width = group["half_widths"][at] if is_local else level["half_width"]
            inside = group["local_coverages" if is_local else "coverages"][at]
            row += [width, share(inside)]
        rows.append(row)
    return [NumberTable("By prediction", header, rows)]


def share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"
