"""Where the web server listens, and how a person reaches it."""

import errno
import http.client
import socket
import time

ANY_ADDRESS = {"0.0.0.0", "::", "[::]", ""}  # noqa: S104 - recognised, not bound to
# Reserved for documentation (RFC 5737): no packet is sent to find the way there.
ELSEWHERE = ("192.0.2.1", 9)


class PortTakenError(Exception):
    """Another program listens where the web server should."""


def check_free(host: str, port: int) -> None:
    """Raise `PortTakenError` when the web server could not listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the server does: a port that has just been left is not taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as error:
            raise PortTakenError(explain(error, host, port)) from error


def explain(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is in use by another program."
            f" Choose another one, for example: make run PORT={port + 1}"
        )
    if error.errno == errno.EACCES:
        return f"Port {port} is not yours to open. Choose one above 1023: PORT=8000"
    return f"Cannot listen on {host}, port {port}: {error.strerror}. See HOST and PORT."


def local_host(host: str) -> str:
    """Return the name by which this machine itself reaches the web server."""
    if host in ANY_ADDRESS:
        return "127.0.0.1"
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def reachable_host(host: str) -> str:
    """Return the name by which others reach the web server, where that differs."""
    if host not in ANY_ADDRESS:
        return local_host(host)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(ELSEWHERE)
        except OSError:  # no network: nobody else can reach it anyway
            return local_host(host)
        return str(probe.getsockname()[0])


def wait_until_answering(host: str, port: int, *, path: str, seconds: float) -> bool:
    """Wait until the web server answers a request, whatever the answer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(local_host(host), port, timeout=5)
        try:
            connection.request("GET", path)
            connection.getresponse()
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        else:
            return True
        finally:
            connection.close()
    return False
