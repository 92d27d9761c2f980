"""The cards of a comparison: each a chart with its numbers as tables."""

import math
from dataclasses import dataclass, field
from typing import Any

from models_app.cards.card import NumberTable, plain
from models_app.charts.compared import (
    Axis,
    NamedCurve,
    Point,
    front_figure,
    interval_figure,
    matrix_figure,
    overlay_figure,
)
from models_app.comparing import details
from models_app.comparing.details import ALL_CLASSES, TOP_CLASS, Curves, Importance
from models_app.comparing.numbers import COST, Measured, Numbers
from models_app.comparing.verdicts import Verdicts
from runs.search.metrics import Metric
from runs.templatetags.display import figures


@dataclass(frozen=True)
class Card:
    """A part of the page; `name` is also that of its CSV."""

    name: str
    title: str
    hint: str
    figure: dict[str, Any] | None
    tables: list[NumberTable] = field(default_factory=list)
    is_open: bool = False  # its tables are in sight

    @property
    def script_id(self) -> str:
        return f"figure-{self.name}"


@dataclass(frozen=True)
class CurveKind:
    title: str
    hint: str
    x: Axis
    y: Axis
    value: str  # what the legend's number is
    diagonal: str = ""
    markers: bool = False


CURVES = {
    "roc": CurveKind(
        "ROC curves",
        "Rows found against false alarms, for every threshold; up and left is better.",
        Axis("false positive rate (% of other rows)", is_share=True),
        Axis("true positive rate (% of the class)", is_share=True),
        "area",
        diagonal="guessing",
    ),
    "precision_recall": CurveKind(
        "Precision and recall",
        "How many of the rows called are right, against how many are found; up and "
        "right is better.",
        Axis("recall (% of the class)", is_share=True),
        Axis("precision (% of the rows called)", is_share=True),
        "average precision",
    ),
    "calibration": CurveKind(
        "Calibration",
        "Where the line is on the diagonal, probabilities come true as often as they "
        "say; below it they promise too much. A point is a tenth of the rows.",
        Axis("mean predicted probability", is_share=True),
        Axis("share for which it came true", is_share=True),
        "expected error",
        diagonal="as it should be",
        markers=True,
    ),
    "errors": CurveKind(
        "Errors",
        "Which share of the rows is predicted with at most so large an error; further "
        "left is better. The largest hundredth is left out.",
        Axis("absolute error"),
        Axis("rows", is_share=True),
        "median",
    ),
}


def cards(found: Numbers, verdicts: Verdicts) -> list[Card]:
    """Return all cards in the order to read them."""
    known = details.importance(found)
    made = [
        interval_card(found),
        front_card(found),
        verdict_card(found, verdicts),
        *(curve_card(found, curves) for curves in details.curves(found)),
        *pair_cards(found),
        importance_card(found, known),
        disputed_card(found, known),
    ]
    return [card for card in made if card is not None]


def metric_table(found: Numbers) -> NumberTable:
    """Return every metric of every model with its interval, a line each."""
    rows = [
        [
            *(m.member.model.pk, m.member.name, m.member.model.run.name),
            *(metric.name, v.value, v.low, v.high, m.threshold, m.rank),
        ]
        for m in found.measured
        for metric in found.metrics
        if (v := m.values.get(metric.name)) is not None
    ]
    header = ["model", "name", "run", "metric", "value", "low", "high"]
    return NumberTable(
        f"Metrics on {found.common.note}, 95 % intervals",
        [*header, "threshold", "rank"],
        rows,
    )


def axis_of(found: Numbers, metric: Metric) -> str:
    unit = f" ({found.common.run.target})" if metric.unit == "target" else ""
    better = "more" if metric.greater_is_better else "less"
    return f"{metric.title}{unit}, {better} is better"


def points(found: Numbers) -> list[Point]:
    return [
        Point(
            m.member.name,
            v.value,
            v.low,
            v.high,
            m.seconds,
            m.member.number in found.front,
        )
        for m in found.in_order
        if (v := m.values.get(found.metric.name)) is not None
    ]


def interval_card(found: Numbers) -> Card:
    drawn = points(found)
    header = ["model", found.metric.title, "from", "to"]
    rows = [[p.name, p.value, p.low, p.high] for p in drawn]
    figure = interval_figure(
        drawn, axis=axis_of(found, found.metric), note=found.common.note
    )
    return Card(
        "intervals",
        found.metric.title,
        "The bar is the 95 % bootstrap interval of each model alone. Models are judged on "
        "the same rows, so bars that overlap do not say that the models are tied.",
        plain(figure),
        [NumberTable("Ranking metric with its interval", header, rows)],
    )


