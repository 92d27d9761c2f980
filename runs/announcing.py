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


class RunChanged(TypedDict):
    """The message of a run's group: look again. What there is to see is in the database."""

    type: str
    run_id: int


def group_name(run_id: int) -> str:
    return f"run.{run_id}"


class Announcer:
    """The thread of a process, and its event loop."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.loop = asyncio.new_event_loop()
        self.busy: dict[int, asyncio.Task[None]] = {}
        self.changed: set[int] = set()
        threading.Thread(
            target=self.loop.run_forever, name="announcer", daemon=True
        ).start()

    def announce(self, run_id: int) -> None:
        """Hint that a run has changed; returns before it is sent."""
        self.loop.call_soon_threadsafe(self.note, run_id)

    # --- In the thread ----------------------------------------------------------------

    def note(self, run_id: int) -> None:
        self.changed.add(run_id)
        if run_id not in self.busy:
            self.busy[run_id] = self.loop.create_task(self.tell(run_id))

    async def tell(self, run_id: int) -> None:
        try:
            while run_id in self.changed:
                self.changed.discard(run_id)
                await send(run_id)
                await asyncio.sleep(PAUSE_SECONDS)
        finally:
            del self.busy[run_id]


async def send(run_id: int) -> None:
    message = RunChanged(type="run.changed", run_id=run_id)
    try:
        await get_channel_layer().group_send(group_name(run_id), message)
    except (OSError, RedisError):
        # Only a hint: what happened is stored, and pages look again by themselves.
        logger.warning("Could not announce a change of run %s", run_id)


_lock = threading.Lock()
_announcer: Announcer | None = None


def announcer() -> Announcer:
    """Return the process's own: a thread does not survive a fork."""
    global _announcer  # noqa: PLW0603 - one a process
    with _lock:
        if _announcer is None or _announcer.pid != os.getpid():
            _announcer = Announcer()
        return _announcer
