"""The viewers of one page in this process, and the tasks that feed them."""

import asyncio
import contextlib
import logging
import re
import time
from collections.abc import Callable, Hashable, Iterable
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from runs.relay.slots import Parts, Slot

logger = logging.getLogger(__name__)

# Without a hint for so long, the state is looked up all the same: hints may be lost.
LOOK_SECONDS = 10.0
RETRY_SECONDS = 1.0
CANCEL_AGAIN_SECONDS = 0.25
# Of the time between messages, what a server that renders slowly leaves free at least.
REST_SHARE = 0.4

INDENTATION = re.compile(r"\s*\n\s*")


def compact(markup: str) -> str:
    """Leave out indentation: more than half of it, and every viewer is sent all of it."""
    return INDENTATION.sub("\n", markup)


async def cancelled(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel `tasks` and return when they have ended.

    A command to Redis that is just being sent swallows a cancellation and goes on (seen
    with redis-py 8.1: one in thirty), so it is repeated until it is heeded.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=CANCEL_AGAIN_SECONDS)


class Relay:
    """Renders after each change, for all viewers that see the same at once."""

    # Changes closer together than this become one message.
    coalesce_seconds: ClassVar[float] = 0.12
    # Whether a message may have several parts: rows of tables need one each.
    together: ClassVar[bool] = True

    def __init__(self, group: str) -> None:
        self.group = group
        self.slots: set[Slot] = set()
        self.changed = asyncio.Event()
        self.hinted = False  # whether a hint came, or it was time to look
        self.latest: dict[Hashable, Parts] = {}
        self.tasks: list[asyncio.Task[None]] = []

    @property
    def name(self) -> str:
        """Return what tells it from the others, of which some listen to the same group."""
        return self.group

    @property
    def look_seconds(self) -> float:
        """Return after how long without a hint the state is looked up."""
        return LOOK_SECONDS

    def render(self, audiences: Iterable[Hashable]) -> dict[Hashable, Parts]:
        """Return what each audience sees; none for one that has nothing to see.

        Called in a thread, one call at a time but for a first viewer's.
        """
        raise NotImplementedError

    async def rendered(self, audiences: Iterable[Hashable]) -> dict[Hashable, Parts]:
        in_thread = database_sync_to_async(self.render, thread_sensitive=False)
        found: dict[Hashable, Parts] = await in_thread(list(audiences))
        return found

    async def first(self, audience: Hashable) -> Parts | None:
        """Return what a new viewer is sent.

        A hundred viewers that reconnect together share what is rendered already.
        """
        known = self.latest.get(audience)
        return known or (await self.rendered([audience])).get(audience)

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
        await cancelled(tasks)

    async def listen(self) -> None:
        """Turn the group's messages into the `changed` flag."""
        layer = get_channel_layer()
        while True:
            try:
                channel = await layer.new_channel()
                await layer.group_add(self.group, channel)
                # What happened between the viewer's first message and joining.
                self.changed.set()
                try:
                    while True:
                        await layer.receive(channel)
                        self.changed.set()
                finally:
                    with contextlib.suppress(OSError, RedisError):
                        await layer.group_discard(self.group, channel)
            except (OSError, RedisError):
                logger.warning("Lost the channel layer; trying again")
                await asyncio.sleep(RETRY_SECONDS)

    async def feed(self) -> None:
        """Render after a change, a few times a second at the most, and fill the slots."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.changed.wait(), self.look_seconds)
            self.hinted = self.changed.is_set()
            self.changed.clear()
            began = time.monotonic()
            try:
                await self.render_all()
            except Exception:  # the next change is rendered whatever befell this one
                logger.exception("Could not render %s", self.group)
            # Counted from the beginning, with a rest for the others in any case.
            left = self.coalesce_seconds - (time.monotonic() - began)
            await asyncio.sleep(max(left, REST_SHARE * self.coalesce_seconds))

    async def render_all(self) -> None:
        found = await self.rendered({slot.audience for slot in self.slots})
        for audience, parts in found.items():
            if parts == self.latest.get(audience):
                continue
            self.latest[audience] = parts
            for slot in self.slots:
                if slot.audience == audience:
                    slot.put(parts)


# Relays belong to an event loop: a server has one, tests have one each.
relays: WeakKeyDictionary[Any, dict[str, Relay]] = WeakKeyDictionary()


def relay_for(name: str, make: Callable[[], Relay]) -> Relay:
    of_loop = relays.setdefault(asyncio.get_running_loop(), {})
    if name not in of_loop:
        of_loop[name] = make()
    return of_loop[name]


async def leave(relay: Relay, slot: Slot) -> None:
    await relay.close(slot)
    if not relay.slots:
        relays.get(asyncio.get_running_loop(), {}).pop(relay.name, None)
