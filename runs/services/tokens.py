"""Tokens of the API: made, recognised, revoked."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from runs import audit
from runs.enums import Action, Scope
from runs.models import ApiToken

MARK = "tb_"  # so that a scanner for leaked secrets can tell what it has found
PREFIX_LENGTH = len(MARK) + 6
# A busy script must not cost a write for each of its reads.
USE_NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def create_token(
    *,
    user: User,
    name: str,
    scopes: Iterable[str] = (Scope.READ, Scope.WRITE),
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Return a new token and its secret, which is nowhere else from now on."""
    secret = MARK + secrets.token_urlsafe(32)
    token = ApiToken(
        user=user,
        name=name,
        scopes=[scope.value for scope in Scope if scope in set(scopes)],
        digest=digest_of(secret),
        prefix=secret[:PREFIX_LENGTH],
        expires_at=expires_at,
    )
    token.full_clean()
    token.save()
    scopes_are = ", ".join(token.scopes)
    until = f"until {expires_at:%Y-%m-%d}" if expires_at else "without an end"
    note = f"Of {user}: {scopes_are}, {until}."
    audit.record(Action.TOKEN_CREATED, token, user=user, note=note)
    return token, secret


def digest_of(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """Return the tokens that are not revoked, the newest first."""
    return user.api_tokens.filter(revoked_at=None)


def valid_token(secret: str) -> ApiToken | None:
    """Return the token of a secret and note that it was used; None for any other text."""
    digest = digest_of(secret) if secret.isascii() else ""
    token = ApiToken.objects.select_related("user").filter(digest=digest).first()
    if token is None or not token.is_valid or not token.user.is_active:
        return None
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - USE_NOTED_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
    return token


@transaction.atomic
def revoke_token(token: ApiToken) -> None:
    """End a token at once; its row stays, for whoever asks later what it was."""
    valid = ApiToken.objects.filter(pk=token.pk, revoked_at=None)
    if valid.update(revoked_at=timezone.now()):
        audit.record(Action.TOKEN_REVOKED, token, note=f"Of {token.user}.")
