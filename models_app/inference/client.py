"""Ask the inference server about rows; imports nothing that computes.

A web process never loads a model. It leaves a request in Redis and waits for the answer,
which takes a few milliseconds once the server has the model in memory.
"""

import json
import time
import uuid
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from models_app import artifacts
from models_app.inference.protocol import (
    ALIVE,
    ANSWERS,
    MAX_ROWS,
    REQUESTS,
    STARTING,
    Answer,
    Place,
    Request,
)
from models_app.models import ModelMeta

# A cold server imports the libraries and reads the model first.
TIMEOUT_SECONDS = 20.0


class InferenceError(Exception):
    """The rows could not be answered; the message is a sentence for the person.

    With `places` it is a fault of the rows, said value by value.
    """

    def __init__(self, message: str, places: Sequence[Place] = ()) -> None:
        super().__init__(message)
        self.places = list(places)


class UnavailableError(InferenceError):
    """Nobody answers: no fault of the rows."""


def ask(
    model: ModelMeta,
    rows: Sequence[dict[str, Any]],
    *,
    explain: bool = False,
    curves: Sequence[str] = (),
    row: str = "",
    timeout: float = TIMEOUT_SECONDS,
) -> Answer:
    """Predict rows given as values by column, with what moved each answer if wanted.

    Without rows but with `row` ("17", "first", "random", "worst") that evaluated row is answered,
    and comes back with its values.

    Raises InferenceError with a sentence that says what is wrong, and UnavailableError
    where no server answers in time.
    """
    if len(rows) > MAX_ROWS:
        message = (
            f"{len(rows):,} rows at once; at most {MAX_ROWS:,} are answered here. "
            "Upload them as a file instead."
        )
        raise InferenceError(message)
    request = request_of(
        model, rows, explain=explain, curves=curves, row=row, timeout=timeout
    )
    client = connect()
    try:
        # Both in one message: it waits from the moment it has asked.
        with client.pipeline(transaction=False) as pipe:
            pipe.rpush(REQUESTS, json.dumps(request))
            pipe.blpop([ANSWERS + request["id"]], timeout=timeout)
            _, found = pipe.execute()
        if found is None:
            raise UnavailableError(silence(client, timeout))
    except redis.RedisError as error:
        message = "The prediction service cannot be reached: Redis does not answer."
        raise UnavailableError(message) from error
    answer = json.loads(found[1])
    if "error" in answer:
        raise InferenceError(answer["error"], answer.get("places", ()))
    result: Answer = answer
    return result


def warm(model: ModelMeta) -> None:
    """Have the server load a model that will be asked for; does not wait, never fails."""
    try:
        request = request_of(model, [], explain=True, timeout=60.0)
        connect().rpush(REQUESTS, json.dumps(request))
    except (redis.RedisError, InferenceError):
        return


def request_of(
    model: ModelMeta,
    rows: Sequence[dict[str, Any]],
    *,
    explain: bool,
    timeout: float,
    curves: Sequence[str] = (),
    row: str = "",
) -> Request:
    if not model.is_ready:
        raise InferenceError("This model cannot predict: it is not ready.")
    file = artifacts.pipeline_file(model)
    if not file:
        raise InferenceError("This model cannot predict: its file is gone.")
    return {
        "id": uuid.uuid4().hex,
        "model": model.pk,
        "file": file,
        "threshold": model.threshold,
        "rows": list(rows),
        "explain": explain,
        "curves": list(curves),
        "row": row,
        "until": time.time() + timeout,
    }


def silence(client: "redis.Redis", timeout: float) -> str:
    """Say why no answer came."""
    alive = client.get(ALIVE)
    if alive == STARTING.encode():
        return (
            "The prediction service is starting: it reads its libraries, which takes "
            "some seconds."
        )
    if alive:
        return (
            f"No answer within {timeout:.0f} s: the prediction service is busy, or is "
            "still reading the model. Try again in a moment."
        )
    return (
        "No prediction service is running. `make run` starts it; with processes of your "
        "own, start `manage.py inference`."
    )


@lru_cache(maxsize=1)
def connect() -> "redis.Redis":
    """Return this process's client, which keeps its connections open."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=1.0,
        # Longer than any wait for an answer.
        socket_timeout=90.0,
        retry=Retry(NoBackoff(), 0),
    )
