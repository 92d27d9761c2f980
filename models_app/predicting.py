"""A worker's job: predict the rows of an uploaded file, some at a time."""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.core.files.base import File

from models_app import artifacts
from models_app.decisions import decision_notes, decision_of
from models_app.enums import ArtifactKind, PredictionState, ResultFormat
from models_app.leases import FREE, return_lapsed, take_unpublished, working
from models_app.models import ModelMeta, Prediction
from models_app.training_rows import background_rows
from runs.files import local_copy
from runs.leasing import LeaseQuerySet
from runs.profiling.tables import scratch_folder
from runs.training_data import load_training_data

if TYPE_CHECKING:
    import pyarrow as pa

    from models_app.explanation.prepared import Encoded
    from models_app.scoring.answers import Answering, Answers
    from models_app.scoring.drivers import Drivers
    from models_app.scoring.rows import NewRows
    from models_app.scoring.writing import Writer

logger = logging.getLogger(__name__)

# Rows predicted at a time: encoded text columns take 30 numbers a row.
CHUNK_ROWS = 50_000
PREVIEW_ROWS = 10
PROGRESS_SECONDS = 0.5
UNEXPECTED = "Something went wrong while the file was predicted; the server's log has the details."


class LeaseLostError(Exception):
    """The prediction was deleted, or given to somebody else."""


class Written(NamedTuple):
    """What there is to record of a written answer."""

    n_rows: int
    notes: list[str]
    preview: dict[str, Any]


def predict(prediction_id: int) -> None:
    """Predict one file; does nothing when it is not waiting any more."""
    from models_app.scoring.drivers import TooManyRowsError
    from runs.tables.errors import TableError

    rows = Prediction.objects.filter(pk=prediction_id)
    with (
        working(
            rows, waiting=PredictionState.WAITING, busy=PredictionState.PREDICTING
        ) as token,
        scratch_folder() as folder,
    ):
        found = rows.select_related("model__run")
        prediction = found.held(token).first() if token else None
        if prediction is None:
            return
        output = Path(folder) / f"predictions.{prediction.output_format}"
        try:
            written = write_predictions(prediction, output, held=rows.held(token))
        except LeaseLostError:
            return
        except (TableError, TooManyRowsError, artifacts.ChangedFileError) as error:
            settle(prediction_id, token, state=PredictionState.FAILED, error=str(error))
        except Exception:  # whatever a model does, the page says that it failed
            logger.exception("Could not predict %s", prediction_id)
            settle(prediction_id, token, state=PredictionState.FAILED, error=UNEXPECTED)
        else:
            record(prediction_id, token, output, written)


def write_predictions(
    prediction: Prediction, output: Path, *, held: LeaseQuerySet | None = None
) -> Written:
    """Write the file's rows with their answers; `held` is told how far it has come."""
    from models_app.scoring.rows import NewRows
    from models_app.scoring.schema import Findings, columns_of

    bundle = artifacts.load_bundle(prediction.model)
    findings = Findings(
        columns_of(bundle["columns"]), bundle["categories"], bundle["target"]
    )
    # Beside the answer, which is in a folder of its own.
    with local_copy(prediction.source) as path:
        new = NewRows(
            path,
            output.parent,
            filename=prediction.filename,
            findings=findings,
            as_text=prediction.output_format == ResultFormat.CSV,
        )
    answering = answering_of(prediction.model, bundle)
    tell = teller(held, new.n_rows)
    done = 0
    tell(done)
    drivers, names, n_together = None, answering.names(), CHUNK_ROWS
    if prediction.with_explanation:
        drivers = drivers_of(prediction.model, bundle, answering)
        drivers.begin(next(new.chunks(CHUNK_ROWS)).X, new.n_rows)
        names += drivers.names()
        n_together = drivers.chunk_rows
    preview: dict[str, Any] = {}
    with writer_of(prediction, output, new, names) as writer:
        for rows, X in new.chunks(n_together):
            answers = answering.answer(X)
            if drivers is not None:
                answers |= drivers.of(X, answers["prediction"])
            writer.write(rows, answers)
            preview = preview or first_rows(rows, answers)
            done += len(X)
            tell(done)
    decided = decision_notes(prediction.model)
    why = [drivers.note()] if drivers is not None else []
    notes = [*new.repairs, *findings.sentences(), *decided, *why]
    return Written(new.n_rows, notes, preview)


