"""CSV that a spreadsheet opens without running what stands in it.

A cell that begins with =, +, - or @ is a formula there, and may send the sheet elsewhere
or start a program. Such a text gets an apostrophe before it, which a spreadsheet takes as
the sign of a text. Numbers stay as they are, whatever their sign.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from io import StringIO, TextIOWrapper
from itertools import islice
from typing import IO, Any

# The last four are the wide forms of the first: some spreadsheets take them for these.
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", *"\uff1d\uff0b\uff0d\uff20")
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|[+-]inf|[+-]nan")
LINES_TOGETHER = 500
# Of a cell, for reading what was written here: Python's own 128 KiB are less than a text
# column may hold.
csv.field_size_limit(2**31 - 1)


def safe(cell: Any) -> Any:  # noqa: ANN401 - whatever a table holds
    """Return a cell as a spreadsheet may show it; what is no text as it is."""
    if not isinstance(cell, str) or not cell.startswith(BEGINS_A_FORMULA):
        return cell
    return cell if NUMBER.fullmatch(cell) else f"'{cell}"


def safe_lines(rows: Iterable[Iterable[Any]]) -> Iterator[bytes]:
    """Yield rows as CSV, some at a time."""
    left = iter(rows)
    while lines := list(islice(left, LINES_TOGETHER)):
        buffer = StringIO()
        csv.writer(buffer).writerows([safe(cell) for cell in line] for line in lines)
        yield buffer.getvalue().encode()


def safe_copy(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield a CSV file of ours with its texts made safe; `stream` is closed at the end."""
    with TextIOWrapper(stream, encoding="utf-8", newline="") as text:
        yield from safe_lines(csv.reader(text))
