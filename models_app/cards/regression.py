"""Cards of a regression."""

from models_app.cards.card import TABLE_ROWS, Card, NumberTable, Options, plain
from models_app.charts.predicted_actual import (
    predicted_actual_data,
    predicted_actual_figure,
)
from models_app.charts.residuals import residuals_data, residuals_figure
from models_app.enums import ArtifactKind
from models_app.models import Artifact, ModelMeta


def predicted_actual_card(
    model: ModelMeta, artifact: Artifact, options: Options
) -> Card:
    data = predicted_actual_data(
        artifact.data,
        target=model.run.target,
        rows=artifact.rows,
        n_rows=artifact.n_rows,
    )
    pairs = list(zip(data.actual, data.predicted, strict=True))
    shown = [list(pair) for pair in pairs[:TABLE_ROWS]]
    caption = f"The first {len(shown)} of {len(pairs)} points"
    return Card(
        kind=ArtifactKind.PREDICTED_ACTUAL,
        title="Predicted against actual",
        hint="A point is a row; on the dotted line the prediction is right.",
        figure=plain(predicted_actual_figure(data)),
        tables=[NumberTable(caption, ["actual", "predicted"], shown)],
    )


def residuals_card(model: ModelMeta, artifact: Artifact, options: Options) -> Card:
    data = residuals_data(
        artifact.data,
        target=model.run.target,
        rows=artifact.rows,
        n_rows=artifact.n_rows,
    )
    bins = zip(data.edges[:-1], data.edges[1:], data.counts, strict=True)
    return Card(
        kind=ArtifactKind.RESIDUALS,
        title="Residuals",
        hint="Right of zero the prediction was too low, left of it too high.",
        figure=plain(residuals_figure(data)),
        tables=[NumberTable("Bins", ["from", "to", "rows"], [list(b) for b in bins])],
    )
