"""Runs: watched, steered, and what they have found."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Self, cast

import pandas as pd

from tuneboard_client.documents import RunDocument
from tuneboard_client.errors import FailedError, WaitTimeoutError
from tuneboard_client.events import Event, EventStream
from tuneboard_client.frames import flat
from tuneboard_client.models import Model
from tuneboard_client.progress import RunBar
from tuneboard_client.steering import Steered

BASELINE = "baseline"


@dataclass(kw_only=True, eq=False, repr=False)
class Run(Steered):
    """One search.

    Attributes
    ----------
    name, project, dataset, target, task, strategy, preset, scoring
        As it was started; `scoring` is the metric that ranks its trials.
    greater_is_better : bool
        Whether a greater value of `scoring` is better.
    phase : str
        ``queued``, ``preparing``, ``searching``, ``paused``, ``stopping``,
        ``refitting``, ``evaluating``, ``explaining``, ``finished``, ``stopped`` or
        ``failed``.
    n_planned, n_ended : int
        Trials there are to be, and that have ended.
    best_value, baseline_value : float or None
        Of the metric, as people read it.
    error : str
        Why it failed.
    configuration : dict
        The document that starts the same run again; empty in lists.
    trials_by_state : dict
        How many trials there are; empty in lists.
    """

    name: str
    project: int
    dataset: int
    target: str
    task: str
    strategy: str
    preset: str
    scoring: str
    greater_is_better: bool
    phase: str
    n_planned: int
    n_ended: int
    best_value: float | None
    baseline_value: float | None
    error: str
    created_by: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    configuration: dict[str, Any] = field(default_factory=dict)
    trials_by_state: dict[str, int] = field(default_factory=dict)
    _shown: ClassVar[tuple[str, ...]] = ("name", "phase")

    def _path(self) -> str:
        return f"/runs/{self.id}"

    @property
    def has_ended(self) -> bool:
        """Whether it is finished, stopped or failed."""
        return self.finished_at is not None

    @property
    def document(self) -> RunDocument:
        """The document that starts the same run again."""
        if not self.configuration:
            self.refresh()
        return cast("RunDocument", dict(self.configuration))

    # --- Watching -----------------------------------------------------------------

    def events(self, *, since: int = 0) -> Iterator[Event]:
        """Go through what happens, until the run has ended.

        Parameters
        ----------
        since : int, default 0
            The last event that is known.

        Yields
        ------
        Event
            In their order, each once, also when the connection breaks.
        """
        return (event for event in self._stream(since) if event is not None)

    def _stream(self, since: int = 0) -> EventStream:
        return EventStream(self._transport, self.id, since=since)

    def wait(self, *, progress: bool = True, timeout: float | None = None) -> Self:
        """Wait until the run has ended.

        Leaving, by Ctrl-C for example, does not end the run: `stop` does.

        Parameters
        ----------
        progress : bool, default True
            Whether to show a bar.
        timeout : float, optional
            Seconds after which to give up.

        Returns
        -------
        Run
            The same run; ``phase`` is ``finished`` or ``stopped``.

        Raises
        ------
        FailedError
            If it fails; the message says why.
        WaitTimeoutError
            If it takes longer than `timeout`.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        with RunBar(self, shown=progress) as bar:
            for event in () if self.has_ended else self._stream():
                bar.tell(event)
                if deadline is not None and time.monotonic() > deadline:
                    raise WaitTimeoutError(
                        f"Run {self.id} is {self.phase} after {timeout:g} s, with "
                        f"{self.n_ended} of {self.n_planned} trials. It goes on on the "
                        "server: wait() again, or stop()."
                    )
            bar.end()
        if self.phase == "failed":
            raise FailedError(
                f"Run {self.id} ({self.name}) failed: {self.error} Its trials, with the "
                "reason of each, are in run.trials(state='failed')."
            )
        return self

    # --- What it has found --------------------------------------------------------

    def trials(
        self,
        *,
        order: str = "number",
        algorithm: str | list[str] | None = None,
        state: str | list[str] | None = None,
        **filters: object,
    ) -> pd.DataFrame:
        """Return the trials, the baseline among them.

        Parameters
        ----------
        order : str, default 'number'
            Name of a column; ``-`` before it turns the order.
        algorithm : str or list of str, optional
            Only of these.
        state : str or list of str, optional
            Only these: ``waiting``, ``running``, ``complete``, ``pruned``, ``failed``,
            ``skipped``.
        **filters
            The other filters of the trials page, as ``value_min=0.9`` or
            ``params="max_depth=8"``.

        Returns
        -------
        DataFrame of shape (n_trials, n_fields)
            Indexed by ``number``: ``algorithm``, ``state``, ``value`` and
            ``fold_values`` of the metric that ranks, ``metric_NAME`` of all,
            ``param_NAME``, ``fit_seconds``, ``error``, ...
        """
        asked = {"order": order, "algorithm": algorithm, "state": state, **filters}
        return flat(list(self._transport.pages(f"{self._path()}/trials", asked)))

    def trial(self, number: int) -> dict[str, Any]:
        """Return all that was measured of a trial.

        Parameters
        ----------
        number : int
            Its number in the run.

        Returns
        -------
        dict
            As the API has it: ``fold_metrics``, ``train_metrics``, ``warnings``, ...
        """
        return dict(self._transport.get(f"{self._path()}/trials/{number}"))

    def leaderboard(self, n: int | None = None) -> pd.DataFrame:
        """Return the complete trials, the best first.

        Parameters
        ----------
        n : int, optional
            At most so many.

        Returns
        -------
        DataFrame of shape (n_trials, n_fields)
            As `trials`, without the baseline; ``rank`` from 1 comes first, and columns
            that are empty in all of them are left out.
        """
        found = self.trials(state="complete")
        found = found[found["algorithm"] != BASELINE]
        if found.empty:
            return found
        ranked = found.sort_values(
            "value", ascending=not self.greater_is_better, kind="stable"
        )
        ranked = ranked.head(len(ranked) if n is None else n)
        ranked.insert(0, "rank", range(1, len(ranked) + 1))
        return ranked.dropna(axis="columns", how="all")

    def models(self) -> list[Model]:
        """Return the models, the best first.

        Returns
        -------
        list of Model
            Empty while the run searches.
        """
        found = self._transport.pages(f"{self._path()}/models")
        return [Model.of(self._transport, one) for one in found]

    def best_model(self) -> Model:
        """Return the best model that can predict.

        Returns
        -------
        Model
            The first of `models` that is ready.

        Raises
        ------
        FailedError
            If there is none.
        """
        found = self.models()
        for model in found:
            if model.is_ready:
                return model
        why = "; ".join(m.error for m in found if m.error)
        raise FailedError(
            f"Run {self.id} has no model that is ready"
            + (f": {why}" if why else "; wait() until it has ended.")
        )

    def refit(self, trial: int) -> Model:
        """Have a trial refitted on all rows, as a model.

        Parameters
        ----------
        trial : int
            Its number in the run.

        Returns
        -------
        Model
            Not ready yet: ``model.wait()``.
        """
        made = self._transport.create(f"{self._path()}/models", {"trial": trial})
        return Model.of(self._transport, made)

    def analysis(self, chart: str | None = None) -> Any:  # noqa: ANN401
        """Return the numbers of a chart, or which charts there are.

        Parameters
        ----------
        chart : str, optional
            Its name.

        Returns
        -------
        object
            The JSON of the API.
        """
        path = f"{self._path()}/analysis"
        return self._transport.get(path if chart is None else f"{path}/{chart}")
