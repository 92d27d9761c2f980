"""`/healthz` tells whether everything answers that the product needs."""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

from asgiref.sync import async_to_sync
from channels.layers import channel_layers
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runs import workers

CHECK_SECONDS = 1.0
OK, UNAVAILABLE = "ok", "unavailable"

# Threads of its own: a check that hangs holds one of these, never a page's.
_threads = ThreadPoolExecutor(max_workers=6, thread_name_prefix="healthz")


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    checks: dict[str, Callable[[], object]] = {
        "database": check_database,
        "broker": check_broker,
        "channel_layer": check_channel_layer,
        "workers": workers.live_workers,
    }
    asked = {name: _threads.submit(check) for name, check in checks.items()}
    wait(asked.values(), timeout=CHECK_SECONDS)
    answered = {
        name: future.result()
        for name, future in asked.items()
        if future.done() and future.exception() is None
    }
    for future in asked.values():
        future.cancel()
    parts = ("database", "broker", "channel_layer")
    answer: dict[str, object] = {
        name: OK if name in answered else UNAVAILABLE for name in parts
    }
    answer["workers"] = answered.get("workers", 0)
    healthy = len(answered) == len(checks) and answer["workers"] != 0
    answer = {"status": OK if healthy else "degraded", **answer}
    return JsonResponse(answer, status=200 if healthy else 503)


def check_database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()  # this thread's own


def check_broker() -> None:
    with workers.connect() as client:
        client.ping()


@async_to_sync
async def check_channel_layer() -> None:
    # A layer of its own: whoever receives through the process's layer takes what is
    # there for its other channels too, and this thread could not hand it on.
    layer = channel_layers.make_backend("default")
    channel = await layer.new_channel()
    word = secrets.token_hex(8)
    await layer.send(channel, {"type": "health.check", "word": word})
    answer = await asyncio.wait_for(layer.receive(channel), CHECK_SECONDS)
    assert answer["word"] == word
