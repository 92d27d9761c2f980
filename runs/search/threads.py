"""How many threads the numeric libraries may use."""

from contextlib import AbstractContextManager
from functools import lru_cache

# Loads BLAS and OpenMP, so that the controller finds them whenever it is made.
import sklearn.ensemble  # noqa: F401
from threadpoolctl import ThreadpoolController


@lru_cache(maxsize=1)
def _controller() -> ThreadpoolController:
    # Looking for the libraries takes milliseconds, limiting them microseconds.
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
