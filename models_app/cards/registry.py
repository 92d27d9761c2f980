"""Which artifact becomes which card, in the order to read them."""

from collections.abc import Callable, Sequence

from models_app.cards.card import Card, Options
from models_app.cards.classification import (
    confusion_card,
    distributions_card,
    gain_card,
    precision_recall_card,
    roc_card,
)
from models_app.cards.decisions import calibration_card, thresholds_card
from models_app.cards.errors import error_cards
from models_app.cards.metrics import intervals_card, per_class_card
from models_app.cards.regression import predicted_actual_card, residuals_card
from models_app.enums import ArtifactKind
from models_app.models import Artifact, ModelMeta

Maker = Callable[[ModelMeta, Artifact, Options], Card]

MAKERS: dict[ArtifactKind, Maker] = {
    ArtifactKind.THRESHOLDS: thresholds_card,
    ArtifactKind.INTERVALS: intervals_card,
    ArtifactKind.PER_CLASS: per_class_card,
    ArtifactKind.CONFUSION: confusion_card,
    ArtifactKind.ROC: roc_card,
    ArtifactKind.PRECISION_RECALL: precision_recall_card,
    ArtifactKind.GAIN: gain_card,
    ArtifactKind.DISTRIBUTIONS: distributions_card,
    ArtifactKind.CALIBRATION: calibration_card,
    ArtifactKind.PREDICTED_ACTUAL: predicted_actual_card,
    ArtifactKind.RESIDUALS: residuals_card,
}
# Whoever evaluates a model stores one of them: a model without has been evaluated by an
# earlier version.
NEWEST = ArtifactKind.INTERVALS


def evaluation_cards(
    model: ModelMeta, artifacts: Sequence[Artifact], options: Options | None = None
) -> list[Card]:
    """Return the cards whose numbers are stored, in the order to read them."""
    stored = {ArtifactKind(artifact.kind): artifact for artifact in artifacts}
    options = options or Options()
    cards = [
        maker(model, stored[kind], options)
        for kind, maker in MAKERS.items()
        if kind in stored
    ]
    return [*cards, *error_cards(model, artifacts, options.query)]


def is_outdated(model: ModelMeta, artifacts: Sequence[Artifact]) -> bool:
    """Tell whether a model is ready, but was evaluated before there were intervals."""
    return model.is_ready and all(a.kind != NEWEST for a in artifacts)
