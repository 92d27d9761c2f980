"""From one group message to every viewer of a run, once per web process.

A web process joins a run's group once, renders the page's fragments once per change,
and hands them to its own viewers. Each viewer has a slot that holds the latest message
only: a slow reader delays nobody, and memory does not grow.
"""

import asyncio
import contextlib
import logging
import re
from typing import Any
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.template.loader import render_to_string
from redis.exceptions import RedisError

from runs import queries
from runs.announcing import group_name
from runs.models import Run

logger = logging.getLogger(__name__)

# Changes closer together than this become one message.
COALESCE_SECONDS = 0.12
# Without a hint for so long, the state is looked up all the same: hints may be lost.
LOOK_SECONDS = 10.0
RETRY_SECONDS = 1.0

INDENTATION = re.compile(r"\s*\n\s*")

FRAGMENTS = (
    "stepper",
    "progress",
    "controls",
    "workers",
    "leaderboard",
    "log",
    "history_recent",
)


def render(run_id: int, *, can_edit: bool) -> str | None:
    """Return the live fragments of a run's page as one message; None if it is gone."""
    run = Run.objects.select_related("dataset", "project").filter(pk=run_id).first()
    if run is None:
        return None
    context = {
        "run": run,
        "state": queries.live_state(run),
        "can_edit": can_edit,
        "oob": True,
    }
    message = "".join(
        render_to_string(f"runs/run.html#{name}", context) for name in FRAGMENTS
    )
    # Indentation is more than half of it, and every viewer is sent all of it.
    return INDENTATION.sub("\n", message)


render_async = database_sync_to_async(render, thread_sensitive=False)


class Slot:
    """What one viewer has still to be sent: the latest message, or nothing."""

    def __init__(self, *, can_edit: bool) -> None:
        self.can_edit = can_edit
        self.message: str | None = None
        self.filled = asyncio.Event()

    def put(self, message: str) -> None:
        self.message = message
        self.filled.set()

    async def take(self) -> str:
        await self.filled.wait()
        self.filled.clear()
        return self.message or ""


class Relay:
    """The viewers of one run in this process, and the task that feeds them."""

    def __init__(self, run_id: int) -> None:
        self.run_id = run_id
        self.slots: set[Slot] = set()
        self.changed = asyncio.Event()
        self.latest: dict[bool, str] = {}
        self.tasks: list[asyncio.Task[None]] = []

    def open(self, slot: Slot) -> None:
        self.slots.add(slot)
        if not self.tasks:
            self.tasks = [
                asyncio.create_task(self.listen()),
                asyncio.create_task(self.feed()),
            ]

    async def close(self, slot: Slot) -> None:
        self.slots.discard(slot)
        if self.slots:
            return
        tasks, self.tasks = self.tasks, []
        self.latest.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def listen(self) -> None:
        """Turn the group's messages into the `changed` flag."""
        layer = get_channel_layer()
        group = group_name(self.run_id)
        while True:
            try:
                channel = await layer.new_channel()
                await layer.group_add(group, channel)
                # What happened between the viewer's first message and joining.
                self.changed.set()
                try:
                    while True:
                        await layer.receive(channel)
                        self.changed.set()
                finally:
                    with contextlib.suppress(OSError, RedisError):
                        await layer.group_discard(group, channel)
            except (OSError, RedisError):
                logger.warning("Lost the channel layer; trying again")
                await asyncio.sleep(RETRY_SECONDS)

    async def feed(self) -> None:
        """Render after a change, a few times a second at the most, and fill the slots."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.changed.wait(), LOOK_SECONDS)
            self.changed.clear()
            try:
                await self.render_all()
            except Exception:  # the next change is rendered whatever befell this one
                logger.exception("Could not render run %s", self.run_id)
            await asyncio.sleep(COALESCE_SECONDS)

    async def render_all(self) -> None:
        for can_edit in {slot.can_edit for slot in self.slots}:
            message = await render_async(self.run_id, can_edit=can_edit)
            if message is None or message == self.latest.get(can_edit):
                continue
            self.latest[can_edit] = message
            for slot in self.slots:
                if slot.can_edit == can_edit:
                    slot.put(message)


# Relays belong to an event loop: a server has one, tests have one each.
relays: WeakKeyDictionary[Any, dict[int, Relay]] = WeakKeyDictionary()


def relay_for(run_id: int) -> Relay:
    of_loop = relays.setdefault(asyncio.get_running_loop(), {})
    return of_loop.setdefault(run_id, Relay(run_id))


async def leave(relay: Relay, slot: Slot) -> None:
    await relay.close(slot)
    if not relay.slots:
        relays.get(asyncio.get_running_loop(), {}).pop(relay.run_id, None)
