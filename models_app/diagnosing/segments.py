"""How good a model is on parts of the rows, and on which it is surely worse."""

import time
from typing import TYPE_CHECKING, Any

from models_app.answers import Answers
from models_app.diagnosing.rows import row_losses
from models_app.enums import ArtifactKind
from models_app.evaluating import positive_of
from models_app.fitting import labels_of
from models_app.models import Artifact, ModelMeta
from models_app.samples import columns_of, sample_of
from runs.enums import Task
from runs.search.metrics import METRICS
from runs.search.problem import TaskType
from runs.training_data import TrainingData

if TYPE_CHECKING:
    import numpy as np

    from models_app.evaluation.dividing import Division
    from models_app.evaluation.segments import Measure

MAX_ROWS, MIN_ROWS = 50_000, 2_000
MAX_CELLS = 20_000_000
COLUMNS_TOGETHER = 50
MAX_COLUMNS = 150  # that are stored: the most telling ones
# The run's own metric, where it is no mean over rows, costs a pass for each segment.
OWN_SECONDS = 10.0
OWN_ROWS = 30


def segments(model: ModelMeta, data: TrainingData, answers: Answers) -> Artifact:
    """Store the model's quality by each column's values, and its weakest segments."""
    from models_app.evaluation.segments import estimates, explained, segment_rows
    from models_app.evaluation.weakness import weakest

    names = columns_of(model.run)
    n_rows = max(MIN_ROWS, min(MAX_ROWS, MAX_CELLS // max(1, len(names))))
    drawn = sample_of(len(answers.y), max_rows=n_rows)
    part = taken(answers, drawn)
    loss_name, losses = row_losses(model, part)
    measures = measures_of(model, part, losses)
    divisions = divided(data, names, part.positions)
    shares = {d.column: explained(losses, d) for d in divisions}
    divisions.sort(key=lambda d: -shares[d.column])
    own = Own(model, data, part, {m.name for m in measures})
    search = weakest(losses, divisions)
    by_column = {d.column: d for d in divisions}
    weak = [
        {**found._asdict(), "own": own.score(inside(found.parts, by_column))}
        for found in search.found
    ]
    stored = []
    for division in divisions[:MAX_COLUMNS]:
        rows = segment_rows(division, measures)
        for row in rows:
            code = division.labels.index(row["label"])
            row["own"] = own.score(division.codes == code)
        stored.append(
            {
                "name": division.column,
                "explained": shares[division.column],
                "segments": rows,
            }
        )
    whole = drawn * 0
    return Artifact(
        kind=ArtifactKind.SEGMENTS,
        rows=answers.rows,
        n_rows=len(answers.y),
        data={
            "n_rows_used": len(drawn),
            "loss": loss_name,
            "measures": [m.name for m in measures],
            "own": own.name,
            "overall": {m.name: estimates(m, whole, 1)[0] for m in measures},
            "weak": weak,
            "n_tested": search.n_tested,
            "min_rows": search.min_rows,
            "columns": stored,
            "n_columns": len(names),
            "n_columns_left_out": len(divisions) - len(stored),
        },
    )


def taken(answers: Answers, drawn: "np.ndarray") -> Answers:
    probabilities = answers.probabilities
    return Answers(
        answers.rows,
        answers.positions[drawn],
        answers.y[drawn],
        answers.predicted[drawn],
        None if probabilities is None else probabilities[drawn],
    )


def measures_of(
    model: ModelMeta, answers: Answers, losses: "np.ndarray"
) -> "list[Measure]":
    """Return the qualities that are means over rows; the first that of the losses."""
    from models_app.evaluation.segments import Measure

    if model.run.task == Task.REGRESSION:
        missed = answers.y - answers.predicted
        return [
            Measure("mae", losses, False, "loss"),
            Measure("rmse", missed**2, False, "root"),
            Measure("bias", missed, False),
        ]
    hits = (answers.y == answers.predicted).astype(float)
    return [
        Measure("log_loss", losses, False, "loss"),
        Measure("accuracy", hits, True, "share"),
    ]


def divided(
    data: TrainingData, names: list[str], positions: "np.ndarray"
) -> "list[Division]":
    """Put the rows in groups by each column; only some columns are in memory at once."""
    from models_app.evaluation.dividing import divide

    found = []
    for start in range(0, len(names), COLUMNS_TOGETHER):
        frame = data.read(names[start : start + COLUMNS_TOGETHER], positions)
        found += [divide(frame[name]) for name in frame.columns]
    return [division for division in found if division is not None]


def inside(
    parts: tuple[tuple[str, str], ...], divisions: "dict[str, Division]"
) -> "np.ndarray":
    import numpy as np  # noqa: PLC0415 - only workers need it

    masks = [
        divisions[column].codes == divisions[column].labels.index(label)
        for column, label in parts
    ]
    found: np.ndarray = np.logical_and.reduce(masks)
    return found


class Own:
    """The run's own metric on some of the rows, where it is none of the means."""

    def __init__(
        self, model: ModelMeta, data: TrainingData, answers: Answers, means: set[str]
    ) -> None:
        scoring = model.run.scoring
        self.name = "" if scoring in means or scoring not in METRICS else scoring
        self.answers = answers
        labels = labels_of(data)
        positive = positive_of(model.run, labels)
        self.named: dict[str, Any] = {
            "task": TaskType(model.run.task),
            "labels": labels,
            "positive": None if positive is None else labels[positive],
        }
        self.until = time.monotonic() + OWN_SECONDS

    def score(self, mask: "np.ndarray") -> float | None:
        from models_app.evaluation.scoring import score_of

        if not self.name or mask.sum() < OWN_ROWS or time.monotonic() > self.until:
            return None
        probabilities = self.answers.probabilities
        value = score_of(
            self.name,
            self.answers.y[mask],
            self.answers.predicted[mask],
            None if probabilities is None else probabilities[mask],
            **self.named,
        )
        return None if value is None else METRICS[self.name].display(value)
