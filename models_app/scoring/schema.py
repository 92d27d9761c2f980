"""Whether new rows have what a model needs, and what had to be done to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from runs.tables.coercion import coerce
from runs.tables.errors import TableError
from runs.tables.kinds import Column, Kind, dtype_name
from runs.tables.labels import label

_WORDS = {
    "int64": "whole numbers",
    "float64": "numbers",
    "datetime64": "dates",
    "bool": "truth values",
    "string": "text",
}
_A_WORD = {
    "int64": "a whole number",
    "float64": "a number",
    "datetime64": "a date",
    "bool": "true or false",
}
_NUMBERS = frozenset({"int64", "float64"})
_EXAMPLES = 3
_LISTED = 10


class Place(NamedTuple):
    """What is wrong with one value, or with a column that is not there.

    Attributes
    ----------
    row : int
        Position of the row, from 0; the first where all rows lack something.
    column : str
        Empty where it is about the row as a whole.
    detail : str
        A sentence.
    """

    row: int
    column: str
    detail: str


class RowsError(TableError):
    """Rows that cannot be predicted as they are.

    Parameters
    ----------
    message : str
        All of it, for a person.
    places : sequence of Place
        The same, value by value.
    """

    def __init__(self, message: str, places: Sequence[Place]) -> None:
        super().__init__(message, field=places[0].column)
        self.places = list(places)


def places_of(error: RowsError) -> list[Any]:
    """Put what is wrong with rows as JSON has it.

    Parameters
    ----------
    error : RowsError
        Raised by reading them.

    Returns
    -------
    list of dict
        ``row``, ``column`` and ``detail`` of each place.
    """
    return [place._asdict() for place in error.places]


def columns_of(described: Sequence[Mapping[str, str]]) -> list[Column]:
    """Return a model file's columns as the readers of tables know them.

    Parameters
    ----------
    described : sequence of mapping
        Name, kind, reason and dtype of each column.

    Returns
    -------
    list of Column
        The same.
    """
    return [
        Column(c["name"], Kind(c["kind"]), c.get("reason", ""), c["dtype"])
        for c in described
    ]


def text_columns(columns: Sequence[Column]) -> list[str]:
    """Return the columns that stay text though new values look like numbers.

    Parameters
    ----------
    columns : sequence of Column
        The training table's columns.

    Returns
    -------
    list of str
        Their names.
    """
    return [column.name for column in columns if column.dtype == "string"]


def check_names(names: Sequence[str], columns: Sequence[Column]) -> None:
    """Refuse rows that lack a column, naming it and the column most like it.

    Parameters
    ----------
    names : sequence of str
        The columns there are.
    columns : sequence of Column
        The columns that are needed.

    Raises
    ------
    RowsError
        If one is missing; the message names them all.
    """
    needed = [column.name for column in columns]
    there = set(names)
    missing = [name for name in needed if name not in there]
    if not missing:
        return
    free = [name for name in names if name not in needed]
    told = [_with_nearest(name, free) for name in missing]
    what = "a column" if len(missing) == 1 else f"{len(missing)} columns"
    message = (
        f"The rows lack {what} that the model needs: {', '.join(told)}. Nothing was "
        "predicted."
    )
    places = [
        Place(0, name, f"The model needs the column {text}.")
        for name, text in zip(missing, told, strict=True)
    ]
    raise RowsError(message, places)


def _with_nearest(name: str, free: Sequence[str]) -> str:
    folded = {other.casefold(): other for other in free}
    near = get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    return f"{name} (the nearest there is: {folded[near[0]]})" if near else name


@dataclass
class Findings:
    """Brings new rows to the types of training and counts what that took.

    Attributes
    ----------
    columns : sequence of Column
        The training table's columns.
    categories : mapping of str to list
        Values seen in training of those columns where a new one says something.
    target : str
        The column that is predicted.
    extra, retyped, unreadable, missing, unseen, examples, lost
        What was found, by column.
    n_rows : int
        How many rows there are.
    has_dates : bool
        Whether the format knows dates: in JSON they are text.
    """

    columns: Sequence[Column]
    categories: Mapping[str, Sequence[Any]]
    target: str
    extra: list[str] = field(default_factory=list)
    retyped: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, int] = field(default_factory=dict)
    missing: dict[str, int] = field(default_factory=dict)
    unseen: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)
    n_rows: int = 0
    has_dates: bool = True
    _has_missing: NDArray[np.bool_] | None = None

    def take(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Bring some columns to the types of training.

        Parameters
        ----------
        frame : DataFrame of shape (n_rows, n_some_columns)
            All rows of columns that were not given before.

        Returns
        -------
        DataFrame of shape (n_rows, n_some_columns)
            Those the model needs, in the types it was trained with.
        """
        wanted = [column for column in self.columns if column.name in frame.columns]
        self.n_rows = len(frame)
        known = {column.name for column in wanted}
        self.extra += [str(name) for name in frame.columns if name not in known]
        X = coerce(frame, wanted)
        for column in wanted:
            self._count(column, frame[column.name], X[column.name])
        return X

    def _count(self, column: Column, before: pd.Series, after: pd.Series) -> None:
        name = column.name
        present = before.notna()
        lost = present & after.isna()
        if lost.any():
            self.unreadable[name] = int(lost.sum())
            is_code = column.kind is Kind.INTEGER_CATEGORY
            what = _A_WORD["int64" if is_code else column.dtype]
            self.lost[name] = f"{label(before[lost].iloc[0])[:40]} is not {what}"
        found = dtype_name(before)
        is_date = column.dtype == "datetime64" and not self.has_dates
        if present.any() and not is_date and _is_retyped(found, column.dtype):
            self.retyped[name] = f"{_WORDS[found]} instead of {_WORDS[column.dtype]}"
        gaps = after.isna().to_numpy()
        if n_gaps := int(gaps.sum()):
            self.missing[name] = n_gaps
            seen = self._has_missing
            self._has_missing = gaps if seen is None else seen | gaps
        if name in self.categories:
            new = after.notna() & ~after.isin(self.categories[name])
            if n_new := int(new.sum()):
                self.unseen[name] = n_new
                some = after[new].drop_duplicates().head(_EXAMPLES)
                self.examples[name] = [str(value) for value in some.tolist()]

    def sentences(self) -> list[str]:
        """Say what was found, a sentence for each kind of thing.

        Returns
        -------
        list of str
            Empty if the rows are like those of training.
        """
        found = [
            self._extra(),
            self._retyped(),
            self._unreadable(),
            self._missing(),
            unseen_note(self.unseen, self.examples, self.n_rows),
        ]
        return [sentence for sentence in found if sentence]

    def _extra(self) -> str:
        if not self.extra:
            return ""
        note = f"Columns the model does not use: {listed(self.extra)}."
        told = f" {self.target} is what it predicts."
        return note + (told if self.target in self.extra else "")

    def _retyped(self) -> str:
        parts = [f"{name} has {how}" for name, how in self.retyped.items()]
        if not parts:
            return ""
        return f"Not of the type seen in training: {listed(parts)}."

    def _unreadable(self) -> str:
        if self.n_rows == 1:
            ending = ", as all are in training; taken as missing."
            return " ".join(f"{n}: {what}{ending}" for n, what in self.lost.items())
        what = "could not be read as the number or date seen in training; taken as "
        return counted(self.unreadable, f"{what}missing")

    def _missing(self) -> str:
        if self._has_missing is None:
            return ""
        return missing_note(self.missing, int(self._has_missing.sum()), self.n_rows)


