"""Keep processes running: `python -m runs.management.keep NAME...`.

A keeper starts the processes of these names, starts one again when it dies, and ends
them when it is told to stop or when its owner is gone. Of several keepers of one
installation and one name, the first has the name's lock; the others stand by and take
over when it vanishes: a server and commands may come and go in any order.

What to run is in the environment, as JSON (see `runs.management.processes`). Only the
standard library is imported: a keeper costs 10 MB, Django would cost 60.
"""

import ctypes
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Self, TypedDict

from runs.management.locks import Lock

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
LOOK_SECONDS = 0.5  # how often a keeper looks for its owner and for a free lock
PR_SET_PDEATHSIG = 1


class Spec(TypedDict):
    """How to run one process."""

    command: list[str]
    env: dict[str, str]
    nice: int  # how far it steps back behind the others for the processor
    delay: float  # seconds to wait before the first start
    grace: float  # seconds between being asked to end and being killed
    after: list[str]  # the names that use this one: it ends after them


class Orders(NamedTuple):
    """What this keeper was told by its owner."""

    owner: int
    locks: Path
    specs: dict[str, Spec]

    @classmethod
    def from_environment(cls) -> Self:
        orders = json.loads(os.environ.pop("TUNEBOARD_KEEP"))
        return cls(orders["owner"], Path(orders["locks"]), orders["specs"])


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:  # a process nobody has waited for yet is dead all the same
        return (
            Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        )
    except OSError:
        return True


class Bell:
    """Wakes the keeper when a signal arrives."""

    def __init__(self) -> None:
        self.stopping = False
        self._heard, rings = socket.socketpair()
        for end in (self._heard, rings):
            end.setblocking(False)
        self._rings = rings
        signal.set_wakeup_fd(rings.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def wait(self, seconds: float) -> None:
        if select.select([self._heard], [], [], seconds)[0]:
            self._heard.recv(1000)


class Kept:
    """One process that is kept running."""

    def __init__(self, name: str, spec: Spec, locks: Path) -> None:
        self.name, self.spec = name, spec
        self.lock = Lock(locks / f"{name}.lock")
        self.users = [Lock(locks / f"{user}.lock") for user in spec["after"]]
        self.child: subprocess.Popen[bytes] | None = None
        self.pause, self.started = FIRST_PAUSE, 0.0
        self.start_at = time.monotonic() + spec["delay"]
        self.has_lock = False

    def look(self, now: float) -> None:
        """Start the process if it should run and does not."""
        if not self.has_lock:
            self.has_lock = self.lock.take()
        if self.child is not None and self.child.poll() is not None:
            self._lost(now)
        if self.has_lock and self.child is None and now >= self.start_at:
            self.started = now
            self.child = start(self.spec)

    def _lost(self, now: float) -> None:
        assert self.child is not None
        if now - self.started > LONGEST_PAUSE:
            self.pause = FIRST_PAUSE
        say(
            f"{self.name} ended unexpectedly ({ending(self.child.returncode)});"
            f" starting it again in {self.pause:g} s"
        )
        kill_group(self.child)
        self.child, self.start_at = None, now + self.pause
        self.pause = min(2 * self.pause, LONGEST_PAUSE)

    def ask_to_end(self) -> None:
        if self.child is not None and self.child.poll() is None:
            self.child.terminate()

    def end(self, deadline: float) -> None:
        """Wait until `deadline` for the process to end, then kill it."""
        if self.child is not None:
            with suppress(subprocess.TimeoutExpired):
                self.child.wait(max(0.0, deadline - time.monotonic()))
            kill_group(self.child)
            self.child.wait()
            self.child = None
        self.lock.release()

    def in_use(self) -> bool:
        return self.child is not None and not all(user.is_free() for user in self.users)


def start(spec: Spec) -> "subprocess.Popen[bytes]":
    keeper = os.getpid()
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

    def die_with_keeper() -> None:
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        os.nice(spec["nice"])
        if os.getppid() != keeper:  # it died before this took effect
            os._exit(1)

    # A group of its own: what is left of it can be killed before the next start.
    return subprocess.Popen(  # noqa: S603 - the owner's own commands
        spec["command"],
        env={**os.environ, **spec["env"]},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with_keeper,  # noqa: PLW1509 - the keeper has no threads
    )


def kill_group(child: "subprocess.Popen[bytes]") -> None:
    """Kill a process and all that it has started and left behind."""
    # Nothing may be left of it, or (an error on macOS) only zombies.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def ending(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name


def say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def stop(kept: list[Kept]) -> None:
    """End all: first those nobody needs, then those the others were using."""
    users = [one for one in kept if not one.users]
    used = [one for one in kept if one.users]
    for one in users:
        one.ask_to_end()
    asked = time.monotonic()
    for one in users:
        one.end(asked + one.spec["grace"])
    for one in used:
        while one.in_use() and time.monotonic() < asked + one.spec["grace"]:
            time.sleep(0.05)
        one.ask_to_end()
    for one in used:
        one.end(time.monotonic() + 1.0)


def keep(names: list[str], orders: Orders) -> None:
    bell = Bell()
    kept = [Kept(name, orders.specs[name], orders.locks) for name in names]
    try:
        while not bell.stopping and is_alive(orders.owner):
            now = time.monotonic()
            for one in kept:
                one.look(now)
            bell.wait(LOOK_SECONDS)
    finally:
        stop(kept)


if __name__ == "__main__":
    keep(sys.argv[1:], Orders.from_environment())
