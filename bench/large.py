"""A large table all the way: upload, search, explanation, predictions of all its rows.

Two generated tables of mixed kinds, one long and one wide, go through the whole product:
they are uploaded and profiled, searched by the preset for large data within a time
budget, the best model is refitted, evaluated, diagnosed and explained, and predicts the
file it was made from. Each step's time runs from the request to the stored result; its
memory is the highest proportional set size of all processes of the product together, the
web server and the broker too. What a page shows as progress is looked at as often: a step
that takes long and tells nothing new for a long time is as good as one that hangs.
"""

# ruff: noqa: PLC0415 - Django's settings come from an environment made first

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import product
from report import Table, finish, load, say
from upload import Watching

if TYPE_CHECKING:
    from runs.models import Run

SHAPES = ("1000000x30", "5000x2000")
MEMORY_MB = 8192.0
CHUNK = 100_000
LOOK_SECONDS = 0.2
MB = 1e6


class Steps:
    """Times the steps of one table, with their memory and their longest silence."""

    def __init__(self, shape: str, shown: Table) -> None:
        self.shape, self.shown = shape, shown
        self.found: list[dict[str, Any]] = []

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[object], None]]:
        """Time the body; it says what a person would see of it, as often as it looks."""
        started = heard = time.perf_counter()
        silence, last, n_news = 0.0, None, 0

        def seen(news: object) -> None:
            nonlocal heard, silence, last, n_news
            now = time.perf_counter()
            silence = max(silence, now - heard)
            if news != last:
                heard, last, n_news = now, news, n_news + 1

        with Watching() as watching:
            yield seen
        seconds = time.perf_counter() - started
        found = {
            "step": name,
            "seconds": round(seconds, 1),
            "peak_mb": round(watching.peak / MB),
            "signs_of_life": n_news,
            "longest_silence": round(silence, 1),
        }
        self.found.append(found)
        self.shown.row(self.shape, *found.values())


def main() -> None:
    options = parsed()
    if options.generate:
        generate(options.generate, *sizes(options.shapes[0]))
        return
    say(f"{product.cores()} cores, load {load()} at the start\n")
    shown = Table(
        "rows x columns", "step", "seconds", "peak MB", "signs of life", "silence s",
        widths=[15, 32],
    )  # fmt: skip
    found: dict[str, Any] = {}
    limits = {"UPLOAD_LIMIT_MB": "100000", "PROJECT_QUOTA_MB": "0"}
    with product.served(n_workers=product.cores(), EXPLAIN_MODELS="true", **limits):
        home = Path(os.environ["TUNEBOARD_HOME"])
        for shape in options.shapes:
            path = home / f"table-{shape}.csv"
            itself("--generate", str(path), "--shapes", shape)
            steps = Steps(shape, shown)
            the_whole_way(path, steps, options)
            path.unlink()
            found[shape] = steps.found
        peak = max(step["peak_mb"] for steps in found.values() for step in steps)
    say(f"load {load()} at the end")
    finish(
        "large",
        value=round(peak),
        target=f"every step ends, all processes together below {MEMORY_MB:g} MB",
        holds=peak < MEMORY_MB,
        cores=product.cores(),
        search_budget_seconds=options.budget,
        steps=found,
    )


