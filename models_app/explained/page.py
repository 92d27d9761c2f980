"""The Explanation tab: what the address chooses, and the figures of it."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models_app import members
from models_app.charts.dependence import FEW_ROWS, dependence_figure, pair_figure
from models_app.charts.shap_points import (
    MAX_COLUMNS,
    beeswarm_figure,
    spread,
    spread_figure,
    swarms,
)
from models_app.charts.waterfall import waterfall, waterfall_figure
from models_app.charts.wording import number, rows_note
from models_app.enums import ArtifactKind
from models_app.explained.sampled import n_rows_of, sampled, why_no_more
from models_app.models import Artifact, ModelMeta
from runs.addresses import whole_number

TOP = (5, 10, 20, 40)


@dataclass(frozen=True)
class Card:
    """One chart of the page."""

    name: str
    title: str
    hint: str
    figure: dict[str, Any]
    kind: str  # of the artifact that has its numbers

    @property
    def script_id(self) -> str:
        return f"figure-{self.name}"


@dataclass(frozen=True)
class Chosen:
    """What the address of the page chooses; anything else is its default."""

    output: int
    column: str
    by: str
    row: int  # position among the explained rows
    pair: int
    n_columns: int
    unknown_row: str = ""  # a row that is none of the explained ones


def unit_of(model: ModelMeta, space: str, label: str) -> str:
    """Say what an output is measured in."""
    if space == "value":
        return model.run.target
    if space == "probability":
        return f"probability of {label}"
    two = model.run.task == "binary"
    return f"log-odds of {label}" if two else f"score of {label}, before softmax"


def chosen(
    asked: Mapping[str, str], shap: Artifact, rows: Mapping[str, Any], partner: str
) -> Chosen:
    """Read the address; `partner` is what the column interacts with most."""
    outputs, columns = shap.data["outputs"], rows["columns"]
    label = asked.get("class", "")
    column = asked.get("column", "")
    wanted, numbers = asked.get("row", ""), rows["numbers"]
    row, unknown = 0, ""
    if wanted == "random":
        row = random.randrange(len(numbers))  # noqa: S311
    elif wanted == "worst":
        row = worst(rows, outputs)
    elif (found := whole_number(wanted)) in numbers:
        row = numbers.index(found)
    elif wanted:
        unknown = wanted
    top = whole_number(asked.get("top"))
    return Chosen(
        output=outputs.index(label) if label in outputs else 0,
        column=column if column in columns else (columns[0] if columns else ""),
        by=asked["by"] if asked.get("by") in columns else partner,
        row=row,
        pair=whole_number(asked.get("pair")) or 0,
        n_columns=top if top in TOP else MAX_COLUMNS,
        unknown_row=unknown,
    )


def worst(rows: Mapping[str, Any], outputs: list[str]) -> int:
    """Return the explained row that the model is most wrong about."""
    actual, found = rows["actual"], rows["output"]
    if not outputs:
        losses = [abs(a - o[0]) for a, o in zip(actual, found, strict=True)]
    elif len(outputs) == 1:
        losses = [
            1 - o[0] if a == outputs[0] else o[0]
            for a, o in zip(actual, found, strict=True)
        ]
    else:
        at = {label: k for k, label in enumerate(outputs)}
        losses = [1 - o[at[a]] for a, o in zip(actual, found, strict=True)]
    return max(range(len(losses)), key=lambda i: losses[i])


def partner_of(stored: Mapping[str, Artifact], column: str, columns: list[str]) -> str:
    """Return the column that a column interacts with most; else the heaviest other."""
    found = stored.get(ArtifactKind.INTERACTIONS)
    for pair in found.data["pairs"] if found else []:
        if column in pair["columns"]:
            a, b = pair["columns"]
            other: str = b if a == column else a
            if other in columns:
                return other
    return next((name for name in columns if name != column), "")


def shap_page(
    model: ModelMeta, stored: Mapping[str, Artifact], asked: Mapping[str, str]
) -> dict[str, Any]:
    """Return the context of everything that is about SHAP values."""
    shap = stored[ArtifactKind.SHAP]
    [rows] = members.read(shap, "rows")
    columns = rows["columns"]
    first = asked.get("column") or (columns[0] if columns else "")
    choice = chosen(asked, shap, rows, partner_of(stored, first, columns))
    [output] = members.read(shap, f"output_{choice.output}")
    label = shap.data["outputs"][choice.output] if shap.data["outputs"] else ""
    unit = unit_of(model, shap.data["space"], label)
    n_all = n_rows_of(model, shap.rows)
    note = rows_note(shap.rows, shap.n_rows, n_all=n_all)
    values, i = output["values"], choice.row
    cards = [
        Card(
            "beeswarm",
            "What moves the answers",
            f"A point is a row: right of zero the column's value raises the {unit}. "
            "Colours tell low from high values of a column; of a category its place in "
            "the order of its numbers or of the alphabet.",
            beeswarm_figure(
                swarms(rows, values, n_columns=choice.n_columns), note=note, unit=unit
            ),
            ArtifactKind.SHAP,
        )
    ]
    if choice.column:
        data = spread(rows, values, column=choice.column, by=choice.by)
        cards.append(
            Card(
                "spread",
                f"SHAP values of {choice.column}",
                f"A point is a row. Points above each other differ by other columns; the "
                f"colour shows {choice.by or 'none'}.",
                spread_figure(data, note=note, unit=unit),
                ArtifactKind.SHAP,
            )
        )
    cells = [cell[i] for cell in rows["cells"]]
    steps = waterfall(
        columns,
        cells,
        values[i],
        base=shap.data["base"][choice.output],
        rest=output["rest"][i],
    )
    row, actual = rows["numbers"][i], rows["actual"][i]
    told = actual if shap.data["outputs"] else number(actual)
    cards.append(
        Card(
            "waterfall",
            f"Why row {row} got its answer",
            f"Row {row} of the table; its {model.run.target} is {told}. From the "
            "expected output, each column's value moves it up or down.",
            waterfall_figure(
                steps,
                note=f"row {row}, {rows_note(shap.rows, None)}",
                unit=unit,
                is_probability=shap.data["space"] == "probability",
            ),
            ArtifactKind.SHAP,
        )
    )
    return {
        "shap": shap.data,
        "choice": choice,
        "unit": unit,
        "output_label": label,
        "shap_cards": cards,
        "shown_columns": columns,
        "row_number": row,
        "row_numbers": sorted(rows["numbers"])[:2_000],
        "shap_rows": sampled(shap, n_all),
        "shap_limit": why_no_more(shap, n_all),
        "tops": TOP,
    }


def dependence_page(
    model: ModelMeta,
    stored: Mapping[str, Artifact],
    choice: Chosen,
    label: str,
) -> dict[str, Any]:
    """Return the context of partial dependence, of the chosen column and pair."""
    found = stored[ArtifactKind.PARTIAL_DEPENDENCE]
    data = found.data
    unit = unit_of(model, data["space"], label)
    n_all = n_rows_of(model, found.rows)
    note = rows_note(found.rows, found.n_rows, n_all=n_all)
    names = data["columns"]
    at = names.index(choice.column) if choice.column in names else 0
    pair_at = choice.pair if choice.pair < len(data["pairs"]) else 0
    curve, pair = members.read(found, f"column_{at}", f"pair_{pair_at}")
    # Values are counted among the rows that SHAP values are chosen from, too.
    n_rows = stored[ArtifactKind.SHAP].data["n_available"]
    cards = []
    if curve:
        cards.append(
            Card(
                "dependence",
                f"Partial dependence on {curve['column']}",
                f"The mean {unit} if every row had this value; "
                f"{dependence_hint(curve['kind'], n_rows)} {why_no_more(found, n_all)}",
                dependence_figure(
                    curve, choice.output, note=note, unit=unit, n_rows=n_rows
                ),
                ArtifactKind.PARTIAL_DEPENDENCE,
            )
        )
    if pair:
        pair_note = rows_note(found.rows, data["n_pair_rows"], n_all=n_all)
        first, second = pair["columns"]
        cards.append(
            Card(
                "pair",
                f"{first} and {second} together",
                f"The mean {unit} if every row had both values; a dot marks values that "
                "no row comes near.",
                pair_figure(pair, choice.output, note=pair_note, unit=unit),
                ArtifactKind.PARTIAL_DEPENDENCE,
            )
        )
    return {"dependence_cards": cards, "pairs": data["pairs"], "pair_at": pair_at}


def dependence_hint(kind: str, n_rows: int) -> str:
    """Say what is drawn besides the mean, and where few rows have such values."""
    if kind != "category":
        return (
            "thin lines are single rows. On grey ground, beyond the outer twentieths, "
            "few rows say so."
        )
    return (
        "small points are single rows, bars span the middle 80 % of them. Pale is a "
        f"value that fewer than {FEW_ROWS} of {n_rows:,} rows have."
    )
