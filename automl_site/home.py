"""Where an installation keeps its state: one folder, `TUNEBOARD_HOME`."""

import hashlib
import os
import secrets
import tempfile
from pathlib import Path

# A Unix socket's path is limited to 108 bytes on Linux and 104 on macOS.
SOCKET_PATH_LIMIT = 100


def make_home(home: Path) -> Path:
    """Create the folder, readable by its owner only, and return it resolved."""
    home = home.expanduser().resolve()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home


def secret_key(home: Path) -> str:
    """Return the installation's secret key, generated on first use."""
    path = home / "secret_key"
    if not path.exists():
        fresh = home / f"secret_key.{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(50))
        try:
            # A hard link fails when the name exists: of two first starts one key wins.
            path.hardlink_to(fresh)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()


def socket_path(home: Path) -> Path:
    """Return where the embedded server listens, short enough for a Unix socket."""
    path = home / "valkey.sock"
    if len(str(path).encode()) <= SOCKET_PATH_LIMIT:
        return path
    digest = hashlib.sha256(str(home).encode()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"tuneboard-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{digest}.sock"