def the_whole_way(path: Path, steps: Steps, options: argparse.Namespace) -> None:
    from django.core.files.base import File

    from models_app.services import create_prediction
    from runs.configuration import configure
    from runs.management.following import command_line_project, command_line_user
    from runs.services.datasets import add_dataset
    from runs.services.runs import start_run

    user = command_line_user()
    with steps.step("upload, types and profile") as seen, path.open("rb") as stream:
        file = File(stream, name=path.name)
        dataset = add_dataset(
            user=user, project=command_line_project(), file=file, filename=path.name
        )
        until(dataset, lambda: dataset.is_settled, lambda: dataset.progress, seen)
    if not dataset.is_ready:
        raise SystemExit(f"{path.name}: {dataset.error}")
    wish = configure(
        dataset,
        target="target",
        preset="large_data",
        time_budget_seconds=options.budget,
    )
    with steps.step("search, refit and evaluation") as seen:
        run = start_run(user=user, dataset=dataset, name="", configuration=wish)
        until(run, lambda: run.has_ended, lambda: signs_of(run), seen)
    if run.phase != "finished":
        raise SystemExit(f"Run {run.pk} {run.phase}: {run.error}")
    model = run.models.filter(state="ready").order_by("value").last()
    if model is None:
        raise SystemExit(f"Run {run.pk} left no model.")
    with steps.step("diagnosis and explanation of all") as seen:
        explained(run, seen)
    with steps.step("predictions of all rows") as seen, path.open("rb") as stream:
        file = File(stream, name=path.name)
        predicted = create_prediction(
            user=user, model=model, file=file, filename=path.name
        )
        until(
            predicted, lambda: predicted.is_settled, lambda: predicted.n_rows_done, seen
        )
    if predicted.error:
        raise SystemExit(predicted.error)
    rate = predicted.n_rows / steps.found[-1]["seconds"]
    say(f"{model.algorithm}: {predicted.n_rows:,} rows, {rate:,.0f} a second")


def until(
    row: Any,  # noqa: ANN401 - any row that a worker is at
    ended: Callable[[], bool],
    news: Callable[[], object],
    seen: Callable[[object], None],
) -> None:
    while not ended():
        seen(news())
        time.sleep(LOOK_SECONDS)
        row.refresh_from_db()


def signs_of(run: "Run") -> object:
    """Return what the live page draws of a run: phase, log, folds of trials, models."""
    trials = run.trials.values_list("state", "fold")
    models = run.models.values_list("state", flat=True)
    return run.phase, run.events.count(), list(trials), list(models)


def explained(run: "Run", seen: Callable[[object], None]) -> None:
    from models_app.models import Computation

    found = Computation.objects.filter(model__run=run)
    while True:
        states = list(found.values_list("state", "share"))
        seen(states)
        if states and all(state in {"ready", "failed"} for state, _ in states):
            break
        time.sleep(LOOK_SECONDS)
    failed = list(found.filter(state="failed").values_list("kind", "error"))
    if failed:
        raise SystemExit(f"Not explained: {failed}")


# --- The tables -----------------------------------------------------------------------


def sizes(shape: str) -> tuple[int, int]:
    n_rows, _, n_columns = shape.partition("x")
    return int(n_rows), int(n_columns)


def itself(*words: str) -> None:
    """Run this script in a process of its own, which takes its memory with it."""
    subprocess.run([sys.executable, __file__, *words], check=True)  # noqa: S603 - this script


def generate(path: Path, n_rows: int, n_columns: int, seed: int = 0) -> None:
    """Write a table of mixed kinds, the last column telling two classes apart."""
    import pyarrow as pa
    from pyarrow import csv

    chance = np.random.default_rng(seed)
    n_words = max(3, n_columns // 6)
    n_numbers = n_columns - n_words - 3
    with path.open("wb") as stream:
        for start in range(0, n_rows, CHUNK):
            n = min(CHUNK, n_rows - start)
            columns: dict[str, Any] = {}
            signal = np.zeros(n)
            for i in range(n_numbers):
                numbers = chance.normal(size=n).round(4)
                signal += numbers * (i < 6) / (i + 1)
                columns[f"number_{i}"] = pa.array(numbers, mask=chance.random(n) < 0.02)
            for i in range(n_words):
                codes = chance.integers(0, 3 + 7 * (i % 6), n)
                signal += (codes == 1) * (i < 3)
                words = np.array([f"level {k}" for k in range(3 + 7 * (i % 6))])
                columns[f"word_{i}"] = words[codes]
            days = chance.integers(0, 3_000, n).astype("timedelta64[D]")
            columns["date"] = np.datetime64("2015-01-01") + days
            columns["truth"] = np.where(chance.random(n) < 0.3, "yes", "no")
            noisy = signal + chance.normal(size=n)
            columns["target"] = np.where(noisy > 0.5, "late", "on time")
            csv.write_csv(
                pa.table(columns), stream, csv.WriteOptions(include_header=not start)
            )


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    add = parser.add_argument
    add("--shapes", nargs="+", default=SHAPES, help="rows x columns, as 1000000x30")
    add("--budget", type=float, default=300.0, help="seconds for search and refit")
    add("--generate", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
