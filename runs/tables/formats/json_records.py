"""JSON: a value a line, a list of objects, or an object of columns."""

import io
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa

from runs.tables.encoding import read_text
from runs.tables.errors import TableError
from runs.tables.formats.found import Rows, Source
from runs.tables.header import Header, find_header, listed, unique_names
from runs.tables.shelf import Cells
from runs.tables.text import Text

# All of a JSON document is in memory at once, in several times its size.
_MAX_BYTES: Final = 1 << 28
_MAX_COLUMNS = 20_000
_CHUNK_ROWS = 20_000
_HEADER_ROWS = 500

# The names on the way to a value.
Record = dict[tuple[str, ...], Any]


@dataclass(slots=True)
class _Seen:
    """What was met in the objects so far."""

    paths: dict[tuple[str, ...], None] = field(default_factory=dict)
    nested: dict[str, None] = field(default_factory=dict)
    lists: dict[str, None] = field(default_factory=dict)
    repeated: dict[str, None] = field(default_factory=dict)

    def pairs(self, items: list[tuple[str, Any]]) -> dict[str, Any]:
        """Make an object, and note names that it has twice."""
        made = dict(items)
        if len(made) < len(items):
            names = [name for name, _ in items]
            again = (name for name in names if names.count(name) > 1)
            self.repeated.update(dict.fromkeys(again))
        return made

    def flatten(self, item: Mapping[str, Any]) -> Record:
        """Make a record of an object: objects in it become columns of their own."""
        record: Record = {}
        for name, value in item.items():
            if isinstance(value, dict) and value:
                self.nested[name] = None
                for inner, deep in value.items():
                    record[name, inner] = deep
                    if isinstance(deep, (dict, list)):
                        self.lists[f"{name}.{inner}"] = None
            else:
                record[(name,)] = value
                if isinstance(value, (dict, list)):
                    self.lists[name] = None
        self.paths.update(dict.fromkeys(record))
        return record

    def sentences(self) -> Iterator[str]:
        if self.repeated:
            yield f"Names twice in an object kept the last: {listed([*self.repeated])}."
        if self.nested:
            yield f"Objects became columns of their own: {listed([*self.nested])}."
        if self.lists:
            yield f"Lists and deeper objects were kept as JSON: {listed([*self.lists])}."


def find_json_lines(source: Source) -> Rows:
    """Find the table in a file with a JSON object in every line.

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
        If a line is no object; its number is named.
    """
    text = _text(source)
    seen = _Seen()
    for number, item in _lines(text, source, seen):
        if not isinstance(item, dict):
            raise TableError(
                f"Line {number} of {source.filename} is no JSON object: every line "
                "has to be one."
            )
        seen.flatten(item)

    def _records() -> Iterator[Record]:
        quiet = _Seen()
        for _, item in _lines(text, source, quiet):
            yield quiet.flatten(item)

    return _of_records(source, text, seen, _records, "jsonl")


def find_json(source: Source) -> Rows:
    """Find the table in a JSON document.

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
        If the document holds no table.
    """
    text = _text(source)
    seen = _Seen()
    document = _document(text, source, seen)
    table, said = _table_in(document)
    if isinstance(table, list) and table and all(isinstance(r, dict) for r in table):
        flat = [seen.flatten(item) for item in table]
        rows = _of_records(source, text, seen, lambda: flat, "json")
    elif isinstance(table, list) and table and all(isinstance(r, list) for r in table):
        rows = _of_lists(source, text, table)
    else:
        raise TableError(
            f"{source.filename} is JSON without a table: it needs a list of objects, "
            "or an object with a list for every column."
        )
    rows.repairs[:0] = said
    return rows


def _text(source: Source) -> Text:
    return read_text(
        source.path, filename=source.filename, encoding=source.options.encoding
    )


def _lines(text: Text, source: Source, seen: _Seen) -> Iterator[tuple[int, Any]]:
    decode = json.JSONDecoder(object_pairs_hook=seen.pairs).decode
    with io.TextIOWrapper(text.open(), encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if not (stripped := line.strip().rstrip("\x1e").lstrip("\x1e")):
                continue
            try:
                yield number, decode(stripped)
            except (ValueError, RecursionError) as error:
                raise TableError(
                    f"Line {number} of {source.filename} is no JSON "
                    f"({_reason(error)}): correct it and upload the file again."
                ) from error


def _document(text: Text, source: Source, seen: _Seen) -> Any:  # noqa: ANN401 - JSON
    if text.size > _MAX_BYTES:
        raise TableError(
            f"{source.filename} is a JSON document of over {_MAX_BYTES >> 20} MB: "
            "save it with one object a line (JSON lines) and upload that."
        )
    content = text.head(text.size).decode("utf-8", errors="replace")
    decoder = json.JSONDecoder(object_pairs_hook=seen.pairs)
    if not source.whole:
        return _beginning(content, decoder)
    try:
        return decoder.decode(content)
    except json.JSONDecodeError as error:
        raise TableError(
            f"{source.filename} is no complete JSON document: line {error.lineno}, "
            f"column {error.colno}, {_reason(error)}; correct it and upload it again."
        ) from error
    except (ValueError, RecursionError) as error:
        raise TableError(
            f"{source.filename} cannot be read as JSON ({_reason(error)}): "
            "export the table as CSV and upload that."
        ) from error


def _beginning(content: str, decoder: json.JSONDecoder) -> Any:  # noqa: ANN401 - JSON
    """Take the first items of a list whose end is not there."""
    start = re.search(r"\[\s*(?=[{\[])", content)
    items: list[Any] = []
    position = start.end() if start else len(content)
    while position < len(content):
        try:
            item, position = decoder.raw_decode(content, position)
        except (ValueError, RecursionError):
            break
        items.append(item)
        gap = re.compile(r"\s*,\s*").match(content, position)
        if gap is None:
            break
        position = gap.end()
    return items


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, json.JSONDecodeError):
        return error.msg[:1].lower() + error.msg[1:]
    return "a number has too many digits"


