"""Hints to the web processes, sent from a thread that keeps one connection.

`async_to_sync` would make an event loop and a connection for each hint, which costs more
than writing down what the hint is about.
"""

import asyncio
import logging
import os
import threading
from typing import TypedDict

from channels.layers import get_channel_layer
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# Hints of a run closer together than this become one: the first is sent at once, and
# one more for all that came meanwhile.
PAUSE_SECONDS = 0.05


# The group of the pages that show all runs, and the workers.
OVERVIEW = "overview"
OVERVIEW_PAUSE_SECONDS = 0.3


# The group of those who look after open sockets.
ACCESS = "access"


class RunChanged(TypedDict):
    """The message of a group: look again. What there is to see is in the database."""

    type: str
    run_id: int


def group_name(run_id: int) -> str:
    return f"run.{run_id}"


class Announcer:
    """The thread of a process, and its event loop."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.loop = asyncio.new_event_loop()
        self.busy: dict[str, asyncio.Task[None]] = {}
        self.changed: dict[str, int] = {}  # group -> the run that changed last
        threading.Thread(
            target=self.loop.run_forever, name="announcer", daemon=True
        ).start()

    def announce(self, run_id: int) -> None:
        """Hint that a run has changed; returns before it is sent."""
        self.loop.call_soon_threadsafe(self.note, group_name(run_id), run_id)
        self.loop.call_soon_threadsafe(self.note, OVERVIEW, run_id)

    def announce_workers(self) -> None:
        """Hint that a worker has something new to say of itself."""
        self.loop.call_soon_threadsafe(self.note, OVERVIEW, 0)

    def announce_access(self) -> None:
        """Hint that somebody may have lost a right, or signed out."""
        self.loop.call_soon_threadsafe(self.note, ACCESS, 0)

    # --- In the thread ----------------------------------------------------------------

    def note(self, group: str, run_id: int) -> None:
        self.changed[group] = run_id
        if group not in self.busy:
            self.busy[group] = self.loop.create_task(self.tell(group))

    async def tell(self, group: str) -> None:
        pause = OVERVIEW_PAUSE_SECONDS if group == OVERVIEW else PAUSE_SECONDS
        try:
            while group in self.changed:
                await send(group, self.changed.pop(group))
                await asyncio.sleep(pause)
        finally:
            del self.busy[group]


async def send(group: str, run_id: int) -> None:
    message = RunChanged(type="run.changed", run_id=run_id)
    try:
        await get_channel_layer().group_send(group, message)
    except (OSError, RedisError):
        # Only a hint: what happened is stored, and pages look again by themselves.
        logger.warning("Could not announce a change to %s", group)


_lock = threading.Lock()
_announcer: Announcer | None = None


def announcer() -> Announcer:
    """Return the process's own: a thread does not survive a fork."""
    global _announcer  # noqa: PLW0603 - one a process
    with _lock:
        if _announcer is None or _announcer.pid != os.getpid():
            _announcer = Announcer()
        return _announcer
