"""Some rows with the user's columns, kept beside numbers that are drawn against them."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from models_app import artifacts
from models_app.models import Artifact
from runs.files import local_copy
from runs.models import Run
from runs.training_data import TrainingData

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

SAMPLE_ROWS = 2_000
TEXT_LENGTH = 80  # of a value: more is not read off a chart or a table
_SPACE = re.compile(r"\s+")


class SampledColumn(NamedTuple):
    """A column's values in the order of the sample; None where one is missing."""

    name: str
    values: list[Any]
    is_number: bool
    is_time: bool


def columns_of(run: Run) -> list[str]:
    """Return the columns rows can be told apart by: all but the target, features first."""
    features = [str(name) for name in run.features]
    used = {*features, run.target}
    others = [str(c["name"]) for c in run.dataset.columns if c["name"] not in used]
    return features + others


def sample_of(n_rows: int, *, max_rows: int = SAMPLE_ROWS) -> "np.ndarray":
    """Return positions of all rows, or of a random sample in their order."""
    import numpy as np  # noqa: PLC0415 - only workers need it

    if n_rows <= max_rows:
        return np.arange(n_rows)
    draw = np.random.default_rng(0).choice(n_rows, max_rows, replace=False)
    return np.sort(draw)


def store_rows(data: TrainingData, positions: "np.ndarray") -> artifacts.StoredFile:
    """Write all columns of some rows into the storage."""
    import pyarrow as pa  # noqa: PLC0415 - few pages need it
    import pyarrow.parquet  # noqa: PLC0415

    frame = data.read(columns_of(data.run), positions)
    arrays = [as_array(frame[name]) for name in frame.columns]
    table = pa.table(arrays, names=[str(name) for name in frame.columns])
    with artifacts.scratch_file(".parquet") as path:
        pyarrow.parquet.write_table(table, path, compression="zstd")
        return artifacts.store_file(path)


def as_array(values: "pd.Series") -> Any:  # noqa: ANN401 - pyarrow has no types
    import pandas as pd
    import pyarrow as pa  # noqa: PLC0415 - few pages need it

    types = pd.api.types
    if types.is_bool_dtype(values) or not (
        types.is_numeric_dtype(values) or types.is_datetime64_any_dtype(values)
    ):
        texts = [None if pd.isna(v) else short(v) for v in values.tolist()]
        return pa.array(texts, pa.string())
    return pa.array(values, from_pandas=True)


def short(value: object) -> str:
    """Return a value as text of a line, cut where it is long."""
    text = _SPACE.sub(" ", str(value)).strip()
    return text if len(text) <= TEXT_LENGTH else f"{text[: TEXT_LENGTH - 1]}…"


def stored_columns(artifact: Artifact) -> list[str]:
    """Return the columns of the stored sample; none of one from before."""
    found: Sequence[Any] = artifact.data.get("columns", ())
    return [str(name) for name in found] if artifact.file else []


def read_column(artifact: Artifact, name: str) -> SampledColumn:
    """Read one column of the stored sample."""
    import pyarrow as pa  # noqa: PLC0415 - few pages need it
    import pyarrow.parquet  # noqa: PLC0415

    with local_copy(artifact.file) as path:
        column = pyarrow.parquet.read_table(path, columns=[name]).column(0)
    types = pa.types
    is_time = types.is_timestamp(column.type) or types.is_date(column.type)
    is_number = not is_time and not types.is_string(column.type)
    values = column.to_pylist()
    if is_time:
        values = [None if v is None else v.isoformat() for v in values]
    return SampledColumn(name, values, is_number, is_time)
