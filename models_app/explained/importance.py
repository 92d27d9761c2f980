"""The table of importances: all kinds side by side, a column of the table a row."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from models_app.enums import ArtifactKind
from models_app.explained.sampled import n_rows_of, sampled, why_no_more
from models_app.models import Artifact, ModelMeta
from runs.charts.wording import number, spread

TITLES = {
    ArtifactKind.PERMUTATION: "Shuffled",
    ArtifactKind.SHAP: "SHAP",
    ArtifactKind.BUILT_IN: "Model's own",
    ArtifactKind.COEFFICIENTS: "Coefficients",
}


class Cell(NamedTuple):
    """One importance of one column."""

    value: float | None
    spread: float | None
    width: float  # of its bar: percent of the largest

    @property
    def text(self) -> str:
        if self.value is None:
            return ""
        # What differs from nothing by rounding alone is nothing.
        return "0" if abs(self.value) < 1e-12 else number(self.value)

    @property
    def spread_text(self) -> str:
        if self.value is None or self.spread is None:
            return ""
        return spread(self.spread, self.value)


class Kind(NamedTuple):
    name: str
    title: str
    what: str  # it is, in a sentence


class Row(NamedTuple):
    column: str
    group: str  # columns that tell the same
    cells: list[Cell]


class Importances(NamedTuple):
    kinds: list[Kind]
    rows: list[Row]


def importances(model: ModelMeta, stored: Mapping[str, Artifact]) -> Importances:
    """Return every importance that a model has, the most important column first."""
    kinds, found = [], []
    for kind in TITLES:
        if kind in stored:
            values, spreads, what = READERS[kind](model, stored[kind])
            kinds.append(Kind(kind.value, TITLES[kind], what))
            found.append((values, spreads))
    if not found:
        return Importances([], [])
    groups = groups_of(stored)
    largest = [
        max(map(abs, values.values()), default=0.0) or 1.0 for values, _ in found
    ]
    names = sorted(found[0][0], key=lambda name: -found[0][0][name])
    rows = [
        Row(
            name,
            groups.get(name, ""),
            [
                Cell(
                    values.get(name),
                    spreads.get(name),
                    round(100 * max(0.0, values.get(name, 0.0)) / most, 1),
                )
                for (values, spreads), most in zip(found, largest, strict=True)
            ],
        )
        for name in names
    ]
    return Importances(kinds, rows)


Values = dict[str, float]


def permuted(model: ModelMeta, artifact: Artifact) -> tuple[Values, Values, str]:
    data = artifact.data
    n_all = n_rows_of(model, artifact.rows)
    names = data["columns"]
    what = (
        f"How much {data['metric']} worsens when the column is shuffled: mean and standard "
        f"deviation of {data['n_repeats']} shuffles of {sampled(artifact, n_all)}. "
        f"{why_no_more(artifact, n_all)}"
    )
    return (
        dict(zip(names, data["mean"], strict=True)),
        dict(zip(names, data["spread"], strict=True)),
        what.strip(),
    )


def by_shap(model: ModelMeta, artifact: Artifact) -> tuple[Values, Values, str]:
    data = artifact.data
    n_all = n_rows_of(model, artifact.rows)
    unit = model.run.target if data["space"] == "value" else data["space"]
    sums = [sum(row) / len(row) for row in zip(*data["mean_abs"], strict=True)]
    over = ", mean of the classes" if len(data["outputs"]) > 1 else ""
    what = (
        f"Mean absolute SHAP value of {sampled(artifact, n_all)}, in {unit}{over}. "
        f"{why_no_more(artifact, n_all)}"
    )
    return dict(zip(data["columns"], sums, strict=True)), {}, what.strip()


def own(_model: ModelMeta, artifact: Artifact) -> tuple[Values, Values, str]:
    data = artifact.data
    what = f"Share of the {data['kind']}, as the model was fitted on the training rows."
    return dict(zip(data["columns"], data["values"], strict=True)), {}, what


def linear(_model: ModelMeta, artifact: Artifact) -> tuple[Values, Values, str]:
    data = artifact.data
    what = (
        "Absolute coefficients of what the column was encoded to, each for one standard "
        "deviation, added up."
    )
    return dict(zip(data["columns"], data["size"], strict=True)), {}, what


READERS = {
    ArtifactKind.PERMUTATION: permuted,
    ArtifactKind.SHAP: by_shap,
    ArtifactKind.BUILT_IN: own,
    ArtifactKind.COEFFICIENTS: linear,
}


def groups_of(stored: Mapping[str, Artifact]) -> dict[str, str]:
    """Return, by column, which others tell the same."""
    artifact = stored.get(ArtifactKind.REDUNDANCY)
    groups: list[dict[str, Any]] = artifact.data["groups"] if artifact else []
    return {
        name: ", ".join(other for other in group["columns"] if other != name)
        for group in groups
        for name in group["columns"]
    }


def sentences(stored: Mapping[str, Artifact]) -> list[str]:
    """Say which columns tell the same, and what they are worth together."""
    artifact = stored.get(ArtifactKind.REDUNDANCY)
    permutation = stored.get(ArtifactKind.PERMUTATION)
    if artifact is None or permutation is None:
        return []
    data = permutation.data
    alone = dict(zip(data["columns"], data["mean"], strict=True))
    told = []
    for group in artifact.data["groups"]:
        names = group["columns"]
        each = sum(max(0.0, alone.get(name, 0.0)) for name in names)
        told.append(
            f"{listed(names)} tell nearly the same (association at least "
            f"{group['association']:.2f}). Shuffled together they cost "
            f"{number(group['mean'])} of {artifact.data['metric']}, one at a time "
            f"{number(each)} in sum: what one has lost, the model finds in the others."
            if group["mean"] > each
            else f"{listed(names)} tell nearly the same (association at least "
            f"{group['association']:.2f}). Shuffled together they cost "
            f"{number(group['mean'])} of {artifact.data['metric']}."
        )
    return told


def listed(names: list[str], *, most: int = 6) -> str:
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return f"{', '.join(names[:-1])} and {names[-1]}"
