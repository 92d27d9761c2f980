"""`manage.py serve`: the whole product, in the foreground (what `make run` does)."""

import os
import socket
from contextlib import suppress
from functools import partial

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection

from runs.accounts import welcome_path
from runs.management import addresses, foreground, processes, startup

READY_SECONDS = 120.0


class Command(BaseCommand):
    help = (
        "Start the server, its workers and, unless REDIS_URL is set, a private Valkey."
    )
    requires_system_checks: list[str] = []  # the web process makes them

    def handle(self, *_: object, verbosity: int, **__: object) -> None:
        host = addresses.reachable_host(settings.HOST)
        address = f"http://{host}:{settings.PORT}"
        try:
            with startup.claim(address):
                code = self.serve(address, host, verbosity=verbosity)
                give_back_leases()
        except (startup.AlreadyRunningError, addresses.PortTakenError) as error:
            self.stderr.write(str(error))
            raise SystemExit(1) from error
        except KeyboardInterrupt:
            code = 0
        self.stdout.write("Tuneboard has stopped.")
        raise SystemExit(code)

    def serve(self, address: str, host: str, *, verbosity: int) -> int:
        addresses.check_free(settings.HOST, settings.PORT)
        self.stdout.write(f"Starting Tuneboard in {settings.TUNEBOARD_HOME} ...")
        self.stdout.flush()
        startup.migrate()
        names = processes.names(with_web=True)
        return foreground.run(
            names,
            processes.environment(names, ALLOWED_HOSTS=allowed_hosts(host)),
            folder=str(settings.BASE_DIR),
            on_started=partial(self.announce, address),
            on_stopping=settings.STOPPING_FLAG.touch,
            verbose=verbosity > 1,
        )

    def announce(self, address: str) -> None:
        """Say where the product is, once it is there; runs in a thread."""
        if not addresses.wait_until_answering(
            settings.HOST, settings.PORT, path="/healthz", seconds=READY_SECONDS
        ):
            self.stderr.write("The web server does not answer; see the messages above.")
            return
        welcome = welcome_path()
        connection.close()
        if welcome:
            self.stdout.write(
                "The first account has no password yet. This link signs in, once:\n\n"
                f"    {address}{welcome}\n"
            )
        self.stdout.write(f"Tuneboard is running at {address} (Ctrl-C stops it)")
        self.stdout.flush()


def give_back_leases() -> None:
    """Return what the ended workers had begun, so that the next start begins with it."""
    # A start should not wait for what only an end needs.
    from runs.claims import release_leases  # noqa: PLC0415

    with suppress(DatabaseError):  # gone as well; leases end by themselves
        release_leases()


def allowed_hosts(host: str) -> str:
    """Let in by the printed address too, where nobody has said who may come in."""
    hosts = list(settings.ALLOWED_HOSTS)
    if "ALLOWED_HOSTS" not in os.environ and host not in hosts:
        hosts += [host, socket.gethostname()]
    return ",".join(hosts)
