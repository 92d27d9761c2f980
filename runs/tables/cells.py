"""What a single cell of text looks like, to judge delimiters and headers."""

import enum
import re


class CellType(enum.StrEnum):
    """A rough type of one cell, told from its text alone."""

    EMPTY = "empty"
    NUMBER = "number"
    DATE = "date"
    WORDS = "words"
    OTHER = "other"


_NUMBER = re.compile(
    r"[+-]?[$€£¥]?\s?[+-]?(?:\d+(?:[.,']\d+|[\u00a0 ]\d{3}(?!\d))*[.,]?|[.,]\d+)(?:[eE][+-]?\d+)?\s?[%€$£]?"
)
_DATE = re.compile(
    r"(?:\d{4}[-/.]\d{1,2}(?:[-/.]\d{1,2})?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    r"|\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{2,4}|[A-Za-z]{3,9} \d{1,2}, \d{4})"
    r"(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s?[APap]?[Mm]?)?(?:Z|[+-]\d\d:?\d\d)?"
    r"|\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s?[APap]?[Mm]?"
)
_WORDS = re.compile(r"[\w(<+-][\w \-.'\u2019/&()+%#?!@<>=\u00a0]*")
_MISSING_MARKS = frozenset({"", "?", "-", "--", ".", "..", "...", "#N/A", "N/A", "\\N"})


def cell_type(text: str) -> CellType:
    """Tell what a cell looks like.

    Parameters
    ----------
    text : str
        The cell as parsed.

    Returns
    -------
    CellType
        The rough type; ``OTHER`` is text with delimiters, quotes or brackets in it.
    """
    text = text.strip()
    if text in _MISSING_MARKS:
        return CellType.EMPTY
    if _NUMBER.fullmatch(text):
        return CellType.NUMBER
    if _DATE.fullmatch(text):
        return CellType.DATE
    if _WORDS.fullmatch(text):
        return CellType.WORDS
    return CellType.OTHER
