"""Runs: watched, steered, and what they have found."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Self, cast

from tuneboard_client import presets
from tuneboard_client.documents import RunDocument
from tuneboard_client.errors import FailedError, WaitTimeoutError
from tuneboard_client.events import Event, EventStream
from tuneboard_client.models import Model
from tuneboard_client.presets import Preset
from tuneboard_client.progress import RunBar
from tuneboard_client.trials import Tried


@dataclass(kw_only=True, eq=False, repr=False)
class Run(Tried):
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

    def save_preset(
        self, name: str, *, description: str = "", replace: bool = False
    ) -> Preset:
        """Keep how the run was configured as a preset of its project.

        Parameters
        ----------
        name : str
            What to call it.
        description : str, default ''
            What it is for.
        replace : bool, default False
            Whether it takes the place of one of this name.

        Returns
        -------
        Preset
            The preset; ``columns_not_kept`` names the columns that the run asks something
            of.
        """
        return presets.save(
            self._transport,
            self.project,
            name,
            description=description,
            replace=replace,
            run=self.id,
        )
