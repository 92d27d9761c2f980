"""Answers for a few rows, at once: what a form or a request of JSON asks."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError

from models_app import artifacts
from models_app.enums import ArtifactKind
from models_app.inference import client
from models_app.inference.loaded import Loaded
from models_app.inference.protocol import Answer, Explanation, Place
from models_app.models import ModelMeta
from models_app.predicting import answering_of

MAX_ROWS = 1_000
# Of a model that is explained by mixing rows each takes a tenth of a second.
MAX_EXPLAINED_ROWS = 100


class RefusedError(ValidationError):
    """Rows that cannot be predicted as they are; `places` says it value by value."""

    def __init__(self, message: str, places: Sequence[Place] = ()) -> None:
        super().__init__(message)
        self.places = list(places)

    def __str__(self) -> str:
        return " ".join(self.messages)


def ask(
    model: ModelMeta, rows: Sequence[Mapping[str, Any]], *, explain: bool = False
) -> dict[str, Any]:
    """Predict rows: by the inference service, or in this process where none runs.

    Returns `predictions`, an object a row (see `scoring.answers.as_records`), and
    `notes`, what had to be done to the rows. To be explained, each row also has an
    `explanation` (see `explained`), and `explainer` says in words by what.
    With nothing predicted raises RefusedError, or another ValidationError where it is no
    fault of the rows.
    """
    if explain and len(rows) > MAX_EXPLAINED_ROWS:
        raise RefusedError(
            f"At most {MAX_EXPLAINED_ROWS:,} rows are explained at once, and these are "
            f"{len(rows):,}: send them in parts, or upload them as a file."
        )
    try:
        answer = client.ask(model, [dict(row) for row in rows], explain=explain)
    except client.UnavailableError:
        return ask_here(model, rows, explain=explain)
    except client.InferenceError as error:
        raise refusal(error) from error
    found = {"predictions": records(model, answer), "notes": answer["notes"]}
    return with_explanations(found, rows, answer["explanations"]) if explain else found


def refusal(error: client.InferenceError) -> ValidationError:
    """Tell a fault of the rows from one of the model."""
    if error.places:
        return RefusedError(str(error), error.places)
    return ValidationError(str(error))


def records(model: ModelMeta, answer: Answer) -> list[dict[str, Any]]:
    """Put the service's answer as `scoring.answers.as_records` does."""
    found: list[dict[str, Any]] = [{"prediction": p} for p in answer["predictions"]]
    if answer["probabilities"] is not None:
        told = recalibrated(model, answer["probabilities"])
        for record, shares in zip(found, told, strict=True):
            record["probabilities"] = dict(zip(answer["labels"], shares, strict=True))
        return found
    from models_app.scoring.intervals import bounds, intervals_of

    kind = ArtifactKind.PREDICTION_INTERVALS
    stored = model.artifacts.filter(kind=kind).first()
    intervals = intervals_of(stored.data) if stored else []
    for record in found if intervals else []:
        record["intervals"] = bounds(intervals, record["prediction"])
    return found


def recalibrated(
    model: ModelMeta, probabilities: list[list[float]]
) -> list[list[float]]:
    """Return the probabilities to tell, as was chosen for the model."""
    if not model.recalibration:
        return probabilities
    import numpy as np  # noqa: PLC0415 - only for models that are recalibrated

    from models_app.evaluation import recalibration

    stored = model.artifacts.get(kind=ArtifactKind.CALIBRATION).data
    calibrators = recalibration.calibrators_from(
        stored["calibrators"][model.recalibration]
    )
    found: list[list[float]] = recalibration.recalibrated(
        np.array(probabilities), calibrators
    ).tolist()
    return found


def with_explanations(
    answer: dict[str, Any],
    rows: Sequence[Mapping[str, Any]],
    explanations: Sequence[Explanation],
) -> dict[str, Any]:
    """Give each predicted row what moved it."""
    for record, row, why in zip(answer["predictions"], rows, explanations, strict=True):
        record["explanation"] = explained(why, row, record["prediction"])
    answer["explainer"] = explanations[0]["method"] if explanations else ""
    return answer


def explained(
    why: Explanation,
    row: Mapping[str, Any],
    prediction: Any,  # noqa: ANN401
) -> dict[str, Any]:
    """Say what moved one row's answer, the strongest column first.

    `label` is the class it is about: of two the positive one, of more the predicted
    one, None for a number. `base` and all contributions add up to `output`, the
    model's own answer in the unit `space`: "probability", "log-odds" or "value".
    """
    labels = why["labels"]
    at = labels.index(prediction) if prediction in labels else 0
    contributions = [
        {"column": name, "value": row.get(name), "contribution": value}
        for name, value in zip(why["columns"], why["values"][at], strict=True)
    ]
    return {
        "label": labels[at] if labels else None,
        "space": why["space"],
        "base": why["base"][at],
        "output": why["output"][at],
        "contributions": sorted(contributions, key=lambda c: -abs(c["contribution"])),
    }


def ask_here(
    model: ModelMeta, rows: Sequence[Mapping[str, Any]], *, explain: bool = False
) -> dict[str, Any]:
    """Do the same in this process, which takes seconds the first time."""
    from models_app.scoring.answers import as_records
    from models_app.scoring.rows import take_rows
    from models_app.scoring.schema import RowsError, columns_of, places_of

    try:
        bundle = artifacts.load_bundle(model)
        X, notes = take_rows(
            rows,
            columns_of(bundle["columns"]),
            categories=bundle["categories"],
            target=bundle["target"],
        )
    except RowsError as error:
        raise RefusedError(str(error), places_of(error)) from error
    except artifacts.ChangedFileError as error:
        raise ValidationError(str(error)) from error
    answering = answering_of(model, bundle)
    answers = answering.answer(X)
    found = {
        "predictions": as_records(answers, answering.labels, answering.intervals),
        "notes": notes,
    }
    if not explain:
        return found
    loaded = Loaded(bundle, model=model)
    encoded, _ = loaded.encode([dict(row) for row in rows])
    return with_explanations(found, rows, loaded.explanations(encoded))
