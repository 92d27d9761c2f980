"""The trials of a run as columns, and a selection of them: what every chart is from."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from runs.charts.wording import setting

Floats = NDArray[np.float64]
COMPLETE = "complete"
# What each trial has besides its parameters, and a range can be asked for.
MEASURES = ("number", "value", "seconds", "spread", "gap", "started")


class Row(NamedTuple):
    """A trial; scores as people read them, times in seconds since the run began."""

    number: int
    algorithm: str
    state: str
    value: float | None
    folds: Sequence[float]
    train: Sequence[float]
    seconds: float
    started: float | None
    finished: float | None
    worker: str
    params: Mapping[str, Any]


class Sheet(NamedTuple):
    """A chart's numbers as a table."""

    header: list[str]
    rows: list[list[Any]]


@dataclass(frozen=True)
class Axis:
    """How a parameter is drawn: numbers, perhaps logarithmic, or a list of values."""

    name: str
    values: tuple[str, ...] = ()  # of a categorical axis, in order
    log: bool = False
    when: str = ""  # the condition under which it exists, in words

    @property
    def is_category(self) -> bool:
        """Whether the values have no scale."""
        return bool(self.values)


@dataclass(frozen=True)
class View:
    """What a page looks at: the metric, an algorithm, two of its parameters."""

    metric: str
    greater_is_better: bool
    titles: Mapping[str, str] = field(default_factory=dict)
    axes: Mapping[str, Mapping[str, Axis]] = field(default_factory=dict)
    algorithm: str = ""
    x: str = ""
    y: str = ""
    baseline: float | None = None

    @property
    def sign(self) -> float:
        """1 where a greater value is better, -1 where a smaller one is."""
        return 1.0 if self.greater_is_better else -1.0

    def title(self, algorithm: str) -> str:
        """Return an algorithm's title.

        Parameters
        ----------
        algorithm : str
            Its name.

        Returns
        -------
        str
            Its title, or its name if it has none.
        """
        return self.titles.get(algorithm, algorithm)

    def axis(self, name: str) -> Axis:
        """Return the axis of one of the algorithm's parameters.

        Parameters
        ----------
        name : str
            The parameter.

        Returns
        -------
        Axis
            A plain numeric one if the parameter is not known.
        """
        return self.axes.get(self.algorithm, {}).get(name, Axis(name))


