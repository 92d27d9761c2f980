"""Trials as a file, row by row: exactly those that pass the filters, in their order."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from io import BytesIO
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from runs.enums import ENSEMBLE
from runs.models import Run, Trial
from runs.spreadsheets import safe_lines
from runs.trials.columns import TrialColumn, columns_of, parameter_columns
from runs.trials.table import narrowed

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_TOGETHER = 500
Row = dict[str, Any]


def all_columns(run: Run) -> list[TrialColumn]:
    """Return every column there is, with the parameters of all algorithms."""
    columns = columns_of(run)
    at = next(i for i, column in enumerate(columns) if column.name == "params")
    return [
        *columns[: at + 1],
        *parameter_columns(run, list(run.spaces)),
        *columns[at + 1 :],
    ]


def names_of(run: Run, columns: Sequence[TrialColumn]) -> dict[str, type]:
    """Return the columns of the file with what they hold."""
    found: dict[str, type] = {}
    for column in columns:
        if column.name == "folds":
            found |= {
                f"{run.scoring}_fold_{k}": float for k in range(1, run.n_folds + 1)
            }
        elif column.name == "value":
            found[run.scoring] = float
        elif column.name == "train":
            found[f"{run.scoring}_train"] = float
        else:
            found[file_name(column)] = kind_of(column)
        if column.name == "params":
            found["error"] = str
    return found


def file_name(column: TrialColumn) -> str:
    unit = {"seconds": "_seconds", "megabytes": "_mb", "moment": "_at"}
    return f"{column.name}{unit.get(column.kind, '')}"


def kind_of(column: TrialColumn) -> type:
    if column.name == "number":
        return int
    if column.kind in ("number", "seconds", "megabytes"):
        return float
    if column.kind == "moment":
        return datetime
    if column.kind == "parameter":
        return float if column.ranged and set(column.choices) <= {None} else str
    return str


def rows(
    run: Run, trials: QuerySet[Trial], columns: Sequence[TrialColumn]
) -> Iterator[Row]:
    """Yield the trials as rows; only some of them are in memory at once."""
    kinds = names_of(run, columns)
    found = narrowed(trials, columns).iterator(chunk_size=ROWS_TOGETHER)
    for trial in found:
        yield row(run, trial, columns, kinds)


def row(
    run: Run, trial: Trial, columns: Sequence[TrialColumn], kinds: dict[str, type]
) -> Row:
    found: Row = dict.fromkeys(kinds)
    for column in columns:
        value = column.read(trial)
        if column.name == "folds":
            for k, one in enumerate(value, 1):
                found[f"{run.scoring}_fold_{k}"] = one
        elif column.name == "params":
            params = {} if trial.algorithm == ENSEMBLE else value
            found["params"] = json.dumps(params, sort_keys=True)
            found["error"] = trial.error
        elif column.name in ("value", "train"):
            end = "" if column.name == "value" else "_train"
            found[f"{run.scoring}{end}"] = value
        else:
            name = file_name(column)
            found[name] = clean(value, kinds[name])
    return {name: found[name] for name in kinds}


def clean(value: Any, kind: type) -> Any:  # noqa: ANN401
    if value is None:
        return None
    if kind is float:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if number else None
    return str(value) if kind is str else value


def groups(found: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(found)
    while part := list(islice(left, ROWS_TOGETHER)):
        yield part


# --- CSV --------------------------------------------------------------------------------


def csv_chunks(names: Iterable[str], found: Iterable[Row]) -> Iterator[bytes]:
    header = list(names)
    cells = ([written(row[name]) for name in header] for row in found)
    return safe_lines(chain([header], cells))


def written(value: Any) -> Any:  # noqa: ANN401
    return value.isoformat() if isinstance(value, datetime) else value


# --- Parquet ----------------------------------------------------------------------------


def parquet_chunks(kinds: dict[str, type], found: Iterable[Row]) -> Iterator[bytes]:
    """Yield a Parquet file, a group of rows at a time."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and for this alone
    import pyarrow.parquet as pq  # noqa: PLC0415

    schema = schema_of(kinds)
    sink = Sink()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        for part in groups(found):
            writer.write_table(pa.Table.from_pylist(part, schema=schema))
            yield sink.take()
    yield sink.take()


def schema_of(kinds: dict[str, type]) -> "pa.Schema":
    import pyarrow as pa  # noqa: PLC0415

    types = {
        int: pa.int64(),
        float: pa.float64(),
        str: pa.string(),
        datetime: pa.timestamp("us", tz="UTC"),
    }
    return pa.schema([(name, types[kind]) for name, kind in kinds.items()])


class Sink(BytesIO):
    """A file that is sent while it is written: it forgets what was taken."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = 0

    def tell(self) -> int:
        return self.sent + super().tell()

    def take(self) -> bytes:
        data = self.getvalue()
        self.sent += len(data)
        self.seek(0)
        self.truncate()
        return data
