"""One socket a page: authorise, send the current state, then what the relay brings."""

import asyncio
import contextlib
from collections.abc import Hashable
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from runs.addresses import whole_number
from runs.announcing import OVERVIEW, group_name
from runs.enums import Role
from runs.models import Run
from runs.relay.base import Relay, leave, relay_for
from runs.relay.doors import REFUSED, SIGNED_OUT, Guest, doors
from runs.relay.overview import Audience, OverviewRelay
from runs.relay.places import FULL, PlacedConsumer, reason
from runs.relay.run import RunRelay
from runs.relay.slots import Slot

AnyUser = AbstractBaseUser | AnonymousUser


def rights(user: AnyUser, run_id: int) -> bool | None:
    """Return whether `user` may steer the run; None if they may not even see it."""
    runs = Run.objects.filter(pk=run_id)
    if not runs.visible_to(user).exists():
        return None
    return runs.visible_to(user, Role.EDITOR).exists()


class LiveConsumer(PlacedConsumer):
    """A viewer of a page; which page and as whom is for its subclasses to say."""

    # Hints come to the relay: a channel for each viewer would only wait to be cancelled.
    channel_layer_alias = None
    relay: Relay | None = None
    guest: Guest | None = None
    slot: Slot
    sending: asyncio.Task[None]

    def audience(self, user: AnyUser) -> Hashable | None:
        """Return as whom somebody looks at the page; None if they may not.

        Called in a thread: when the socket opens, and again while it is open.
        """
        raise NotImplementedError

    def find_relay(self) -> Relay:
        raise NotImplementedError

    async def connect(self) -> None:
        user = self.scope["user"]
        audience = await database_sync_to_async(self.audience)(user)
        if audience is None:
            await self.close(code=REFUSED if user.is_authenticated else SIGNED_OUT)
            return
        await self.accept()
        if not self.takes_place(user.pk):
            # Told to a socket that is open: a refused handshake would tell no code.
            await self.close(code=FULL, reason=reason())
            return
        relay = self.find_relay()
        self.slot = Slot(audience, together=relay.together)
        first = await relay.first(audience)
        if first is None:
            await self.close(code=REFUSED)
            return
        self.slot.put(first)
        self.sending = asyncio.create_task(self.send_latest())
        self.relay = relay
        relay.open(self.slot)
        self.enter(audience)

    def enter(self, audience: Hashable) -> None:
        """Have it noticed when what lets the viewer in ends."""
        session = self.scope.get("session")
        if session is None or not session.session_key:
            return
        self.guest = Guest(
            audience,
            session_key=session.session_key,
            page=self.scope["path"],
            allowed=self.audience,
            show_out=self.show_out,
            look_as=self.look_as,
        )
        doors().open(self.guest)

    async def show_out(self, code: int) -> None:
        # Nothing may be sent after the closing.
        self.sending.cancel()
        await self.close(code=code)

    async def look_as(self, audience: Hashable) -> None:
        """Go on with other rights: somebody's role was changed."""
        assert self.relay is not None
        self.slot.audience = audience
        # What others with these rights were shown last may be older than what is now.
        self.slot.put(await self.relay.first(audience) or self.slot.parts)
        self.relay.changed.set()

    async def send_latest(self) -> None:
        while True:
            for message in await self.slot.take():
                await self.send(text_data=message)

    async def disconnect(self, code: int) -> None:
        if self.guest is not None:
            await leave(doors(), self.guest)
        if self.relay is None:
            return
        self.sending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.sending
        await leave(self.relay, self.slot)


class RunConsumer(LiveConsumer):
    @property
    def run_id(self) -> int:
        return int(self.scope["url_route"]["kwargs"]["run_id"])

    def audience(self, user: AnyUser) -> Hashable | None:
        return rights(user, self.run_id)

    def find_relay(self) -> Relay:
        return relay_for(group_name(self.run_id), lambda: RunRelay(self.run_id))


class OverviewConsumer(LiveConsumer):
    """The list of all runs or a project's, or the workers, as the address says."""

    def audience(self, user: AnyUser) -> Hashable | None:
        if not user.is_authenticated or not user.is_active:
            return None
        asked = parse_qs(self.scope.get("query_string", b"").decode())
        return Audience(
            user_id=user.pk,
            page=self.scope["url_route"]["kwargs"]["page"],
            number=whole_number(asked.get("page", [""])[0]) or 1,
            project_id=whole_number(asked.get("project", [""])[0]),
        )

    def find_relay(self) -> Relay:
        return relay_for(OVERVIEW, OverviewRelay)
