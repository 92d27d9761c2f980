"""The numbers of explanations as tables, for pages and for CSV."""

from collections.abc import Callable

from models_app import members
from models_app.cards.card import NumberTable
from models_app.enums import ArtifactKind
from models_app.models import Artifact


def permutation_tables(artifact: Artifact) -> list[NumberTable]:
    data = artifact.data
    rows = [
        list(row)
        for row in zip(data["columns"], data["mean"], data["spread"], strict=True)
    ]
    header = ["column", f"drop of {data['metric']}", "standard deviation"]
    return [NumberTable("Permutation importance", header, rows)]


def built_in_tables(artifact: Artifact) -> list[NumberTable]:
    data = artifact.data
    rows = [list(row) for row in zip(data["columns"], data["values"], strict=True)]
    return [NumberTable("Built-in importance", ["column", data["kind"]], rows)]


def coefficient_tables(artifact: Artifact) -> list[NumberTable]:
    data = artifact.data
    names = data["outputs"] or ["coefficient"]
    rows = [
        list(row)
        for row in zip(data["owner"], data["encoded"], *data["values"], strict=True)
    ]
    return [NumberTable("Coefficients", ["column", "encoded as", *names], rows)]


def redundancy_tables(artifact: Artifact) -> list[NumberTable]:
    data = artifact.data
    rows = [
        [", ".join(g["columns"]), g["association"], g["mean"], g["spread"]]
        for g in data["groups"]
    ]
    header = ["columns", "association", "drop together", "standard deviation"]
    return [NumberTable("Columns that tell the same", header, rows)]


def shap_tables(artifact: Artifact) -> list[NumberTable]:
    """Return the mean absolute values, then every row's values of each output."""
    data = artifact.data
    outputs = data["outputs"] or ["value"]
    means = [list(row) for row in zip(data["columns"], *data["mean_abs"], strict=True)]
    tables = [NumberTable("Mean absolute SHAP value", ["column", *outputs], means)]
    names = [f"output_{k}" for k in range(len(outputs))]
    rows, *found = members.read(artifact, "rows", *names)
    header = ["row", *rows["columns"], "all other columns"]
    for label, output in zip(outputs, found, strict=True):
        lines = [
            [number, *values, rest]
            for number, values, rest in zip(
                rows["numbers"], output["values"], output["rest"], strict=True
            )
        ]
        tables.append(NumberTable(f"SHAP values, {label}", header, lines))
    return tables


def interaction_tables(artifact: Artifact) -> list[NumberTable]:
    rows = [[*pair["columns"], pair["strength"]] for pair in artifact.data["pairs"]]
    header = ["column", "with", "mean absolute interaction value"]
    return [NumberTable("Interactions", header, rows)]


def dependence_tables(artifact: Artifact) -> list[NumberTable]:
    data = artifact.data
    outputs = data["outputs"] or ["value"]
    names = [f"column_{at}" for at in range(len(data["columns"]))]
    rows = [
        [curve["column"], value, share, *(mean[i] for mean in curve["mean"])]
        for curve in members.read(artifact, *names)
        for i, (value, share) in enumerate(
            zip(curve["grid"], curve["shares"], strict=True)
        )
    ]
    header = ["column", "value", "share of rows", *(f"mean {name}" for name in outputs)]
    return [NumberTable("Partial dependence", header, rows)]


# For the registry of tables by kind.
TABLES: dict[ArtifactKind, Callable[[Artifact], list[NumberTable]]] = {
    ArtifactKind.PERMUTATION: permutation_tables,
    ArtifactKind.BUILT_IN: built_in_tables,
    ArtifactKind.COEFFICIENTS: coefficient_tables,
    ArtifactKind.REDUNDANCY: redundancy_tables,
    ArtifactKind.SHAP: shap_tables,
    ArtifactKind.INTERACTIONS: interaction_tables,
    ArtifactKind.PARTIAL_DEPENDENCE: dependence_tables,
}