def front_card(found: Numbers) -> Card:
    drawn = points(found)
    header = ["model", "fit (seconds)", found.metric.title, "no other beats it"]
    rows = [
        [p.name, p.seconds, p.value, "yes" if p.is_on_front else "no"] for p in drawn
    ]
    figure = front_figure(
        drawn, axis=axis_of(found, found.metric), note=found.common.note
    )
    return Card(
        "pareto",
        "Time against quality",
        "Filled circles: no other model is quicker to fit and as good, or better. An "
        "ensemble’s time is that of all it is made of.",
        plain(figure),
        [NumberTable("Fit and quality", header, rows)],
    )


def verdict_card(found: Numbers, verdicts: Verdicts) -> Card:
    title = "Tied with the best?"
    tied = {True: "tied", False: "worse"}
    if verdicts.by_folds:
        header = ["model", "behind by", "t", "p (Holm)", "verdict"]
        rows = [
            [
                *(v.other.member.name, v.test.difference, v.test.statistic),
                *(v.p_adjusted, tied[v.is_tied]),
            ]
            for v in verdicts.others
            if v.test is not None
        ]
        caption = (
            f"{found.metric.title} of {verdicts.best.member.name} minus that of each "
            f"other, over {verdicts.n_folds} folds"
        )
        hint = (
            "Paired t-test over the folds, corrected because folds share rows (Nadeau and "
            "Bengio 2003); p-values are Holm’s. Below 0.05 the difference is not chance."
        )
    else:
        header = ["model", "difference", "from", "to", "verdict"]
        values = [(v, v.other.values[found.metric.name]) for v in verdicts.others]
        rows = [
            [
                *(v.other.member.name, value.difference, value.difference_low),
                *(value.difference_high, tied[v.is_tied]),
            ]
            for v, value in values
        ]
        caption = (
            f"{found.metric.title} of each other minus that of "
            f"{verdicts.best.member.name}, 95 % interval"
        )
        hint = (
            f"The folds cannot decide: {verdicts.why_not_folds}. So the models are "
            "compared on the same resamples of the common rows: where the interval "
            "of the difference holds zero, they are tied."
        )
    table = NumberTable(caption, header, rows)
    return Card("verdicts", title, hint, None, [table], is_open=True)


def curve_card(found: Numbers, curves: Curves) -> Card:
    kind = CURVES[curves.name]
    names = [m.member.name for m in found.in_order]
    drawn = [
        NamedCurve(name, c.x, c.y, f"{kind.value} {figures(c.value)}")
        for name, c in zip(names, curves.curves, strict=False)
    ]
    note = found.common.note
    if curves.of:
        is_one = curves.of not in (ALL_CLASSES, TOP_CLASS)
        note += f", class {curves.of}" if is_one else f", {curves.of}"
    figure = overlay_figure(
        drawn,
        x=kind.x,
        y=kind.y,
        note=note,
        diagonal=kind.diagonal,
        markers=kind.markers,
    )
    values = [[c.name, v.value] for c, v in zip(drawn, curves.curves, strict=True)]
    spots = [[c.name, x, y] for c in drawn for x, y in zip(c.x, c.y, strict=True)]
    return Card(
        curves.name,
        kind.title,
        kind.hint,
        plain(figure),
        [
            NumberTable(kind.title, ["model", kind.value], values),
            NumberTable("Points", ["model", kind.x.title, kind.y.title], spots),
        ],
    )


def pair_cards(found: Numbers) -> list[Card]:
    pairs = details.pairs(found)
    names = [m.member.name for m in found.in_order]
    kinds = [
        (
            "agreement",
            "Agreement",
            "Share of the rows for which two models predict the same class.",
            pairs.agreement,
            from_lowest(pairs.agreement),
        ),
        (
            "correlation",
            "Correlation of predictions",
            "Pearson’s correlation of "
            + (
                "the predicted probabilities"
                if found.common.is_classification
                else "the predicted values"
            )
            + "; models that are less alike gain more by being joined.",
            pairs.correlation,
            from_lowest(pairs.correlation),
        ),
    ]
    return [
        Card(
            name,
            title,
            hint,
            plain(
                matrix_figure(
                    matrix,
                    columns=[str(i) for i in range(1, len(names) + 1)],
                    rows=names,
                    limits=limits,
                    note=found.common.note,
                )
            ),
            [
                NumberTable(
                    title,
                    ["model", *names],
                    [[n, *row] for n, row in zip(names, matrix, strict=True)],
                )
            ],
        )
        for name, title, hint, matrix, limits in kinds
        if matrix
    ]


def from_lowest(matrix: list[list[float | None]]) -> tuple[float, float]:
    """Return the limits of the colours: models are so alike that 0 to 1 shows nothing."""
    known = [v for row in matrix for v in row if v is not None]
    return min(0.9, math.floor(10 * min(known, default=0.0)) / 10), 1.0


