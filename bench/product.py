"""The product as it is, in a folder of its own that is gone afterwards.

Importing this module puts the repository on the path and points every setting at the
folder, so a benchmark imports it before anything of the product.
"""

# ruff: noqa: PLC0415 - Django's settings come from an environment made first

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runs.models import Dataset, Run

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
START_SECONDS = 240.0
LOOK_SECONDS = 0.02


def cores() -> int:
    """Return how many cores this process may use: the product and its rival get all."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def environment_of(home: Path) -> dict[str, str]:
    """Return the settings of an installation in a folder, with nothing left open."""
    return {
        "DJANGO_SETTINGS_MODULE": "automl_site.settings",
        "TUNEBOARD_HOME": str(home),
        "DATABASE_URL": f"sqlite:///{home}/db.sqlite3",
        "REDIS_URL": "",
        "STORAGE": str(home / "files"),
        "DEBUG": "false",
        "HTTPS": "false",
        "HOST": "127.0.0.1",
        "ALLOWED_HOSTS": "127.0.0.1",
        "WORKERS": str(cores()),
        # Nothing is computed beside what is measured, nor when that has ended.
        "EXPLAIN_MODELS": "false",
    }


@contextmanager
def fresh_home(**environment: str) -> Iterator[Path]:
    """Point the product at a new folder, whatever the environment and `.env` say."""
    home = Path(tempfile.mkdtemp(prefix="tuneboard-bench-"))
    os.environ.update({**environment_of(home), **environment})
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    # What was started is ended whoever ends this: as by Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    import django

    django.setup()
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def workers(**environment: str) -> Iterator[Path]:
    """Run the product's broker, workers and scheduler while the body runs.

    They fit no models after a search: nobody has asked for those.
    """
    settings = {
        "DJANGO_SETTINGS_MODULE": "search_settings",
        # The settings lie beside this file, for the processes of the product too.
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(HERE)]),
    }
    with fresh_home(**{**settings, **environment}) as home:
        from runs.management.installation import ServicesError, services

        try:
            with services():
                yield home
        except ServicesError as error:
            log = home / "log" / "services.log"
            raise SystemExit(f"{error}\n{log.read_text()[-2000:]}") from None


@contextmanager
def served(*, n_workers: int = 1, **environment: str) -> Iterator[str]:
    """Run the whole product and yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"PORT": str(port), "WORKERS": str(n_workers), **environment}
    with fresh_home(**settings) as home:
        address = f"http://127.0.0.1:{port}"
        log = home / "serve.log"
        with log.open("w") as stream:
            server = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            wait_until_healthy(address, server)
            yield address
        except BaseException:
            sys.stderr.write(f"What the product printed:\n{log.read_text()[-4000:]}\n")
            raise
        finally:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()


def wait_until_healthy(address: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(  # noqa: S310 - our own address
                f"{address}/healthz", timeout=5
            ) as answer:
                if json.load(answer)["status"] == "ok":
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.2)
    raise SystemExit("The product did not start.")


# --- What a person does with it --------------------------------------------------------


def ingest(path: Path) -> "Dataset":
    """Upload a table and wait until a worker has read it."""
    from django.core.files.base import File

    from runs.management.following import (
        command_line_project,
        command_line_user,
        follow_dataset,
    )
    from runs.services.datasets import add_dataset

    with path.open("rb") as stream:
        dataset = add_dataset(
            user=command_line_user(),
            project=command_line_project(),
            file=File(stream, name=path.name),
            filename=path.name,
        )
    follow_dataset(dataset)
    if not dataset.is_ready:
        raise SystemExit(f"{path}: {dataset.error}")
    return dataset


def search(dataset: "Dataset", **wish: Any) -> "Run":
    """Make a run and wait until it has ended.

    Nothing is left to it of earlier ones: no prepared folds, and no scores to reuse.
    """
    from runs.configuration import configure
    from runs.management.following import command_line_user
    from runs.services.runs import start_run

    forget_runs()
    forget_folds()
    run = start_run(
        user=command_line_user(),
        dataset=dataset,
        name="",
        configuration=configure(dataset, **wish),
    )
    while not run.has_ended:
        time.sleep(LOOK_SECONDS)
        run.refresh_from_db(fields=["phase"])
    run.refresh_from_db()
    if run.phase != "finished":
        raise SystemExit(f"Run {run.pk} {run.phase}: {run.error}")
    return run


def search_seconds(run: "Run") -> float:
    """Return the time from the run's creation to the end of its search."""
    assert run.search_ended_at is not None
    return (run.search_ended_at - run.created_at).total_seconds()


def forget_runs() -> None:
    from runs.management.following import command_line_user
    from runs.models import Run
    from runs.services.runs import delete_run

    for run in Run.objects.all():
        delete_run(run, user=command_line_user())


def forget_folds() -> None:
    from django.conf import settings

    shutil.rmtree(settings.CACHE_DIR / "folds", ignore_errors=True)


def warm_up(dataset: "Dataset", wish: Mapping[str, Any]) -> None:
    """Let every worker process have done something once before anything is timed."""
    search(dataset, **{**wish, "n_splits": 2, "seed": 12345})
