"""Predict the rows of a file, from a terminal, a script or cron."""

import json
import os
import shutil
import sys
import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from models_app import queries
from models_app.enums import PredictionState, ResultFormat
from models_app.models import ModelMeta, Prediction
from models_app.services import create_prediction
from runs.accounts import first_account
from runs.management.following import LOOK_SECONDS
from runs.management.installation import ServicesError, services
from runs.models import Run

BAD_INPUT = 2


def refusal(message: str) -> CommandError:
    return CommandError(message, returncode=BAD_INPUT)


class Command(BaseCommand):
    help = (
        "Predict every row of FILE with a model and write OUT: all columns of FILE, and "
        "behind them `prediction` and, for classification, `probability_CLASS` columns, in "
        "the order of the rows; as Parquet if OUT ends so, else as CSV. OUT is written whole or not at all; the installation keeps no copy."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "model", metavar="MODEL", help="id of a model, or run:ID for a run's best"
        )
        parser.add_argument(
            "file", metavar="FILE", help="table with the model's columns"
        )
        parser.add_argument(
            "-o",
            "--output",
            metavar="OUT",
            required=True,
            help="CSV or Parquet file to write",
        )
        parser.add_argument(
            "--explain",
            action="store_true",
            help="add the columns that moved each row's answer most: driver_1, "
            "driver_1_contribution, ...; takes longer, and a model without a quick "
            "explainer refuses large files",
        )
        parser.add_argument(
            "--json",
            dest="as_json",
            action="store_true",
            help="print one JSON object: output, rows, model, notes, seconds",
        )

    def handle(
        self,
        *,
        model: str,
        file: str,
        output: str,
        explain: bool,
        as_json: bool,
        **_: Any,
    ) -> None:
        started = time.monotonic()
        source, goal = readable(file), writable(output)
        try:
            with services():
                chosen = model_of(model)
                prediction = self.predict(chosen, source, goal, explain=explain)
        except ServicesError as error:
            raise CommandError(str(error)) from None
        answer = {
            "output": str(goal),
            "rows": prediction.n_rows,
            "model": chosen.pk,
            "algorithm": chosen.algorithm,
            "target": chosen.run.target,
            "notes": prediction.notes,
            "seconds": round(time.monotonic() - started, 3),
        }
        if as_json:
            self.stdout.write(json.dumps(answer))
            return
        for note in prediction.notes:
            self.stderr.write(note)
        self.stdout.write(f"{goal}: {prediction.n_rows:,} rows predicted.")

    def predict(
        self, model: ModelMeta, source: Path, goal: Path, *, explain: bool
    ) -> Prediction:
        """Let a worker predict the file and fetch the answer."""
        try:
            with source.open("rb") as stream:
                prediction = create_prediction(
                    user=first_account(),
                    model=model,
                    file=File(stream, name=source.name),
                    filename=source.name,
                    output_format=format_of(goal),
                    with_explanation=explain,
                )
        except ValidationError as error:
            raise refusal(f"{source}: {' '.join(error.messages)}") from None
        except OSError as error:
            raise refusal(f"{source} cannot be opened: {error.strerror}.") from None
        try:
            settle(prediction)
            if prediction.state == PredictionState.FAILED:
                raise refusal(f"{source}: {prediction.error}")
            fetch(prediction, goal)
        finally:
            # Also when interrupted: what a worker still makes of it is then discarded.
            Prediction.objects.filter(pk=prediction.pk).delete()
        return prediction


def readable(file: str) -> Path:
    path = Path(file)
    if not path.exists():
        raise refusal(f"There is no file {file}.")
    if not path.is_file():
        raise refusal(f"{file} is no file that can be read.")
    return path


def writable(output: str) -> Path:
    """Refuse a place that cannot be written to before anything is computed."""
    path = Path(output)
    if path.is_dir():
        raise refusal(f"{output} is a folder; name a file in it.")
    if not path.parent.is_dir():
        raise refusal(f"There is no folder {path.parent} to write {path.name} into.")
    if not os.access(path.parent, os.W_OK):
        raise refusal(f"The folder {path.parent} cannot be written to.")
    return path


def format_of(goal: Path) -> ResultFormat:
    is_parquet = goal.suffix.lower() in {".parquet", ".pq"}
    return ResultFormat.PARQUET if is_parquet else ResultFormat.CSV


def model_of(name: str) -> ModelMeta:
    """Find `ID`, or the best model of `run:ID`."""
    kind, _, number = name.rpartition(":")
    if kind not in {"", "run", "model"} or not number.isdecimal():
        raise refusal(f"{name} names no model: give a model's id, or run:ID.")
    if kind == "run":
        return best_of(int(number))
    models = ModelMeta.objects.select_related("run")
    model: ModelMeta | None = models.filter(pk=int(number)).first()
    if model is None:
        raise refusal(f"There is no model {number}.")
    return model


def best_of(run_id: int) -> ModelMeta:
    run = Run.objects.filter(pk=run_id).first()
    if run is None:
        raise refusal(f"There is no run {run_id}.")
    model = queries.best_model(run)
    if model is None:
        raise refusal(f"Run {run_id} has no model that is ready.")
    return model


def settle(prediction: Prediction) -> None:
    """Wait for the worker, with a line on stderr that moves."""
    # None: no moving line where nobody watches, as in cron's mail.
    with tqdm(file=sys.stderr, bar_format="{desc} {elapsed}", disable=None) as bar:
        while not prediction.is_settled:
            bar.set_description_str(prediction.get_state_display())
            time.sleep(LOOK_SECONDS)
            prediction.refresh_from_db()


def fetch(prediction: Prediction, goal: Path) -> None:
    """Copy the answer to `goal`: the file appears whole, or not at all."""
    handle, name = tempfile.mkstemp(dir=goal.parent, prefix=f".{goal.name}.")
    try:
        with os.fdopen(handle, "wb") as target, prediction.output.open("rb") as stream:
            shutil.copyfileobj(stream, target)
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(0o666 & ~umask)  # as any program would have created it
        Path(name).replace(goal)
    except OSError as error:
        raise refusal(f"{goal} cannot be written: {error.strerror}.") from None
    finally:
        Path(name).unlink(missing_ok=True)
