"""Answers kept for requests that are sent again: what is created is created once."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from runs.models import StoredAnswer

KEPT = timedelta(hours=24)
# A request without an answer for so long died with its process.
GIVEN_UP = timedelta(minutes=10)


class KeyInUseError(Exception):
    """The first request with the key is still being answered."""


class OtherRequestError(Exception):
    """The key was used for a request that said something else."""


def claim(*, user: User, key: str, fingerprint: str) -> StoredAnswer:
    """Return the answer that is stored for a key, or an empty one to be filled.

    Raises
    ------
    KeyInUseError
        If a request with this key is being answered.
    OtherRequestError
        If the key belongs to another request.
    """
    now = timezone.now()
    StoredAnswer.objects.filter(claimed_at__lt=now - KEPT).delete()
    answer, is_new = StoredAnswer.objects.get_or_create(
        user=user, key=key, defaults={"fingerprint": fingerprint}
    )
    if is_new:
        return answer
    if answer.fingerprint != fingerprint:
        raise OtherRequestError
    if answer.status is None:
        # One UPDATE: of two that come again only one takes the place of the dead one.
        dead = StoredAnswer.objects.filter(
            pk=answer.pk, status=None, claimed_at__lt=now - GIVEN_UP
        )
        if not dead.update(claimed_at=now):
            raise KeyInUseError
    return answer


def keep(
    answer: StoredAnswer, *, status: int, body: dict[str, Any], location: str
) -> None:
    answer.status, answer.body, answer.location = status, body, location
    answer.save(update_fields=["status", "body", "location"])


def release(answer: StoredAnswer) -> None:
    """Forget a request that created nothing: the key can be tried again."""
    StoredAnswer.objects.filter(pk=answer.pk, status=None).delete()
