"""The request as views see it, signed in and possibly by htmx; answers sent in parts."""

from collections.abc import AsyncIterator, Iterable, Iterator

from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django_htmx.middleware import HtmxDetails


class PageRequest(HttpRequest):
    """A request that has passed `login_required` and the htmx middleware."""

    htmx: HtmxDetails
    user: User


def wants_fragment(request: PageRequest) -> bool:
    """Tell whether htmx asks for a part of the page, not for a visit of the whole."""
    htmx = request.htmx
    # Going back to a page that htmx no longer remembers asks for the whole of it.
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def download(
    request: HttpRequest, chunks: Iterable[bytes], *, filename: str, content_type: str
) -> StreamingHttpResponse:
    """Send a file while it is made, also under ASGI, which wants it asynchronously."""
    parts: Iterable[bytes] | AsyncIterator[bytes] = chunks
    if isinstance(request, ASGIRequest):
        parts = in_turns(iter(chunks))
    return StreamingHttpResponse(
        parts,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )


async def in_turns(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    following = sync_to_async(lambda: next(chunks, None))
    while (chunk := await following()) is not None:
        yield chunk
