"""Where a table begins, and what its columns are called."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from runs.tables.cells import CellType, cell_type

_TYPED = (CellType.NUMBER, CellType.DATE)
_MAX_PREAMBLE = 20
# In fewer rows, a name that is also a value below it says little.
_MIN_BODY = 10
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Header:
    """Names of the columns and how many lines and records stand before the data."""

    names: list[str]
    unnamed: frozenset[str]
    present: bool
    skipped_lines: int
    n_records: int
    repairs: list[str]


def find_header(
    rows: list[tuple[list[str], int]],
    *,
    header: bool | None = None,
    skip_lines: int | None = None,
) -> Header:
    """Find where the table begins and name its columns.

    Parameters
    ----------
    rows : list of tuple of list of str and int
        The first rows of the file, each with the number of lines before it; not empty.
    header : bool or None, default None
        Whether there are names, if a person says so; detected if None.
    skip_lines : int or None, default None
        Lines above the table, if a person says how many; detected if None.

    Returns
    -------
    Header
        Unique names, one a column; ``unnamed`` are those made up for an empty cell;
        ``n_records`` is 1 when the first record after the skipped lines is the
        header, else 0.
    """
    repairs: list[str] = []
    if skip_lines is not None:
        starts = [i for i, (_, before) in enumerate(rows) if before >= skip_lines]
        first = starts[0] if starts else len(rows) - 1
    else:
        first = _first_row(rows)
    skipped = rows[first][1]
    if first and skip_lines is None:
        what = (
            "1 line above the table was"
            if first == 1
            else f"{first} lines above the table were"
        )
        repairs.append(f"{what} left out.")
    top, body = rows[first][0], [row for row, _ in rows[first + 1 :]]
    present = _is_header(top, body) if header is None else header
    if not present:
        width = max(len(top), _usual_width(body))
        if header is None:
            repairs.append("The file has no header: columns were numbered.")
        names = [f"column_{i}" for i in range(1, width + 1)]
        return Header(names, frozenset(), False, skipped, 0, repairs)
    cells = [" ".join(cell.split()) for cell in _fit_to_body(top, body)]
    names = unique_names(cells)
    pairs = list(zip(cells, names, strict=True))
    unnamed = frozenset(name for cell, name in pairs if not cell)
    if again := [name for cell, name in pairs if cell and name != cell]:
        repairs.append(f"Columns of the same name were told apart: {listed(again)}.")
    return Header(names, unnamed, True, skipped, 1, repairs)


def unique_names(cells: list[str]) -> list[str]:
    """Name unnamed columns and tell apart those of the same name.

    Parameters
    ----------
    cells : list of str
        The header's cells.

    Returns
    -------
    list of str
        As many names, all different, none empty.
    """
    given, seen = set(cells), set[str]()
    names: list[str] = []
    for i, cell in enumerate(cells, start=1):
        name = stem = cell or f"column_{i}"
        n = 2
        while name in seen or (name in given and name != cell):
            name, n = f"{stem}_{n}", n + 1
        seen.add(name)
        names.append(name)
    return names


def listed(names: Sequence[str], *, limit: int = 10) -> str:
    """Quote the first few names for a sentence.

    Parameters
    ----------
    names : list of str
        At least one name.
    limit : int, default 10
        How many of them to quote.

    Returns
    -------
    str
        The names in quotes, with the number of those left out.
    """
    shown = ", ".join(f'"{name}"' for name in names[:limit])
    n_more = len(names) - limit
    return f"{shown} and {n_more} more" if n_more > 0 else shown


def _first_row(rows: list[tuple[list[str], int]]) -> int:
    """Count the rows above the table: a title, a note, ``sep=;``."""
    width = _usual_width([row for row, _ in rows])
    for i, (row, _) in enumerate(rows[: _MAX_PREAMBLE + 1]):
        filled = sum(bool(cell.strip()) for cell in row)
        comment = row[0].startswith("#") and len(row) != width
        title = width >= 3 and filled <= 1
        excel = i == 0 and row[0].lower().startswith("sep=")
        if not (comment or title or excel):
            return i
    return 0


def _usual_width(rows: list[list[str]]) -> int:
    if not rows:
        return 0
    return Counter(map(len, rows)).most_common(1)[0][0]


def _is_header(top: list[str], body: list[list[str]]) -> bool:
    """Judge by columns of numbers or dates: a name above them is a header."""
    if not body or _is_numbering(top):
        return True
    names, values, repeated = 0, 0, 0
    for i, cell in enumerate(top):
        below = [row[i] for row in body if i < len(row) and row[i].strip()]
        kinds = [cell_type(value) for value in below]
        typed = sum(kind in _TYPED for kind in kinds)
        own = cell_type(cell)
        if kinds and typed >= 0.8 * len(kinds):
            names += own in (CellType.WORDS, CellType.OTHER)
            values += own in _TYPED and not _YEAR.fullmatch(cell.strip())
        else:
            repeated += bool(cell.strip()) and cell in below
    if names or values:
        return names >= values
    return 2 * repeated < len(top) or len(body) < _MIN_BODY


def _is_numbering(top: list[str]) -> bool:
    """Tell the header of a frame saved without names: 0, 1, 2, ..."""
    cells = [cell.strip() for cell in top if cell.strip()]
    return len(cells) >= 3 and any(
        cells == [str(n) for n in range(start, start + len(cells))] for start in (0, 1)
    )


def _fit_to_body(top: list[str], body: list[list[str]]) -> list[str]:
    """Fit a header to rows that nearly all have one other length."""
    usual = _usual_width(body)
    if sum(len(row) == usual for row in body) < 0.9 * len(body):
        return top
    n_extra = usual - len(top)
    if n_extra < 0:
        named = [cell for cell in top if cell.strip()]
        return named if len(named) == usual else top  # a delimiter too many
    filled = sum(bool(row[-1].strip()) for row in body if len(row) == usual)
    if n_extra == 1 and 2 * filled > len(body):
        return ["", *top]  # as R writes row names: no name above the first column
    return top + [""] * n_extra
