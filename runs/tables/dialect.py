"""Delimiter and quoting of a delimited text.

Every candidate dialect parses the sample; the one whose rows have the most even
lengths and whose cells look most like values wins. The idea, and the measure, are
those of van den Burg, Nazábal and Sutton (2019), "Wrangling messy CSV files by
detecting row and type patterns", Data Mining and Knowledge Discovery 33.
"""

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from runs.tables.cells import CellType, cell_type

_SAMPLE_ROWS = 200
_SAMPLE_CELLS = 4000

# Delimiters people use, and how readily each is believed.
_USUAL = {",": 1.0, ";": 1.0, "\t": 1.0, "|": 0.98}
# Characters that also occur in ordinary text: only believed when every row agrees.
_UNUSUAL = " :~^#!&*@§¦\x01\x02\x1c\x1d\x1f"
_MIN_EVENNESS = 0.5
# Text after a closing quote: broken quoting, or another delimiter's.
_MISPLACED_QUOTES = 0.5

_TYPE_SCORES = {
    CellType.EMPTY: 0.9,
    CellType.NUMBER: 1.0,
    CellType.DATE: 1.0,
    CellType.WORDS: 0.95,
    CellType.OTHER: 0.6,
}
_QUOTED_CELL = re.compile(r"\s*([\"']).*\1\s*", re.DOTALL)

