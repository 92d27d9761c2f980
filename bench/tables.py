"""The tables that benchmarks use; see `TUNEBOARD_SHARED_DATA` in docs/configuration.md."""

import csv
import json
import os
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent


class Table(NamedTuple):
    name: str
    path: Path
    target: str
    task: str


def folder() -> Path:
    named = os.environ.get("TUNEBOARD_SHARED_DATA")
    return (Path(named) if named else ROOT.parent / "shared" / "data") / "dev"


def entries() -> dict[str, dict[str, Any]]:
    """Return what the shared folder says about each of its tables."""
    index = folder() / "datasets.json"
    if not index.exists():
        raise SystemExit(
            f"{index} is absent: set TUNEBOARD_SHARED_DATA to the data folder."
        )
    return {entry["name"]: entry for entry in json.loads(index.read_text())}


def table(name: str) -> Table:
    """Return a table of the shared folder by its name."""
    known = entries()
    if name not in known:
        raise SystemExit(f"There is no table {name}; there are {', '.join(known)}.")
    entry = known[name]
    return Table(name, folder() / entry["file"], entry["target"], entry["task"])


def first_rows(table: Table, n_rows: int | None, into: Path) -> Table:
    """Return the table cut to its first rows, written into a folder; None for all.

    The rows must be lines, as they are in the tables that benchmarks use.
    """
    if n_rows is None:
        return table
    path = into / table.path.name
    with table.path.open("rb") as source, path.open("wb") as cut:
        cut.writelines(islice(source, n_rows + 1))
    return table._replace(path=path)


def without_leaks(table: Table, n_rows: int | None, into: Path) -> Table:
    """Return the table's first rows without columns that identify a row or tell the target.

    It is written into a folder, as an ordinary CSV file.
    """
    entry = entries()[table.name]
    left_out = {*entry["id_columns"], *entry["leaky_columns"]}
    path = into / f"{table.name}.csv"
    with (
        table.path.open(encoding=entry["encoding"], newline="") as source,
        path.open("w", newline="") as cut,
    ):
        rows = csv.reader(
            source, delimiter=entry["sep"], skipinitialspace=entry["skipinitialspace"]
        )
        head = next(rows)
        kept = [i for i, column in enumerate(head) if column not in left_out]
        writer = csv.writer(cut)
        writer.writerow(head[i] for i in kept)
        for row in islice(rows, n_rows):
            writer.writerow(row[i] for i in kept)
    return table._replace(path=path)