def _is_retyped(found: str, trained: str) -> bool:
    if found == trained or {found, trained} <= _NUMBERS:
        return False
    # Numbers and truth values read as the text of training lose nothing.
    return trained != "string"


def missing_note(per_column: Mapping[str, int], n_lacking: int, n_rows: int) -> str:
    """Say what is missing in rows, and what becomes of them.

    Parameters
    ----------
    per_column : mapping of str to int
        Column to number of missing values, of columns that have some.
    n_lacking : int
        Rows that lack a value.
    n_rows : int
        Rows in all.

    Returns
    -------
    str
        A sentence.
    """
    if n_rows == 1:
        verb = "is" if len(per_column) == 1 else "are"
        return (
            f"{listed(list(per_column))} {verb} missing; the row is predicted as the "
            "model learned to treat missing values."
        )
    parts = [f"{name} {n:,}" for name, n in per_column.items()]
    return (
        f"{n_lacking:,} of {n_rows:,} rows lack a value in some column "
        f"({listed(parts)}); they are predicted as the model learned to treat "
        "missing values."
    )


def unseen_note(
    per_column: Mapping[str, int], examples: Mapping[str, Sequence[str]], n_rows: int
) -> str:
    """Say which values training did not have.

    Parameters
    ----------
    per_column : mapping of str to int
        Column to number of such values.
    examples : mapping of str to sequence of str
        Some of them.
    n_rows : int
        Rows in all: of one the values are named without counts.

    Returns
    -------
    str
        A sentence; of one row a sentence for each column.
    """
    if n_rows == 1:
        ending = "was never seen in training; taken as unknown."
        return " ".join(f"{name}: {examples[name][0]} {ending}" for name in per_column)
    verb = "was" if sum(per_column.values()) == 1 else "were"
    told = {name: f", such as {', '.join(examples[name])}" for name in per_column}
    what = f"{verb} never seen in training; taken as unknown"
    return counted(per_column, what, told)


def counted(
    per_column: Mapping[str, int], what: str, told: Mapping[str, str] | None = None
) -> str:
    """Say how many values of which columns something is to be said of.

    Parameters
    ----------
    per_column : mapping of str to int
        Column to number of values.
    what : str
        What is said of them.
    told : mapping of str to str, optional
        More about a column.

    Returns
    -------
    str
        A sentence; empty where there is no column.
    """
    told = told or {}
    parts = [f"{name} {n:,}{told.get(name, '')}" for name, n in per_column.items()]
    total = sum(per_column.values())
    values = "1 value" if total == 1 else f"{total:,} values"
    joined = listed(parts, separator="; " if told else ", ")
    return f"{values} ({joined}) {what}." if parts else ""


def listed(names: Sequence[str], *, separator: str = ", ") -> str:
    """Join names, the first ten of many.

    Parameters
    ----------
    names : sequence of str
        In the order to show them.
    separator : str, default=", "
        What stands between them.

    Returns
    -------
    str
        With how many more there are.
    """
    more = len(names) - _LISTED
    return separator.join(names[:_LISTED]) + (f" and {more} more" if more > 0 else "")
