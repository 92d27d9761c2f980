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
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from runs.tables.cells import CellType, cell_type
from runs.tables.rows import Dialect, is_filled

_SAMPLE_ROWS = 200
_SAMPLE_CELLS = 4000

# Delimiters people use, and how readily each is believed.
_USUAL = {",": 1.0, ";": 1.0, "\t": 1.0, "|": 0.98}
# Characters that also occur in ordinary text: only believed when every row agrees.
# Without those that join the parts of one value: "-", "_", "/", ".", "+".
_UNUSUAL = " :~^#!&*@=$\\%§¦¬¶þ\x01\x02\x1c\x1d\x1f"
# Delimiters of several characters read the same from both sides: "||", "~#~".
_SEVERAL = re.compile(r"[^\w\s\"',;.+]{2,6}")
_QUOTECHARS = "'`~#$*%^|"
_COMMENTS = ("#", "//", "%")
_MIN_EVENNESS = 0.5
# Text after a closing quote: broken quoting, or another delimiter's.
_MISPLACED_QUOTES = 0.5

_TYPED = (CellType.NUMBER, CellType.DATE)
_TYPE_SCORES = {
    CellType.EMPTY: 0.9,
    CellType.NUMBER: 1.0,
    CellType.DATE: 1.0,
    CellType.WORDS: 0.95,
    CellType.OTHER: 0.6,
}
_QUOTED_CELL = re.compile(r"\s*([\"'`~#$*%^|]).*\1\s*", re.DOTALL)

# Splits nothing: for texts of one column whose values hold commas.
ONE_COLUMN = Dialect("\x1e")


def detect_dialect(
    sample: str,
    *,
    truncated: bool = False,
    delimiter: str | None = None,
    quotechar: str | None = None,
    escapechar: str | None = None,
    comment: str | None = None,
) -> Dialect:
    """Find the delimiter and quoting of a text.

    Parameters
    ----------
    sample : str
        The beginning of the text, or all of it.
    truncated : bool, default False
        Whether the sample may end inside a row.
    delimiter, quotechar, escapechar, comment : str or None, default None
        What a person says of it, empty for none; detected if None.

    Returns
    -------
    Dialect
        The best dialect. A text of one column gets a comma, or `ONE_COLUMN` if its
        values hold commas.
    """
    found = None
    for mark in _COMMENTS if comment is None else filter(None, [comment]):
        kept, left_out, inside = _without_comments(sample, mark)
        if not left_out:
            continue
        found = _detected(kept, truncated=truncated, delimiter=delimiter)
        if comment or _are_comments(kept, left_out, found, mark, inside=inside):
            found = replace(found, comment=mark)
            break
        found = None
    if found is None:
        found = _detected(sample, truncated=truncated, delimiter=delimiter)
    if quotechar is not None:
        found = replace(found, quotechar=quotechar)
    if escapechar is not None:
        found = replace(found, escapechar=escapechar)
    return found


def _without_comments(sample: str, mark: str) -> tuple[str, list[str], bool]:
    """Take out lines that begin with a mark; tell whether others stand above one."""
    kept: list[str] = []
    left_out: list[str] = []
    inside = quoted = False
    for line in io.StringIO(sample, newline=""):
        if line.startswith(mark) and not quoted:
            left_out.append(line)
            inside = inside or bool(kept)
        else:
            kept.append(line)
            quoted ^= bool(line.count('"') % 2)
    return "".join(kept), left_out, inside


def _are_comments(
    kept: str, left_out: list[str], dialect: Dialect, mark: str, *, inside: bool
) -> bool:
    """Tell comments from rows whose first value begins with the mark."""
    rows = _rows(kept, dialect, truncated=False)
    if len(left_out) > max(len(rows), 1):
        return False
    width = _usual_width(rows)
    if width < 2:
        return not inside and all(line[len(mark) :][:1].isspace() for line in left_out)
    widths = [len(row) for row in map(partial(_row, dialect), left_out)]
    # The last line above the table may be its header: "# x y z".
    if not inside and widths[-1] == width and not _is_like_header(rows):
        return False
    return 2 * sum(n != width for n in widths) >= len(widths)


def _row(dialect: Dialect, line: str) -> list[str]:
    return next(dialect.reader([line]), [])


def _is_like_header(rows: list[list[str]]) -> bool:
    """Tell whether the first row has no numbers or dates and another one has."""
    typed = [any(cell_type(cell) in _TYPED for cell in row) for row in rows]
    return any(typed) and not typed[0]


