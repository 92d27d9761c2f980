"""Questions and answers through a real Redis-compatible server."""

import subprocess
import threading
import time

import pytest
import redis

from models_app import artifacts
from models_app.inference import client
from models_app.inference.client import InferenceError, UnavailableError, ask
from models_app.inference.keeping import Shelf
from models_app.inference.protocol import ALIVE, REQUESTS, STARTING
from models_app.inference.server import Server
from runs.management.valkey import command
from tests.factories import ModelMetaFactory
from tests.installation import wait_for

pytestmark = pytest.mark.django_db

ROW = {"weight": 11.5, "colour": "red", "length": 4.0}


@pytest.fixture
def broker(settings, tmp_path):
    socket = tmp_path / "valkey.sock"
    process = subprocess.Popen(command(str(socket), str(tmp_path)))
    wait_for(socket.exists, seconds=20, pause=0.02)
    settings.REDIS_URL = f"unix://{socket}"
    client.connect.cache_clear()
    yield redis.Redis.from_url(settings.REDIS_URL)
    client.connect.cache_clear()
    process.terminate()
    process.wait()


@pytest.fixture
def serve(broker):
    """Return a function that runs a server with models that are in memory already."""
    started = []

    def start(*models, prepare=lambda: None):
        shelf = Shelf()
        for model in models:
            shelf.get(model.pk, artifacts.pipeline_artifact(model).file.name)
        server = Server(shelf, prepare)
        thread = threading.Thread(target=server.run)
        thread.start()
        started.append((server, thread))
        return server

    yield start
    for server, thread in started:
        server.end()
        thread.join()


def test_ask_returns_the_servers_answer(make_model, serve):
    model = make_model()
    serve(model)

    answer = ask(model, [ROW, {**ROW, "weight": 2.0}])

    assert answer["predictions"] == ["=yes", "-no"]
    assert [round(sum(p), 9) for p in answer["probabilities"]] == [1, 1]


def test_ask_with_the_models_threshold(make_model, serve):
    model = make_model()
    serve(model)
    model.threshold = 0.999999

    assert ask(model, [ROW])["predictions"] == ["-no"]


def test_ask_without_a_server_says_what_to_start(make_model, broker):
    with pytest.raises(UnavailableError, match=r"make run.*manage\.py inference"):
        ask(make_model(), [ROW], timeout=0.2)


def test_ask_of_a_busy_server_says_so(make_model, broker):
    broker.set(ALIVE, 1)

    with pytest.raises(UnavailableError, match="busy"):
        ask(make_model(), [ROW], timeout=0.2)


def test_ask_of_a_server_that_starts_says_so(make_model, broker):
    broker.set(ALIVE, STARTING)

    with pytest.raises(UnavailableError, match="service is starting"):
        ask(make_model(), [ROW], timeout=0.2)


def test_server_says_that_it_starts_until_its_libraries_are_there(
    make_model, broker, serve
):
    imported = threading.Event()
    model = make_model()
    serve(model, prepare=lambda: imported.wait(60))
    wait_for(lambda: broker.get(ALIVE) == STARTING.encode(), seconds=5, pause=0.02)

    with pytest.raises(UnavailableError, match="service is starting"):
        ask(model, [ROW], timeout=0.2)
    imported.set()

    assert ask(model, [ROW], timeout=20)["predictions"]
    assert broker.get(ALIVE) != STARTING.encode()


def test_starting_server_does_not_hide_one_that_answers(broker):
    broker.set(ALIVE, 1)

    Server().say_alive()

    assert broker.get(ALIVE) == b"1"


def test_ask_without_redis_says_so(make_model, settings, tmp_path):
    settings.REDIS_URL = f"unix://{tmp_path}/nothing.sock"
    client.connect.cache_clear()

    with pytest.raises(UnavailableError, match="Redis"):
        ask(make_model(), [ROW], timeout=0.2)
    client.connect.cache_clear()


def test_ask_too_many_rows_points_to_the_file(make_model):
    with pytest.raises(InferenceError, match="as a file"):
        ask(make_model(), [ROW] * 1001)


def test_ask_of_a_model_that_is_not_ready():
    with pytest.raises(InferenceError, match="not ready"):
        ask(ModelMetaFactory(state="fitting"), [ROW])


def test_server_leaves_out_what_nobody_waits_for_any_more(make_model, broker, serve):
    model = make_model()
    with pytest.raises(UnavailableError):
        ask(model, [ROW], timeout=0.05)
    assert broker.llen(REQUESTS) == 1

    serve(model)

    assert ask(model, [ROW])["predictions"] == ["=yes"]
    assert broker.keys("tuneboard:inference:answers:*") == []


def test_ask_answers_in_milliseconds_once_warm(make_model, serve):
    model = make_model()
    serve(model)
    ask(model, [ROW])

    started = time.perf_counter()
    for _ in range(20):
        ask(model, [ROW])

    # A hundred times more than needed: what must not happen is a pipeline a row.
    assert (time.perf_counter() - started) / 20 < 0.1


def test_refused_rows_are_told_value_by_value(make_model, serve):
    model = make_model()
    serve(model)

    with pytest.raises(InferenceError) as refused:
        ask(model, [ROW, {**ROW, "weight": [1], "length": 10**400}])

    found = [(place["row"], place["column"]) for place in refused.value.places]
    assert found == [(1, "weight"), (1, "length")]
    assert "weight has a list" in str(refused.value)
