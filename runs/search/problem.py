"""What is to be predicted, and whether the data allow it."""

import enum
import math
from collections.abc import Sequence

MAX_CLASSES = 100
MAX_HOLDOUT = 0.9

# Kinds of columns that can be predicted as a number.
_NUMBERS = ("numeric", "integer_category")

_POSITIVE = {"1", "1.0", "yes", "y", "true", "t", "positive", "pos", "+", "on"}
_NEGATIVE = {"0", "0.0", "no", "n", "false", "f", "negative", "neg", "-", "off"}


class TaskType(enum.StrEnum):
    """The kind of prediction a run makes."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"

    @property
    def is_classification(self) -> bool:
        """Whether the target is a class rather than a number."""
        return self is not TaskType.REGRESSION


class SpecError(ValueError):
    """Something in what the user asked for cannot be done.

    Parameters
    ----------
    message : str
        One clear sentence for the user, with the way out.
    field : str, optional
        The field of the form or command that caused it.
    algorithm : str, optional
        The algorithm the message is about.
    parameter : str, optional
        The parameter the message is about.
    path : tuple of str and int, optional
        Where in the field, by keys and positions, as far as that is known.
    """

    def __init__(
        self,
        message: str,
        *,
        field: str | None = None,
        algorithm: str | None = None,
        parameter: str | None = None,
        path: tuple[str | int, ...] = (),
    ) -> None:
        super().__init__(message)
        self.field = field
        self.algorithm = algorithm
        self.parameter = parameter
        self.path = path


def detect_task(*, kind: str, distinct: int, n_rows: int, dtype: str) -> TaskType:
    """Guess the task from the profile of the target column.

    Parameters
    ----------
    kind : str
        Column kind, for example ``"numeric"`` or ``"category"``.
    distinct : int
        Number of distinct known values.
    n_rows : int
        Number of rows of the table.
    dtype : str
        Stored type, for example ``"int64"`` or ``"string"``.

    Returns
    -------
    TaskType
        Binary for two values; multiclass for anything that is not a number and for
        integers that take few values; regression otherwise.
    """
    if distinct == 2:
        return TaskType.BINARY
    is_number = kind == "numeric" or dtype.startswith(("int", "float"))
    if not is_number:
        return TaskType.MULTICLASS
    few_values = distinct <= 20 and distinct <= 0.05 * n_rows
    if dtype.startswith("int") and few_values:
        return TaskType.MULTICLASS
    return TaskType.REGRESSION


def positive_class(classes: Sequence[tuple[str, int]]) -> str:
    """Choose the class that a binary metric such as F1 is about.

    Parameters
    ----------
    classes : sequence of (str, int)
        The two labels, as text, with their number of rows.

    Returns
    -------
    str
        The label that says "yes" in some way; without one, the rarer label.
    """
    labels = [str(label) for label, _ in classes]
    affirmative = [label for label in labels if label.strip().lower() in _POSITIVE]
    if len(affirmative) == 1:
        return affirmative[0]
    others = [label for label in labels if label.strip().lower() not in _NEGATIVE]
    if len(others) == 1:
        return others[0]
    # Ties go to the last label, which is the one scikit-learn calls positive.
    rarest = min(count for _, count in classes)
    return max(str(label) for label, count in classes if count == rarest)


def check_target(
    *,
    task: TaskType,
    classes: Sequence[tuple[str, int]] | None,
    n_known: int,
    distinct: int,
    kind: str,
    n_splits: int,
    holdout_fraction: float,
) -> None:
    """Refuse a target that cannot be learned with these folds and this holdout.

    Parameters
    ----------
    task : TaskType
        What the run is to predict.
    classes : sequence of (str, int), optional
        Labels as text with their number of rows; None if there are too many to list.
    n_known : int
        Number of rows with a known target.
    distinct : int
        Number of distinct known values.
    kind : str
        Column kind of the target.
    n_splits : int
        Number of folds.
    holdout_fraction : float
        Share of the rows split off before the search.

    Raises
    ------
    SpecError
        With ``field`` one of ``target``, ``task``, ``n_splits``, ``holdout_fraction``.
    """
    if n_splits < 2:
        raise SpecError("Use at least 2 folds.", field="n_splits")
    if not 0 <= holdout_fraction <= MAX_HOLDOUT:
        raise SpecError(
            f"The holdout share must be between 0 and {MAX_HOLDOUT}.",
            field="holdout_fraction",
        )
    if n_known == 0:
        raise SpecError(
            "All values of the target are missing; choose another column.",
            field="target",
        )
    if distinct < 2:
        raise SpecError(
            "The target has only one value, so there is nothing to learn; "
            "choose another column.",
            field="target",
        )
    n_holdout = math.ceil(holdout_fraction * n_known)
    if task is TaskType.REGRESSION:
        _check_numbers(kind, n_known - n_holdout, n_splits)
    else:
        _check_classes(task, classes, distinct, kind)
        if classes is not None:
            _check_class_sizes(classes, n_known, n_holdout, n_splits)


def _check_numbers(kind: str, n_train: int, n_splits: int) -> None:
    if kind not in _NUMBERS:
        raise SpecError(
            f"Regression needs a target of numbers, and this column is {kind}; "
            "choose classification or another column.",
            field="task",
        )
    # Two rows a fold: R² is not defined for a single one.
    if n_train < 2 * n_splits:
        raise SpecError(
            f"{n_splits} folds need at least {2 * n_splits} rows with a known target, "
            f"and {n_train} remain after the holdout; use fewer folds or a smaller "
            "holdout.",
            field="n_splits",
        )


def _check_classes(
    task: TaskType,
    classes: Sequence[tuple[str, int]] | None,
    distinct: int,
    kind: str,
) -> None:
    if task is TaskType.BINARY and distinct != 2:
        raise SpecError(
            f"Binary classification needs a target with two values, and this one has "
            f"{distinct}; choose multiclass or another column.",
            field="task",
        )
    if distinct > MAX_CLASSES or classes is None:
        is_number = kind in _NUMBERS
        way_out = "choose regression" if is_number else "choose another column"
        raise SpecError(
            f"The target has {distinct} different values, and a class target may have "
            f"at most {MAX_CLASSES}; {way_out}.",
            field="task" if is_number else "target",
        )


def _check_class_sizes(
    classes: Sequence[tuple[str, int]], n_known: int, n_holdout: int, n_splits: int
) -> None:
    if 0 < n_holdout < len(classes):
        raise SpecError(
            f"The holdout would have {n_holdout} rows for {len(classes)} classes; "
            "use a larger holdout, or none (0).",
            field="holdout_fraction",
        )
    label, count = min(classes, key=lambda item: item[1])
    # The least a stratified split leaves of the class.
    n_left = (n_known - n_holdout) * count // n_known
    if n_left >= n_splits:
        return
    remain = f", of which {n_left} remain after the holdout" if n_holdout else ""
    rows = "row" if count == 1 else "rows"
    message = (
        f'The class "{label}" has {count} {rows}{remain}, '
        f"fewer than the {n_splits} folds; "
    )
    if n_left >= 2:
        way_out = f"use at most {n_left} folds or a smaller holdout, or leave it out."
        raise SpecError(message + way_out, field="n_splits")
    raise SpecError(
        message + "merge it with another class or remove its rows.", field="target"
    )