def _detected(sample: str, *, truncated: bool, delimiter: str | None) -> Dialect:
    if delimiter == "":
        return ONE_COLUMN
    if delimiter is not None:
        best = _best(sample, {delimiter: 1.0}, truncated=truncated)
        return best or Dialect(delimiter)
    if several := _of_several_characters(sample):
        best = _best(sample, dict.fromkeys(several, 1.0), truncated=truncated)
        if best is not None:
            return best
    usual = _best(sample, _USUAL, truncated=truncated)
    if usual is not None:
        return usual
    single = _rows(sample, Dialect(), truncated=truncated)[1:]
    types = {cell_type(",".join(row)) for row in single}
    if not types <= {CellType.NUMBER, CellType.DATE, CellType.EMPTY}:
        unusual = {char: 0.7 for char in _UNUSUAL if char in sample}
        found = _best(sample, unusual, truncated=truncated, even=True)
        if found is not None:
            return found
    return ONE_COLUMN if any(len(row) > 1 for row in single) else Dialect()


def _of_several_characters(sample: str) -> list[str]:
    """Find delimiters like "||" and "~#~", whose characters occur nowhere else."""
    # The last line may be incomplete.
    lines = [re.sub(r'"[^"]*"', "", line) for line in sample.splitlines() if line][:50]
    if len(lines) < 2:
        return []
    runs = set(_SEVERAL.findall(lines[0]))
    found = {
        run[start:end]
        for run in runs
        for start in range(len(run))
        for end in range(start + 2, min(start + 4, len(run)) + 1)
        if run[start:end] == run[start:end][::-1] or run[start:end] == "<>"
    }
    usable = []
    for text in sorted(found, key=lambda text: (-len(text), text)):
        n = lines[0].count(text)
        even = all(line.count(text) == n for line in lines[:-1])
        if even and any(
            all(line.count(char) == n * text.count(char) for line in lines[:-1])
            for char in text
        ):
            usable.append(text)
    return usable[:1]


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
    if delimiter == " " and re.search(r"(?m)  |\t|^ | $", sample):
        merged = Dialect(" ", merged=True)
        even = _is_well_formed(sample, merged, truncated=truncated)
        yield merged, 1.0 if even else _MISPLACED_QUOTES
    for quotechar in _QUOTECHARS:
        if quotechar in sample and quotechar not in delimiter:
            yield from _quoted_by(sample, quotechar, delimiter)
    n_escaped = sample.count('\\"')
    if n_escaped if not well_formed else n_escaped and n_escaped == sample.count('"'):
        escaped = replace(usual, escapechar="\\")
        even = _is_well_formed(sample, escaped, truncated=truncated)
        yield escaped, 1.0 if even else _MISPLACED_QUOTES
    elif "\\" + delimiter in sample and not _is_even(
        sample, usual, truncated=truncated
    ):
        yield replace(usual, escapechar="\\"), 1.0 if well_formed else _MISPLACED_QUOTES
    if not well_formed:  # else a backslash before a quote is an ordinary character
        yield Dialect(delimiter, quotechar=""), _MISPLACED_QUOTES


def _is_even(sample: str, dialect: Dialect, *, truncated: bool) -> bool:
    """Tell whether all rows have the same length."""
    return len(set(map(len, _rows(sample, dialect, truncated=truncated)))) <= 1


def _quoted_by(
    sample: str, quotechar: str, delimiter: str
) -> Iterator[tuple[Dialect, float]]:
    """Propose another quote character if whole cells stand within it."""
    quote, edge = re.escape(quotechar), re.escape(delimiter)
    cell = rf"(?m)(?:^|(?<={edge})){quote}(?:[^{quote}\n]|{quote}{quote})*{quote}(?={edge}|\r?$)"
    cells = re.findall(cell, sample)
    if not cells:
        return
    # Others than "'" are ordinary characters unless all of them quote.
    n_quoting = sum(map(str.count, cells, itertools.repeat(quotechar)))
    if quotechar == "'" or n_quoting == sample.count(quotechar):
        yield Dialect(delimiter, quotechar=quotechar), 1.0


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
    width = _usual_width(rows)
    n_even = sum(len(row) == width for row in rows)
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


def _usual_width(rows: list[list[str]]) -> int:
    lengths = Counter(map(len, rows))
    return max(lengths, key=lambda n: (lengths[n], n), default=0)


def _cell_score(cell: str) -> float:
    kind = cell_type(cell)
    if kind is CellType.OTHER and (_QUOTED_CELL.fullmatch(cell) or cell[:1] == '"'):
        return 0.1  # quotes left over: not the quoting of this file
    if kind is CellType.WORDS and _QUOTED_CELL.fullmatch(cell):
        return 0.1
    if '\\"' in cell:
        return 0.1
    return _TYPE_SCORES[kind]
