import json
import os

import pytest

from runs.management import processes


@pytest.fixture(autouse=True)
def _one_server(settings):
    settings.HOST, settings.WEB_PROCESSES = "127.0.0.1", 1


def test_names_embedded_start_valkey_first():
    assert processes.names(with_web=True) == [
        "valkey",
        "web",
        "worker",
        "control",
        "inference",
    ]


def test_names_with_own_redis_have_no_valkey(settings):
    settings.EMBEDDED_REDIS = False

    assert processes.names(with_web=False) == ["worker", "control"]


def test_servers_share_the_port_where_that_is_possible(settings):
    settings.WEB_PROCESSES = 2

    assert processes.names(with_web=True)[1:3] == ["web", "web-2"]
    orders = json.loads(processes.environment(["web", "web-2"])["TUNEBOARD_KEEP"])
    first, second = orders["specs"]["web"], orders["specs"]["web-2"]
    assert first["command"] == second["command"]
    assert "runs.management.listening" in first["command"]
    assert first["delay"] < second["delay"]

    settings.HOST = "::1"
    assert processes.web_names() == ["web"]
    assert "runs.management.listening" not in processes.web()["command"]


def test_environment_gives_keeper_its_orders(settings):
    environment = processes.environment(["worker"], EXTRA="1")

    orders = json.loads(environment["TUNEBOARD_KEEP"])
    assert orders["owner"] == os.getpid()
    assert orders["locks"] == str(settings.TUNEBOARD_HOME / "locks")
    assert list(orders["specs"]) == ["worker"]
    assert environment["TUNEBOARD_HOME"] == str(settings.TUNEBOARD_HOME)
    assert environment["EXTRA"] == "1"


@pytest.mark.parametrize("threads", [1, 4])
def test_worker_processes_share_the_cores(settings, threads):
    settings.WORKERS, settings.THREADS_PER_WORKER = 3, threads

    spec = processes.worker()

    assert spec["command"][spec["command"].index("-c") + 1] == "3"
    assert spec["env"]["OMP_NUM_THREADS"] == str(threads)


def test_valkey_ends_after_all_that_use_it():
    others = set(processes.names(with_web=True)) - {"valkey"}

    assert set(processes.valkey()["after"]) == others


def test_keepers_command_can_be_told_from_celerys():
    """`pkill -f celery` must not hit what brings the workers back."""
    keepers = [*processes.PYTHON, "runs.management.keep", *processes.names(with_web=1)]

    assert "celery" not in " ".join(keepers[1:])
