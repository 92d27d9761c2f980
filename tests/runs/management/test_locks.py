import os

import pytest

from runs.management.locks import Lock


@pytest.fixture
def path(tmp_path):
    return tmp_path / "locks" / "a.lock"


def test_lock_taken_is_refused_to_others_and_tells_its_holder(path):
    first, second = Lock(path), Lock(path)

    assert first.take(address="http://127.0.0.1:8000")
    assert not second.take()
    assert not second.is_free()
    assert second.holder() == {"pid": os.getpid(), "address": "http://127.0.0.1:8000"}


def test_lock_released_is_free_and_tells_nothing(path):
    first, second = Lock(path), Lock(path)
    first.take(command="serve")

    first.release()

    assert second.is_free()
    assert second.holder() == {}
    assert second.take()


def test_lock_of_dead_process_is_free(path):
    child = os.fork()
    if child == 0:
        Lock(path).take()
        os._exit(0)
    os.waitpid(child, 0)

    assert Lock(path).take()


def test_holder_of_lock_never_taken_is_unknown(path):
    assert Lock(path).holder() == {}


def test_lock_file_is_private(path):
    Lock(path).take()

    assert path.stat().st_mode & 0o077 == 0


def test_is_free_leaves_lock_free(path):
    lock = Lock(path)

    assert lock.is_free()
    assert lock.is_free()
