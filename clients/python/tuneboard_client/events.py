"""What happens to a run, as it happens: none is missed, none comes twice.

Events come over a socket. Where that cannot be opened or breaks, they are asked for by
HTTP, from the last one on that is known, until the socket is there again.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from tuneboard_client.resources import parsed
from tuneboard_client.transport import Transport

OPEN_SECONDS = 10.0
# How long nothing may be heard before whoever waits is given the chance to look around.
TICK_SECONDS = 1.0
POLL_SECONDS = 1.0
# Between attempts to open the socket; doubled each time.
FIRST_RETRY, LONGEST_RETRY = 1.0, 60.0


@dataclass(frozen=True)
class Event:
    """Something that happened to a run.

    Attributes
    ----------
    id : int
        Its number; later events have greater ones.
    at : datetime
        When.
    kind : str
        ``phase``, ``trials_started``, ``trials_ended``, ``model``, ``note``, ...
    level : str
        ``info``, ``warning`` or ``error``.
    message : str
        In words.
    data : dict
        In numbers, by kind: the trials, the phase.
    actor : str or None
        Who did it, where it was a person.
    """

    id: int
    at: datetime
    kind: str
    level: str
    message: str
    data: dict[str, Any] = field(default_factory=dict)
    actor: str | None = None


def event_of(found: dict[str, Any]) -> Event:
    """Read an event.

    Parameters
    ----------
    found : dict
        The JSON of the API or the socket.

    Returns
    -------
    Event
        The same.
    """
    known = {k: v for k, v in found.items() if k in Event.__dataclass_fields__}
    return Event(**{**known, "at": parsed("_at", found["at"])})


class Ended(Exception):  # noqa: N818 - no error
    """The run is over, and every event was given."""


class EventStream:
    """The events of one run.

    Parameters
    ----------
    transport : Transport
        The server.
    run_id : int
        The run.
    since : int, default 0
        The last event that is known.

    Attributes
    ----------
    last_id : int
        The last event that was given.
    has_socket : bool
        Whether events come over the socket at present.
    """

    def __init__(self, transport: Transport, run_id: int, *, since: int = 0) -> None:
        self._transport = transport
        self._run_id = run_id
        self.last_id = since
        self.has_socket = False
        self._retry = FIRST_RETRY

    def __iter__(self) -> Iterator[Event | None]:
        """Yield each event, and None when there was none for about a second."""
        try:
            while True:
                try:
                    with self._opened() as socket:
                        self.has_socket, self._retry = True, FIRST_RETRY
                        yield from self._received(socket)
                except (OSError, ValueError, WebSocketException):
                    # Whatever was the matter, HTTP can say it better: 401, 404, ...
                    pass
                finally:
                    self.has_socket = False
                yield from self._polled(until=time.monotonic() + self._retry)
                self._retry = min(2 * self._retry, LONGEST_RETRY)
        except Ended:
            return

    def _opened(self) -> ClientConnection:
        path = f"/ws/v1/runs/{self._run_id}/events?since={self.last_id}"
        return connect(
            self._transport.socket_url(path),
            additional_headers=self._transport.headers,
            open_timeout=OPEN_SECONDS,
            close_timeout=1.0,
            max_size=None,
        )

    def _received(self, socket: ClientConnection) -> Iterator[Event | None]:
        while True:
            try:
                message = json.loads(socket.recv(timeout=TICK_SECONDS))
            except TimeoutError:
                yield None
                continue
            if message.get("type") == "end":
                raise Ended
            yield from self._news(message)

    def _polled(self, *, until: float) -> Iterator[Event | None]:
        while True:
            # Asked before the events: what comes after its end is not missed.
            run = self._transport.get(f"/runs/{self._run_id}")
            yield from self._asked()
            if run["finished_at"] is not None:
                raise Ended
            if time.monotonic() >= until:
                return
            yield None
            time.sleep(POLL_SECONDS)

    def _asked(self) -> Iterator[Event]:
        more = True
        while more:
            path = f"/runs/{self._run_id}/events"
            page = self._transport.get(path, {"since": self.last_id, "limit": 200})
            for found in page["items"]:
                yield from self._news(found)
            more = page["has_more"]

    def _news(self, found: dict[str, Any]) -> Iterator[Event]:
        """Give an event, unless it was given before."""
        event = event_of(found)
        if event.id > self.last_id:
            self.last_id = event.id
            yield event
