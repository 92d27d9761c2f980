"""Where a table begins, and what its columns are called."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from runs.tables.cells import CellType, cell_type
from runs.tables.missing import MISSING

_TYPED = (CellType.NUMBER, CellType.DATE)
_MAX_PREAMBLE = 20
# In fewer rows, a name that is also a value below it says little.
_MIN_BODY = 10
_COMMENT = re.compile(r"(?:#|//|%)\s*")
_RULE = re.compile(r"\s*:?[-=+]*:?\s*")
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
        ``n_records`` counts the records of the header after the skipped lines,
        0 if there is none.
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
    n_rule = int(_is_rule(body[0])) if len(body) > 1 else 0
    body = body[n_rule:]
    present = _is_header(top, body) if header is None else header
    if not present:
        width = max(len(top), _usual_width(body))
        if header is None:
            repairs.append("The file has no header: columns were numbered.")
        names = [f"column_{i}" for i in range(1, width + 1)]
        return Header(names, frozenset(), False, skipped, 0, repairs)
    n_more = _n_more_lines(top, body)
    lines = [_fit_to_body(row, body[n_more:]) for row in (top, *body[:n_more])]
    cells = [" ".join(" ".join(parts).split()) for parts in zip(*lines, strict=False)]
    cells[:1] = [_COMMENT.sub("", cell) or cell for cell in cells[:1]]
    if n_more:
        repairs.append(f"The header's {n_more + 1} lines were joined.")
    names = unique_names(cells)
    pairs = list(zip(cells, names, strict=True))
    unnamed = frozenset(name for cell, name in pairs if not cell)
    if again := [name for cell, name in pairs if cell and name != cell]:
        repairs.append(f"Columns of the same name were told apart: {listed(again)}.")
    return Header(names, unnamed, True, skipped, 1 + n_rule + n_more, repairs)


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
    # Where to go on counting: thousands of columns may share a name.
    numbers: dict[str, int] = {}
    for i, cell in enumerate(cells, start=1):
        name = stem = cell or f"column_{i}"
        while name in seen or (name in given and name != cell):
            n = numbers.get(stem, 2)
            name, numbers[stem] = f"{stem}_{n}", n + 1
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
    """Count the rows above the table: a title, notes, ``sep=;``."""
    width = _usual_width([row for row, _ in rows])
    sparse = 0
    for i, (row, _) in enumerate(rows[: _MAX_PREAMBLE + 1]):
        n_filled = _n_filled(row)
        comment = _COMMENT.match(row[0]) and len(row) != width
        title = width >= 3 and n_filled <= 1
        excel = i == 0 and row[0].lower().startswith("sep=")
        if comment or title or excel:
            continue
        # Pairs of a name and a value, a title with a comma in it: believed only if a
        # full row follows that can be a header.
        below = rows[i + 1 :]
        if _is_sparse(n_filled, width, before_blank_line=_has_gap(rows, i)):
            sparse += 1
            continue
        if sparse and not (
            n_filled >= 0.8 * width and _is_header(row, [row for row, _ in below])
        ):
            return next(n for n, (row, _) in enumerate(rows) if _n_filled(row) > 1)
        return i
    return 0


def _is_sparse(n_filled: int, width: int, *, before_blank_line: bool) -> bool:
    if before_blank_line:
        return width >= 3 and n_filled < width
    return width >= 4 and 2 * n_filled <= width


def _has_gap(rows: list[tuple[list[str], int]], i: int) -> bool:
    """Tell whether a blank line follows a row, which a cell's own line end is not."""
    own = 1 + sum(cell.count("\n") for cell in rows[i][0])
    return i + 1 < len(rows) and rows[i + 1][1] > rows[i][1] + own


def _n_filled(row: list[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _is_rule(row: list[str]) -> bool:
    """Tell a line drawn below the header, as in Markdown and in consoles."""
    return all(map(_RULE.fullmatch, row)) and "-" * 2 in "".join(row)


def _n_more_lines(top: list[str], body: list[list[str]]) -> int:
    """Count the rows below the first that belong to the header, such as units."""
    for n_more in (2, 1):
        rest = body[n_more:]
        if len(rest) < _MIN_BODY:
            continue
        typed = [i for i in range(len(top)) if _is_typed(rest, i)]
        lines = body[:n_more]
        if len(typed) >= 2 and all(
            len(row) == len(top) and all(_is_name(row[i]) for i in typed)
            for row in lines
        ):
            return n_more
    return 0


def _is_typed(body: list[list[str]], column: int) -> bool:
    """Tell whether all values of a column are numbers or dates."""
    cells = [row[column] for row in body if column < len(row) and row[column].strip()]
    return bool(cells) and all(cell_type(cell) in _TYPED for cell in cells)


def _is_name(cell: str) -> bool:
    cell = cell.strip()
    return cell not in MISSING and cell_type(cell) in (CellType.WORDS, CellType.OTHER)


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
        # Without its own name where files were joined with their headers.
        kinds = [cell_type(value) for value in below if value != cell]
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
