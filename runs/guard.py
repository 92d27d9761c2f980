"""Ends a fit that may not go on, although it cannot be asked.

A fit is one call into compiled code. Between folds the evaluation itself looks whether it
is still wanted; within one, a thread beside it does, and as a last resort writes down
what became of the trials and ends the process. Celery starts another at once, from the
parent that has everything imported.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import psutil
from django.db import DatabaseError, connection
from django.utils import timezone

from runs import claims
from runs.claims import (
    Claim,
    LeaseLostError,
    Unwanted,
    record,
    release,
    without_score,
)
from runs.models import Trial

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.2
# How often the database is asked whether the trials are still wanted.
ASK_SECONDS = 1.0
# A fold that is about to end by itself may do so: the process and its caches stay.
GRACE_SECONDS = 0.5
STOP_GRACE_SECONDS = 2.0
EXIT_CODE = 70


def end_process() -> None:
    """End this process without asking the thread that computes."""
    logging.shutdown()
    os._exit(EXIT_CODE)


@dataclass
class Guard:
    """Watches the trials that are being fitted now.

    Parameters
    ----------
    claim : Claim
        The unit this process holds.
    told : callable
        Called when the process is about to end, to have the run looked at.
    """

    claim: Claim
    told: Callable[[], object] | None = None
    trials: Sequence[Trial] = ()
    started: float = 0.0
    unwanted: Unwanted = field(default_factory=lambda: Unwanted(False, "", {}))
    unwanted_since: float | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    done: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self.thread = threading.Thread(target=self.look, name="guard", daemon=True)
        self.thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.done.set()
        self.thread.join()

    def fitting(self, trials: Sequence[Trial]) -> None:
        """Say which trials are fitted from now on; none while results are written."""
        with self.lock:
            self.trials = tuple(trials)
            self.started = time.monotonic()
            self.unwanted_since = None

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Count no time that is spent waiting for other processes."""
        with self.lock:
            trials, self.trials = self.trials, ()
            began = time.monotonic()
        yield
        with self.lock:
            self.trials = trials
            self.started += time.monotonic() - began

    # --- In the thread ----------------------------------------------------------------

    def look(self) -> None:
        asked = time.monotonic()
        try:
            while not self.done.wait(LOOK_SECONDS):
                if time.monotonic() - asked > ASK_SECONDS:
                    asked = time.monotonic()
                    self.ask()
                with self.lock:
                    if self.trials and (end := self.verdict()):
                        self.give_up(*end)
        except DatabaseError:  # the trials' lease and the sweep look after them
            logger.warning("A guard could not look", exc_info=True)
        finally:
            connection.close()

    def ask(self) -> None:
        self.unwanted = claims.unwanted(self.claim)

    def why_unwanted(self) -> str:
        """Return why none of the trials that are fitted is wanted any more."""
        if self.unwanted.is_gone:
            return "The run was deleted."
        stopped = [self.unwanted.stopped.get(trial.pk, "") for trial in self.trials]
        return self.unwanted.reason or (stopped[0] if all(stopped) else "")

    def verdict(self) -> tuple[str, bool] | None:
        """Return why the trials have to end now, and whether that is a failure."""
        run = self.claim.run
        now = time.monotonic()
        spent = now - self.started
        if run.trial_seconds and spent > run.trial_seconds:
            return (
                f"Ended: it took longer than the limit of {run.trial_seconds:g} s a trial.",
                True,
            )
        if run.trial_memory_mb:
            used = psutil.Process().memory_info().rss / 1024**2
            if used > run.trial_memory_mb:
                return (
                    f"Ended: its process used {used:,.0f} MB of memory, more than the "
                    f"limit of {run.trial_memory_mb:,} MB a trial.",
                    True,
                )
        deadline = run.search_deadline
        if deadline and (timezone.now() - deadline).total_seconds() > GRACE_SECONDS:
            return "The time budget was used up before all folds were scored.", False
        reason = self.why_unwanted()
        if not reason:
            self.unwanted_since = None
            return None
        self.unwanted_since = self.unwanted_since or now
        if now - self.unwanted_since > STOP_GRACE_SECONDS:
            return reason, False
        return None

    def give_up(self, reason: str, failed: bool) -> None:
        results = [
            without_score(trial, reason) if failed else reason for trial in self.trials
        ]
        try:
            record(self.claim, self.trials, results)
        except (LeaseLostError, DatabaseError):
            logger.warning("Trials of run %s are no longer held", self.claim.run.pk)
        # The rest of the unit goes back to the queue: it has not begun.
        rows = Trial.objects.filter(run_id=self.claim.run.pk)
        release(rows, self.claim.token)
        connection.close()
        if self.told is not None:
            self.told()
        end_process()