def importance_card(found: Numbers, known: Importance | None) -> Card:
    title = "Importance of the columns"
    if known is None:
        return Card(
            "importance",
            title,
            "No importance is stored for these models yet: open a model and have its "
            "explanation computed.",
            None,
        )
    names = [m.member.name for m in found.in_order]
    hint = (
        "Each model’s most important column is 1; "
        f"{', '.join(sorted({k.lower() for k in known.kinds if k}))}."
    )
    if known.without:
        missing = ", ".join(member.name for member in known.without)
        hint += f" Without a stored importance: {missing}; have it computed there."
    figure = matrix_figure(
        known.values,
        columns=[str(i) for i in range(1, len(names) + 1)],
        rows=known.columns,
        limits=(0.0, 1.0),
        note=f"the {len(known.columns)} columns that count most",
    )
    rows = [[c, *v] for c, v in zip(known.columns, known.values, strict=True)]
    return Card(
        "importance",
        title,
        hint,
        plain(figure),
        [NumberTable("Share of the most important column", ["column", *names], rows)],
    )


def disputed_card(found: Numbers, known: Importance | None) -> Card | None:
    columns = details.shown_columns(found.common, known)
    rows = details.disputed(found, columns)
    if not rows:
        return None
    names = [m.member.name for m in found.in_order]
    header = ["row", f"{found.common.run.target} (actual)", *names, "apart", *columns]
    cells = [[r.number, r.actual, *r.predicted, r.apart, *r.cells] for r in rows]
    n_all = len(found.common.run.features)
    shown = "all columns" if n_all <= len(columns) else f"{len(columns)} of {n_all}"
    unit, told = "unit of the target", ""
    if found.common.is_classification:
        unit = "probability"
        told = " In brackets is how probable a model finds the class that it predicts."
    return Card(
        "disputed",
        "Rows on which they disagree most",
        f"Of {found.common.note}. “Apart” is the largest difference between two models "
        f"({unit}); row numbers are those of the table; beside them {shown}.{told}",
        None,
        [NumberTable("Disputed rows", header, cells)],
        is_open=True,
    )


def sentences(found: Numbers, verdicts: Verdicts) -> list[str]:
    """Say in words who is best, who is tied with it, and whom to take."""
    best, name = verdicts.best, found.metric.title
    value = figures(best.values[found.metric.name].value)
    where = "over the folds" if verdicts.by_folds else f"on {found.common.note}"
    said = [f"{best.member.name} is the best by {name} {where}; it has {value} here."]
    if verdicts.by_folds and found.best is not best:
        first = found.best
        said.append(
            f"On {found.common.note}, {first.member.name} comes first with "
            f"{figures(first.values[found.metric.name].value)}."
        )
    tied = [m.member.name for m in verdicts.tied]
    if tied:
        is_are = "is" if len(tied) == 1 else "are"
        said.append(
            f"Statistically tied with {best.member.name} {is_are}: {', '.join(tied)}."
        )
    else:
        others = "The other is" if len(verdicts.others) == 1 else "All others are"
        said.append(f"{others} worse by more than chance.")
    quickest = verdicts.quickest
    if tied and quickest is not None:
        if quickest is best:
            said.append(f"{best.member.name} is also the quickest to fit among these.")
        else:
            times = (best.seconds or 0.0) / max(quickest.seconds or 0.0, 1e-9)
            said.append(
                f"The quickest to fit of the tie is {quickest.member.name}: "
                f"{times:,.3g} times as fast as {best.member.name}."
            )
    return said


def threshold_note(found: Numbers) -> str:
    """Say where the classes were decided; an empty text where each model decided."""
    if found.asked.threshold is not None:
        return f"Classes are decided at a probability of {found.asked.threshold:g}."
    if COST in found.best.values:
        return (
            "Each model decides at the threshold that costs least on these very rows, "
            "so the costs are a little too good."
        )
    own = [m.member.name for m in found.in_order if m.threshold is not None]
    return f"Stored thresholds are used of: {', '.join(own)}." if own else ""


def as_json(found: Numbers, verdicts: Verdicts, made: list[Card]) -> dict[str, Any]:
    """Return all numbers of the page."""
    return {
        "target": found.common.run.target,
        "rows": found.common.note,
        "warnings": found.common.warnings,
        "ranked_by": found.metric.name,
        "n_rows_resampled": found.n_resampled,
        "models": [model_json(m) for m in found.measured],
        "tied": [m.member.model.pk for m in verdicts.tied],
        "best": verdicts.best.member.model.pk,
        "quickest_of_the_tie": verdicts.quickest and verdicts.quickest.member.model.pk,
        "sentences": sentences(found, verdicts),
        "tables": {
            card.name: [table._asdict() for table in card.tables] for card in made
        },
    }


def model_json(m: Measured) -> dict[str, Any]:
    model = m.member.model
    return {
        "id": model.pk,
        "name": m.member.name,
        "run": model.run.name,
        "rank": m.rank,
        "threshold": m.threshold,
        "fit_seconds": m.seconds,
        "metrics": {name: v._asdict() for name, v in m.values.items()},
    }
