"""Clean UTF-8 text, in memory or in a file that is read as often as needed."""

import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_PIECE = 1 << 22


@dataclass(frozen=True, slots=True)
class Text:
    """A text as UTF-8 without byte order mark and null bytes.

    ``source`` holds it, or is the file that does from the byte ``start`` on.
    """

    source: bytes | Path
    start: int
    size: int
    encoding: str
    repairs: list[str]

    def open(self, offset: int = 0) -> BinaryIO:
        """Open the text.

        Parameters
        ----------
        offset : int, default 0
            The byte to begin with.

        Returns
        -------
        file
            To be closed by the caller.
        """
        file: BinaryIO
        if isinstance(self.source, bytes):
            file = io.BytesIO(self.source)  # shares the bytes until it is written to
        else:
            file = self.source.open("rb")
        file.seek(self.start + offset)
        return file

    def head(self, size: int) -> bytes:
        """Return the first bytes.

        Parameters
        ----------
        size : int
            How many, or fewer if the text ends before.

        Returns
        -------
        bytes
            The beginning of the text.
        """
        with self.open() as file:
            return file.read(size)

    def count(self, what: bytes) -> int:
        """Count how often a byte occurs.

        Parameters
        ----------
        what : bytes
            A single byte.

        Returns
        -------
        int
            Its occurrences in the whole text.
        """
        with self.open() as file:
            return sum(piece.count(what) for piece in pieces(file))

    def offset_of_line(self, n_lines: int) -> int:
        """Count the bytes of the first lines, whichever way they end.

        Parameters
        ----------
        n_lines : int
            How many lines.

        Returns
        -------
        int
            Where the line after them begins.
        """
        if not n_lines:
            return 0
        with self.open() as file:
            lines = io.TextIOWrapper(file, encoding="utf-8", newline="")
            return sum(len(line.encode()) for line in itertools.islice(lines, n_lines))


def pieces(file: BinaryIO) -> Iterator[bytes]:
    """Read a file in pieces of a few megabytes.

    Parameters
    ----------
    file : file
        Open for reading.

    Yields
    ------
    bytes
        The pieces in order, none of them empty.
    """
    while piece := file.read(_PIECE):
        yield piece
