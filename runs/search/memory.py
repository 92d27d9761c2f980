"""How much memory a piece of work took at most, and giving it back."""

import ctypes
import gc
import resource
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

_CLEAR = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")


def reset_peak() -> None:
    """Begin to look anew, where the system can (Linux)."""
    try:
        _CLEAR.write_text("5")
    except OSError:  # not Linux, or a sandbox: then it is the peak since the start
        return


def peak_bytes() -> int | None:
    """Return the largest resident memory of this process since the last reset.

    Returns
    -------
    int or None
        Bytes; None if the system does not tell.
    """
    try:
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used * 1024


def give_back() -> None:
    """Return memory that is free to the system, where its C library can (glibc).

    What has been freed stays with a process otherwise, for whatever it may do next.
    """
    gc.collect()
    if "pyarrow" in sys.modules:  # it keeps memory of its own
        sys.modules["pyarrow"].default_memory_pool().release_unused()
    trim = _trim()
    if trim is not None:
        trim(0)


@lru_cache(maxsize=1)
def _trim() -> Any:  # noqa: ANN401 - a foreign function
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None
