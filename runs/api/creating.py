"""Answers of what creates something, each given once for an idempotency key."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.http import JsonResponse
from ninja import Schema
from ninja.responses import NinjaJSONEncoder

from runs.api.problems import FieldError, ProblemError, invalid
from runs.api.security import ApiRequest
from runs.models import StoredAnswer
from runs.services import answers

HEADER = "Idempotency-Key"
MOST = 255

Operation = Callable[..., Schema]


def creates(operation: Operation) -> Callable[..., JsonResponse]:
    """Answer with 201 and what was made; with the same key again, make nothing.

    What was made and the note of it are one transaction: a process that dies leaves both
    or neither.
    """
    return answered_once(operation, together=True)


def accepts(operation: Operation) -> Callable[..., JsonResponse]:
    """Do the same, and answer 202: a worker has still to do what was asked for."""
    return answered_once(operation, together=True, status=202)


def uploads(operation: Operation) -> Callable[..., JsonResponse]:
    """Do the same, but without a transaction around it: a large file takes its time."""
    return answered_once(operation, together=False)


def order_uploads(operation: Operation) -> Callable[..., JsonResponse]:
    """Do as `uploads`, and answer 202 as `accepts` does."""
    return answered_once(operation, together=False, status=202)


def answered_once(
    operation: Operation, *, together: bool, status: int = 201
) -> Callable[..., JsonResponse]:
    @wraps(operation)
    def answer(request: ApiRequest, **arguments: Any) -> JsonResponse:
        key = request.headers.get(HEADER)
        if key is None:
            return made(status, *made_by(operation, request, arguments))
        stored = claimed(request, key)
        if stored.status is not None:
            again = made(stored.status, stored.body, stored.location)
            again["Idempotency-Replayed"] = "true"
            return again
        try:
            with transaction.atomic() if together else nullcontext():
                body, location = made_by(operation, request, arguments)
                answers.keep(stored, status=status, body=body, location=location)
        except BaseException:
            answers.release(stored)
            raise
        return made(status, body, location)

    return answer


def made_by(
    operation: Operation, request: ApiRequest, arguments: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    found = operation(request, **arguments).model_dump()
    # As Ninja writes every other answer: dates look the same.
    body = json.loads(json.dumps(found, cls=NinjaJSONEncoder))
    return body, str(body["url"])


def made(status: int, body: dict[str, Any], location: str) -> JsonResponse:
    return JsonResponse(body, status=status, headers={"Location": location})


def claimed(request: ApiRequest, key: str) -> StoredAnswer:
    if not 0 < len(key) <= MOST or not key.isascii() or not key.isprintable():
        detail = f"{HEADER} must be 1 to {MOST} printable ASCII characters."
        raise invalid([FieldError(detail, parameter=HEADER)])
    try:
        return answers.claim(
            user=request.user, key=key, fingerprint=fingerprint(request)
        )
    except answers.OtherRequestError:
        detail = f"This {HEADER} was used for another request; choose a new one."
        raise invalid([FieldError(detail, parameter=HEADER)]) from None
    except answers.KeyInUseError:
        detail = f"The first request with this {HEADER} is still being answered."
        raise ProblemError(409, detail, headers={"Retry-After": "5"}) from None


def fingerprint(request: ApiRequest) -> str:
    """Return a hash of what is asked for: address, fields, and the bytes of files."""
    found = sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type != "multipart/form-data":
        found.update(request.body)
        return found.hexdigest()
    for name, values in sorted(request.POST.lists()):
        found.update(repr((name, values)).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            found.update(repr((name, file.name, file.size)).encode())
            for chunk in file.chunks():
                found.update(chunk)
            file.seek(0)
    return found.hexdigest()
