"""Errors as RFC 9457 problem details. Imports nothing heavy: the middleware is here too."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.decorators import sync_and_async_middleware

ROOT = "/api/v1/"
MEDIA_TYPE = "application/problem+json"


class Kind(NamedTuple):
    """A kind of problem; `name` ends its address on the page of the API."""

    name: str
    title: str
    text: str

    @property
    def type(self) -> str:
        return f"{ROOT}docs#problem-{self.name}"


KINDS = {
    400: Kind("malformed", "Malformed request", "What was sent could not be read."),
    401: Kind(
        "unauthenticated",
        "Not signed in",
        "No token or session was sent, or one that is unknown, expired or revoked.",
    ),
    403: Kind(
        "forbidden",
        "Not allowed",
        "The token lacks the scope, or its user the role in the project.",
    ),
    404: Kind(
        "not-found",
        "Not found",
        "There is no such object, or none that this user may see.",
    ),
    405: Kind(
        "method-not-allowed",
        "Method not allowed",
        "The address does not know this method; the header Allow names those it knows.",
    ),
    409: Kind(
        "conflict",
        "Not possible in this state",
        "The object’s state does not allow it now; the same request may work later.",
    ),
    413: Kind("too-large", "Too large", "What was sent is larger than is accepted."),
    415: Kind(
        "unsupported-media-type",
        "Unsupported media type",
        "The body has another content type than the one that is read here.",
    ),
    422: Kind(
        "invalid",
        "Not valid",
        "Something asked for cannot be; `errors` names each field or parameter.",
    ),
    429: Kind(
        "too-many-requests",
        "Too many requests",
        "The limit of requests a minute is reached; Retry-After says when to go on.",
    ),
    500: Kind(
        "internal",
        "Internal error",
        "A mistake of the server; the details are in its log.",
    ),
    503: Kind(
        "unavailable",
        "Not available",
        "A process that is needed does not answer; the same request may work later.",
    ),
}


class FieldError(NamedTuple):
    """What is wrong with one value: of the body, or of the address and headers."""

    detail: str
    pointer: str = ""  # JSON Pointer into the body, as a fragment
    parameter: str = ""

    def as_json(self) -> dict[str, str]:
        return {name: text for name, text in self._asdict().items() if text}


class ProblemError(Exception):
    """Raised by an operation: the answer is this problem."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail
        self.errors, self.headers = list(errors), dict(headers or {})


def pointer(*path: str | int) -> str:
    """Return a place in a document as a URI fragment: `#/spaces/ridge/alpha`."""
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in path)
    return "#" + "".join(f"/{part}" for part in parts)


def invalid(errors: Iterable[FieldError]) -> ProblemError:
    found = list(errors)
    return ProblemError(422, " ".join(error.detail for error in found), errors=found)


def problem(
    status: int,
    detail: str = "",
    *,
    errors: Iterable[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> JsonResponse:
    kind = KINDS.get(status) or KINDS[400 if status < 500 else 500]
    body: dict[str, Any] = {
        "type": kind.type,
        "title": kind.title,
        "status": status,
        "detail": detail or kind.text,
    }
    if found := [error.as_json() for error in errors]:
        body["errors"] = found
    sent = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    sent |= headers or {}
    return JsonResponse(body, status=status, content_type=MEDIA_TYPE, headers=sent)


@sync_and_async_middleware
def problems_middleware(get_response: Any) -> Any:  # noqa: ANN401 - of either kind
    """Say in the API's own form what Django answers by itself, such as 404 and 405."""
    if iscoroutinefunction(get_response):

        async def in_turns(request: HttpRequest) -> HttpResponseBase:
            return as_problem(request, await get_response(request))

        return in_turns

    def at_once(request: HttpRequest) -> HttpResponseBase:
        return as_problem(request, get_response(request))

    return at_once


def as_problem(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if response.status_code < 400 or not request.path.startswith(ROOT):
        return response
    if response.headers.get("Content-Type", "") == MEDIA_TYPE:
        return response
    kept = {n: response.headers[n] for n in ("Allow",) if n in response.headers}
    answer = problem(response.status_code, headers=kept)
    # The log has it already, with the reason.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer
