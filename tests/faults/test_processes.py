"""Processes that are killed come back by themselves."""

import pytest

from tests.installation import wait_for


def pids(processes):
    return {p.pid for p in processes}


def test_worker_children_killed_are_replaced(installation):
    before = installation.worker_children()
    assert len(before) == 2

    for process in before:
        process.kill()

    def replaced():
        now = pids(installation.worker_children())
        return len(now) == 2 and not now & pids(before)

    wait_for(replaced, seconds=20)
    wait_for(installation.is_healthy, seconds=30)


def test_celery_killed_is_started_again_and_leaves_no_orphan(installation):
    before = pids(installation.processes("celery"))

    assert installation.kill_workers() >= 4

    wait_for(lambda: not before & pids(installation.processes("celery")), seconds=10)
    wait_for(lambda: len(installation.worker_children()) == 2, seconds=60)
    wait_for(installation.is_healthy, seconds=60)


def test_worker_parent_killed_takes_its_children_along(installation):
    children = pids(installation.worker_children())
    [parent] = [
        p for p in installation.processes("compute") if pids(p.children()) >= children
    ]

    parent.kill()

    wait_for(lambda: not children & pids(installation.worker_children()), seconds=10)
    wait_for(lambda: len(installation.worker_children()) == 2, seconds=60)


@pytest.mark.parametrize("word", ["valkey-server", "daphne"])
def test_server_killed_is_started_again(installation, word):
    [before] = installation.processes(word)

    before.kill()

    wait_for(lambda: pids(installation.processes(word)) - {before.pid}, seconds=20)
    wait_for(installation.is_healthy, seconds=60)


def test_keeper_killed_takes_its_process_along(new_installation):
    made = new_installation().started()
    [keeper] = made.processes("keep control")
    [child] = keeper.children()

    keeper.kill()

    # A keeper should never die; when it does, honcho ends everything, visibly.
    assert made.server.wait(20) != 0
    assert not child.is_running()
