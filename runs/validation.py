"""How the rows of a search become folds: what was asked, checked against the table."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from runs.enums import Scheme
from runs.models import Dataset
from runs.search.problem import SpecError

MAX_FOLDS = 50
# Schemes that follow a column of the table; of these the first has to be in order.
BY_COLUMN = {
    Scheme.TIME: "orders the rows in time",
    Scheme.GROUP: "says which rows belong together",
    Scheme.PREDEFINED: "says which fold each row is in",
}


class Validation(NamedTuple):
    """A division of the rows that the table allows."""

    scheme: str
    n_splits: int
    n_repeats: int
    column: str

    @property
    def n_class_rows(self) -> int:
        """Return how many rows of each class are needed: one a fold where folds are even."""
        even = self.scheme in {Scheme.KFOLD, Scheme.REPEATED}
        return self.n_splits if even else 2

    @property
    def leave_out(self) -> str:
        """Return the column that must not be learned from, for it names the folds."""
        return "" if self.scheme == Scheme.TIME else self.column


def check_validation(
    dataset: Dataset, target: str, wish: Mapping[str, Any]
) -> Validation:
    """Return the division asked for, or raise SpecError with the field and the way out."""
    try:
        scheme = Scheme(wish["scheme"])
    except ValueError:
        known = ", ".join(Scheme.values)
        message = (
            f"There is no validation scheme “{wish['scheme']}”. Known are {known}."
        )
        raise SpecError(message, field="scheme") from None
    n_splits, n_repeats = wish["n_splits"], wish["n_repeats"]
    if scheme not in BY_COLUMN:
        repeats = n_repeats if scheme == Scheme.REPEATED else 1
        return Validation(scheme, n_splits, repeats, "")
    column = split_column(dataset, target, scheme, str(wish["split_column"] or ""))
    distinct = column["distinct"]
    if scheme == Scheme.GROUP and distinct < n_splits:
        message = (
            f"“{column['name']}” has {distinct} different values, fewer than the "
            f"{n_splits} folds; use at most {distinct} folds or another column."
        )
        raise SpecError(message, field="n_splits")
    if scheme == Scheme.PREDEFINED:
        if not 2 <= distinct <= MAX_FOLDS:
            message = (
                f"“{column['name']}” has {distinct} different values, and folds are "
                f"between 2 and {MAX_FOLDS}; choose another column."
            )
            raise SpecError(message, field="split_column")
        n_splits = distinct
    return Validation(scheme, n_splits, 1, column["name"])


def split_column(
    dataset: Dataset, target: str, scheme: Scheme, name: str
) -> dict[str, Any]:
    if not name:
        message = f"Name the column that {BY_COLUMN[scheme]}."
        raise SpecError(message, field="split_column")
    column = dataset.column(name)
    if column is None:
        names = ", ".join(c["name"] for c in dataset.columns[:20])
        message = f"There is no column “{name}”. The columns are: {names}."
        raise SpecError(message, field="split_column")
    if name == target:
        message = "The column to predict cannot divide the rows; choose another."
        raise SpecError(message, field="split_column")
    ordered = column["kind"] == "datetime" or column["dtype"].startswith(
        ("int", "float", "datetime")
    )
    if scheme == Scheme.TIME and not ordered:
        message = (
            f"“{name}” is {column['kind']}, and rows are ordered by a date or a number; "
            "choose another column."
        )
        raise SpecError(message, field="split_column")
    return column
