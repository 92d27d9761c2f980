"""How much memory a piece of work took at most."""

import resource
import sys
from pathlib import Path

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
