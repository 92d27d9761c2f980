"""Cards of a classifier's curves."""

from models_app.cards.card import (
    NARROW_CLASSES,
    TABLE_ROWS,
    Card,
    NumberTable,
    Options,
    plain,
    size_for,
    undefined_text,
)
from models_app.charts.confusion import confusion_data, confusion_figure
from models_app.charts.distributions import distributions_data, distributions_figure
from models_app.charts.gain import DECILES, gain_at, gain_data, gain_figure
from models_app.charts.precision_recall import (
    precision_recall_data,
    precision_recall_figure,
)
from models_app.charts.roc import RocData, roc_data, roc_figure
from models_app.enums import ArtifactKind
from models_app.models import Artifact, ModelMeta

CELLS = {"count": "Rows", "row": "% of actual", "column": "% of predicted"}
GAINS = {"gain": "Gain", "lift": "Lift"}


def confusion_card(model: ModelMeta, artifact: Artifact, options: Options) -> Card:
    data = confusion_data(artifact.data, rows=artifact.rows, n_rows=artifact.n_rows)
    counts = [[name, *row] for name, row in zip(data.labels, data.counts, strict=True)]
    return Card(
        kind=ArtifactKind.CONFUSION,
        title="Confusion matrix",
        hint="A row is an actual class, a column a predicted one; right is the diagonal.",
        figure=plain(confusion_figure(data, cells=options.cells)),
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
        switches=[options.switch("cells", "Numbers in the cells", CELLS)],
        size=size_for(len(data.labels)),
        is_wide=len(data.labels) > NARROW_CLASSES,
        linked="confusion",
    )


def roc_card(model: ModelMeta, artifact: Artifact, options: Options) -> Card:
    data = roc_data(artifact.data, rows=artifact.rows, n_rows=artifact.n_rows)
    areas = [[curve.label, curve.n_positive, curve.area] for curve in data.curves]
    means = {
        "mean of the classes (macro)": data.macro_area,
        micro_name(data.n_micro_rows): data.micro_area,
    }
    areas += [[name, None, area] for name, area in means.items() if area is not None]
    return Card(
        kind=ArtifactKind.ROC,
        title="ROC curve",
        hint="Rows found against false alarms, for every threshold; up and left is "
        "better."
        + averages("area", data.macro_area, data.micro_area)
        + undefined_text(data.undefined),
        figure=plain(roc_figure(data)),
        tables=[
            NumberTable("Area under the curve", ["class", "rows", "area"], areas),
            *threshold_tables(data),
        ],
        linked="roc",
    )


def micro_name(n_rows: int | None) -> str:
    """Name an average over all pairs, with the number of rows if it is of a sample."""
    sampled = f", of {n_rows:,} rows" if n_rows else ""
    return f"all pairs of row and class (micro{sampled})"


def averages(what: str, macro: float | None, micro: float | None) -> str:
    if macro is None or micro is None:
        return ""
    return f" Mean {what} over the classes {macro:.3f} (macro), over all pairs {micro:.3f} (micro)."


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


def precision_recall_card(
    model: ModelMeta, artifact: Artifact, options: Options
) -> Card:
    data = precision_recall_data(
        artifact.data, rows=artifact.rows, n_rows=artifact.n_rows
    )
    rows = [[c.label, c.n_positive, c.share, c.average_precision] for c in data.curves]
    if data.macro_average is not None:
        rows.append(["mean of the classes (macro)", None, None, data.macro_average])
    if data.micro_average is not None:
        rows.append([micro_name(data.n_micro_rows), None, None, data.micro_average])
    return Card(
        kind=ArtifactKind.PRECISION_RECALL,
        title="Precision and recall",
        hint="How many alarms are right, for every share of the class that is found; up "
        "and right is better."
        + averages("average precision", data.macro_average, data.micro_average)
        + undefined_text(data.undefined),
        figure=plain(precision_recall_figure(data)),
        tables=[
            NumberTable(
                "Average precision (AP); that of guessing is the class's share",
                ["class", "rows", "share", "AP"],
                rows,
            )
        ],
        linked="precision_recall",
    )


def gain_card(model: ModelMeta, artifact: Artifact, options: Options) -> Card:
    data = gain_data(artifact.data, rows=artifact.rows, n_rows=artifact.n_rows)
    tables = [
        NumberTable(
            "Kolmogorov-Smirnov: most of the class found less others, and where",
            ["class", "rows", "KS", "at probability"],
            [[c.label, c.n_positive, c.distance, c.distance_at] for c in data.curves],
        )
    ]
    if len(data.curves) == 1:
        found = [(asked, gain_at(data.curves[0], asked)) for asked in DECILES]
        tables.insert(
            0,
            NumberTable(
                "By tenths of the rows",
                ["rows asked", "class found", "lift"],
                [[f"{asked:.0%}", gain, gain / asked] for asked, gain in found],
            ),
        )
    return Card(
        kind=ArtifactKind.GAIN,
        title="Gain and lift",
        hint="How much of a class is found by asking the most probable rows first; up and "
        "left is better." + undefined_text(data.undefined),
        figure=plain(gain_figure(data, as_lift=options.gain == "lift")),
        tables=tables,
        switches=[options.switch("gain", "What is drawn", GAINS)],
        linked=options.gain,
    )


def distributions_card(model: ModelMeta, artifact: Artifact, options: Options) -> Card:
    data = distributions_data(artifact.data, rows=artifact.rows, n_rows=artifact.n_rows)
    if len(data.classes) == 1:
        hint = "The less the two overlap, the better the model tells them apart."
        scores = data.classes[0]
        bins = zip(
            data.edges[:-1], data.edges[1:], scores.own, scores.others, strict=True
        )
        header = ["from", "to", scores.label, "the others"]
        tables = [NumberTable("Rows by probability", header, [list(b) for b in bins])]
    else:
        hint = "Each line is the rows of a class by the probability that the model gave it; further right is better."
        header = ["class", *(f"from {edge:g}" for edge in data.edges[:-1])]
        rows = [[s.label, *s.own] for s in data.classes]
        tables = [NumberTable("Rows by probability of their class", header, rows)]
    return Card(
        kind=ArtifactKind.DISTRIBUTIONS,
        title="Distribution of scores",
        hint=hint,
        figure=plain(distributions_figure(data)),
        tables=tables,
        size=size_for(len(data.classes)),
        is_wide=len(data.classes) > NARROW_CLASSES,
        linked="line",
    )