def _table_in(document: Any) -> tuple[Any, list[str]]:  # noqa: ANN401 - JSON
    """Find the list of rows; also say where it was, if that is not the whole."""
    if not isinstance(document, dict) or not document:
        return document, []
    values = list(document.values())
    if {"columns", "data"} <= set(document) and _is_list_of(document["data"], list):
        names = document["columns"]  # as pandas writes it with orient="split"
        if isinstance(names, list) and all(isinstance(name, str) for name in names):
            records = [dict(zip(names, row, strict=False)) for row in document["data"]]
            return records, []
    inside = [name for name, value in document.items() if _is_list_of(value, dict)]
    if len(inside) == 1 or "data" in inside:
        name = "data" if "data" in inside else inside[0]
        return document[name], [f'The table was taken from "{name}".']
    if all(isinstance(value, list) for value in values):
        if len({len(value) for value in values}) == 1:
            rows = zip(*values, strict=True)
            return [dict(zip(document, row, strict=True)) for row in rows], []
        lengths = ", ".join(f'"{k}" {len(v):,}' for k, v in [*document.items()][:3])
        raise TableError(
            f"The columns of the JSON document differ in length ({lengths}): "
            "make them equally long."
        )
    if all(isinstance(value, dict) and value for value in values):
        return _of_objects(document), []
    return [document], []


def _of_objects(document: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Read an object of objects: columns of rows, or rows under their names."""
    labels = list(dict.fromkeys(label for v in document.values() for label in v))
    if all(label.isdecimal() for label in labels):
        return [
            {name: column.get(label) for name, column in document.items()}
            for label in labels
        ]
    return [{"index": name, **row} for name, row in document.items()]


def _is_list_of(value: Any, kind: type) -> bool:  # noqa: ANN401 - JSON
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, kind) for item in value)
    )


def _of_records(
    source: Source,
    text: Text,
    seen: _Seen,
    records: Callable[[], Iterable[Record]],
    format: str,
) -> Rows:
    paths = list(seen.paths)
    if not paths:
        raise TableError(
            f"{source.filename} has no values: upload a file with objects that have some."
        )
    if len(paths) > _MAX_COLUMNS:
        raise TableError(
            f"{source.filename} has {len(paths):,} columns and at most "
            f"{_MAX_COLUMNS:,} can be used: leave out some."
        )
    names = unique_names([" ".join(".".join(path).split()) for path in paths])

    def fill(cells: Cells) -> list[str]:
        iterator = iter(records())
        while chunk := list(itertools.islice(iterator, _CHUNK_ROWS)):
            arrays = [
                pa.array([_cell(r.get(path)) for r in chunk], pa.large_string())
                for path in paths
            ]
            cells.add(pa.RecordBatch.from_arrays(arrays, names=names))
        return []

    header = Header(names, frozenset(), True, 0, 0, [])
    how = {"format": format, "encoding": text.encoding}
    repairs = [*text.repairs, *seen.sentences()]
    return Rows(header, text.size, fill, how, repairs, plain=set(names))


def _of_lists(source: Source, text: Text, table: list[list[Any]]) -> Rows:
    rows = [[_cell(value) for value in row] for row in table if row]
    skip = source.options.skip_lines
    header = find_header(
        [(row, i) for i, row in enumerate(rows[:_HEADER_ROWS])],
        header=source.options.header,
        skip_lines=skip,
    )
    width = len(header.names)
    body = rows[header.skipped_lines + header.n_records :]
    if wrong := next((i for i, row in enumerate(body) if len(row) != width), None):
        raise TableError(
            f"Row {wrong + 1} of {source.filename} has {len(body[wrong])} values and "
            f"the first has {width}: make all rows equally long."
        )

    def fill(cells: Cells) -> list[str]:
        if body:
            arrays = [
                pa.array(column, pa.large_string())
                for column in zip(*body, strict=True)
            ]
            cells.add(pa.RecordBatch.from_arrays(arrays, names=header.names))
        return []

    how = {
        "format": "json",
        "encoding": text.encoding,
        "header": header.present,
        "skip_lines": header.skipped_lines,
    }
    repairs = [*text.repairs, *header.repairs]
    plain = set(header.names)
    return Rows(header, text.size, fill, how, repairs, plain=plain)


def _cell(value: Any) -> str:  # noqa: ANN401 - JSON
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return (
        str(value) if isinstance(value, int) else json.dumps(value, ensure_ascii=False)
    )
