"""The settings of benchmarks of searches, and one more algorithm: trials that sleep.

Only scaling.py uses them, for its own processes and the workers it starts. The algorithm
is registered where every process of an installation comes by before anything else, so the
product itself knows nothing of it.
"""

# ruff: noqa: F403, PLC0415 - a settings module is its names, and no scikit-learn

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from search_settings import *

from runs.search import algorithms, parameters

NAME = "sleep"
SECONDS = "BENCH_SLEEP_SECONDS"


@dataclass(frozen=True)
class Sleep(algorithms.Algorithm):
    """A decision tree to everybody, until it is asked for its estimator."""

    def make(
        self,
        task: object,
        params: Mapping[str, object],
        random_state: int,
        n_threads: int = 1,
        *,
        categorical: Sequence[int] = (),
    ) -> Any:  # noqa: ANN401 - as the registry has it
        from sleeper import Sleeper

        return Sleeper(float(os.environ[SECONDS]))


_tree = algorithms.ALGORITHMS["decision_tree"]
_changes = {"name": NAME, "title": "Sleep", "aliases": (), "shares": frozenset()}
_sleep = Sleep(
    **{field.name: getattr(_tree, field.name) for field in fields(_tree)} | _changes
)
algorithms.ALGORITHMS[NAME] = _sleep
algorithms._ENTRIES = (*algorithms._ENTRIES, _sleep)
parameters.PARAMETERS[NAME] = parameters.PARAMETERS["decision_tree"]
