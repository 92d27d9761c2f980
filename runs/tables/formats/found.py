"""What a format's module finds in a file: a table that is still to be taken out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from runs.tables.header import Header
from runs.tables.options import ReadingOptions
from runs.tables.shelf import Cells


@dataclass(frozen=True, slots=True)
class Source:
    """A file whose table is wanted.

    Attributes
    ----------
    path : Path
        The file, not packed any more.
    filename : str
        The name the person knows it by.
    options : ReadingOptions
        What the person decided.
    folder : Path
        For what is needed meanwhile; somebody else removes it.
    whole : bool
        Whether it is all of the file, or a beginning of which a sample is taken.
    n_rows : int or None
        Rows that suffice; all if None.
    """

    path: Path
    filename: str
    options: ReadingOptions
    folder: Path
    whole: bool = True
    n_rows: int | None = None


@dataclass(slots=True)
class Rows:
    """A table whose cells are text.

    Attributes
    ----------
    header : Header
        What the columns are called.
    size : int
        About how many bytes its text has.
    fill : callable
        Puts the cells of all rows into its argument and returns a sentence for every
        repair.
    how : dict
        How it is read, in the words of `ReadingOptions`.
    repairs : list of str
        Sentences about what was mended so far.
    choices : dict of str to list of str
        What else could have been read.
    european : bool
        Whether decimal commas are likely.
    plain : set of str
        Columns whose numbers are written the way programs do; known after `fill`.
    keep_text : frozenset of str
        Columns that are text whatever they look like.
    missing : tuple of str or None
        What stands for a missing value in this format; the usual texts if None.
    """

    header: Header
    size: int
    fill: Callable[[Cells], list[str]]
    how: dict[str, Any]
    repairs: list[str] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)
    european: bool = False
    plain: set[str] = field(default_factory=set)
    keep_text: frozenset[str] = frozenset()
    missing: tuple[str, ...] | None = None


@dataclass(slots=True)
class Columns:
    """A table whose columns have types.

    Attributes
    ----------
    n_rows : int
        How many rows it has.
    size : int
        About how many bytes it takes in memory.
    frames : callable
        Yields all rows of a few typed columns after the other.
    how : dict
        How it is read, in the words of `ReadingOptions`.
    repairs : list of str
        Sentences about what was mended; complete after the last frame.
    """

    n_rows: int
    size: int
    frames: Callable[[], Iterator[pd.DataFrame]]
    how: dict[str, Any]
    repairs: list[str] = field(default_factory=list)
