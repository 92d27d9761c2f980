"""The inference server: takes requests from Redis, answers them, one batch at a time.

What waits together about one model is answered together: a batch of rows takes hardly
longer than one row. Several servers, on any hosts, may take from the same list.
"""

import json
import logging
import signal
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, close_old_connections

from models_app.artifacts import ChangedFileError
from models_app.inference.answering import answers
from models_app.inference.keeping import GoneError, Shelf
from models_app.inference.protocol import (
    ALIVE,
    ALIVE_SECONDS,
    ANSWER_SECONDS,
    ANSWERS,
    REQUESTS,
    STARTING,
    Request,
)
from models_app.inference.starting import warm_up

logger = logging.getLogger(__name__)

WAIT_SECONDS = 1  # how often it looks whether it is to end
MAX_TOGETHER = 64
PAUSE_SECONDS = 0.5  # after an error of Redis


class Server:
    """One process that answers."""

    def __init__(
        self, shelf: Shelf | None = None, prepare: Callable[[], None] = warm_up
    ) -> None:
        self.shelf = shelf or Shelf()
        self.ending = threading.Event()
        self.prepare = prepare
        self.is_ready = False
        self.redis = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=15.0)

    def run(self) -> None:
        """Answer until told to end."""
        with suppress(ValueError):  # not in the main thread: a test's
            signal.signal(signal.SIGTERM, self.end)
            signal.signal(signal.SIGINT, self.end)
        threading.Thread(target=self.beat, daemon=True).start()
        # Before it takes a question: another server, if there is one, answers meanwhile.
        self.prepare()
        self.is_ready = True
        self.say_alive()
        while not self.ending.is_set():
            try:
                batch = self.take()
            except redis.RedisError:
                self.ending.wait(PAUSE_SECONDS)  # it comes back, or this one is ended
                continue
            if batch:
                self.answer(batch)

    def end(self, *_: object) -> None:
        self.ending.set()

    def beat(self) -> None:
        """Say that there is a server, also while it reads a model."""
        while not self.ending.is_set():
            self.say_alive()
            self.ending.wait(ALIVE_SECONDS / 3)

    def say_alive(self) -> None:
        said = int(time.time()) if self.is_ready else STARTING
        with suppress(redis.RedisError):
            # One that starts does not hide that others answer.
            self.redis.set(ALIVE, said, ex=ALIVE_SECONDS, nx=not self.is_ready)

    def take(self) -> list[Request]:
        """Wait for a request; take what else is there."""
        found = self.redis.blpop([REQUESTS], timeout=WAIT_SECONDS)
        if found is None:
            return []
        more = self.redis.lpop(REQUESTS, MAX_TOGETHER - 1) or []
        return [json.loads(text) for text in [found[1], *more]]

    def answer(self, batch: list[Request]) -> None:
        together: dict[tuple[int, str], list[Request]] = defaultdict(list)
        now = time.time()
        for request in batch:
            if request["until"] > now:  # otherwise nobody waits any more
                together[request["model"], request["file"]].append(request)
        for (model_id, file), requests in together.items():
            try:
                self.answer_about(model_id, file, requests)
            except Exception as error:  # noqa: BLE001 - a model raises anything: askers are told
                for request in requests:
                    self.send(request, {"error": sentence(error, model_id)})

    def answer_about(self, model_id: int, file: str, requests: list[Request]) -> None:
        close_old_connections()
        loaded = self.shelf.get(model_id, file)
        for request, answer in answers(loaded, requests):
            self.send(request, answer)

    def send(self, request: Request, answer: Any) -> None:  # noqa: ANN401
        key = ANSWERS + request["id"]
        with suppress(redis.RedisError), self.redis.pipeline(transaction=False) as pipe:
            pipe.rpush(key, json.dumps(answer, allow_nan=False))
            pipe.expire(key, ANSWER_SECONDS)
            pipe.execute()


def sentence(error: Exception, model_id: int) -> str:
    """Say what went wrong; what is nobody's input is logged too."""
    if isinstance(error, (GoneError, ChangedFileError)):
        return str(error)
    if isinstance(error, DatabaseError):
        return "The database does not answer: try again in a moment."
    logger.error("Answering about model %s failed", model_id, exc_info=error)
    text = " ".join(str(error).split()) or "no reason given"
    return f"The model could not answer: {type(error).__name__}: {text}"[:500]
