"""Curves, pairs, importance and disputed rows of the models compared."""

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from models_app.comparing.common import Common, Member
from models_app.comparing.numbers import Numbers
from models_app.enums import ArtifactKind
from runs.files import local_copy

if TYPE_CHECKING:
    import numpy as np

    from models_app.evaluation.overlays import Curve

MOST_COLUMNS = 20  # of the heat map
SHOWN_COLUMNS = 10  # beside a disputed row
DISPUTED = 12
ALL_CLASSES = "mean of all classes"
TOP_CLASS = "the predicted class"


class Curves(NamedTuple):
    """One kind of curve, of each model in the order asked for."""

    name: str
    of: str  # the class it is of
    curves: "list[Curve]"


class Pairs(NamedTuple):
    """How alike the models' predictions are; None where that is not defined."""

    agreement: list[list[float | None]]  # empty for regression
    correlation: list[list[float | None]]


class Importance(NamedTuple):
    """Share of a column in each model's most important one, for the columns that count."""

    columns: list[str]
    values: list[list[float | None]]  # by column, then by model
    kinds: list[str]  # of each model: which importance it is; "" without one
    without: list[Member]


class Disputed(NamedTuple):
    """A row of which the models say different things."""

    number: int  # of the table, from 1
    cells: list[str]  # of the columns shown
    actual: Any
    predicted: list[str]
    apart: float


# --- Curves -----------------------------------------------------------------------------


def class_of(found: Numbers) -> int | None:
    """Return the class that curves are of; None for the mean over all."""
    common = found.common
    if common.positive is not None:
        return common.positive
    label = found.asked.label
    return common.labels.index(label) if label in common.labels else None


def curves(found: Numbers) -> list[Curves]:
    from models_app.evaluation import overlays

    common, code = found.common, class_of(found)
    if not common.is_classification:
        drawn = [
            overlays.error_curve(common.y, m.member.predicted) for m in found.in_order
        ]
        return [Curves("errors", "", drawn)]
    kinds = {
        "roc": overlays.roc_curve,
        "precision_recall": overlays.precision_recall_curve,
        "calibration": overlays.calibration_curve,
    }
    codes = traceable(common, code)
    of = ALL_CLASSES if code is None else common.labels[code]
    result = []
    for name, trace in kinds.items():
        of_models = []
        for measured in found.in_order if codes else []:
            p = measured.member.probabilities
            assert p is not None
            if code is None and name == "calibration":  # as a model's own page
                top = p.argmax(axis=1)
                of_models.append(trace(common.y == top, p.max(axis=1)))
                continue
            single = [trace(common.y == c, p[:, c]) for c in codes]
            of_models.append(single[0] if code is not None else overlays.macro(single))
        is_top = code is None and name == "calibration"
        result.append(Curves(name, TOP_CLASS if is_top else of, of_models))
    return result


def traceable(common: Common, code: int | None) -> list[int]:
    """Return the classes of which these rows have some, and others."""
    chosen = range(len(common.labels)) if code is None else [code]
    counts = {c: int((common.y == c).sum()) for c in chosen}
    return [c for c, n in counts.items() if 0 < n < len(common.y)]


# --- Pairs ------------------------------------------------------------------------------


def scores(found: Numbers) -> "list[np.ndarray]":
    """Return what each model predicts as numbers: one column where that tells all."""
    common = found.common
    result = []
    for measured in found.in_order:
        p = measured.member.probabilities
        if p is None:
            result.append(measured.member.predicted)
        else:
            result.append(p if common.positive is None else p[:, common.positive])
    return result


def pairs(found: Numbers) -> Pairs:
    from models_app.evaluation.agreement import (
        agreement,
        correlation,
    )

    called = [m.called for m in found.in_order]
    agreed = plain(agreement(called)) if found.common.is_classification else []
    return Pairs(agreed, plain(correlation(scores(found))))


def plain(matrix: "np.ndarray") -> list[list[float | None]]:
    return [[v if math.isfinite(v) else None for v in row] for row in matrix.tolist()]


# --- Importance -------------------------------------------------------------------------


