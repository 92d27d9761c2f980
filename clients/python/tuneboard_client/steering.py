"""What may be done to a run while it searches."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, TypedDict, Unpack

import pandas as pd

from tuneboard_client.frames import flat
from tuneboard_client.resources import Resource


class Changes(TypedDict, total=False):
    """What can be changed of a run that searches; what is left out stays."""

    switched: Mapping[str, bool]
    spaces: Mapping[str, Mapping[str, Any]]
    n_trials: int | None
    time_budget_seconds: float | None
    parallelism: int | None
    revision: int | None


@dataclass(kw_only=True, eq=False, repr=False)
class Steered(Resource):
    """A run, as those see it who steer it."""

    def pause(self) -> Self:
        """Begin no further trial; those being fitted are completed.

        Returns
        -------
        Run
            The same run. It follows within a moment.
        """
        return self._wish("pause")

    def resume(self) -> Self:
        """Go on after a pause.

        Returns
        -------
        Run
            The same run. It follows within a moment.
        """
        return self._wish("resume")

    def stop(self) -> Self:
        """End the search and keep what it has found; its best trials become models.

        Returns
        -------
        Run
            The same run. It follows within a moment; `wait` waits for the models.
        """
        return self._wish("stop")

    def _wish(self, name: str) -> Self:
        return self._take(self._transport.send("POST", f"{self._path()}/{name}").json())

    def steer(self, **changes: Unpack[Changes]) -> Self:
        """Change what the run searches while it does: all that is asked for, or nothing.

        Parameters
        ----------
        **changes
            ``switched``: algorithm to whether it is searched from now on; ``spaces``:
            algorithm to its whole space; ``n_trials``, ``time_budget_seconds`` and
            ``parallelism``, with None for no limit.

        Returns
        -------
        Run
            The same run.
        """
        answer = self._transport.send("POST", f"{self._path()}/steer", json=changes)
        return self._take(answer.json())

    def enqueue(self, algorithm: str, params: Mapping[str, Any]) -> pd.DataFrame:
        """Have a combination tried next.

        Parameters
        ----------
        algorithm : str
            Its name.
        params : mapping
            What is left out is the estimator's default.

        Returns
        -------
        DataFrame of shape (1, n_fields)
            The trial, as `Run.trials` has it.
        """
        wish = {"algorithm": algorithm, "params": dict(params)}
        made = self._transport.create(f"{self._path()}/trials", {"trials": [wish]})
        return flat(made["items"])
