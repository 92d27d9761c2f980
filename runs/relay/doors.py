"""Whoever may not look any more is shown out: sockets end with what let them in.

A socket is authorised when it opens, and may stay open for days. Here a web process looks
after all of its sockets together: when it is told that a login or a membership has ended,
and now and then without being told, since sessions also end by time.
"""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from datetime import datetime
from typing import ClassVar, NamedTuple

from channels.db import database_sync_to_async
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from runs.announcing import ACCESS
from runs.relay.base import Relay, relay_for
from runs.relay.slots import Slot

# Close codes of those who have to go.
SIGNED_OUT = 4401
REFUSED = 4404
# How long a session that has run out, or was deleted past all of us, goes unnoticed.
LOOK_SECONDS = 30.0


class Guest(Slot):
    """An open socket: by which session it was let in, to look at what, as whom.

    Of one `page`, a person's sockets are asked about once: `allowed` tells as whom they
    may look at it now. `show_out` closes the socket with a code; `look_as` goes on with
    other rights than before.
    """

    def __init__(
        self,
        audience: Hashable,
        *,
        session_key: str,
        page: Hashable,
        allowed: Callable[[User], Hashable | None],
        show_out: Callable[[int], Awaitable[None]],
        look_as: Callable[[Hashable], Awaitable[None]],
    ) -> None:
        super().__init__(audience)
        self.session_key, self.page = session_key, page
        self.allowed, self.show_out, self.look_as = allowed, show_out, look_as


class Verdict(NamedTuple):
    """What is to be done about a guest: a close code, or another audience."""

    code: int = 0
    audience: Hashable = None


class Doors(Relay):
    """Looks after all sockets of a web process; its slots are guests."""

    coalesce_seconds: ClassVar[float] = 0.2

    @property
    def look_seconds(self) -> float:
        return LOOK_SECONDS

    async def render_all(self) -> None:
        guests = [slot for slot in self.slots if isinstance(slot, Guest)]
        look = database_sync_to_async(verdicts, thread_sensitive=False)
        for guest, verdict in (await look(guests)).items():
            if guest not in self.slots:  # has left meanwhile
                continue
            if verdict.code:
                await guest.show_out(verdict.code)
            else:
                guest.audience = verdict.audience
                await guest.look_as(verdict.audience)


def verdicts(guests: Sequence[Guest]) -> dict[Guest, Verdict]:
    """Return what is to be done, about those for whom something has changed."""
    found: dict[Guest, Verdict] = {}
    users = signed_in({guest.session_key for guest in guests}, timezone.now())
    asked: dict[Hashable, Hashable | None] = {}
    for guest in guests:
        user = users.get(guest.session_key)
        if user is None:
            found[guest] = Verdict(SIGNED_OUT)
            continue
        question = (user.pk, guest.page)
        if question not in asked:
            asked[question] = guest.allowed(user)
        if asked[question] is None:
            found[guest] = Verdict(REFUSED)
        elif asked[question] != guest.audience:
            found[guest] = Verdict(audience=asked[question])
    return found


def signed_in(session_keys: set[str], now: datetime) -> dict[str, User]:
    """Return whose sessions these are, of those that are still good."""
    sessions = Session.objects.filter(session_key__in=session_keys, expire_date__gt=now)
    said = {session.session_key: session.get_decoded() for session in sessions}
    ids = {int(data[SESSION_KEY]) for data in said.values() if SESSION_KEY in data}
    users = User.objects.filter(is_active=True).in_bulk(ids)
    found: dict[str, User] = {}
    for key, data in said.items():
        user = users.get(int(data.get(SESSION_KEY, 0)))
        # A new password ends the sessions that were opened with the old one.
        if user is not None and constant_time_compare(
            data.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()
        ):
            found[key] = user
    return found


def doors() -> Relay:
    return relay_for(ACCESS, lambda: Doors(ACCESS))
