"""Lines of a delimited text to rows of cells."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

# Stands for a delimiter of several characters while the standard library splits.
_STAND_IN = "\x1f"
_SHOWN_LINES = 5

# The standard library's limit of 128 kB is below a long document in a cell.
csv.field_size_limit(1 << 26)


class Rows(Protocol):
    """Rows one by one, and how many physical lines they took so far."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]:
        """Return itself."""
        ...

    def __next__(self) -> list[str]:
        """Return the next row."""
        ...


@dataclass(slots=True)
class Comments:
    """Comment lines that were left out: how many, and the first few line numbers.

    ``offset`` counts the lines above those that are read.
    """

    offset: int = 0
    n: int = 0
    lines: list[int] = field(default_factory=list)

    def add(self, line: int) -> None:
        """Count a comment.

        Parameters
        ----------
        line : int
            Its number among the lines that are read, from 1.
        """
        self.n += 1
        if self.n <= _SHOWN_LINES:
            self.lines.append(self.offset + line)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a delimited text separates and quotes its cells.

    ``delimiter`` may have several characters. With ``merged`` it is a blank, and any
    number of blanks and tabs separates two cells.
    """

    delimiter: str = ","
    quotechar: str = '"'
    escapechar: str = ""
    skipinitialspace: bool = False
    merged: bool = False
    comment: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether other readers, which split at one character, can read it."""
        return len(self.delimiter) == 1 and not (self.merged or self.comment)

    def reader(
        self,
        lines: Iterable[str],
        *,
        strict: bool = False,
        comments: Comments | None = None,
    ) -> Rows:
        """Read lines in this dialect.

        Parameters
        ----------
        lines : iterable of str
            Physical lines with their ends.
        strict : bool, default False
            Whether misplaced quotes raise ``csv.Error``.
        comments : Comments or None, default None
            Takes what comments are left out.

        Returns
        -------
        Rows
            An iterator of rows, which counts lines in ``line_num``.
        """
        if self.is_plain:
            rows: Rows = self._split(lines, strict=strict)
            return rows
        return _Prepared(self, lines, strict=strict, comments=comments or Comments())

    def _split(self, lines: Iterable[str], *, strict: bool) -> Any:  # noqa: ANN401 - csv.reader's type is private
        return csv.reader(
            lines,
            delimiter=self.delimiter if len(self.delimiter) == 1 else _STAND_IN,
            quotechar=self.quotechar or None,
            quoting=csv.QUOTE_MINIMAL if self.quotechar else csv.QUOTE_NONE,
            doublequote=True,
            escapechar=self.escapechar or None,
            skipinitialspace=self.skipinitialspace,
            strict=strict,
        )


class _Prepared:
    """Rows of lines that are first made such as the standard library can split."""

    def __init__(
        self,
        dialect: Dialect,
        lines: Iterable[str],
        *,
        strict: bool,
        comments: Comments,
    ) -> None:
        self.line_num = 0
        self._dialect = dialect
        self._comments = comments
        self._between_rows = True
        self._restore = len(dialect.delimiter) > 1
        self._blanks = _blanks(dialect.quotechar)
        # The standard library takes a line only when it needs it, so that what is
        # between two rows and what is within quotes can be told apart.
        self._rows = dialect._split(self._prepare(lines), strict=strict)

    def __iter__(self) -> Iterator[list[str]]:
        return self

    def __next__(self) -> list[str]:
        self._between_rows = True
        row: list[str] = next(self._rows)
        if self._restore:
            return [cell.replace(_STAND_IN, self._dialect.delimiter) for cell in row]
        return row

    def _prepare(self, lines: Iterable[str]) -> Iterator[str]:
        dialect = self._dialect
        for line in lines:
            self.line_num += 1
            if (
                self._between_rows
                and dialect.comment
                and line.startswith(dialect.comment)
            ):
                self._comments.add(self.line_num)
                continue
            self._between_rows = False
            if dialect.merged:
                yield self._blanks.sub(_one_blank, line.strip(" \t\r\n")) + "\n"
            elif self._restore:
                yield line.replace(dialect.delimiter, _STAND_IN)
            else:
                yield line


def _blanks(quotechar: str) -> re.Pattern[str]:
    if not quotechar:
        return re.compile(r"()[ \t]+")
    quote = re.escape(quotechar)
    return re.compile(f"({quote}[^{quote}]*{quote})|[ \\t]+")


def _one_blank(match: re.Match[str]) -> str:
    return match[1] or " "


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
