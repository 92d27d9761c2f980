"""What one viewer has still to be sent."""

import asyncio
from collections.abc import Hashable, Mapping

# Name of a part of the page -> its markup as it is now. Each is a snapshot of its part.
Parts = Mapping[str, str]


class Slot:
    """The latest state for one viewer; `audience` says whose view of it."""

    def __init__(self, audience: Hashable, *, together: bool = True) -> None:
        self.audience = audience
        self.together = together
        self.parts: Parts = {}
        self.sent: Parts = {}
        self.filled = asyncio.Event()

    def put(self, parts: Parts) -> None:
        self.parts = parts
        self.filled.set()

    async def take(self) -> list[str]:
        """Wait for news; return messages of the parts that differ from those taken before.

        One message, or one a part if they cannot stand `together`. What was put meanwhile
        and replaced again is never sent, and what has not changed is not sent twice.
        """
        while True:
            await self.filled.wait()
            self.filled.clear()
            parts, before, self.sent = self.parts, self.sent, self.parts
            news = [text for name, text in parts.items() if before.get(name) != text]
            if news:
                return ["".join(news)] if self.together else news
