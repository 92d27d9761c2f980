"""A worker's job: predict the rows of an uploaded file."""

import csv
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.files.base import File

from models_app import artifacts
from models_app.enums import PredictionState
from models_app.leases import FREE, return_lapsed, take_unpublished, working
from models_app.models import Prediction
from runs.files import local_copy
from runs.profiling.tables import scratch_folder

if TYPE_CHECKING:
    import pandas as pd

logger = logging.getLogger(__name__)

# Rows predicted at a time: encoded text columns take 30 numbers a row.
CHUNK_ROWS = 50_000
UNEXPECTED = "Something went wrong while the file was predicted; the server's log has the details."


class Coerced(NamedTuple):
    """Rows as the pipeline wants them, and what had to be done to them."""

    X: "pd.DataFrame"
    notes: list[str]


def predict(prediction_id: int) -> None:
    """Predict one file; does nothing when it is not waiting any more."""
    from runs.tables.errors import TableError

    rows = Prediction.objects.filter(pk=prediction_id)
    with (
        working(
            rows, waiting=PredictionState.WAITING, busy=PredictionState.PREDICTING
        ) as token,
        scratch_folder() as folder,
    ):
        prediction = rows.select_related("model").held(token).first() if token else None
        if prediction is None:
            return
        output = Path(folder) / "predictions.csv"
        try:
            n_rows, notes = write_predictions(prediction, output)
        except TableError as error:
            settle(prediction_id, token, state=PredictionState.FAILED, error=str(error))
        except Exception:  # whatever a model does, the page says that it failed
            logger.exception("Could not predict %s", prediction_id)
            settle(prediction_id, token, state=PredictionState.FAILED, error=UNEXPECTED)
        else:
            record(prediction_id, token, output, n_rows=n_rows, notes=notes)


def write_predictions(prediction: Prediction, output: Path) -> tuple[int, list[str]]:
    """Write the answers as CSV; return how many there are and what is to be said."""
    from runs.tables.reading import read_table

    bundle = artifacts.load_bundle(prediction.model)
    with local_copy(prediction.source) as path:
        table = read_table(path, filename=prediction.filename)
    X, notes = coerced(table.frame, bundle)
    # The csv module writes each label as it is: what a spreadsheet would take for a
    # formula must come back from this file with the value it had in the table.
    with output.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(header(bundle))
        for start in range(0, len(X), CHUNK_ROWS):
            writer.writerows(answers(bundle, X.iloc[start : start + CHUNK_ROWS]))
    return len(X), [*table.repairs, *notes]


def header(bundle: artifacts.Bundle) -> list[str]:
    return ["prediction", *(f"probability_{label}" for label in bundle["labels"])]


def answers(bundle: artifacts.Bundle, X: "pd.DataFrame") -> Iterator[list[Any]]:
    from models_app.evaluation.predicting import predict as ask

    values, probabilities = ask(bundle["pipeline"], X)
    if probabilities is None:
        return ([value] for value in values.tolist())
    names = dict(zip(bundle["classes"], bundle["labels"], strict=True))
    return (
        [names[value], *shares]
        for value, shares in zip(values.tolist(), probabilities.tolist(), strict=True)
    )


def coerced(frame: "pd.DataFrame", bundle: artifacts.Bundle) -> Coerced:
    """Bring a file's rows to the columns and types of training."""
    from runs.tables.coercion import coerce
    from runs.tables.kinds import Column, Kind

    columns = [
        Column(c["name"], Kind(c["kind"]), c["reason"], c["dtype"])
        for c in bundle["columns"]
    ]
    X = coerce(frame, columns)
    names = [column.name for column in columns]
    notes = [
        unused(frame, names, target=bundle["target"]),
        unreadable(frame[names], X),
        missing(X),
        unseen(X, bundle["categories"]),
    ]
    return Coerced(X, [note for note in notes if note])


def unused(frame: "pd.DataFrame", names: list[str], *, target: str) -> str:
    extra = [str(name) for name in frame.columns if name not in names]
    if not extra:
        return ""
    note = f"Columns the model does not use: {listed(extra)}."
    return note + (f" {target} is what it predicts." if target in extra else "")


def unreadable(before: "pd.DataFrame", after: "pd.DataFrame") -> str:
    cells = before.notna() & after.isna()
    lost = {str(name): int(cells[name].sum()) for name in cells.columns}
    return counted(
        lost,
        "could not be read as the number or date seen in training; taken as missing",
    )


def missing(X: "pd.DataFrame") -> str:
    n_rows = int(X.isna().any(axis=1).sum())
    if not n_rows:
        return ""
    per_column = X.isna().sum()
    parts = [f"{name} {int(n):,}" for name, n in per_column[per_column > 0].items()]
    return (
        f"{n_rows:,} of {len(X):,} rows lack a value in some column ({listed(parts)}); "
        "they are predicted as the model learned to treat missing values."
    )


def unseen(X: "pd.DataFrame", categories: dict[str, list[Any]]) -> str:
    new = {
        name: int((X[name].notna() & ~X[name].isin(known)).sum())
        for name, known in categories.items()
    }
    verb = "was" if sum(new.values()) == 1 else "were"
    return counted(new, f"{verb} never seen in training; taken as unknown")


def counted(per_column: Mapping[str, int], what: str) -> str:
    parts = [f"{name} {n:,}" for name, n in per_column.items() if n]
    total = sum(per_column.values())
    values = "1 value" if total == 1 else f"{total:,} values"
    return f"{values} ({listed(parts)}) {what}." if parts else ""


def listed(names: list[str], *, at_most: int = 10) -> str:
    more = len(names) - at_most
    return ", ".join(names[:at_most]) + (f" and {more} more" if more > 0 else "")


# --- Recording -------------------------------------------------------------------------


def record(
    prediction_id: int, token: str, output: Path, *, n_rows: int, notes: list[str]
) -> None:
    """Store the answers, unless the lease was lost meanwhile."""
    stored = Prediction(pk=prediction_id).output
    with output.open("rb") as stream:
        stored.save("predictions.csv", File(stream), save=False)
    try:
        done = settle(
            prediction_id,
            token,
            state=PredictionState.READY,
            output=stored.name,
            n_rows=n_rows,
            notes=notes,
        )
    except BaseException:
        artifacts.remove_file(str(stored.name))
        raise
    if not done:
        # Deleted meanwhile, or predicted by somebody else: this file is nobody's.
        artifacts.remove_file(str(stored.name))


def settle(prediction_id: int, token: str, **changes: Any) -> int:
    """Record a result and give the lease back, in one UPDATE only its holder can do."""
    rows = Prediction.objects.filter(pk=prediction_id)
    return rows.held(token).update(**FREE, **changes)


def waiting() -> list[int]:
    """Return the predictions to tell the workers of (again), after freeing dead leases."""
    rows = Prediction.objects.all()
    return_lapsed(
        rows,
        waiting=PredictionState.WAITING,
        busy=PredictionState.PREDICTING,
        failed=PredictionState.FAILED,
        doing="predicting the file",
    )
    return take_unpublished(rows.filter(state=PredictionState.WAITING))
