"""From exceptions to problems."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.log import log_response
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.errors import ValidationError as ParameterError

from runs.api.problems import FieldError, ProblemError, invalid, pointer, problem

# Codes of refusals for what a run is, rather than for what was asked of it.
STATES = frozenset({"ended", "revision"})


def add_handlers(api: NinjaAPI) -> None:
    """Answer with a problem whatever an operation raises."""
    handlers: dict[type[Exception], Any] = {
        ProblemError: of_problem,
        ParameterError: of_parameters,
        ValidationError: of_service,
        HttpError: lambda _, error: problem(error.status_code, error.message),
        Http404: lambda _, error: problem(404, "There is no such object."),
        PermissionDenied: lambda _, error: problem(403, str(error)),
        RequestDataTooBig: lambda _, error: problem(413),
        SuspiciousOperation: lambda _, error: problem(400),
        MultiPartParserError: lambda _, error: problem(
            400, "The parts cannot be read."
        ),
        UnreadablePostError: lambda _, error: problem(400),
        Exception: of_mistake,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def of_problem(request: HttpRequest, error: ProblemError) -> JsonResponse:
    return problem(
        error.status, error.detail, errors=error.errors, headers=error.headers
    )


def of_parameters(request: HttpRequest, error: ParameterError) -> JsonResponse:
    """Name each parameter of the address that cannot be read."""
    found = []
    for item in error.errors:
        # Of one that may come several times, the last part is the number of the value.
        name = next(part for part in reversed(item["loc"]) if isinstance(part, str))
        found.append(FieldError(f"{name}: {item['msg']}.", parameter=name))
    return of_problem(request, invalid(found))


def of_service(request: HttpRequest, error: ValidationError) -> JsonResponse:
    """Tell apart what is wrong with a field, and what the state does not allow."""
    if not hasattr(error, "error_dict"):
        return problem(409, " ".join(error.messages))
    found = [
        FieldError(detail=str(message), pointer=pointer(field))
        for field, messages in error.message_dict.items()
        for message in messages
    ]
    codes = {one.code for errors in error.error_dict.values() for one in errors}
    if "too_large" in codes:
        return problem(413, found[0].detail, errors=found)
    return of_problem(request, invalid(found))


def of_mistake(request: HttpRequest, error: Exception) -> JsonResponse:
    """Log a mistake of ours as Django does, and tell nothing of it."""
    got_request_exception.send(sender=None, request=request)
    answer = problem(500)
    log_response(
        "Internal Server Error: %s",
        request.path,
        response=answer,
        request=request,
        exception=error,
    )
    return answer


@contextmanager
def said_at(*path: str, below: dict[str, Any] | None = None) -> Iterator[None]:
    """Turn a refusal into a problem at this place, or at a part that its code names."""
    try:
        yield
    except ValidationError as error:
        code = getattr(error, "code", None)
        detail = " ".join(error.messages)
        if code in STATES:
            raise ProblemError(409, detail) from None
        place = (*path, code) if code and code in (below or {}) else path
        raise invalid([FieldError(detail, pointer=pointer(*place))]) from None
