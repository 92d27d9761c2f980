"""Read tables, or detect their form, as another system does by default.

    python rival_read.py SYSTEM        one JSON object a line in, one out

Runs in the environment of the system it is about; see rivals.READERS.
"""

# ruff: noqa: PLC0415 - each process needs one system only

import csv
import json
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

_BOOKS = (".xlsx", ".xlsm", ".xls", ".ods")


def shape_of_pandas(path: Path, **options: object) -> tuple[int, int]:
    import pandas as pd

    # What it has other functions for is read with them: a person would know.
    if path.suffix in _BOOKS:
        return pd.read_excel(path).shape
    if path.suffix == ".parquet":
        return pd.read_parquet(path).shape
    return pd.read_csv(path, **options).shape


def shape_of_sniffer(path: Path) -> tuple[int, int]:
    if path.suffix in (*_BOOKS, ".parquet"):
        return shape_of_pandas(path)
    return shape_of_pandas(path, sep=None, engine="python")


def shape_of_duckdb(path: Path) -> tuple[int, int]:
    import duckdb

    found = duckdb.connect().execute("select * from read_csv(?)", [str(path)])
    return len(found.fetchall()), len(found.description)


def shape_of_clevercsv(path: Path) -> tuple[int, int]:
    import clevercsv

    if path.suffix in (*_BOOKS, ".parquet"):
        return shape_of_pandas(path)
    return clevercsv.read_dataframe(str(path)).shape


def shape_of_tuneboard(path: Path) -> tuple[int, int]:
    from runs.tables.reading import read_table

    return read_table(path).frame.shape


def delimiter_of_sniffer(path: Path) -> str:
    return csv.Sniffer().sniff(path.read_text("utf-8")[: 1 << 16]).delimiter


def delimiter_of_duckdb(path: Path) -> str:
    import duckdb

    query = "select Delimiter from sniff_csv(?)"
    return duckdb.connect().execute(query, [str(path)]).fetchone()[0]


def delimiter_of_clevercsv(path: Path) -> str:
    import clevercsv

    with path.open(encoding="utf-8", newline="") as file:
        found = clevercsv.Detector().detect(file.read(1 << 16))
    return found.delimiter if found else ""


def delimiter_of_tuneboard(path: Path) -> str:
    from runs.tables.dialect import detect_dialect

    with path.open(encoding="utf-8", newline="") as file:
        text = file.read(1 << 17)
        return detect_dialect(text, truncated=bool(file.read(1))).delimiter


def encoding_of_charset_normalizer(path: Path) -> str:
    import charset_normalizer

    found = charset_normalizer.from_path(path).best()
    return found.encoding if found else ""


def encoding_of_chardet(path: Path) -> str:
    import chardet

    return chardet.detect(path.read_bytes())["encoding"] or ""


def encoding_of_tuneboard(path: Path) -> str:
    from runs.tables.encoding import read_text

    return read_text(path, filename=path.name).encoding


SYSTEMS: dict[str, Callable[[Path], Any]] = {
    name.replace("_of_", ":"): function
    for name, function in list(globals().items())
    if "_of_" in name
}


def answer(system: str, path: Path) -> dict[str, Any]:
    try:
        return {"found": SYSTEMS[system](path)}
    except Exception as error:  # noqa: BLE001 - whatever a reader says of a file
        # Of ours only a sentence for people counts as a refusal.
        clear = "tuneboard" not in system or type(error).__name__ == "TableError"
        return {"refused" if clear else "died": f"{type(error).__name__}: {error}"}


def main() -> None:
    warnings.simplefilter("ignore")
    # What a reader prints must not be taken for an answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for line in sys.stdin:
        print(
            json.dumps(answer(sys.argv[1], Path(json.loads(line)))),
            file=answers,
            flush=True,
        )


if __name__ == "__main__":
    main()
