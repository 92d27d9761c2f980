"""Parquet and Feather: columns that already have types."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.feather
import pyarrow.parquet

from runs.tables.errors import TableError
from runs.tables.formats.found import Columns, Source
from runs.tables.header import listed, unique_names
from runs.tables.labels import label
from runs.tables.unpacking import check_ratio

# A file of a few bytes can claim any number of equal rows.
_MAX_ROWS: Final = 100_000_000
_CELLS_TOGETHER = 1 << 22
_MAX_STREAM_BYTES = 1 << 29
_EXACT = 1 << 53
_DAMAGED = (pa.ArrowException, OSError, ValueError)


def find_parquet(source: Source) -> Columns:
    """Find the table of a Parquet file.

    Parameters
    ----------
    source : Source
        The file.

    Returns
    -------
    Columns
        The table.

    Raises
    ------
    TableError
        If the file is damaged.
    """
    try:
        with pyarrow.parquet.ParquetFile(source.path) as file:
            schema, n_rows = file.schema_arrow, file.metadata.num_rows
            about = file.metadata
            size = sum(
                about.row_group(i).total_byte_size for i in range(about.num_row_groups)
            )
    except _DAMAGED as error:
        raise _damaged(source, "Parquet", error) from error
    check_ratio(size, source.path.stat().st_size, source.filename)

    def _read(columns: Sequence[int]) -> pa.Table:
        names = [schema.names[i] for i in columns]
        with pyarrow.parquet.ParquetFile(source.path) as file:
            if source.n_rows is None:
                return file.read(columns=names)
            batches = file.iter_batches(source.n_rows, columns=names)
            first = next(iter(batches), None)
            return file.schema_arrow.empty_table() if first is None else pa.table(first)

    return _columns(source, "parquet", schema, n_rows, _read)


def find_feather(source: Source) -> Columns:
    """Find the table of a Feather or Arrow file.

    Parameters
    ----------
    source : Source
        The file.

    Returns
    -------
    Columns
        The table.

    Raises
    ------
    TableError
        If the file is damaged.
    """
    try:
        schema, n_rows, whole = _open_arrow(source)
    except _DAMAGED as error:
        if isinstance(error, TableError):
            raise
        raise _damaged(source, "Arrow", error) from error

    def _read(columns: Sequence[int]) -> pa.Table:
        if whole is not None:
            return whole.select(list(columns)).slice(0, source.n_rows)
        names = [schema.names[i] for i in columns]
        with pa.memory_map(str(source.path)) as mapped:
            options = pa.ipc.IpcReadOptions(included_fields=list(columns))
            with pa.ipc.open_file(mapped, options=options) as file:
                if source.n_rows is None:
                    return file.read_all().select(names)
                n = file.num_record_batches
                batches = [file.get_batch(0)] if n else []
                table = pa.Table.from_batches(batches, schema=file.schema)
                return table.slice(0, source.n_rows).select(names)

    return _columns(source, "feather", schema, n_rows, _read)


def _open_arrow(source: Source) -> tuple[pa.Schema, int, pa.Table | None]:
    """Return what a file has; and the table of a form that is read at once."""
    with source.path.open("rb") as stored:
        magic = stored.read(6)
    if magic == b"ARROW1":
        with (
            pa.memory_map(str(source.path)) as mapped,
            pa.ipc.open_file(mapped) as file,
        ):
            batches = range(file.num_record_batches)
            n_rows = sum(file.get_batch(i).num_rows for i in batches)
            return file.schema, n_rows, None
    if source.path.stat().st_size > _MAX_STREAM_BYTES:
        raise TableError(
            f"{source.filename} is an Arrow stream of over "
            f"{_MAX_STREAM_BYTES >> 20} MB: save it as Parquet and upload that."
        )
    if magic[:4] == b"FEA1":
        whole = pyarrow.feather.read_table(source.path)
    else:
        with pa.OSFile(str(source.path)) as opened:
            whole = pa.ipc.open_stream(opened).read_all()
    return whole.schema, whole.num_rows, whole


def _columns(
    source: Source,
    format: str,
    schema: pa.Schema,
    n_rows: int,
    read: Any,  # noqa: ANN401
) -> Columns:
    _check(source, schema, n_rows)
    names = unique_names([" ".join(name.split()) for name in schema.names])
    repairs: list[str] = []
    together = max(1, _CELLS_TOGETHER // max(1, min(n_rows, source.n_rows or n_rows)))

    def frames() -> Iterator[pd.DataFrame]:
        binary: list[str] = []
        for start in range(0, len(names), together):
            places = range(start, min(start + together, len(names)))
            try:
                table = read(places)
            except _DAMAGED as error:
                raise _damaged(source, format.capitalize(), error) from error
            series = {
                name: _typed(part)
                for i, column in zip(places, table.itercolumns(), strict=True)
                for name, part in _flat(names[i], column)
            }
            binary += [name for name, values in series.items() if values is None]
            series = {n: values for n, values in series.items() if values is not None}
            if series:
                yield pd.DataFrame(series, index=pd.RangeIndex(table.num_rows))
        if binary:
            repairs.append(f"Columns of binary data were left out: {listed(binary)}.")

    size = n_rows * len(names) * 8
    return Columns(n_rows, size, frames, {"format": format}, repairs)


def _check(source: Source, schema: pa.Schema, n_rows: int) -> None:
    if n_rows > _MAX_ROWS:
        raise TableError(
            f"{source.filename} has {n_rows:,} rows and at most {_MAX_ROWS:,} can be "
            "used: upload a part of them."
        )
    if not schema.names or not n_rows:
        raise TableError(
            f"{source.filename} has no rows or no columns: a table needs both."
        )
    if len(set(schema.names)) < len(schema.names):
        repeated = [n for n in dict.fromkeys(schema.names) if schema.names.count(n) > 1]
        raise TableError(
            f"{source.filename} has columns of the same name, {listed(repeated)}: "
            "rename them."
        )


def _damaged(source: Source, what: str, error: Exception) -> TableError:
    reason = " ".join(str(error).split())[:120].rstrip(".")
    return TableError(
        f"{source.filename} is a damaged {what} file ({reason}): "
        "save the table once more and upload it again."
    )


def _flat(name: str, column: pa.ChunkedArray) -> Iterator[tuple[str, pa.ChunkedArray]]:
    """Make a column of each field of a struct."""
    if not pa.types.is_struct(column.type) or not column.type.num_fields:
        yield name, column
        return
    flat = pa.table({"s": column}).flatten()
    for field, part in zip(column.type, flat.itercolumns(), strict=True):
        yield f"{name}.{field.name}", part


def _typed(column: pa.ChunkedArray) -> pd.Series | None:
    """Give a column one of the types of a typed frame; None if it is binary."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    for belongs, convert in _CONVERSIONS:
        if belongs(kind):
            return convert(column)
    return _texts(column)


