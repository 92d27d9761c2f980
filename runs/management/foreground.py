"""All processes of an installation under honcho, in the foreground of a terminal."""

import shlex
import sys
import threading
from collections.abc import Callable, Iterable

from honcho.manager import SYSTEM_PRINTER_NAME, Manager
from honcho.printer import Message, Printer

from runs.management.processes import PYTHON

# What Celery says when it is asked to end, whatever its log level.
FAREWELLS = {"", "worker: Warm shutdown (MainProcess)"}


class QuietPrinter(Printer):  # type: ignore[misc]
    """Prints what the processes report; the course of events only on request."""

    def __init__(self, *, verbose: bool) -> None:
        super().__init__(sys.stdout)
        self.verbose = verbose

    def write(self, message: Message) -> None:
        if self.verbose or not is_routine(message):
            super().write(message)


def is_routine(message: Message) -> bool:
    if message.name == SYSTEM_PRINTER_NAME:
        return True
    return message.data.decode(errors="replace").strip() in FAREWELLS


class Foreground(Manager):  # type: ignore[misc]
    """Honcho, which calls `on_started` in a thread once all processes are started."""

    def __init__(
        self,
        *,
        on_started: Callable[[], None],
        on_stopping: Callable[[], None],
        verbose: bool,
    ) -> None:
        super().__init__(QuietPrinter(verbose=verbose))
        self.on_started = on_started
        self.on_stopping = on_stopping

    def _start(self) -> None:
        # Not before: honcho forks here, which does not go together with threads.
        super()._start()
        threading.Thread(target=self.on_started, daemon=True).start()

    def terminate(self) -> None:
        if not self._terminating:
            self.on_stopping()
            ended = [n for n, p in self._processes.items() if "returncode" in p]
            why = f" ({', '.join(ended)} ended unexpectedly)" if ended else ""
            sys.stdout.write(f"\nStopping Tuneboard{why} ...\n")
            sys.stdout.flush()
        super().terminate()


def run(
    names: Iterable[str],
    environment: dict[str, str],
    *,
    folder: str,
    on_started: Callable[[], None],
    on_stopping: Callable[[], None],
    verbose: bool = False,
) -> int:
    """Run a keeper for each name until asked to stop; return the exit code."""
    manager = Foreground(
        on_started=on_started, on_stopping=on_stopping, verbose=verbose
    )
    for name in names:
        command = shlex.join([*PYTHON, "runs.management.keep", name])
        manager.add_process(name, f"exec {command}", env=environment, cwd=folder)
    manager.loop()
    stopped_by_signal = manager.returncode in {130, 143}
    return 0 if stopped_by_signal else int(manager.returncode or 0)
