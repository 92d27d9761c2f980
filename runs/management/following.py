"""Waiting on a terminal for what workers do."""

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from tqdm import tqdm

from runs import queries
from runs.accounts import first_account
from runs.configuration import MAX_TRIALS
from runs.models import Dataset, Project, Run
from runs.search.metrics import METRICS
from runs.services.projects import create_project
from runs.services.runs import stop_run

LOOK_SECONDS = 0.1
PROJECT_NAME = "Command line"


def command_line_user() -> User:
    return first_account()


def command_line_project() -> Project:
    """Return the project that holds what commands make when none is named."""
    user = command_line_user()
    found = Project.objects.visible_to(user).filter(name=PROJECT_NAME).first()
    return found or create_project(
        user=user, name=PROJECT_NAME, description="Made by commands."
    )


def project_named(asked: str | None, user: User) -> Project:
    """Return the project a command was told, by name or number.

    Raises CommandError when there is none.
    """
    if asked is None:
        return command_line_project()
    visible = Project.objects.visible_to(user)
    found: Project | None = visible.filter(name=asked).first()
    if found is None and asked.isdigit():
        found = visible.filter(pk=int(asked)).first()
    if found is None:
        raise CommandError(f"There is no project “{asked}”.", returncode=2)
    return found


def follow_dataset(dataset: Dataset) -> Dataset:
    """Wait until a dataset has been read or refused."""
    while not dataset.is_settled:
        time.sleep(LOOK_SECONDS)
        dataset.refresh_from_db()
    return dataset


def follow_run(run: Run, *, user: User) -> Run:
    """Show a run's progress on stderr until it has ended.

    Ctrl-C stops the search and keeps what was found; a second one ends the command.
    """
    metric = METRICS[run.scoring]
    with (
        progress_bar(run) as bar,
        first_interrupt() as interrupted,
    ):
        while True:
            run.refresh_from_db()
            bar.set_description(run.get_phase_display(), refresh=False)
            if run.best_value is not None:
                best = metric.display(run.best_value)
                bar.set_postfix_str(f"best {metric.title} {best:.4f}", refresh=False)
            bar.update(queries.trial_counts(run).ended - bar.n)
            if run.has_ended:
                return run
            if interrupted.is_set():
                interrupted.clear()
                with suppress(ValidationError):  # it is ending already
                    stop_run(run, user=user)
            time.sleep(LOOK_SECONDS)


def progress_bar(run: Run) -> "tqdm[NoReturn]":
    """Return a bar that redraws itself on a terminal and seldom elsewhere, as in cron."""
    seconds = 0.1 if sys.stderr.isatty() else 10.0
    # What the time alone will end has no number of trials to get to.
    total = run.n_planned if run.n_planned < MAX_TRIALS else None
    return tqdm(total=total, unit="trial", file=sys.stderr, mininterval=seconds)


@contextmanager
def first_interrupt() -> Iterator[threading.Event]:
    """Turn the first Ctrl-C into an event; the second raises as usual."""
    interrupted = threading.Event()
    before = signal.getsignal(signal.SIGINT)

    def on_interrupt(signum: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, before)
        interrupted.set()
        tqdm.write("Stopping; Ctrl-C again leaves at once.", file=sys.stderr)

    signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)
