"""One socket a run: authorise, send the current state, then what the relay brings."""

import asyncio
import contextlib

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from runs.enums import Role
from runs.models import Run
from runs.relay import Relay, Slot, leave, relay_for, render_async

# Close code of a socket that the user may not open, or whose run is gone.
REFUSED = 4404


@database_sync_to_async  # type: ignore[untyped-decorator]
def rights(user: AbstractBaseUser | AnonymousUser, run_id: int) -> tuple[bool, bool]:
    """Return whether `user` may see the run, and whether they may steer it."""
    runs = Run.objects.filter(pk=run_id)
    seen = runs.visible_to(user).exists()
    return seen, seen and runs.visible_to(user, Role.EDITOR).exists()


class RunConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    relay: Relay | None = None
    slot: Slot
    sending: asyncio.Task[None]

    async def connect(self) -> None:
        run_id = int(self.scope["url_route"]["kwargs"]["run_id"])
        may_see, can_edit = await rights(self.scope["user"], run_id)
        if not may_see:
            await self.close(code=REFUSED)
            return
        await self.accept()
        self.slot = Slot(can_edit=can_edit)
        relay = relay_for(run_id)
        # A hundred viewers that reconnect together share what is rendered already.
        first = relay.latest.get(can_edit) or await render_async(
            run_id, can_edit=can_edit
        )
        if first is None:
            await self.close(code=REFUSED)
            return
        self.slot.put(first)
        self.sending = asyncio.create_task(self.send_latest())
        self.relay = relay
        relay.open(self.slot)

    async def send_latest(self) -> None:
        while True:
            await self.send(text_data=await self.slot.take())

    async def disconnect(self, code: int) -> None:
        if self.relay is None:
            return
        await leave(self.relay, self.slot)
        self.sending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.sending
