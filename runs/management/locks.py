"""File locks of one installation: who runs it, and which keeper starts what.

A lock is the kernel's (`flock`), so it ends with its holder, however that ends.
"""

import fcntl
import json
import os
from pathlib import Path


class Lock:
    """An exclusive lock on a file, which tells others about its holder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def take(self, *, wait: bool = False, **about: object) -> bool:
        """Take the lock; False when somebody else has it (and `wait` is not set)."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.write(descriptor, json.dumps({"pid": os.getpid(), **about}).encode())
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        # The file stays: removing it would let two processes lock two files of one name.
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def is_free(self) -> bool:
        """Tell whether nobody has the lock at this moment."""
        if self._descriptor is not None:
            return False
        probe = Lock(self.path)
        if not probe.take():
            return False
        probe.release()
        return True

    def holder(self) -> dict[str, object]:
        """Return what the holder said about itself; empty when it said nothing."""
        try:
            about = json.loads(self.path.read_text() or "{}")
        except (FileNotFoundError, ValueError):  # a holder may be writing right now
            return {}
        return about if isinstance(about, dict) else {}
