"""The real product in a folder of its own, as its user starts and stops it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx
import psutil

T = TypeVar("T")
REPOSITORY = Path(__file__).parents[1]
START_SECONDS = 240.0
STOP_SECONDS = 15.0
USERNAME, PASSWORD = "ada", "correct horse battery"
# Variables of the tests' own process that an installation must not see.
HIDDEN = {
    *("TUNEBOARD_HOME", "DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"),
    *("HTTPS", "HOST", "PORT", "ALLOWED_HOSTS", "MAKEFLAGS"),
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what: Callable[[], T], *, seconds: float, pause: float = 0.1) -> T:
    """Call until the answer is true; fail after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (answer := what()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(pause)
    return answer


@dataclass
class Installation:
    home: Path
    port: int
    environment: dict[str, str] = field(repr=False)
    server: subprocess.Popen | None = None
    password_set: bool = field(default=False)
    start_output: str = field(default="", repr=False)

    @classmethod
    @contextmanager
    def made(cls, home: Path, **environment: str) -> "Iterator[Installation]":
        """Make one that has not been started; whatever runs at the end is stopped."""
        port = free_port()
        clean = {k: v for k, v in os.environ.items() if k not in HIDDEN}
        own = {
            "TUNEBOARD_HOME": str(home),
            "PORT": str(port),
            "WORKERS": "2",
            "WEB_PROCESSES": "1",
            "LEASE_SECONDS": "6",
            "SWEEP_SECONDS": "1",
            "REDIS_URL": "",
            "DATABASE_URL": f"sqlite:///{home}/db.sqlite3",
        }
        home.mkdir(parents=True, exist_ok=True)
        made = cls(home, port, {**clean, **own, **environment})
        try:
            yield made
            made.stop()
        finally:
            left = made.processes()
            for process in left:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            if made.server is not None:
                made.server.wait(STOP_SECONDS)
        assert left == []

    # --- Running ------------------------------------------------------------------

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *command: str) -> "Installation":
        """Start the server as `make run` does; its output goes to a file."""
        with self.log.open("a") as log:
            self.server = subprocess.Popen(
                command or (sys.executable, "manage.py", "serve"),
                cwd=REPOSITORY,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def started(self, *command: str) -> "Installation":
        """Start it, and wait until everything is there."""
        self.start(*command)
        try:
            wait_for(self.is_healthy, seconds=START_SECONDS)
        except AssertionError as error:
            raise AssertionError(f"{self.health()}\n{self.output()}") from error
        wait_for(lambda: "is running at" in self.output(), seconds=10)
        self.start_output = self.output()
        return self

    def stop(self) -> int | None:
        """End the server as Ctrl-C in its terminal does; return its exit code."""
        if self.server is None:
            return None
        if self.server.poll() is None:
            os.killpg(self.server.pid, signal.SIGINT)
        code = self.server.wait(STOP_SECONDS)
        self.server = None
        return code

    @property
    def log(self) -> Path:
        return self.home / "serve.log"

    def output(self) -> str:
        return self.log.read_text()

    def health(self) -> dict:
        try:
            return httpx.get(f"{self.base_url}/healthz", timeout=5).json()
        except (httpx.HTTPError, ValueError):
            return {}

    def is_healthy(self) -> bool:
        assert self.server is None or self.server.poll() is None, self.output()
        health = self.health()
        return health.get("status") == "ok" and health["workers"] == 2

    # --- Processes ----------------------------------------------------------------

    def processes(self, word: str = "") -> list[psutil.Process]:
        """Return all processes of this installation with a word in their command."""
        return [p for p in psutil.process_iter() if self.owns(p, word)]

    def owns(self, process: psutil.Process, word: str) -> bool:
        try:
            # Valkey writes its title over its environment, but it works in the home.
            return (
                str(self.home)
                in {process.environ().get("TUNEBOARD_HOME"), process.cwd()}
                and process.status() != psutil.STATUS_ZOMBIE
                and word in " ".join(process.cmdline())
            )
        except psutil.Error:
            return False

    def kill_workers(self) -> int:
        """Kill every Celery process, as `pkill -9 -f celery` does; return how many."""
        killed = self.processes("celery")
        for process in killed:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        return len(killed)

    def worker_children(self) -> list[psutil.Process]:
        """Return the processes that compute."""
        compute = self.processes("compute")
        parents = {p.pid for p in compute}
        return [p for p in compute if p.ppid() in parents]

    # --- Use ----------------------------------------------------------------------

    def manage(
        self, *arguments: str, check: bool = True
    ) -> subprocess.CompletedProcess:
        """Run a command of `manage.py`, with its output captured."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=REPOSITORY,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=check,
        )

    def welcome_link(self) -> str:
        return re.findall(r"http://\S+/welcome/\S+", self.output())[-1]

    @contextmanager
    def client(self) -> Iterator[httpx.Client]:
        """Give a client whose user is signed in: the first time by the link."""
        with httpx.Client(
            base_url=self.base_url, follow_redirects=True, timeout=30
        ) as client:
            if self.password_set:
                post(client, "/accounts/login/", username=USERNAME, password=PASSWORD)
            else:
                password = {"new_password1": PASSWORD, "new_password2": PASSWORD}
                post(client, self.welcome_link(), username=USERNAME, **password)
                self.password_set = True
            assert "sessionid" in client.cookies
            yield client


def post(
    client: httpx.Client, url: str, *, files=None, **data: object
) -> httpx.Response:
    """Send a form as a browser does: with the token of the page it stands on."""
    if "csrftoken" not in client.cookies:
        client.get(url)
    headers = {"X-CSRFToken": client.cookies["csrftoken"]}
    answer = client.post(url, data=data, files=files, headers=headers)
    answer.raise_for_status()
    return answer
