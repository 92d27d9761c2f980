import threading
import time
from contextlib import suppress

import pytest

from runs.search.large_work import LARGE_BYTES, LargeWork


@pytest.fixture
def work(tmp_path):
    return LargeWork(tmp_path / "locks", n_threads=1, n_threads_alone=4)


class Worker(threading.Thread):
    """Takes a turn as another process would, and keeps it until told."""

    def __init__(self, work, n_bytes):
        super().__init__(daemon=True)
        self.work, self.n_bytes = work, n_bytes
        self.began, self.may_end = threading.Event(), threading.Event()
        self.start()

    def run(self):
        with suppress(InterruptedError), self.work.turn(self.n_bytes) as n_threads:
            self.n_threads = n_threads
            self.began.set()
            self.may_end.wait(10)

    def end(self):
        self.may_end.set()
        self.join(10)


def test_small_arrays_are_worked_on_side_by_side_with_few_threads(work):
    one, other = Worker(work, 1), Worker(work, LARGE_BYTES - 1)

    assert one.began.wait(5)
    assert other.began.wait(5)
    assert (one.n_threads, other.n_threads) == (1, 1)

    one.end()
    other.end()


@pytest.mark.parametrize("n_bytes", [1, LARGE_BYTES])
def test_large_arrays_are_worked_on_alone_with_all_threads(work, n_bytes):
    alone = Worker(work, LARGE_BYTES)
    assert alone.began.wait(5)
    assert alone.n_threads == 4

    other = Worker(work, n_bytes)

    assert not other.began.wait(0.3)
    alone.end()
    assert other.began.wait(5)
    other.end()


def test_who_waits_to_be_alone_comes_before_small_work(work):
    small = Worker(work, 1)
    assert small.began.wait(5)
    alone = Worker(work, LARGE_BYTES)
    time.sleep(0.2)

    late = Worker(work, 1)

    assert not late.began.wait(0.3)
    small.end()
    assert alone.began.wait(5)
    assert not late.began.is_set()
    alone.end()
    assert late.began.wait(5)
    late.end()


def test_waiting_ends_when_it_is_to_stop(work):
    alone = Worker(work, LARGE_BYTES)
    assert alone.began.wait(5)

    with pytest.raises(InterruptedError), work.turn(should_stop=lambda: True):
        pass

    alone.end()
    with work.turn() as n_threads:
        assert n_threads == 4
