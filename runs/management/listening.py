"""One port for several web servers: `python -m runs.management.listening HOST PORT CMD...`.

Listens, and becomes CMD with `--fd N`. The kernel shares new connections out among all
who listen with SO_REUSEPORT, so the servers know nothing of each other, and what one was
told it cannot have forgotten: sessions, events and counts are in the database and in Redis.
Only the standard library is imported, as for whatever the server itself has to import.
"""

import os
import socket
import sys

BACKLOG = 128


def can_share(host: str) -> bool:
    """Say whether several processes can listen there.

    Elsewhere than on Linux SO_REUSEPORT gives all connections to one of them, and Daphne
    takes an open socket for one of IPv4.
    """
    return sys.platform == "linux" and ":" not in host


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that others may share, left open for a program that takes over."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listening.bind((host, port))
    listening.listen(BACKLOG)
    listening.set_inheritable(True)
    return listening


def main() -> None:
    host, port, *command = sys.argv[1:]
    listening = listen(host, int(port))
    os.execv(command[0], [*command, "--fd", str(listening.detach())])  # noqa: S606


if __name__ == "__main__":
    main()
