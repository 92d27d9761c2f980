import time

import pytest
import redis
from django.db import DatabaseError
from django.urls import reverse

from runs.views import health

pytestmark = pytest.mark.django_db
WELL = {
    "status": "ok",
    "database": "ok",
    "broker": "ok",
    "channel_layer": "ok",
    "workers": 2,
}


@pytest.fixture(autouse=True)
def servers(monkeypatch):
    """Let the servers be there; the database and the channel layer are real ones."""
    monkeypatch.setattr(health, "check_broker", lambda: None)
    monkeypatch.setattr(health.workers, "live_workers", lambda: 2)


def ask(client):
    response = client.get(reverse("healthz"))
    return response.status_code, response.json()


def unavailable(error):
    def check():
        raise error

    return check


def test_healthz_with_all_there_is_ok_without_signing_in(client):
    assert ask(client) == (200, WELL)


@pytest.mark.parametrize(
    ("part", "error"),
    [
        ("database", DatabaseError()),
        ("broker", redis.ConnectionError()),
        ("channel_layer", OSError()),
    ],
)
def test_healthz_with_part_missing_names_it(client, monkeypatch, part, error):
    monkeypatch.setattr(health, f"check_{part}", unavailable(error))

    assert ask(client) == (503, {**WELL, "status": "degraded", part: "unavailable"})


@pytest.mark.parametrize("answer", [lambda: 0, unavailable(redis.ConnectionError())])
def test_healthz_without_workers_is_degraded(client, monkeypatch, answer):
    monkeypatch.setattr(health.workers, "live_workers", answer)

    assert ask(client) == (503, {**WELL, "status": "degraded", "workers": 0})


def test_healthz_with_part_that_hangs_answers_all_the_same(client, monkeypatch):
    monkeypatch.setattr(health, "CHECK_SECONDS", 0.1)
    monkeypatch.setattr(health, "check_broker", lambda: time.sleep(0.5))
    asked = time.monotonic()

    code, answer = ask(client)

    assert time.monotonic() - asked < 0.4
    assert (code, answer["broker"]) == (503, "unavailable")


def test_healthz_is_not_for_posting(client):
    assert client.post(reverse("healthz")).status_code == 405
