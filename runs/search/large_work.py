"""Large tables: one process at a time holds much memory, and has all cores for it."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

# Arrays of so many bytes are fitted on by one process at a time.
LARGE_BYTES = 1 << 26
_LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class LargeWork:
    """Whose turn it is among the processes of a host that work on large tables.

    What needs little memory is done side by side, by each process with its own threads.
    What needs much is done alone, with the threads of all cores: while it is done no
    other process computes on a large table, so there are never more threads than cores,
    nor two large copies. Who wants to be alone comes before those who do not.

    Attributes
    ----------
    directory : Path
        Where the locks are. The system frees them when their holder dies.
    n_threads : int
        Threads of a process that works beside others.
    n_threads_alone : int
        Threads of one that works alone.
    """

    directory: Path
    n_threads: int
    n_threads_alone: int

    @contextmanager
    def turn(
        self,
        n_bytes: int = LARGE_BYTES,
        *,
        should_stop: Callable[[], bool] | None = None,
    ) -> Iterator[int]:
        """Wait until so much memory may be used; within, it may. Turns do not nest.

        Parameters
        ----------
        n_bytes : int, default=67108864
            Size of the arrays that are worked on.
        should_stop : callable, optional
            Asked while it waits.

        Yields
        ------
        int
            The threads to use.

        Raises
        ------
        InterruptedError
            If ``should_stop`` returned True.
        """
        alone = n_bytes >= LARGE_BYTES
        kind = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
        self.directory.mkdir(parents=True, exist_ok=True)
        with ExitStack() as held:
            gate = held.enter_context((self.directory / "large-gate.lock").open("w"))
            work = held.enter_context((self.directory / "large-table.lock").open("w"))
            # Nobody else begins while one waits at the gate to be alone.
            _acquire(gate, kind, should_stop)
            _acquire(work, kind, should_stop)
            fcntl.flock(gate, fcntl.LOCK_UN)
            yield self.n_threads_alone if alone else self.n_threads


def _acquire(file: IO[str], kind: int, should_stop: Callable[[], bool] | None) -> None:
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(file, kind | fcntl.LOCK_NB)
            return
        if should_stop is not None and should_stop():
            raise InterruptedError
        time.sleep(_LOOK_SECONDS)
