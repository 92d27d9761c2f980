"""How a person wants a file to be read, where that differs from what is detected."""

import codecs
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from runs.tables.errors import TableError

FORMATS: Final = (
    "csv",
    "fixed",
    "jsonl",
    "json",
    "parquet",
    "feather",
    "excel",
    "arff",
)
# Formats whose cells are text that is still to be understood.
TEXT_FORMATS: Final = frozenset({"csv", "fixed"})

_MAX_LINES = 10_000
_MAX_TOKENS = 100
_MAX_TEXT = 1000
_NO_MARKS = frozenset("\r\n\0")


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """What a person decided about the reading of a file; None is left to detection.

    Attributes
    ----------
    format : str or None
        One of `FORMATS`.
    member : str or None
        The file inside a zip archive.
    sheet : str or None
        The sheet of a workbook.
    encoding : str or None
        A name Python knows, such as ``cp1252``.
    delimiter, quotechar, escapechar, comment : str or None
        Characters of a delimited text; empty for none. A comment may begin with more
        than one.
    header : bool or None
        Whether the first row holds the names of the columns.
    skip_lines : int or None
        Lines above the table: of a sheet, rows.
    decimal : {".", ","} or None
        The decimal mark.
    thousands : str or None
        The mark between thousands; empty for none.
    day_first : bool or None
        Whether ``03/04/2020`` is in April.
    missing : tuple of str or None
        Texts that stand for a missing value, instead of the usual ones.
    """

    format: str | None = None
    member: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quotechar: str | None = None
    escapechar: str | None = None
    comment: str | None = None
    header: bool | None = None
    skip_lines: int | None = None
    decimal: str | None = None
    thousands: str | None = None
    day_first: bool | None = None
    missing: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        """Refuse values that mean nothing.

        Raises
        ------
        TableError
            With the option as its ``field``.
        """
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None and not _CHECKS[field.name](value):
                raise TableError(
                    f"{_NAMES[field.name]} cannot be {_shown(value)}: "
                    f"{_EXPECTED[field.name]}.",
                    field=field.name,
                )
        if self.delimiter and self.delimiter == self.quotechar:
            raise TableError(
                "Cells cannot be quoted with their delimiter: choose two characters.",
                field="quotechar",
            )
        if self.decimal and self.decimal == self.thousands:
            raise TableError(
                "The same mark cannot stand for decimals and thousands: "
                "choose two marks.",
                field="thousands",
            )

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ReadingOptions":
        """Take options from JSON.

        Parameters
        ----------
        stored : mapping of str to object
            As `to_json` gives it.

        Returns
        -------
        ReadingOptions
            The same options.

        Raises
        ------
        TableError
            If an option is unknown or its value means nothing; ``field`` is its name.
        """
        if not isinstance(stored, Mapping):
            raise TableError("Reading options are names with values: give an object.")
        for name in stored:
            if name not in _CHECKS:
                raise TableError(
                    f"There is no reading option {_shown(name)}: known are "
                    f"{', '.join(_CHECKS)}.",
                    field=str(name),
                )
        values = dict(stored)
        if isinstance(tokens := values.get("missing"), list):
            values["missing"] = tuple(tokens)
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        """Write the options as JSON.

        Returns
        -------
        dict of str to object
            Only what is decided.
        """
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        if self.missing is not None:
            values["missing"] = list(self.missing)
        return {name: value for name, value in values.items() if value is not None}


def _is_text(value: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    return isinstance(value, str) and 0 < len(value) <= _MAX_TEXT


def _is_encoding(value: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    try:
        # Not one of bytes to bytes, such as zlib; and of known behaviour.
        return isinstance(value, str) and codecs.lookup(value)._is_text_encoding
    except (LookupError, ValueError):
        return False


def _is_character(value: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    return isinstance(value, str) and len(value) <= 1 and not set(value) & _NO_MARKS


def _is_mark(value: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    return _is_character(value) and not str(value).isalnum()


def _is_comment(value: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    return isinstance(value, str) and len(value) <= 8 and not set(value) & _NO_MARKS


def _is_tokens(value: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    return (
        isinstance(value, tuple)
        and len(value) <= _MAX_TOKENS
        and all(isinstance(token, str) and len(token) <= _MAX_TEXT for token in value)
    )


def _is_truth(value: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    return isinstance(value, bool)


def _is_lines(value: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    return type(value) is int and 0 <= value <= _MAX_LINES


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "format": FORMATS.__contains__,
    "member": _is_text,
    "sheet": _is_text,
    "encoding": _is_encoding,
    "delimiter": _is_character,
    "quotechar": _is_character,
    "escapechar": _is_character,
    "comment": _is_comment,
    "header": _is_truth,
    "skip_lines": _is_lines,
    "decimal": (".", ",").__contains__,
    "thousands": _is_mark,
    "day_first": _is_truth,
    "missing": _is_tokens,
}
_NAMES = {name: name.replace("_", " ").capitalize() for name in _CHECKS} | {
    "quotechar": "Quote character",
    "escapechar": "Escape character",
    "missing": "Missing values",
}
_ONE = "give one character, or nothing for none"
_EXPECTED = {
    "format": f"choose one of {', '.join(FORMATS)}",
    "member": "give the name of a file in the archive",
    "sheet": "give the name of a sheet",
    "encoding": "give a name such as utf-8 or cp1252",
    "delimiter": _ONE,
    "quotechar": _ONE,
    "escapechar": _ONE,
    "comment": "give at most 8 characters in one line, or nothing for none",
    "header": "say true or false",
    "skip_lines": f"give a whole number from 0 to {_MAX_LINES:,}",
    "decimal": "choose a point or a comma",
    "thousands": "give one mark that is no letter or digit, or nothing for none",
    "day_first": "say true or false",
    "missing": f"give at most {_MAX_TOKENS} texts",
}


def _shown(value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    text = repr(value) if not isinstance(value, str) else f'"{value}"'
    return " ".join(text.split())[:60]
