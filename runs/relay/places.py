"""How many sockets each person has open in this web process, and the most there may be.

Counted in memory: a process that dies takes its sockets and their count along.
"""

import asyncio
from collections import Counter
from typing import Any
from weakref import WeakKeyDictionary

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

# HTTP's 429 and 4000.
FULL = 4429

# Of an event loop, by a user's key: a server has one loop, tests have one each.
taken: WeakKeyDictionary[Any, Counter[int]] = WeakKeyDictionary()


def reason() -> str:
    most = settings.SOCKETS_A_USER
    # The protocol has room for 123 bytes.
    return f"This user has {most:,} sockets open here already: close some first."


class PlacedConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """A socket that takes one of its user's places for as long as it is open."""

    placed_as: int | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        try:
            await super().__call__(scope, receive, send)
        finally:
            # However it ends: by the client, by a mistake, or given up by the server.
            self.leave_place()

    def takes_place(self, user_id: int) -> bool:
        """Take a place, unless it is there already; False if there is none left."""
        if self.placed_as is not None:
            return True
        places = taken.setdefault(asyncio.get_running_loop(), Counter())
        if settings.SOCKETS_A_USER and places[user_id] >= settings.SOCKETS_A_USER:
            return False
        places[user_id] += 1
        self.placed_as = user_id
        return True

    def leave_place(self) -> None:
        if self.placed_as is None:
            return
        places = taken[asyncio.get_running_loop()]
        places[self.placed_as] -= 1
        if not places[self.placed_as]:
            del places[self.placed_as]
        self.placed_as = None
