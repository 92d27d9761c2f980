"""What Django tells of accounts: for the audit log, and for sockets that are open."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.signals import (
    user_logged_in,
    user_logged_out,
    user_login_failed,
)
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from runs import audit
from runs.announcing import announcer
from runs.enums import Action
from runs.models import AuditEntry, Membership

# Whoever goes on against a locked door is written down once in so long.
LOCKED_AGAIN = timedelta(minutes=15)


@receiver(user_logged_in)
def signed_in(sender: object, user: User, **_: Any) -> None:
    audit.record(Action.SIGNED_IN, user, user=user)


@receiver(user_logged_out)
def signed_out(sender: object, user: User | None, **_: Any) -> None:
    if user is not None:
        audit.record(Action.SIGNED_OUT, user, user=user)


@receiver(user_login_failed)
def sign_in_failed(
    sender: object,
    credentials: dict[str, Any],
    request: HttpRequest | None = None,
    **_: Any,
) -> None:
    # What is no name of an account may be a password in the wrong field.
    name = str(credentials.get("username", ""))
    user = User.objects.filter(username=name).first()
    told = user.username if user else "an unknown name"
    if not getattr(request, "axes_locked_out", False):
        audit.record(Action.SIGN_IN_FAILED, user, name=told)
        return
    recent = AuditEntry.objects.filter(
        action=Action.LOCKED_OUT,
        object_name=told,
        at__gt=timezone.now() - LOCKED_AGAIN,
    )
    if not recent.exists():
        note = "Too many wrong passwords."
        audit.record(Action.LOCKED_OUT, user, name=told, note=note)


# --- Open sockets -----------------------------------------------------------------------


def look_again() -> None:
    # What is read must be there: after the commit.
    transaction.on_commit(lambda: announcer().announce_access(), robust=True)


@receiver([post_save, post_delete], sender=Membership)
def membership_changed(sender: object, created: bool = False, **_: Any) -> None:
    if not created:  # a new member has no socket open yet
        look_again()


@receiver(post_delete, sender=Session)
def session_ended(sender: object, **_: Any) -> None:
    look_again()


@receiver([post_save, post_delete], sender=User)
def account_changed(
    sender: object,
    created: bool = False,
    update_fields: frozenset[str] | None = None,
    **_: Any,
) -> None:
    # Signing in notes when; a new password, or being switched off, ends sessions.
    if not created and set(update_fields or ()) != {"last_login"}:
        look_again()
