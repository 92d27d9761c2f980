"""The tables that benchmarks use; see `TUNEBOARD_SHARED_DATA` in docs/configuration.md."""

import json
import os
from itertools import islice
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent


class Table(NamedTuple):
    name: str
    path: Path
    target: str
    task: str


def folder() -> Path:
    named = os.environ.get("TUNEBOARD_SHARED_DATA")
    return (Path(named) if named else ROOT.parent / "shared" / "data") / "dev"


def table(name: str) -> Table:
    """Return a table of the shared folder by its name."""
    index = folder() / "datasets.json"
    if not index.exists():
        raise SystemExit(
            f"{index} is absent: set TUNEBOARD_SHARED_DATA to the data folder."
        )
    entries = {entry["name"]: entry for entry in json.loads(index.read_text())}
    entry = entries[name]
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
