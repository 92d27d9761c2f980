"""A run's events over a web socket: those since an id, then each as it happens."""

import asyncio
import json
import logging
from importlib import import_module
from types import SimpleNamespace
from typing import Any, NamedTuple, cast
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser, User
from django.http import Http404, HttpRequest
from ninja.responses import NinjaJSONEncoder

from runs.access import run_for
from runs.addresses import whole_number
from runs.api.events import EventOut, events_after
from runs.api.responses import MAX_ID
from runs.enums import Scope
from runs.relay.base import Relay, cancelled, leave
from runs.relay.events import event_relay
from runs.relay.places import FULL, PlacedConsumer, reason
from runs.relay.slots import Slot
from runs.services.tokens import valid_token

SessionStore = import_module(settings.SESSION_ENGINE).SessionStore
logger = logging.getLogger(__name__)

# Close codes, each the HTTP status of the same answer and 4000.
UNREADABLE, SIGNED_OUT, NOT_ALLOWED, GONE = 4400, 4401, 4403, 4404
# Of the codes of the protocol itself Daphne sends only the first.
DONE, BROKEN = 1000, 4500
BATCH = 200
END = json.dumps({"type": "end"})


class ClosedError(Exception):
    """Why a socket is closed."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class News(NamedTuple):
    reader: int  # the user who may see them
    events: list[EventOut]
    is_all: bool  # whether there are no later ones
    is_over: bool  # whether the run had ended before they were read


class Caller(NamedTuple):
    """What a socket was opened with; asked again each time, for both can end."""

    secret: str | None  # of a token
    session_key: str | None

    @classmethod
    def of(cls, scope: dict[str, Any]) -> "Caller":
        session = scope.get("session")
        return cls(bearer_secret(scope), session and session.session_key)

    def user(self) -> User:
        """Return whose token or session it is; a token is not replaced by a session."""
        if self.secret is not None:
            token = valid_token(self.secret)
            if token is None:
                raise ClosedError(SIGNED_OUT, "The token is unknown or has ended.")
            if Scope.READ not in token.scopes:
                raise ClosedError(NOT_ALLOWED, "The token lacks the scope “read”.")
            return token.user
        found: User | AnonymousUser = AnonymousUser()
        if self.session_key:
            request = SimpleNamespace(session=SessionStore(self.session_key))
            found = get_user(cast("HttpRequest", request))
        if isinstance(found, AnonymousUser):
            raise ClosedError(SIGNED_OUT, "Nobody is signed in, or not any more.")
        return found


def bearer_secret(scope: dict[str, Any]) -> str | None:
    """Return the token of the header Authorization; None without one."""
    for name, value in scope["headers"]:
        kind, _, secret = value.decode("latin1").partition(" ")
        if name == b"authorization" and kind.lower() == "bearer":
            return str(secret.strip())
    return None


def look(caller: Caller, run_id: int, since: int) -> News:
    """Return the next events for whoever may still see the run."""
    user = caller.user()
    try:
        run = run_for(user, run_id)
    except Http404:
        raise ClosedError(GONE, "There is no such run.") from None
    found = events_after(run, since, limit=BATCH)
    # The run was read first: of one that had ended by then, these are the last.
    return News(user.pk, found, len(found) < BATCH, run.has_ended)


class EventConsumer(PlacedConsumer):
    """Sends each event once, in order; where it began, the client says by `since`."""

    channel_layer_alias = None
    relay: Relay | None = None
    slot: Slot
    sending: asyncio.Task[None]

    async def connect(self) -> None:
        # Before anything is looked at: a refused handshake would tell no code.
        await self.accept()
        self.run_id = int(self.scope["url_route"]["kwargs"]["run_id"])
        if self.run_id > MAX_ID:
            await self.close(code=GONE)
            return
        # Joined first, so that nothing happens unheard between looking and listening.
        self.relay = event_relay(self.run_id)
        self.slot = Slot(None)
        self.relay.open(self.slot)
        self.sending = asyncio.create_task(self.follow())

    async def follow(self) -> None:
        try:
            await self.send_all(self.since())
        except ClosedError as error:
            await self.close(code=error.code, reason=error.reason)
        except Exception:  # the client comes again, and goes on where it was
            logger.exception("Could not send the events of run %s", self.run_id)
            await self.close(code=BROKEN)

    def since(self) -> int:
        asked = parse_qs(self.scope["query_string"].decode(), keep_blank_values=True)
        found = whole_number(asked.get("since", ["0"])[0])
        if found is None:
            raise ClosedError(UNREADABLE, "since: must be the id of an event, or 0.")
        return found

    async def send_all(self, since: int) -> None:
        caller = Caller.of(self.scope)
        read = database_sync_to_async(look, thread_sensitive=False)
        while True:
            self.slot.filled.clear()
            news: News = await read(caller, self.run_id, since)
            if not self.takes_place(news.reader):
                raise ClosedError(FULL, reason())
            for event in news.events:
                text = json.dumps(event.model_dump(), cls=NinjaJSONEncoder)
                await self.send(text_data=text)
                since = event.id
            if not news.is_all:
                continue
            if news.is_over:
                await self.send(text_data=END)
                raise ClosedError(DONE, "The run is over.")
            await self.slot.filled.wait()

    async def disconnect(self, code: int) -> None:
        if self.relay is None:
            return
        await cancelled([self.sending])
        await leave(self.relay, self.slot)