def importance(found: Numbers) -> Importance | None:
    """Return the stored importance of columns; None where no model has any."""
    by_model: list[dict[str, float]] = []
    kinds, without = [], []
    for measured in found.in_order:
        kind, values = stored_importance(measured.member)
        by_model.append(values)
        kinds.append(kind)
        if not values:
            without.append(measured.member)
    if not any(by_model):
        return None
    names = {name for values in by_model for name in values}
    weight = {n: sum(values.get(n, 0.0) for values in by_model) for n in names}
    columns = sorted(names, key=lambda n: (-weight[n], n))[:MOST_COLUMNS]
    shares = [[values.get(name) for values in by_model] for name in columns]
    return Importance(columns, shares, kinds, without)


def stored_importance(member: Member) -> tuple[str, dict[str, float]]:
    """Return a model's importance by column, its greatest being 1."""
    for kind in (ArtifactKind.PERMUTATION, ArtifactKind.BUILT_IN):
        artifact = member.artifacts.get(kind)
        if artifact is None or not artifact.data.get("columns"):
            continue
        data = artifact.data
        # What is shuffled has a mean over repeats, what a model has of itself values.
        means = data.get("mean") or data.get("values") or []
        pairs = zip(data["columns"], means, strict=False)
        known = {str(name): float(mean) for name, mean in pairs if mean is not None}
        most = max(known.values(), default=0.0)
        if most > 0:
            return str(kind.label), {name: mean / most for name, mean in known.items()}
    return "", {}


# --- Disputed rows ----------------------------------------------------------------------


def disputed(found: Numbers, columns: list[str]) -> list[Disputed]:
    """Return the rows on which the models are furthest apart, with the user's columns."""
    import numpy as np  # noqa: PLC0415

    from models_app.evaluation.agreement import disagreement

    common = found.common
    apart = disagreement(scores(found))
    worst = np.argsort(-apart, kind="stable")[:DISPUTED]
    worst = worst[apart[worst] > 0]
    if not len(worst):
        return []
    numbers, cells = table_rows(common, common.positions[worst].tolist(), columns)
    return [
        Disputed(
            number=number + 1,
            cells=row,
            actual=answer(common, common.y[at]),
            predicted=[said(found, at, place) for place in range(len(common.members))],
            apart=float(apart[at]),
        )
        for at, number, row in zip(worst.tolist(), numbers, cells, strict=True)
    ]


def answer(common: Common, value: Any) -> Any:  # noqa: ANN401
    return common.labels[int(value)] if common.is_classification else float(value)


def said(found: Numbers, at: int, place: int) -> str:
    """Return what a model says of a row, and how sure it is."""
    from runs.templatetags.display import figures  # noqa: PLC0415

    measured, common = found.in_order[place], found.common
    p = measured.member.probabilities
    if p is None:
        return figures(float(measured.called[at]))
    code = int(measured.called[at])
    return f"{common.labels[code]} ({100 * p[at, code]:.0f} %)"


def shown_columns(common: Common, found: Importance | None) -> list[str]:
    """Return the columns to show beside a row: the most important, or the first."""
    features = list(common.run.features)
    if found is not None:
        best = [name for name in found.columns if name in features]
        features = [*best, *(name for name in features if name not in set(best))]
    return features[:SHOWN_COLUMNS]


def table_rows(
    common: Common, positions: list[int], columns: list[str]
) -> tuple[list[int], list[list[str]]]:
    """Read some rows of the table as they were uploaded, and where they stand in it."""
    import pyarrow.compute as pc  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    # Row by row, by slices: anything that takes several asks for pandas.
    with (
        local_copy(common.dataset.table) as path,
        pq.ParquetFile(path) as file,
    ):
        target = file.read(columns=[common.run.target]).column(0)
        known = pc.indices_nonzero(pc.invert(pc.is_null(target, nan_is_null=True)))
        numbers = [known[at].as_py() for at in positions]
        found = file.read(columns=columns)
        rows = []
        for number in numbers:
            row = found.slice(number, 1).to_pydict()
            rows.append([text(row[name][0]) for name in columns])
    return numbers, rows


def text(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    return f"{value:.6g}" if isinstance(value, float) else str(value)[:80]
