"""Requests of HTTP: each answered in one thread, which is kept for the next."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.http import FileResponse, HttpResponseBase
from django.urls import set_script_prefix

# Requests answered at once. Most wait for the database or for the prediction service, so
# there are more than cores; each thread that was needed keeps a connection of its own.
THREADS = 32

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class Handler(ASGIHandler):
    """Django's handler, for a site all of whose views are synchronous.

    Django's own starts a thread for each request, which opens a connection to the database,
    and takes the turn of every middleware and of the view into that thread and back to the
    event loop: some twenty changes for a request that needs one.
    """

    def __init__(self) -> None:
        super().__init__()
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")

    def load_middleware(self, is_async: bool = False) -> None:
        """Join the middlewares as they are without an event loop, whatever is asked."""
        super().load_middleware(is_async=False)

    async def handle(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer a request, unless whoever asked goes before."""
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        set_script_prefix(get_script_prefix(scope))
        gone = asyncio.create_task(self.listen_for_disconnect(receive))
        answered = asyncio.create_task(self.answer_and_send(scope, body, send))
        await asyncio.wait({gone, answered}, return_when=asyncio.FIRST_COMPLETED)
        for task in (gone, answered):
            task.cancel()  # of a task that has ended this does nothing
            with suppress(RequestAborted, asyncio.CancelledError):
                await task

    async def answer_and_send(
        self, scope: dict[str, Any], body: IO[bytes], send: Send
    ) -> None:
        answer: Any = sync_to_async(
            self.answer, thread_sensitive=False, executor=self.threads
        )
        response: HttpResponseBase = await answer(scope, body)
        try:
            await self.send_response(response, send)
        finally:
            if response.streaming:
                await sync_to_async(response.close)()
                body.close()

    def answer(self, scope: dict[str, Any], body: IO[bytes]) -> HttpResponseBase:
        """Make the answer, from the request's first signal to its last.

        What is streamed is made while it is sent, so it is closed by whoever sends it.
        """
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refused = self.create_request(scope, body)
        response: Any = refused if request is None else self.get_response(request)
        response._handler_class = self.__class__
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        if not response.streaming:
            response.close()
            body.close()
        answered: HttpResponseBase = response
        return answered
