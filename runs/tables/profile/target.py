"""Describe what the columns of a stored table tell of one of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from runs.tables.errors import TableError
from runs.tables.kinds import Column
from runs.tables.labels import label
from runs.tables.profile.columns import profile_column
from runs.tables.profile.hashing import count_conflicts, hash_cells
from runs.tables.profile.measures import correlation_ratio, cramers_v, spearman
from runs.tables.profile.power import (
    Power,
    Target,
    power_of_codes,
    power_of_numbers,
    target_of,
)
from runs.tables.profile.sampled import CATEGORIES, Sampled, sample_column
from runs.tables.profile.stored import Rows, draw_rows, read_series
from runs.tables.profile.sums import find_sum
from runs.tables.profile.table import MAX_ROWS, OnProgress, rows_to_draw

_POWER_ROWS = 5_000
_MIN_POWER_ROWS = 1_000
# Columns times rows that trees are grown on: half a minute.
_POWER_CELLS = 4_000_000
_MAX_SUMMANDS = 1_000
_MAX_LEVELS = 100
_PREDICTING = CATEGORIES | {"numeric", "datetime", "text"}
_FEW_VALUES, _FEW_SHARE = 20, 0.05


def profile_target(
    path: Path,
    columns: Sequence[Column],
    target: str,
    *,
    task: str | None = None,
    on_progress: OnProgress | None = None,
) -> dict[str, Any]:
    """Describe a target and what every other column tells of it.

    Distribution and conflicts are exact on all rows. Associations and predictive powers
    are computed from rows with a known target, drawn at random, always the same ones:
    at most 20,000 and 5,000, fewer of a table of many columns.

    Parameters
    ----------
    path : Path
        A file of `runs.tables.storage`.
    columns : sequence of Column
        Its columns, with the kinds that count.
    target : str
        Name of the column to predict.
    task : {"binary", "multiclass", "regression"} or None, default None
        What it is to be predicted as; guessed from its values if None.
    on_progress : callable or None, default None
        ``on_progress("target", done, total)``, before the first and after every column.

    Returns
    -------
    dict
        As the package's docstring says.

    Raises
    ------
    TableError
        If there is no such column, or regression is asked for and it holds no numbers.
    """
    by_name = {column.name: column for column in columns}
    if target not in by_name:
        listed = ", ".join(list(by_name)[:20])
        raise TableError(f"There is no column “{target}”. The columns are: {listed}.")
    own = by_name[target]
    others = [column for column in columns if column.name != target]
    tell = on_progress or _nobody
    tell("target", 0, len(others))
    ((series, _),) = read_series(path, [target])
    distribution = profile_column(series, own, detailed=True)
    task = task or guess_task(own, distribution["distinct"], len(series))
    known = _known(series, own, task)
    sample = _Sample(series, own, task, known, len(others))
    # The target's hash on its own: equal features may have different targets.
    target_hashes = hash_cells(series, len(columns))
    if task != "regression":
        distribution["classes"] = _classes(series, distribution)
    n_rows, n_missing = len(series), int(series.isna().sum())
    del series
    hashes = np.zeros(n_rows, np.uint64)
    described = []
    n_predicting = 0
    names = [column.name for column in others]
    for i, (values, _) in enumerate(read_series(path, names)):
        described.append(sample.compare(values, others[i]))
        if others[i].kind.value in _PREDICTING:
            hashes += hash_cells(values, i)
            n_predicting += 1
        tell("target", i + 1, len(others))
    n_conflicting, n_groups = 0, 0
    if n_predicting:
        n_conflicting, n_groups = count_conflicts(hashes[known], target_hashes[known])
    is_regression = task == "regression"
    return {
        "target": target,
        "task": task,
        "n_rows": n_rows,
        "n_missing": n_missing,
        "sampled_rows": len(sample.rows) if len(sample.rows) < len(known) else None,
        "power_rows": len(sample.power_places),
        "distribution": distribution,
        "columns": described,
        "power_measure": "mean_absolute_error" if is_regression else "f1_weighted",
        "sums": sample.sums(),
        "conflicts": {
            "n_rows": n_conflicting,
            "n_groups": n_groups,
            "n_columns": n_predicting,
        },
    }


def guess_task(column: Column, n_distinct: int, n_rows: int) -> str:
    """Guess what a column is to be predicted as.

    Parameters
    ----------
    column : Column
        The target.
    n_distinct : int
        Its different values.
    n_rows : int
        Rows of the table.

    Returns
    -------
    {"binary", "multiclass", "regression"}
        The same as for a run that leaves its task open.
    """
    if n_distinct == 2:
        return "binary"
    is_number = column.dtype in ("int64", "float64")
    few = n_distinct <= _FEW_VALUES and n_distinct <= _FEW_SHARE * n_rows
    if not is_number or (column.dtype == "int64" and few):
        return "multiclass"
    return "regression"


class _Sample:
    """The rows of a target that columns are compared on, one column after the other."""

    def __init__(
        self, series: pd.Series, column: Column, task: str, known: Rows, n_columns: int
    ) -> None:
        drawn = draw_rows(len(known), rows_to_draw(n_columns, MAX_ROWS))
        self.rows = known if drawn is None else known[drawn]
        wanted = _POWER_CELLS // max(1, n_columns)
        wanted = min(_POWER_ROWS, max(_MIN_POWER_ROWS, wanted))
        places = draw_rows(len(self.rows), wanted)
        self.power_places = np.arange(len(self.rows)) if places is None else places
        own = sample_column(series, column, self.rows, as_codes=task != "regression")
        self._numbers, codes = own.numbers, own.codes
        self._codes = None if codes is None else np.minimum(codes, _MAX_LEVELS - 1)
        at = self.power_places
        self._target: Target = target_of(
            None if self._codes is None else self._codes[at],
            None if self._numbers is None else self._numbers[at],
        )
        self._summands: list[str] = []
        self._cells: list[npt.NDArray[np.float64]] = []

    def compare(self, series: pd.Series, column: Column) -> dict[str, Any]:
        """Say what a column tells of the target."""
        sampled = sample_column(series, column, self.rows)
        value, measure = self._association(sampled)
        power = Power(None, None, None)
        if column.kind.value in _PREDICTING:
            power = self._power(series, sampled)
            if column.kind.value == "numeric" and len(self._cells) < _MAX_SUMMANDS:
                assert sampled.numbers is not None
                self._summands.append(column.name)
                self._cells.append(sampled.numbers[self.power_places])
        return {
            "name": column.name,
            "kind": column.kind.value,
            "association": None if value is None else round(abs(value), 4),
            "measure": measure,
            "of": "length" if sampled.is_length else "value",
            "power": None if power.power is None else round(power.power, 4),
            "score": power.score,
            "baseline": power.baseline,
        }

    def sums(self) -> dict[str, Any] | None:
        """Return the columns that sum up to the target."""
        if self._target.numbers is None or not self._cells:
            return None
        numbers = self._target.numbers * self._target.scale
        found = find_sum(np.column_stack(self._cells), numbers)
        if found is None:
            return None
        return {
            "columns": [self._summands[i] for i in found.columns],
            "coefficients": found.coefficients,
            "intercept": found.intercept,
            "n_constants": found.n_constants,
        }

    def _association(self, sampled: Sampled) -> tuple[float | None, str | None]:
        if sampled.codes is not None and self._codes is not None:
            value, measure = cramers_v(sampled.codes, self._codes), "cramers_v"
        elif sampled.codes is not None and self._numbers is not None:
            value = correlation_ratio(sampled.codes, self._numbers)
            measure = "correlation_ratio"
        elif sampled.numbers is not None and self._codes is not None:
            value = correlation_ratio(self._codes, sampled.numbers)
            measure = "correlation_ratio"
        else:
            assert sampled.numbers is not None
            assert self._numbers is not None
            value, measure = spearman(sampled.numbers, self._numbers), "spearman"
        return value, None if value is None else measure

    def _power(self, series: pd.Series, sampled: Sampled) -> Power:
        if sampled.codes is not None:
            return power_of_codes(self._target, sampled.codes[self.power_places])
        assert sampled.numbers is not None
        cells = [sampled.numbers[self.power_places]]
        if sampled.is_length:
            # Of a text the tree sees its length and how often it occurs.
            codes = pd.factorize(series.take(self.rows[self.power_places]))[0]
            cells.append(np.bincount(codes + 1)[codes + 1].astype(np.float64))
        return power_of_numbers(self._target, np.column_stack(cells))


def _known(series: pd.Series, column: Column, task: str) -> Rows:
    """Return the rows whose target can be learned from."""
    if task == "regression" and column.dtype not in ("int64", "float64"):
        raise TableError(
            f"“{column.name}” holds no numbers, so it cannot be the target of a "
            "regression: choose classification or another column."
        )
    known = ~series.isna().to_numpy()
    if column.dtype == "float64":
        known &= np.isfinite(series.to_numpy())
    return np.flatnonzero(known)


def _classes(series: pd.Series, distribution: dict[str, Any]) -> list[list[Any]]:
    """Return the most frequent values with their counts."""
    if "classes" in distribution:
        classes: list[list[Any]] = distribution["classes"]
        return classes
    counts = series.value_counts(sort=False).sort_index()
    counts = counts.sort_values(ascending=False, kind="stable").head(_MAX_LEVELS)
    return [[label(value), int(n)] for value, n in counts.items()]


def _nobody(step: str, done: int, total: int) -> None:
    """Report to nobody."""
