"""How many threads the numeric libraries may use.

There are four kinds of pools: BLAS, the OpenMP of scikit-learn, those that LightGBM and
XGBoost bring along, and CatBoost's own threads. The first three are limited here; the
boosting libraries are told their number of threads, too, and CatBoost only so. Worker
processes are forked from a parent that has imported everything and computed nothing: an
OpenMP pool that has run once does not survive a fork, and its child would wait for
threads that are not there.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

# Loads BLAS and OpenMP, so that the controller finds them whenever it is made.
import sklearn.ensemble  # noqa: F401
from joblib import parallel_config
from threadpoolctl import ThreadpoolController

# Each brings an OpenMP of its own, when it is first imported.
_LATE = ("lightgbm", "xgboost")


@lru_cache(maxsize=4)
def _controller(loaded: tuple[str, ...]) -> ThreadpoolController:
    # Looking for the libraries takes milliseconds, limiting them microseconds.
    return ThreadpoolController()


@contextmanager
def limit_threads(n_threads: int) -> Iterator[None]:
    """Limit the threads of BLAS and OpenMP inside a ``with`` block.

    Besides sharing the processor fairly, this makes results reproducible: sums are
    taken in another order by another number of threads.

    joblib uses threads, too. Its processes are not to be had in a worker, which is a
    daemon: scikit-learn would warn with every forest and compute with one thread.

    Parameters
    ----------
    n_threads : int
        The most threads each library may use.

    Yields
    ------
    None
        The former limits hold again at the end of the block.
    """
    controller = _controller(tuple(name for name in _LATE if name in sys.modules))
    with controller.limit(limits=n_threads), parallel_config(backend="threading"):
        yield