class Trials:
    """Trials as arrays, in the order of their numbers.

    Parameters
    ----------
    rows : iterable of Row
        The trials, in any order.
    sign : float, default=1.0
        1 where a greater score is better, -1 where a smaller one is.
    """

    def __init__(self, rows: Iterable[Row], *, sign: float = 1.0) -> None:
        self.rows = sorted(rows, key=lambda row: row.number)
        self.sign = sign
        self._of: dict[str, Trials] = {}
        self._columns: dict[tuple[str, str], NDArray[Any]] = {}
        # Of a part: the trials it was taken from, and which of them it has.
        self._whole: tuple[Trials, NDArray[np.intp]] | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def _column(self, name: str, parameter: str = "") -> NDArray[Any]:
        """Return one value a trial; a part takes its share of the whole's column.

        A selection changes with every move of a brush: rows are read one by one only
        once, for all selections.
        """
        key = (name, parameter)
        if key not in self._columns:
            if self._whole is None:
                self._columns[key] = _READ[name](self, parameter)
            else:
                whole, positions = self._whole
                self._columns[key] = whole._column(name, parameter)[positions]
        return self._columns[key]

    @property
    def number(self) -> Floats:
        """The trials' numbers."""
        return self._column("number")

    @property
    def value(self) -> Floats:
        """Mean fold scores; NaN where a trial has not completed."""
        return self._column("value")

    @property
    def seconds(self) -> Floats:
        """How long fitting and scoring took on all folds; NaN where nothing was."""
        return self._column("seconds")

    @property
    def started(self) -> Floats:
        """When they were begun, in seconds since the run was."""
        return self._column("started")

    @property
    def finished(self) -> Floats:
        """When they ended, in seconds since the run began."""
        return self._column("finished")

    @property
    def spread(self) -> Floats:
        """Standard deviation of the fold scores; NaN with fewer than two."""
        return self._column("spread")

    @property
    def train(self) -> Floats:
        """Mean scores on the rows fitted; NaN where they were not kept."""
        return self._column("train")

    @property
    def gap(self) -> Floats:
        """How much better a trial is on the rows it was fitted on."""
        return self._column("gap")

    @cached_property
    def score(self) -> Floats:
        """The values, turned so that greater is better."""
        return self.sign * self.value

    @cached_property
    def scored(self) -> Trials:
        """Those with a value."""
        return self.take(np.isfinite(self.value))

    def take(self, mask: NDArray[np.bool_]) -> Trials:
        """Return some of the trials.

        Parameters
        ----------
        mask : ndarray of bool of shape (n_trials,)
            Which.

        Returns
        -------
        Trials
            Those, in the same order.
        """
        if mask.all():
            return self
        positions = np.flatnonzero(mask)
        rows = self.rows
        part = Trials((rows[i] for i in positions.tolist()), sign=self.sign)
        part._whole = (self, positions)
        return part

    def of(self, algorithm: str) -> Trials:
        """Return an algorithm's trials.

        Parameters
        ----------
        algorithm : str
            Its name.

        Returns
        -------
        Trials
            Its trials.
        """
        if algorithm not in self._of:
            self._of[algorithm] = self.take(self._column("algorithm") == algorithm)
        return self._of[algorithm]

    def measure(self, name: str) -> Floats:
        """Return one of the measures by name.

        Parameters
        ----------
        name : str
            One of ``MEASURES``.

        Returns
        -------
        ndarray of float
            One number a trial.
        """
        found: Floats = getattr(self, name)
        return found

    def numeric(self, parameter: str) -> Floats:
        """Return a parameter as numbers.

        Parameters
        ----------
        parameter : str
            Its name.

        Returns
        -------
        ndarray of float
            NaN where a trial does not have it, or not as a number.
        """
        return self._column("numeric", parameter)

    def settings(self, parameter: str) -> list[str | None]:
        """Return a parameter as text.

        Parameters
        ----------
        parameter : str
            Its name.

        Returns
        -------
        list of str or None
            None where a trial does not have it.
        """
        found: list[str | None] = self._column("settings", parameter).tolist()
        return found


def _floats(values: Iterable[float | None]) -> Floats:
    return np.array([math.nan if v is None else v for v in values], dtype=np.float64)


def _objects(values: Iterable[object]) -> NDArray[np.object_]:
    values = list(values)
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def _gap(trials: Trials) -> Floats:
    test, _ = _moments([row.folds for row in trials.rows])
    return trials.sign * (trials.train - test)


def _numeric(trials: Trials, parameter: str) -> Floats:
    values = (row.params.get(parameter) for row in trials.rows)
    return _floats(
        v if isinstance(v, int | float) and not isinstance(v, bool) else None
        for v in values
    )


def _settings(trials: Trials, parameter: str) -> NDArray[np.object_]:
    return _objects(
        setting(row.params[parameter]) if parameter in row.params else None
        for row in trials.rows
    )


# Name of a column -> how it is read off the rows.
_READ: Mapping[str, Callable[[Trials, str], NDArray[Any]]] = {
    "number": lambda trials, _: _floats(row.number for row in trials.rows),
    "algorithm": lambda trials, _: _objects(row.algorithm for row in trials.rows),
    "value": lambda trials, _: _floats(
        row.value if row.state == COMPLETE else None for row in trials.rows
    ),
    "seconds": lambda trials, _: _floats(row.seconds or None for row in trials.rows),
    "started": lambda trials, _: _floats(row.started for row in trials.rows),
    "finished": lambda trials, _: _floats(row.finished for row in trials.rows),
    "spread": lambda trials, _: _moments([row.folds for row in trials.rows])[1],
    "train": lambda trials, _: _moments([row.train for row in trials.rows])[0],
    "gap": lambda trials, _: _gap(trials),
    "numeric": _numeric,
    "settings": _settings,
}


