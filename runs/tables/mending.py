"""Rows that are none of the table's, or of another length: mended, counted and named."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from runs.tables.cells import CellType, cell_type
from runs.tables.rows import Comments

_TYPED = (CellType.NUMBER, CellType.DATE)
# More are not notes but rows whose other cells are missing.
_MAX_NOTES = 20
_SHOWN_LINES = 5
_TELLING_ROWS = 200
_NOTE = re.compile(r"\(.*\)$|(?:sources?|notes?|copyright|quelle|fuente)\b|[*†©]", re.I)


@dataclass(slots=True)
class _Lines:
    """How many lines there are of a kind, and the numbers of the first few."""

    n: int = 0
    first: list[int] = field(default_factory=list)

    def add(self, line: int) -> None:
        self.n += 1
        if self.n <= _SHOWN_LINES:
            self.first.append(line)

    def __str__(self) -> str:
        shown = ", ".join(map(str, self.first))
        more = ", ..." if self.n > len(self.first) else ""
        return f"{'line' if self.n == 1 else 'lines'} {shown}{more}"


@dataclass(slots=True)
class _Waiting:
    """A row that stands below the table, if nothing but such rows follows."""

    row: list[str]
    line: int
    after_blank: bool


class Mending:
    """Makes every row as long as the header and leaves out what is no row.

    Parameters
    ----------
    width : int
        Number of the table's columns.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._header: list[str] | None = None
        # Whether the header is plainly none of the rows.
        self._differs = False
        self._n_seen = 0
        self._short, self._long, self._repeated = _Lines(), _Lines(), _Lines()
        self._notes, self._empty = _Lines(), _Lines()
        self._beyond = self._note = ""
        self._comments = Comments()
        self._waiting: list[_Waiting] = []
        self._after_blank = False
        self._n_sparse = 0

    @property
    def n_ragged(self) -> int:
        """How many rows were longer or shorter than the header."""
        return self._short.n + self._long.n

    def comments(self, skipped_lines: int) -> Comments:
        """Return what counts the comments.

        Parameters
        ----------
        skipped_lines : int
            Lines above those that are read.

        Returns
        -------
        Comments
            To be given to the reader of the rows.
        """
        self._comments = Comments(offset=skipped_lines)
        return self._comments

    def blank_line(self) -> None:
        """Take notice of a blank line: what follows may be no part of the table."""
        self._after_blank = True

    def header(self, row: list[str]) -> None:
        """Take notice of a row of the header.

        Parameters
        ----------
        row : list of str
            The parsed cells.
        """
        if self._header is None:
            self._header = row

    def rows(self, row: list[str], line: int) -> list[list[str]]:
        """Mend a row.

        Parameters
        ----------
        row : list of str
            The parsed cells.
        line : int
            Its line number.

        Returns
        -------
        list of list of str
            It and what was held back before it, or nothing.
        """
        if row == self._header and self._differs:
            self._repeated.add(line)
            return []
        if not self._differs and self._n_seen < _TELLING_ROWS:
            self._n_seen += 1
            self._differs = self._is_above(row)
        if self._holds(row, line):
            return []
        mended = self._release()
        mended.append(self._fit(row, line))
        self._after_blank = False
        return mended

    def rest(self) -> list[list[str]]:
        """Decide, at the end of the text, what of the last rows is the table's.

        Returns
        -------
        list of list of str
            The rows that are.
        """
        table, note = [], False
        empty: list[_Waiting] = []
        for one in self._waiting:
            note = note or self._is_note(one)  # and so is whatever follows it
            if not one.row[0].strip():
                empty.append(one)
            elif note:
                self._notes.add(one.line)
                self._note = self._note or one.row[0]
            else:
                table += [*empty, one]
                empty = []
        for one in empty:
            self._empty.add(one.line)
        self._waiting = table
        return self._release()

    def sentences(self) -> Iterator[str]:
        """Say what was mended and what was left out.

        Yields
        ------
        str
            A sentence for each kind, with line numbers.
        """
        width = self._width
        if n := self._short.n:
            yield (
                f"{_rows(n)} with fewer than {width} cells got empty cells "
                f"at the end ({self._short})."
            )
        if n := self._long.n:
            yield (
                f"{_rows(n)} with more than {width} cells kept the first "
                f"{width} ({self._long}): {quoted(self._beyond)} was left out."
            )
        if n := self._repeated.n:
            what = "1 row that repeats" if n == 1 else f"{n} rows that repeat"
            yield f"{what} the header {_were(n)} left out ({self._repeated})."
        if n := self._comments.n:
            lines = _Lines(n, self._comments.lines)
            what = "1 comment" if n == 1 else f"{n} comments"
            yield f"{what} {_were(n)} left out ({lines})."
        if n := self._notes.n:
            what = "1 line" if n == 1 else f"{n} lines"
            yield (
                f"{what} below the table {_were(n)} left out ({self._notes}): "
                f"{quoted(self._note)}."
            )
        if n := self._empty.n:
            yield (
                f"{_rows(n)} without any value at the end {_were(n)} left out "
                f"({self._empty})."
            )

    def _is_above(self, row: list[str]) -> bool:
        """Tell whether the header names what is a number or date in a row."""
        return any(
            cell_type(cell) in _TYPED and cell_type(name) not in _TYPED
            for name, cell in zip(self._header or [], row, strict=False)
        )

    def _fit(self, row: list[str], line: int) -> list[str]:
        width = self._width
        if len(row) < width:
            self._short.add(line)
            return row + [""] * (width - len(row))
        if len(row) > width:
            beyond = [cell.strip() for cell in row[width:] if cell.strip()]
            if beyond:
                self._long.add(line)
                self._beyond = self._beyond or ", ".join(beyond)
        return row[:width]

    def _holds(self, row: list[str], line: int) -> bool:
        """Hold a row back if it may stand below the table."""
        if self._width < 2 or any(cell.strip() for cell in row[1:]):
            return False
        empty = not row[0].strip()
        if not empty and (
            self._width < 3 or self._n_sparse or len(self._waiting) >= _MAX_NOTES
        ):
            return False
        self._waiting.append(_Waiting(row, line, self._after_blank))
        self._after_blank = empty
        return True

    def _release(self) -> list[list[str]]:
        waiting, self._waiting = self._waiting, []
        self._n_sparse += sum(bool(one.row[0].strip()) for one in waiting)
        return [self._fit(one.row, one.line) for one in waiting]

    def _is_note(self, one: _Waiting) -> bool:
        """Tell a note from a row whose other cells are missing.

        A row with all its delimiters is kept, whatever it says: that a program wrote
        it as a row is all there is to know.
        """
        text = one.row[0].strip()
        if len(one.row) > 1 or cell_type(text) in _TYPED or " " not in text:
            return False
        return one.after_blank or bool(_NOTE.match(text))


def quoted(text: str, *, limit: int = 60) -> str:
    """Quote the beginning of a text for a sentence.

    Parameters
    ----------
    text : str
        Of any length.
    limit : int, default 60
        Characters to show.

    Returns
    -------
    str
        One line in quotes.
    """
    line = " ".join(text[: 4 * limit].split())
    return f'"{line[:limit]}{"..." if len(line) > limit else ""}"'


def _rows(n: int) -> str:
    return "1 row" if n == 1 else f"{n} rows"


def _were(n: int) -> str:
    return "was" if n == 1 else "were"
