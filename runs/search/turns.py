"""Whose turn it is when several algorithms share a budget."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from runs.search.algorithms import ALGORITHMS

if TYPE_CHECKING:
    from runs.search.planning import TrialRecord

# An algorithm gets this share of what the one ahead of it gets.
DECAY = 0.75
# What a trial is taken to cost before one has been timed, in seconds for each unit of
# `Cost.relative`.
GUESSED_SECONDS = 0.1


class Turns:
    """Gives turns so that every algorithm gets its part.

    Each has a turn first, the cheap ones before the others. Then the next is the one
    that has had least for its weight, in trials or in seconds. Weights are equal, or
    adaptive: a geometric series over the ranks of the best values so far, as successive
    halving would give to brackets, so that losers get less and never nothing.

    Parameters
    ----------
    names : list of str
        The algorithms.
    history : sequence of TrialRecord
        The trials so far.
    adaptive : bool
        Whether the weights follow the ranks.
    timed : bool
        Whether seconds are shared rather than trials.
    """

    def __init__(
        self,
        names: list[str],
        history: "Sequence[TrialRecord]",
        *,
        adaptive: bool,
        timed: bool,
    ) -> None:
        self._order = {
            name: position
            for position, name in enumerate(
                sorted(names, key=lambda n: ALGORITHMS[n].cost.relative)
            )
        }
        self._had = dict.fromkeys(names, 0.0)
        self._trials = dict.fromkeys(names, 0)
        self._price = dict.fromkeys(names, 1.0)
        best: dict[str, float] = {}
        spent: dict[str, list[float]] = {name: [] for name in names}
        pending = dict.fromkeys(names, 0)
        for record in history:
            name = record.algorithm
            if name not in self._had:
                continue
            self._trials[name] += 1
            if record.value is not None:
                best[name] = max(record.value, best.get(name, record.value))
            if record.state in ("waiting", "running"):
                pending[name] += 1
            elif record.seconds:
                spent[name].append(record.seconds)
        for name in names:
            if timed:
                times = spent[name]
                guess = GUESSED_SECONDS * ALGORITHMS[name].cost.relative
                self._price[name] = sum(times) / len(times) if times else guess
                self._had[name] = sum(times) + pending[name] * self._price[name]
            else:
                self._had[name] = float(self._trials[name])
        self._weight = dict.fromkeys(names, 1.0)
        if adaptive:
            ranked = sorted(best, key=lambda n: (-best[n], self._order[n]))
            self._weight |= {name: DECAY**rank for rank, name in enumerate(ranked)}

    def next(self, names: Collection[str]) -> str:
        """Return whose turn it is.

        Parameters
        ----------
        names : collection of str
            The algorithms that have something left to try.

        Returns
        -------
        str
            One of them.
        """
        return min(
            names,
            key=lambda name: (
                self._trials[name] > 0,
                self._had[name] / self._weight[name] if self._trials[name] else 0.0,
                self._order[name],
            ),
        )

    def took(self, name: str, n_trials: int) -> None:
        """Note that an algorithm had its turn.

        Parameters
        ----------
        name : str
            The algorithm.
        n_trials : int
            Trials it made.
        """
        self._trials[name] += n_trials
        self._had[name] += n_trials * self._price[name]
