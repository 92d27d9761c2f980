"""Data frames to what the server reads, and what it answers to data frames."""

import math
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd

from tuneboard_client.transport import Attachment

Table = pd.DataFrame | str | Path


@contextmanager
def as_file(table: Table, *, name: str = "table") -> Iterator[Attachment]:
    """Give a table as a file.

    Parameters
    ----------
    table : DataFrame, str or Path
        Rows, or the path of a file.
    name : str, default 'table'
        Name of the file of a frame, without a suffix.

    Yields
    ------
    Attachment
        The file; that of a frame is temporary. Parquet, which keeps the types, where
        pyarrow is installed and knows them, else CSV.
    """
    if not isinstance(table, pd.DataFrame):
        path = Path(table).expanduser()
        if not path.is_file():
            raise FileNotFoundError(f"There is no file {path}.")
        yield Attachment(path, path.name)
        return
    frame = with_names(table)
    with tempfile.TemporaryDirectory(prefix="tuneboard-") as folder:
        path = Path(folder) / "table.parquet"
        if not write_parquet(frame, path):
            path = path.with_suffix(".csv")
            frame.to_csv(path, index=False)
        yield Attachment(path, f"{name}{path.suffix}")


def with_names(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose columns have names of their own, as a file needs them.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        Rows; the index is left out.

    Returns
    -------
    DataFrame of shape (n_rows, n_columns)
        The same values.

    Raises
    ------
    ValueError
        If two columns have the same name, or a number is infinite.
    """
    names = [str(name) for name in frame.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(
            f"Several columns are called {', '.join(twice)}; rename them, so that each "
            "has a name of its own."
        )
    numbers = frame.select_dtypes("number")
    endless = [str(n) for n in numbers if numbers[n].isin([math.inf, -math.inf]).any()]
    if endless:
        raise ValueError(
            f"There are infinite numbers in {', '.join(endless)}: inf. Replace them, for "
            "example by NaN, which is a missing value."
        )
    return frame.set_axis(names, axis=1).reset_index(drop=True)


def write_parquet(frame: pd.DataFrame, path: Path) -> bool:
    """Write a Parquet file, if that is possible.

    Parameters
    ----------
    frame : DataFrame
        Rows.
    path : Path
        The file.

    Returns
    -------
    bool
        False without pyarrow, and for columns of several types, which it refuses.
    """
    if find_spec("pyarrow") is None:
        return False
    import pyarrow as pa  # noqa: PLC0415 - need not be installed

    try:
        frame.to_parquet(path, index=False)
    except (pa.ArrowException, TypeError):
        return False
    return True


def as_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as JSON has them.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        Rows.

    Returns
    -------
    list of dict
        Values by column, a missing one as None.
    """
    named = with_names(frame)
    columns = [[cell(v) for v in named[name].tolist()] for name in named.columns]
    names = list(named.columns)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def cell(value: Any) -> Any:  # noqa: ANN401
    """Return a value as JSON has it.

    Parameters
    ----------
    value : object
        Of a frame, as ``tolist`` gives it.

    Returns
    -------
    str, int, float, bool or None
        Dates as text, everything missing as None.
    """
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "item"):
        return cell(value.item())
    return str(value)


def flat(items: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return trials as a frame.

    Parameters
    ----------
    items : sequence of mapping
        As the API has them.

    Returns
    -------
    DataFrame of shape (n_trials, n_fields)
        Indexed by ``number``; metrics as ``metric_NAME``, parameters as ``param_NAME``.
    """
    rows = []
    for item in items:
        row = {k: v for k, v in item.items() if k not in {"params", "metrics", "url"}}
        row |= {f"metric_{k}": v for k, v in (item.get("metrics") or {}).items()}
        row |= {f"param_{k}": v for k, v in (item.get("params") or {}).items()}
        rows.append(row)
    frame = pd.DataFrame(rows, columns=None if rows else ["number", "algorithm"])
    for name in ("started_at", "finished_at"):
        if name in frame:
            frame[name] = pd.to_datetime(frame[name], utc=True, format="ISO8601")
    return frame.set_index("number")
