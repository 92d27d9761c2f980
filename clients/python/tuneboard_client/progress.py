"""A bar on the terminal or in the notebook, told of the events of a run."""

import time
from types import TracebackType
from typing import Any, Protocol, Self

from tqdm.auto import tqdm

from tuneboard_client.events import Event

# How often the numbers besides the trials are asked for, at most.
REFRESH_SECONDS = 1.0


class Watched(Protocol):
    """What the bar shows of a run."""

    name: str
    phase: str
    n_planned: int
    n_ended: int
    best_value: float | None
    scoring: str

    def refresh(self) -> Any:  # noqa: ANN401
        """Read it again."""


class RunBar:
    """Shows how far a run is.

    Parameters
    ----------
    run : Run
        The run; it is read again as events tell of changes.
    shown : bool, default True
        Whether there is a bar; the run is kept up to date in any case.
    """

    def __init__(self, run: Watched, *, shown: bool = True) -> None:
        self._run = run
        self._looked = 0.0
        self._bar = tqdm(
            total=run.n_planned or None,
            desc=run.name,
            unit="trial",
            disable=not shown,
            dynamic_ncols=True,
        )

    def __enter__(self) -> Self:
        self._look()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.close()

    def tell(self, event: Event | None) -> None:
        """Take in what happened.

        Parameters
        ----------
        event : Event or None
            None: nothing for a while.
        """
        if event is None:
            self._bar.refresh()
            return
        if event.level in {"warning", "error"} and not self._bar.disable:
            self._bar.write(event.message)
        if event.kind == "phase" or time.monotonic() - self._looked > REFRESH_SECONDS:
            self._look()

    def end(self) -> None:
        """Show where the run has ended."""
        self._look()

    def _look(self) -> None:
        run = self._run
        run.refresh()
        self._looked = time.monotonic()
        bar = self._bar
        if bar.disable:
            return
        bar.total = max(run.n_planned, run.n_ended) or None
        bar.n = run.n_ended
        told = {"phase": run.phase}
        if run.best_value is not None:
            told[run.scoring] = f"{run.best_value:.4g}"
        bar.set_postfix(told, refresh=False)
        bar.refresh()
