"""How many threads the numeric libraries may use."""

from contextlib import AbstractContextManager
from functools import lru_cache

from threadpoolctl import ThreadpoolController


@lru_cache(maxsize=1)
def _controller() -> ThreadpoolController:
    # Looking for the libraries takes milliseconds, limiting them microseconds. Import
    # first what loads them: scikit-learn brings OpenMP and both copies of BLAS.
    import sklearn.ensemble  # noqa: F401, PLC0415

    return ThreadpoolController()


def limit_threads(n_threads: int) -> AbstractContextManager[object]:
    """Limit the threads of BLAS and OpenMP inside a ``with`` block.

    Besides sharing the processor fairly, this makes results reproducible: sums are
    taken in another order by another number of threads.

    Parameters
    ----------
    n_threads : int
        The most threads each library may use.

    Returns
    -------
    context manager
        The former limits hold again at its end.
    """
    limiter: AbstractContextManager[object] = _controller().limit(limits=n_threads)
    return limiter
