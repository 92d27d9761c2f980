import json
import math
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest
import redis
from django.db import connection

from runs import workers


class FakeRedis(dict):
    """The few commands that `workers` uses, in memory."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def scan_iter(self, match, count):
        assert match.endswith("*")
        return [key for key in self if key.startswith(match[:-1])]

    def mget(self, keys):
        return [self.get(key) for key in keys]

    def set(self, key, value, ex):
        assert ex == workers.LIFE_SECONDS
        self[key] = value

    def delete(self, key):
        self.pop(key, None)


@pytest.fixture
def store(monkeypatch):
    store = FakeRedis()
    monkeypatch.setattr(workers, "connect", lambda: store)
    monkeypatch.setattr(workers, "_processes", 0)
    return store


def consumer(*queues, processes=3):
    app = SimpleNamespace(
        amqp=SimpleNamespace(queues=SimpleNamespace(consume_from=set(queues)))
    )
    return SimpleNamespace(app=app, pool=SimpleNamespace(num_processes=processes))


def test_live_workers_of_empty_store_is_zero(store):
    assert workers.live_workers() == 0


def test_live_workers_sums_processes_of_all_hosts(store):
    store["tuneboard:worker:one/1"] = json.dumps({"processes": 2})
    store["tuneboard:worker:two/1"] = json.dumps({"processes": 4})
    store["other"] = "x"

    assert workers.live_workers() == 6


def test_live_workers_ignores_key_that_ends_meanwhile(store):
    store["tuneboard:worker:one/1"] = None

    assert workers.live_workers() == 0


def test_announce_of_compute_worker_is_counted_until_it_leaves(store):
    workers.announce(consumer("compute"))
    assert workers.live_workers() == 3

    workers.leave()
    assert workers.live_workers() == 0


def test_announce_of_control_worker_is_not_counted(store):
    workers.announce(consumer("control"))
    workers.beat()

    assert workers.live_workers() == 0


SCHEDULE_WITHOUT_A_BROKER = """
import time
from automl_site.celery import app
from runs.workers import follow_schedule
app.conf.broker_url = "redis+socket:///nowhere/valkey.sock"
app.conf.broker_connection_max_retries = 1
follow_schedule(app)
time.sleep(60)
"""


def test_process_whose_schedule_is_not_followed_any_more_ends():
    # Its keeper starts it again.
    ended = subprocess.run(
        [sys.executable, "-c", SCHEDULE_WITHOUT_A_BROKER],
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
    )

    assert ended.returncode == -signal.SIGTERM, ended.stderr


def test_connect_without_server_fails_at_once(settings):
    settings.REDIS_URL = f"unix://{settings.TUNEBOARD_HOME}/nobody.sock"

    with pytest.raises(redis.ConnectionError), workers.connect() as client:
        client.ping()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("close_at", "stays"), [(0.0, False), (math.inf, True)])
def test_task_goes_on_with_the_connection_of_the_one_before_until_it_is_old(
    close_at, stays
):
    connection.ensure_connection()
    before, connection.close_at = connection.connection, close_at
    sender = SimpleNamespace(request=SimpleNamespace(is_eager=False))

    workers.renew_connections(sender=sender)

    assert (connection.connection is before) == stays