@dataclass(frozen=True)
class Selection:
    """Which trials: algorithms, states, ranges of measures or parameters, values."""

    algorithms: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for, so every trial fits."""
        return not (self.algorithms or self.states or self.ranges or self.values)

    def mask(self, trials: Trials) -> NDArray[np.bool_]:
        """Tell which trials fit.

        A trial that does not have what a range is about does not fit it.

        Parameters
        ----------
        trials : Trials
            The trials.

        Returns
        -------
        ndarray of bool of shape (n_trials,)
            True for each that fits everything asked for.
        """
        fits = np.ones(len(trials), dtype=bool)
        if self.algorithms:
            fits &= [row.algorithm in self.algorithms for row in trials.rows]
        if self.states:
            fits &= [row.state in self.states for row in trials.rows]
        for name, (low, high) in self.ranges.items():
            numbers = trials.measure(name) if name in MEASURES else trials.numeric(name)
            fits &= (numbers >= low) & (numbers <= high)
        for name, wanted in self.values.items():
            fits &= [found in wanted for found in trials.settings(name)]
        return fits


def _moments(lists: Sequence[Sequence[float]]) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of each list; NaN where it has too few."""
    lengths = np.array([len(numbers) for numbers in lists], dtype=np.intp)
    flat = np.array([x for numbers in lists for x in numbers], dtype=np.float64)
    owner = np.repeat(np.arange(len(lists)), lengths)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(owner, flat, len(lists)) / lengths
        squares = np.bincount(owner, (flat - mean[owner]) ** 2, len(lists))
        spread = np.sqrt(squares / np.where(lengths > 1, lengths - 1, np.nan))
    return mean, spread


def axes_of(space: Mapping[str, Mapping[str, Any]], trials: Trials) -> list[Axis]:
    """Choose the axes of an algorithm's parameters.

    Parameters
    ----------
    space : mapping of str to mapping
        The search space in its JSON form: a distribution for each parameter.
    trials : Trials
        The algorithm's trials: what steering or people have added counts too.

    Returns
    -------
    list of Axis
        Those that vary, in the order of the space, then others that trials have.
    """
    seen: dict[str, dict[str, Any]] = {name: {} for name in space}
    for name, distribution in space.items():
        choices = distribution.get("choices", [])
        seen[name].update((setting(value), value) for value in choices)
    for row in trials.rows:
        for name, value in row.params.items():
            seen.setdefault(name, {})[setting(value)] = value
    axes = []
    for name, by_text in seen.items():
        distribution = space.get(name, {})
        is_range = distribution.get("type") in {"int", "float"}
        if len(by_text) < 2 and not is_range:
            continue  # fixed: nothing to see
        axes.append(_axis(name, distribution, by_text))
    return axes


# A list of numbers that spans so much is meant as a logarithmic scale.
_WIDE = 50


def _axis(
    name: str, distribution: Mapping[str, Any], by_text: Mapping[str, Any]
) -> Axis:
    condition = distribution.get("when") or {}
    when = "; ".join(
        f"{parent} = {' or '.join(map(setting, values))}"
        for parent, values in condition.items()
    )
    numbers = [
        v
        for v in by_text.values()
        if isinstance(v, int | float) and not isinstance(v, bool)
    ]
    if len(numbers) < len(by_text):
        return Axis(name, values=tuple(by_text), when=when)
    log = bool(distribution.get("log"))
    if not log and "choices" in distribution and min(numbers) > 0:
        log = max(numbers) / min(numbers) >= _WIDE
    return Axis(name, log=log and all(n > 0 for n in numbers), when=when)