# The standard library's limit of 128 kB is below a long document in a cell.
csv.field_size_limit(1 << 26)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a delimited text separates and quotes its cells."""

    delimiter: str = ","
    quotechar: str = '"'
    escapechar: str = ""
    skipinitialspace: bool = False

    def reader(self, lines: Iterable[str], *, strict: bool = False) -> Any:  # noqa: ANN401 - csv.reader's type is private
        """Read lines in this dialect.

        Parameters
        ----------
        lines : iterable of str
            Physical lines with their ends.
        strict : bool, default False
            Whether misplaced quotes raise ``csv.Error``.

        Returns
        -------
        csv.reader
            An iterator of rows, which counts lines in ``line_num``.
        """
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quotechar or None,
            quoting=csv.QUOTE_MINIMAL if self.quotechar else csv.QUOTE_NONE,
            doublequote=True,
            escapechar=self.escapechar or None,
            skipinitialspace=self.skipinitialspace,
            strict=strict,
        )


# Splits nothing: for texts of one column whose values hold commas.
ONE_COLUMN = Dialect("\x1e")


def detect_dialect(
    sample: str,
    *,
    truncated: bool = False,
    delimiter: str | None = None,
    quotechar: str | None = None,
    escapechar: str | None = None,
) -> Dialect:
    """Find the delimiter and quoting of a text.

    Parameters
    ----------
    sample : str
        The beginning of the text, or all of it.
    truncated : bool, default False
        Whether the sample may end inside a row.
    delimiter, quotechar, escapechar : str or None, default None
        What a person says of it, empty for none; detected if None.

    Returns
    -------
    Dialect
        The best dialect. A text of one column gets a comma, or `ONE_COLUMN` if its
        values hold commas.
    """
    found = _detected(sample, truncated=truncated, delimiter=delimiter)
    if quotechar is not None:
        found = replace(found, quotechar=quotechar)
    if escapechar is not None:
        found = replace(found, escapechar=escapechar)
    return found


def _detected(sample: str, *, truncated: bool, delimiter: str | None) -> Dialect:
    if delimiter == "":
        return ONE_COLUMN
    if delimiter is not None:
        best = _best(sample, {delimiter: 1.0}, truncated=truncated)
        return best or Dialect(delimiter)
    usual = _best(sample, _USUAL, truncated=truncated)
    if usual is not None:
        return usual
    single = _rows(sample, Dialect(), truncated=truncated)[1:]
    types = {cell_type(row[0]) for row in single if len(row) == 1}
    if not types <= {CellType.NUMBER, CellType.DATE, CellType.EMPTY}:
        unusual = {char: 0.7 for char in _UNUSUAL if char in sample}
        found = _best(sample, unusual, truncated=truncated, even=True)
        if found is not None:
            return found
    return ONE_COLUMN if any(len(row) > 1 for row in single) else Dialect()


def sample_rows(
    sample: str, dialect: Dialect, *, truncated: bool = False
) -> Iterator[tuple[list[str], int]]:
    """Parse a sample into rows that are not blank.

    Parameters
    ----------
    sample : str
        The beginning of the text.
    dialect : Dialect
        How to parse it.
    truncated : bool, default False
        Whether the last row is to be left out as possibly incomplete.

    Yields
    ------
    tuple of list of str and int
        The row's cells, and how many physical lines stand before it.
    """
    reader = dialect.reader(io.StringIO(sample, newline=""))
    before, kept = 0, None
    while True:
        try:
            row = next(reader)
        except (StopIteration, csv.Error):
            break
        if kept is not None:
            yield kept
        kept = (row, before) if is_filled(row) else None
        before = reader.line_num
    if kept is not None and not truncated:
        yield kept


def is_filled(row: list[str]) -> bool:
    """Tell a row from a blank line.

    Parameters
    ----------
    row : list of str
        The parsed cells.

    Returns
    -------
    bool
        False for no cell at all, or one cell of white space that was not quoted.
    """
    return len(row) > 1 or (len(row) == 1 and (row[0] == "" or not row[0].isspace()))


def _rows(sample: str, dialect: Dialect, *, truncated: bool) -> list[list[str]]:
    rows = sample_rows(sample, dialect, truncated=truncated)
    return [row for row, _ in itertools.islice(rows, _SAMPLE_ROWS)]


def _best(
    sample: str, delimiters: dict[str, float], *, truncated: bool, even: bool = False
) -> Dialect | None:
    best, best_score = None, 0.05
    for delimiter, prior in delimiters.items():
        if delimiter not in sample:
            continue
        for dialect, trust in _quotings(sample, delimiter, truncated=truncated):
            rows = _rows(sample, dialect, truncated=truncated)
            score = prior * trust * _score(rows, even=even)
            # A margin, so that of two equal dialects the more usual one stays.
            if score > best_score * 1.001:
                best, best_score = dialect, score
    return best


def _quotings(
    sample: str, delimiter: str, *, truncated: bool
) -> Iterator[tuple[Dialect, float]]:
    """Propose ways to quote, and how far to trust each by the place of its quotes."""
    edge = re.escape(delimiter)
    blank_first = bool(re.search(rf'(?m){edge} +"', sample)) and delimiter != " "
    usual = Dialect(delimiter, skipinitialspace=blank_first)
    well_formed = _is_well_formed(sample, usual, truncated=truncated)
    yield usual, 1.0 if well_formed else _MISPLACED_QUOTES
    if re.search(rf"(?m)(?:^|{edge})'[^'\n]*'(?:{edge}|\r?$)", sample):
        yield Dialect(delimiter, quotechar="'"), 1.0
    if well_formed:
        return  # a backslash before a quote, then, is an ordinary character
    if '\\"' in sample:
        escaped = replace(usual, escapechar="\\")
        well_formed = _is_well_formed(sample, escaped, truncated=truncated)
        yield escaped, 1.0 if well_formed else _MISPLACED_QUOTES
    yield Dialect(delimiter, quotechar=""), _MISPLACED_QUOTES


def _is_well_formed(sample: str, dialect: Dialect, *, truncated: bool) -> bool:
    """Tell whether every closing quote stands at the end of its cell."""
    lines = list(io.StringIO(sample, newline=""))
    reader = dialect.reader(lines, strict=True)
    try:
        for _ in reader:
            pass
    except csv.Error:
        # A truncated sample may end within quotes.
        return truncated and bool(reader.line_num == len(lines))
    return True


def _score(rows: list[list[str]], *, even: bool) -> float:
    """Score parsed rows: evenness of their lengths times plausibility of the cells."""
    if not rows:
        return 0.0
    lengths = Counter(map(len, rows))
    width, n_even = max(lengths.items(), key=lambda item: (item[1], item[0]))
    evenness = n_even / len(rows)
    if width < 2 or evenness < _MIN_EVENNESS:
        return 0.0
    if len(rows[0]) == 1 and width == 2:
        return 0.0  # one column, some of whose values hold the character
    if even and (len(rows) < 3 or evenness < 1):
        return 0.0
    cells = list(itertools.islice(itertools.chain.from_iterable(rows), _SAMPLE_CELLS))
    plausible = sum(map(_cell_score, cells)) / len(cells)
    return evenness * plausible * (width - 1) / width


def _cell_score(cell: str) -> float:
    kind = cell_type(cell)
    if kind is CellType.OTHER and (_QUOTED_CELL.fullmatch(cell) or cell[:1] == '"'):
        return 0.1  # quotes left over: not the quoting of this file
    if kind is CellType.WORDS and _QUOTED_CELL.fullmatch(cell):
        return 0.1
    if '\\"' in cell:
        return 0.1
    return _TYPE_SCORES[kind]
