"""ARFF, the format of Weka."""

import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from runs.tables.encoding import read_text
from runs.tables.errors import TableError
from runs.tables.formats.found import Rows, Source
from runs.tables.header import Header, listed, unique_names
from runs.tables.shelf import Cells
from runs.tables.text import Text

_CHUNK_ROWS = 20_000
_QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_ATTRIBUTE: Final = re.compile(
    rf"@attribute\s+(?P<name>{_QUOTED}|\S+)\s+(?P<type>.+?)\s*$", re.IGNORECASE
)
_CELL: Final = re.compile(
    rf"\s*(?P<cell>{_QUOTED}|(?!['\"])[^,\t]*?)\s*(?P<end>[,\t]|$)"
)
_SPARSE_CELL: Final = re.compile(rf"\s*(\d+)\s+({_QUOTED}|[^,]*?)\s*(?:,|$)")
_ESCAPE: Final = re.compile(r"\\(.)")
_MISSING = "?"
_NUMBERS = ("numeric", "real", "integer")


@dataclass(frozen=True, slots=True)
class _Attribute:
    """A column's name, and what it has where a sparse row says nothing."""

    name: str
    is_text: bool
    default: str


def find_arff(source: Source) -> Rows:
    """Find the table of an ARFF file.

    Parameters
    ----------
    source : Source
        The file.

    Returns
    -------
    Rows
        The table.

    Raises
    ------
    TableError
        If its header or a row cannot be understood; the line is named.
    """
    text = read_text(
        source.path, filename=source.filename, encoding=source.options.encoding
    )
    attributes, n_lines = _header(text, source.filename)
    names = unique_names([a.name for a in attributes])
    repairs = list(text.repairs)
    if again := [n for a, n in zip(attributes, names, strict=True) if n != a.name]:
        repairs.append(f"Columns of the same name were told apart: {listed(again)}.")
    header = Header(names, frozenset(), True, n_lines, 0, [])

    def _fill(cells: Cells) -> list[str]:
        rows = _rows(text, attributes, n_lines, source)
        while chunk := list(itertools.islice(rows, _CHUNK_ROWS)):
            columns = zip(*chunk, strict=True)
            arrays = [pa.array(column, pa.large_string()) for column in columns]
            labels = [str(i) for i in range(len(arrays))]
            cells.add(pa.RecordBatch.from_arrays(arrays, names=labels))
        return []

    return Rows(
        header=header,
        size=text.size,
        fill=_fill,
        how={"format": "arff", "encoding": text.encoding, "header": True},
        repairs=repairs,
        plain=set(names),
        keep_text=frozenset(
            name for a, name in zip(attributes, names, strict=True) if a.is_text
        ),
        missing=("",),
    )


def _header(text: Text, filename: str) -> tuple[list[_Attribute], int]:
    """Read the attributes; return them and the lines up to the data."""
    attributes: list[_Attribute] = []
    with io.TextIOWrapper(text.open(), encoding="utf-8") as file:
        for number, raw in enumerate(file, start=1):
            line = raw.strip()
            word = line[:10].lower()
            if word.startswith("@data"):
                if attributes:
                    return attributes, number
                break
            if word.startswith("@attribute"):
                attributes.append(_attribute(line, number, filename))
    raise TableError(
        f"{filename} is an ARFF file without attributes or data: "
        "it needs @attribute lines and rows below @data."
    )


def _attribute(line: str, number: int, filename: str) -> _Attribute:
    match = _ATTRIBUTE.match(line)
    kind = match["type"] if match else ""
    if match and kind.startswith("{") and kind.endswith("}"):
        values = _cells(kind[1:-1])
        return _Attribute(_plain(match["name"]), True, values[0] if values else "")
    word = kind.split()[0].lower() if kind else ""
    if match and (word in _NUMBERS or word in ("string", "date")):
        default = "0" if word in _NUMBERS else ""
        return _Attribute(_plain(match["name"]), word == "string", default)
    raise TableError(
        f"Line {number} of {filename} is no attribute that can be read: "
        "use numeric, string, date or a list of values in braces."
    )


def _rows(
    text: Text, attributes: list[_Attribute], n_lines: int, source: Source
) -> Iterator[list[str]]:
    with io.TextIOWrapper(text.open(), encoding="utf-8") as file:
        lines = itertools.islice(file, n_lines, None)
        for number, raw in enumerate(lines, start=n_lines + 1):
            line = raw.strip()
            if not line or line.startswith("%"):
                continue
            row = _sparse(line, attributes) if line[0] == "{" else _cells(line)
            if row is None or len(row) != len(attributes):
                found = "cannot be read" if row is None else f"has {len(row)} values"
                raise TableError(
                    f"Line {number} of {source.filename} {found}, and there are "
                    f"{len(attributes)} attributes: correct it and upload the file "
                    "again."
                )
            yield row


def _cells(line: str) -> list[str]:
    if "'" not in line and '"' not in line:
        parts = line.split("," if "," in line else "\t")
        return ["" if (cell := part.strip()) == _MISSING else cell for part in parts]
    cells, position = [], 0
    while True:
        match = _CELL.match(line, position)
        if match is None:
            return []  # a quote that is never closed
        cell = match["cell"]
        cells.append("" if cell == _MISSING else _plain(cell))
        position = match.end()
        if not match["end"]:
            return cells


def _sparse(line: str, attributes: list[_Attribute]) -> list[str] | None:
    if not line.endswith("}"):
        return None
    row = [attribute.default for attribute in attributes]
    inner, position = line[1:-1].strip(), 0
    while position < len(inner):
        match = _SPARSE_CELL.match(inner, position)
        if match is None or int(match[1]) >= len(row):
            return None
        row[int(match[1])] = "" if match[2] == _MISSING else _plain(match[2])
        position = match.end()
    return row


def _plain(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        return _ESCAPE.sub(r"\1", text[1:-1])
    return text
