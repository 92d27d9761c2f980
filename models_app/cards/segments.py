"""A model's quality by a column's values, and the segments it is surely worse on."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from models_app.cards.card import Card, NumberTable, Picker, plain
from models_app.charts.diagnosis import segments_figure
from models_app.charts.wording import number, rows_note
from models_app.enums import ArtifactKind
from models_app.models import Artifact, ModelMeta
from runs.search.metrics import METRICS

BIAS = "bias"


class WeakRow(NamedTuple):
    parts: list[tuple[str, str]]
    n_rows: int
    loss: float
    loss_elsewhere: float
    excess_low: float
    p_value: float
    own: float | None


class WeakSegment(NamedTuple):
    """The segments found, or a sentence that there are none."""

    text: str
    note: str
    loss_title: str
    own_title: str
    rows: list[WeakRow]


def title_of(name: str) -> str:
    if name == BIAS:
        return "Mean of actual minus predicted"
    return METRICS[name].title if name in METRICS else name


def note_of(artifact: Artifact) -> str:
    used = artifact.data["n_rows_used"]
    note = rows_note(artifact.rows, artifact.n_rows)
    if artifact.n_rows is not None and used < artifact.n_rows:
        note += f", a random {used:,} of them"
    return note


def segments_card(
    model: ModelMeta, artifact: Artifact, query: Mapping[str, str]
) -> Card | None:
    """Return the chosen column's segments.

    By default those that differ the most, of a column that the model uses.
    """
    stored = artifact.data
    columns = {column["name"]: column for column in stored["columns"]}
    if not columns:
        return None
    used = (c for name, c in columns.items() if name in model.run.features)
    first = next(used, stored["columns"][0])
    column = columns.get(query.get("column", ""), first)
    measures = stored["measures"]
    measure = query.get("measure", "")
    measure = measure if measure in measures else measures[0]
    title = title_of(measure)
    unit = f" ({model.run.target})" if stored["loss"] == "mae" else ""
    overall = stored["overall"][measure][0]
    note = note_of(artifact)
    figure = segments_figure(
        column["segments"],
        measure=measure,
        title=f"{title}{unit}",
        overall=overall,
        note=note,
    )
    return Card(
        kind=ArtifactKind.SEGMENTS,
        title=f"Segments of {column['name']}",
        hint=segments_text(stored, column, measure, overall),
        figure=plain(figure),
        tables=[segments_table(stored, column)],
        note=note,
        picker=Picker(
            name="column",
            label="Column",
            chosen=column["name"],
            options=[(name, name) for name in columns],
        ),
        picker_more=Picker(
            name="measure",
            label="Measure",
            chosen=measure,
            options=[(name, title_of(name)) for name in measures],
        ),
    )


def segments_text(
    stored: Mapping[str, Any], column: Mapping[str, Any], measure: str, overall: float
) -> str:
    if measure == BIAS:
        better = "above zero predictions are too low"
    else:
        higher = METRICS[measure].greater_is_better
        better = f"{'higher' if higher else 'lower'} is better"
    text = (
        f"{title_of(measure)}, {better}, with 95 % intervals; the dotted line is that of "
        f"all rows ({number(overall)}). The column's segments explain "
        f"{column['explained']:.1%} of the variation of the rows' "
        f"{title_of(stored['loss']).lower()}. Columns are listed by that share; numbers "
        "and times are put in five bins with about as many rows each."
    )
    if stored["n_columns_left_out"]:
        text += (
            f" {stored['n_columns_left_out']:,} columns that explain less are left out."
        )
    return text


def segments_table(stored: Mapping[str, Any], column: Mapping[str, Any]) -> NumberTable:
    own = stored["own"]
    header = [column["name"], "rows"]
    for name in stored["measures"]:
        header += [title_of(name), "from", "to"]
    if own:
        header.append(title_of(own))
    rows = [
        [
            segment["label"],
            segment["n_rows"],
            *(
                number
                for name in stored["measures"]
                for number in segment["measures"].get(name, [None, None, None])
            ),
            *([segment["own"]] if own else []),
        ]
        for segment in column["segments"]
    ]
    return NumberTable("Segments with 95 % intervals", header, rows)


def weak_segments(model: ModelMeta, artifact: Artifact) -> WeakSegment:
    """Return the segments with surely larger losses, in words and numbers."""
    stored = artifact.data
    title = title_of(stored["loss"])
    tested = stored["n_tested"]
    rule = (
        f"{tested:,} segments with at least {stored['min_rows']:,} rows, of single columns "
        "and of pairs of the most telling ones, were tested against the rows outside of "
        "them (Welch's test; the false discovery rate is held at 5 % by the procedure of "
        "Benjamini and Hochberg)."
    )
    if not tested:
        text = "There are too few rows to compare segments."
    elif not stored["weak"]:
        text = f"No segment is surely worse than the rest. {rule}"
    else:
        text = (
            f"On these the model is worse than elsewhere by more than chance. {rule} "
            "First is what is surely worst: the lower end of the excess decides."
        )
    return WeakSegment(
        text=text,
        note=note_of(artifact),
        loss_title=title,
        own_title=title_of(stored["own"]) if stored["own"] else "",
        rows=[
            WeakRow(
                [(column, label) for column, label in weak["parts"]],
                weak["n_rows"],
                weak["loss"],
                weak["loss_elsewhere"],
                weak["excess_low"],
                weak["p_value"],
                weak["own"],
            )
            for weak in stored["weak"]
        ],
    )
