"""What a parameter of an estimator is, and the values it takes."""

import math
from dataclasses import dataclass

from runs.search.problem import TaskType

Value = bool | int | float | str | None
Params = dict[str, Value]

ALL_TASKS = frozenset(TaskType)
CLASSIFICATION = frozenset({TaskType.BINARY, TaskType.MULTICLASS})
REGRESSION = frozenset({TaskType.REGRESSION})


@dataclass(frozen=True)
class Reals:
    """Real numbers a parameter accepts, from ``low`` to ``high``."""

    low: float = 0.0
    high: float = math.inf
    open: bool = False  # whether ``low`` itself is excluded

    def __contains__(self, value: float) -> bool:
        """Tell whether a number is accepted."""
        reaches = value > self.low if self.open else value >= self.low
        return reaches and value <= self.high and math.isfinite(value)

    def __str__(self) -> str:
        """Say what is accepted."""
        text = f"numbers {'above' if self.open else 'from'} {self.low:g}"
        return text + (f" to {self.high:g}" if math.isfinite(self.high) else "")


@dataclass(frozen=True)
class Parameter:
    """One tunable parameter of an estimator.

    Attributes
    ----------
    name : str
        Name of the estimator's argument.
    help : str
        One line for people.
    whole : range, optional
        Whole numbers accepted as such; None if a whole number is only a real one.
    reals : Reals, optional
        Other numbers accepted. ``max_features`` has both: it counts columns as an
        int and is a share of them as a float.
    words : tuple, default=()
        Values accepted besides numbers.
    tasks : frozenset of TaskType
        Tasks for which the parameter exists.
    about : str, default=""
        What it does to a model, in a sentence.
    costs : str, default=""
        What it does to time and memory, in a sentence.
    """

    name: str
    help: str
    whole: range | None = None
    reals: Reals | None = None
    words: tuple[Value, ...] = ()
    tasks: frozenset[TaskType] = ALL_TASKS
    about: str = ""
    costs: str = ""

    @property
    def accepts(self) -> str:
        """Say which values the estimator takes, as they are typed."""
        return self._accepted().removeprefix("accepts ").replace("null", "None")

    def clean(self, value: Value) -> Value:
        """Return the value in the type the estimator wants.

        Parameters
        ----------
        value : bool, int, float, str or None
            A value as read from a form or a specification.

        Returns
        -------
        bool, int, float, str or None
            The same value; a whole float becomes an int where only ints are accepted.

        Raises
        ------
        ValueError
            If the estimator would not accept the value; the message says what it does.
        """
        # By type too: True equals 1, but an estimator tells them apart.
        if any(value == word and type(value) is type(word) for word in self.words):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            if self.reals is None and float(value).is_integer():
                value = int(value)
            counts = isinstance(value, int) and self.whole is not None
            accepted = self.whole if counts else self.reals
            if accepted is not None and value in accepted:
                return value
        raise ValueError(self._accepted())

    def _accepted(self) -> str:
        kinds = []
        if self.whole is not None:
            upto = "" if self.whole.stop > MANY else f" to {self.whole.stop - 1}"
            kinds.append(f"whole numbers from {self.whole.start}{upto}")
        if self.reals is not None:
            kinds.append(str(self.reals))
        kinds += ["null" if word is None else str(word).lower() for word in self.words]
        return "accepts " + ", ".join(kinds)


MANY = 2**31 - 2
FROM_1 = range(1, MANY + 2)
FROM_2 = range(2, MANY + 2)
SHARE = Reals(high=1.0, open=True)
POSITIVE = Reals(open=True)
NOT_NEGATIVE = Reals()
NONE: tuple[Value, ...] = (None,)
BOOLS: tuple[Value, ...] = (True, False)