def _is_binary(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
    )


def _integers(column: pa.ChunkedArray) -> pd.Series:
    smallest, largest = pc.min_max(column).as_py().values()
    if smallest is None:
        return pd.Series(np.full(len(column), np.nan))
    if largest >= 1 << 63:
        return _texts(column.cast(pa.large_string()))
    if not column.null_count:
        return pd.Series(np.array(column.cast(pa.int64()).to_numpy()))
    if max(-smallest, largest) > _EXACT:
        return _texts(column.cast(pa.large_string()))  # the digits survive as text
    return pd.Series(np.array(column.cast(pa.float64()).to_numpy()))


def _floats(column: pa.ChunkedArray) -> pd.Series:
    values = np.array(column.cast(pa.float64()).to_numpy(), dtype="float64")
    values[~np.isfinite(values)] = np.nan
    return pd.Series(values)


def _dates(column: pa.ChunkedArray) -> pd.Series:
    # Times with a zone are those of UTC, as in text; finer than microseconds is cut.
    stamps = column.cast(
        pa.timestamp("us", getattr(column.type, "tz", None)), safe=False
    )
    return pd.Series(stamps.cast(pa.timestamp("us")).to_numpy())


def _texts(column: pa.ChunkedArray) -> pd.Series:
    texts: pd.Series = column.cast(pa.large_string()).to_pandas()
    return texts.astype("str")


def _json(value: Any) -> str:  # noqa: ANN401 - whatever a list holds
    return json.dumps(value, ensure_ascii=False, default=label)


def _nothing(column: pa.ChunkedArray) -> pd.Series:
    return pd.Series(np.full(len(column), np.nan))


def _truths(column: pa.ChunkedArray) -> pd.Series:
    if column.null_count:
        return _texts(pc.if_else(column, "True", "False"))
    return pd.Series(column.to_numpy(), dtype="bool")


def _seconds(column: pa.ChunkedArray) -> pd.Series:
    whole = column.cast(pa.duration("us")).cast(pa.int64())
    return _floats(pc.divide(whole.cast(pa.float64()), 1e6))


def _from_bytes(column: pa.ChunkedArray) -> pd.Series | None:
    try:
        return _texts(column.cast(pa.large_binary()))
    except pa.ArrowInvalid:
        return None


def _dumped(column: pa.ChunkedArray) -> pd.Series:
    values = [None if v is None else _json(v) for v in column.to_pylist()]
    return _texts(pa.chunked_array([pa.array(values, pa.large_string())]))


def _is_date(kind: pa.DataType) -> bool:
    return bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind))


def _is_fraction(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_decimal(kind))


_CONVERSIONS: tuple[
    tuple[Callable[[pa.DataType], bool], Callable[[pa.ChunkedArray], pd.Series | None]],
    ...,
] = (
    (pa.types.is_null, _nothing),
    (pa.types.is_boolean, _truths),
    (pa.types.is_integer, _integers),
    (_is_fraction, _floats),
    (_is_date, _dates),
    (pa.types.is_duration, _seconds),
    (_is_binary, _from_bytes),
    (pa.types.is_nested, _dumped),
)
