"""A network that fails: passes bytes on to a server, until it is told to cut."""

import socket
import threading
from contextlib import suppress

UPGRADE = b"upgrade: websocket"


class Proxy:
    """Passes connections on to a port of this machine.

    With `sockets=False` it hangs up on web sockets, as some proxies of companies do.
    """

    def __init__(self, port: int, *, sockets: bool = True) -> None:
        self._target = ("127.0.0.1", port)
        self._sockets = sockets
        self._open: set[socket.socket] = set()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.n_cut = self.n_refused = 0
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()
        for thread in self._threads:
            thread.join(5)

    def cut(self) -> None:
        """End every connection there is, in the middle of whatever it does."""
        for end in list(self._open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.n_cut += 1

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                self._run(self._connect, near)

    def _run(self, what, *arguments) -> None:
        thread = threading.Thread(target=what, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _connect(self, near: socket.socket) -> None:
        first = near.recv(65536)
        if not self._sockets and UPGRADE in first.lower():
            self.n_refused += 1
            near.close()
            return
        far = socket.create_connection(self._target)
        self._open |= {near, far}
        far.sendall(first)
        self._run(self._pass_on, near, far)
        self._pass_on(far, near)

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
            self._open.discard(end)
