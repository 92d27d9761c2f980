"""Requests of HTTP: each answered in one thread, from the first middleware to the view."""

from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponseBase


class Handler(ASGIHandler):
    """Django's handler, for a site all of whose views are synchronous.

    Django's own takes the turn of every middleware and of the view into a thread and
    back to the event loop: some twenty changes for a request that needs one.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        """Join the middlewares as they are without an event loop, whatever is asked."""
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the request's own thread."""
        answer: Any = sync_to_async(self.get_response, thread_sensitive=True)
        response: HttpResponseBase = await answer(request)
        return response
