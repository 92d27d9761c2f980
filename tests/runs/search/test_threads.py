from threadpoolctl import threadpool_info

from runs.search.threads import limit_threads


def test_limit_threads_holds_inside_and_ends():
    before = [pool["num_threads"] for pool in threadpool_info()]

    with limit_threads(1):
        inside = [pool["num_threads"] for pool in threadpool_info()]

    assert set(inside) == {1}
    assert [pool["num_threads"] for pool in threadpool_info()] == before