def answering_of(model: ModelMeta, bundle: artifacts.Bundle) -> "Answering":
    """Return how a model answers: by its threshold, with its intervals."""
    from models_app.scoring.answers import Answering
    from models_app.scoring.intervals import intervals_of

    labels = bundle["labels"]
    decision = decision_of(model, labels)
    intervals = []
    if not labels:
        kind = ArtifactKind.PREDICTION_INTERVALS
        stored = model.artifacts.filter(kind=kind).first()
        intervals = intervals_of(stored.data) if stored else []
    return Answering(
        pipeline=bundle["pipeline"],
        labels=labels,
        positive=decision.positive,
        threshold=decision.threshold,
        calibrators=decision.calibrators,
        intervals=intervals,
    )


def drivers_of(
    model: ModelMeta, bundle: artifacts.Bundle, answering: "Answering"
) -> "Drivers":
    """Return what explains a model's answers row by row."""
    from models_app.explanation.prepared import Prepared
    from models_app.explanation.shapley import explainer_for
    from models_app.scoring.drivers import Drivers

    columns = [column["name"] for column in bundle["columns"]]
    prepared = Prepared(bundle["pipeline"], columns)

    def background() -> "Encoded":
        return prepared.prepare(background_rows(load_training_data(model.run)))

    positive = 1 if answering.positive is None else answering.positive
    return Drivers(
        prepared,
        explainer_for(prepared, background, positive=positive),
        labels=answering.labels,
        positive=positive,
        target=bundle["target"],
        n_threads=settings.THREADS_PER_WORKER,
    )


def writer_of(
    prediction: Prediction, output: Path, new: "NewRows", names: list[str]
) -> "Writer":
    from models_app.scoring.writing import CsvWriter, ParquetWriter

    if prediction.output_format == ResultFormat.PARQUET:
        return ParquetWriter(output, new.schema, names)
    return CsvWriter(output, new.schema.names, names)


def teller(held: LeaseQuerySet | None, n_rows: int) -> Callable[[int], None]:
    """Return a function that notes how many rows are done, a few times a second."""
    told = 0.0

    def tell(n_done: int) -> None:
        nonlocal told
        if held is None or time.monotonic() - told < PROGRESS_SECONDS:
            return
        told = time.monotonic()
        if not held.update(n_rows=n_rows, n_rows_done=n_done):
            raise LeaseLostError

    return tell


def first_rows(rows: "pa.Table", answers: "Answers") -> dict[str, Any]:
    """Return what the page shows of an answer, the answers first."""
    head = rows.slice(0, PREVIEW_ROWS)
    columns = [shown(array[:PREVIEW_ROWS].tolist()) for array in answers.values()]
    columns += [shown(column.to_pylist()) for column in head.columns]
    return {
        "header": [*answers, *rows.schema.names],
        "n_answers": len(answers),
        "rows": [list(row) for row in zip(*columns, strict=True)],
    }


def shown(values: list[Any]) -> list[Any]:
    """Return values as JSON knows them, which has no NaN."""
    return [None if v is None or v != v else plain(v) for v in values]


def plain(value: Any) -> Any:  # noqa: ANN401
    return value if isinstance(value, int | float | bool | str) else str(value)


# --- Recording -------------------------------------------------------------------------


def record(prediction_id: int, token: str, output: Path, written: Written) -> None:
    """Store the answers, unless the lease was lost meanwhile."""
    stored = Prediction(pk=prediction_id).output
    with output.open("rb") as stream:
        stored.save(output.name, File(stream), save=False)
    try:
        done = settle(
            prediction_id,
            token,
            state=PredictionState.READY,
            output=stored.name,
            n_rows=written.n_rows,
            n_rows_done=written.n_rows,
            notes=written.notes,
            preview=written.preview,
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
