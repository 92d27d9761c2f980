import joblib
from threadpoolctl import threadpool_info

from runs.search.threads import limit_threads


def test_limit_threads_holds_inside_and_ends():
    before = [pool["num_threads"] for pool in threadpool_info()]

    with limit_threads(1):
        inside = [pool["num_threads"] for pool in threadpool_info()]

    assert set(inside) == {1}
    assert [pool["num_threads"] for pool in threadpool_info()] == before


def test_limit_threads_lets_joblib_use_threads_in_a_worker(monkeypatch):
    # What Celery's processes are, and what joblib's own processes refuse.
    monkeypatch.setattr("multiprocessing.current_process", lambda: Daemon)

    with limit_threads(2):
        assert joblib.effective_n_jobs(2) == 2


class Daemon:
    daemon = True
    name = "ForkPoolWorker-1"
