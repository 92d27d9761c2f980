"""Read tables into a project, from a terminal, a script or cron."""

import json
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from runs.columns import delimiter_name
from runs.enums import DatasetState
from runs.management.following import (
    LOOK_SECONDS,
    command_line_user,
    project_named,
)
from runs.management.installation import ServicesError, services
from runs.management.reading import add_reading_arguments, reading_options
from runs.models import Dataset, Project
from runs.services.datasets import add_dataset, delete_dataset

BAD_INPUT = 2
LEVELS = {"warning": "Warning", "info": "Advice"}


class Entry(NamedTuple):
    """A file as named by the user, and its dataset or why there is none."""

    file: str
    dataset: Dataset | None
    message: str = ""


class Command(BaseCommand):
    help = (
        "Read tables into a project and say what was found in them. Goes on after a "
        "file that cannot be read; the exit code is then 2."
    )
    # They load every page, half a second and 30 MB; the server makes them.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument(
            "--project", help="name or id of a project; default: Command line"
        )
        parser.add_argument(
            "--json",
            dest="as_json",
            action="store_true",
            help="print one JSON object a line for each file",
        )

        add_reading_arguments(parser)

    def handle(
        self, *, files: list[str], project: str | None, as_json: bool, **given: Any
    ) -> None:
        from runs.tables.errors import TableError

        try:
            options = reading_options(given)
        except TableError as error:
            raise CommandError(str(error), returncode=BAD_INPUT) from None
        try:
            with services():
                user = command_line_user()
                goal = project_named(project, user)
                # All at once: every worker reads one while the others are waiting.
                entries = [uploaded(file, goal, user, options) for file in files]
                n_refused = self.report(entries, as_json=as_json)
        except ServicesError as error:
            raise CommandError(str(error)) from None
        if n_refused:
            raise SystemExit(BAD_INPUT)

    def report(self, entries: list[Entry], *, as_json: bool) -> int:
        """Print each file's outcome in the order given; the number of those refused."""
        n_refused = 0
        open_entries = list(entries)
        try:
            with progress_line(len(entries)) as bar:
                for entry in entries:
                    outcome = settled(entry, bar)
                    open_entries.remove(entry)
                    self.print_outcome(outcome, as_json=as_json)
                    n_refused += outcome["outcome"] == "error"
                    bar.update()
        finally:
            # Interrupted: what nobody was told of is not kept.
            for entry in open_entries:
                if entry.dataset:
                    delete_dataset(entry.dataset)
        return n_refused

    def print_outcome(self, outcome: dict[str, Any], *, as_json: bool) -> None:
        refused = outcome["outcome"] == "error"
        # The progress line steps aside while something else is written.
        with tqdm.external_write_mode(file=sys.stderr):
            if refused:
                self.stderr.write(f"{outcome['file']}: {outcome['message']}")
            if as_json:
                self.stdout.write(json.dumps(outcome))
            elif not refused:
                self.stdout.write(described(outcome))
            self.stdout.flush()


def progress_line(total: int) -> "tqdm[Any]":
    # On terminals only: a script reads the refusals from stderr, one a line.
    return tqdm(total=total, unit="file", file=sys.stderr, disable=None)


def uploaded(file: str, project: Project, user: User, options: dict[str, Any]) -> Entry:
    path = Path(file)
    if not path.exists():
        return Entry(file, None, "There is no such file.")
    if path.is_dir():
        return Entry(file, None, "This is a folder; name the files in it.")
    if not path.is_file():
        return Entry(file, None, "This is no ordinary file.")
    try:
        with path.open("rb") as stream:
            dataset = add_dataset(
                user=user,
                project=project,
                file=File(stream, name=path.name),
                filename=path.name,
                options=options,
            )
    except ValidationError as error:
        return Entry(file, None, " ".join(error.messages))
    except OSError as error:
        return Entry(file, None, f"The file cannot be opened: {error.strerror}.")
    return Entry(file, dataset)


def settled(entry: Entry, bar: "tqdm[Any]") -> dict[str, Any]:
    """Wait for a file's dataset and return what became of it.

    A dataset that could not be read is deleted again.
    """
    dataset = entry.dataset
    if dataset is None:
        return refusal(entry.file, entry.message)
    bar.set_description(Path(entry.file).name, refresh=False)
    dataset.refresh_from_db()
    while not dataset.is_settled:
        bar.refresh()
        time.sleep(LOOK_SECONDS)
        dataset.refresh_from_db()
    if dataset.state == DatasetState.FAILED:
        delete_dataset(dataset)
        return refusal(entry.file, dataset.error)
    return {
        "file": entry.file,
        "outcome": "table",
        "n_rows": dataset.n_rows,
        "n_cols": dataset.n_columns,
        "columns": [column["name"] for column in dataset.columns],
        "kinds": [column["kind"] for column in dataset.columns],
        "delimiter": dataset.reading.get("delimiter"),
        "encoding": dataset.reading.get("encoding"),
        "reading": dataset.reading,
        "options": dataset.options,
        "repairs": dataset.repairs,
        "advice": dataset.advice,
        "dataset": dataset.pk,
        "message": "",
    }


def refusal(file: str, message: str) -> dict[str, Any]:
    unknown = ["n_rows", "n_cols", "columns", "kinds", "delimiter", "encoding"]
    return {
        "file": file,
        "outcome": "error",
        **dict.fromkeys(unknown),
        "reading": None,
        "options": {},
        "repairs": [],
        "advice": [],
        "dataset": None,
        "message": message,
    }


def read_as(outcome: dict[str, Any]) -> str:
    if outcome["delimiter"] is None:
        return str(outcome["reading"].get("format", ""))
    return f"{outcome['encoding']}, delimiter {delimiter_name(outcome['delimiter'])}"


def described(outcome: dict[str, Any]) -> str:
    """Return what a person reads of a table."""
    width = max(map(len, outcome["columns"]), default=0)
    columns = [
        f"  {name:<{width}}  {kind}"
        for name, kind in zip(outcome["columns"], outcome["kinds"], strict=True)
    ]
    return "\n".join(
        [
            f"{outcome['file']}: dataset {outcome['dataset']}, "
            f"{outcome['n_rows']:,} rows, {outcome['n_cols']:,} columns, "
            f"{read_as(outcome)}",
            *columns,
            *[f"  Repaired: {repair}" for repair in outcome["repairs"]],
            *[
                f"  {LEVELS[advice['level']]}: {advice['title']}. {advice['text']}"
                for advice in outcome["advice"]
            ],
        ]
    )
