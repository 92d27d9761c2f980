"""Answers of a model: single rows as JSON to several clients, and a large file.

The served product answers `POST models/ID/predict.json` to clients that each keep a
connection and ask one row after the other. The file is predicted by the worker's own
function in a process of its own; beside it, in another, the plain way: `pandas.read_csv`
in chunks, `pipeline.predict` of each, and the answers appended with `to_csv`. Of both the
time counts from the loaded model on, and the peak of memory above it.
"""

# ruff: noqa: PLC0415 - Django's settings come from an environment made first

import argparse
import http.client
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import product
from report import Table, finish, geometric_mean, load, say

if TYPE_CHECKING:
    import pandas as pd

    from models_app.models import ModelMeta

P50_MS, P99_MS = 15.0, 60.0
RATIO, MEMORY_MB = 0.8, 1024.0
CHUNK_ROWS = 50_000
TRAINING_ROWS = 20_000
TOKEN = "x" * 32
# Read back in the types of training: what a script for just this table would say.
TEXTS = [f"c{i}" for i in range(6)]


def main() -> None:
    options = parsed()
    if options.side:
        child(options)
        return
    started = time.perf_counter()
    say(f"{product.cores()} cores, load {load()} at the start\n")
    with product.served() as address, tempfile.TemporaryDirectory() as folder:
        models = prepare(Path(folder), options.algorithms)
        waits = ask_rows(address, models, options)
        sides = predict_files(models, Path(folder), options)
    say(f"\nload {load()} at the end, {time.perf_counter() - started:.0f} s in all")
    conclude(waits, sides, options)


def ask_rows(
    address: str, models: "dict[str, ModelMeta]", options: argparse.Namespace
) -> dict[str, list[float]]:
    """Ask every model for single rows; print how long each waited."""
    columns = ("clients", "calls", "p50 ms", "p99 ms")
    shown = Table("one row as JSON", *columns, widths=[20])
    waits = {}
    for name, model in models.items():
        waits[name] = single_rows(address, model, options.clients, options.calls)
        p50, p99 = percentiles(waits[name])
        told = (options.clients, len(waits[name]), f"{p50:.1f}", f"{p99:.1f}")
        shown.row(name, *told)
    say()
    return waits


def predict_files(
    models: "dict[str, ModelMeta]", folder: Path, options: argparse.Namespace
) -> list[tuple[str, str, dict[str, float]]]:
    """Predict a large file by every model, the plain way and as a worker does."""
    rows = folder / "rows.csv"
    generated(options.rows, seed=1).drop(columns="y").to_csv(rows, index=False)
    columns = ("side", "seconds", "rows/s", "peak MB above model")
    shown = Table(f"{options.rows:,} rows", *columns, widths=[20, 8, 0, 9])
    sides = []
    for name, model in models.items():
        for side in ("bare", "product"):
            found = measured(side, model, rows, folder)
            sides.append((name, side, found))
            rate = f"{options.rows / found['seconds']:,.0f}"
            told = (f"{found['seconds']:.1f}", rate, f"{found['peak_mb']:.0f}")
            shown.row(name, side, *told)
    return sides


def conclude(
    waits: dict[str, list[float]],
    sides: list[tuple[str, str, dict[str, float]]],
    options: argparse.Namespace,
) -> None:
    bare, own = (
        {name: found for name, side, found in sides if side == wanted}
        for wanted in ("bare", "product")
    )
    ratio = geometric_mean(bare[n]["seconds"] / own[n]["seconds"] for n in bare)
    peak = max(found["peak_mb"] for found in own.values())
    slowest = [
        max(pair) for pair in zip(*map(percentiles, waits.values()), strict=True)
    ]
    finish(
        "predict",
        value=round(ratio, 2),
        target=(
            f"p50 < {P50_MS:g} ms and p99 < {P99_MS:g} ms, at least {RATIO:g} of the rows "
            f"a second of the plain way, peak < {MEMORY_MB:g} MB above the model"
        ),
        holds=(
            slowest[0] < P50_MS
            and slowest[1] < P99_MS
            and ratio >= RATIO
            and peak < MEMORY_MB
        ),
        p50_ms=round(slowest[0], 1),
        p99_ms=round(slowest[1], 1),
        peak_mb=round(peak),
        rows=options.rows,
        clients=options.clients,
        cores=product.cores(),
    )


def percentiles(times: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return cuts[49], cuts[98]


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--calls", type=int, default=200, help="of each client")
    parser.add_argument(
        "--algorithms",
        nargs="+",
        default=["random_forest", "lightgbm", "logistic_regression"],
    )
    # One side in a process of its own; started by this script.
    parser.add_argument("--side", choices=["bare", "product"], help=argparse.SUPPRESS)
    parser.add_argument("--model", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


# --- The models ------------------------------------------------------------------------


def generated(n_rows: int, seed: int) -> "pd.DataFrame":
    """Make a table of 14 columns: 8 numbers and 6 categories, some values missing."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(n_rows, 8)).round(4)
    sizes = (2, 5, 7, 9, 16, 40)
    codes = np.stack([rng.integers(0, size, n_rows) for size in sizes], axis=1)
    signal = numbers[:, 0] + numbers[:, 1] * (codes[:, 0] - 0.5) + (codes[:, 2] > 3)
    chance = 1 / (1 + np.exp(-signal))
    frame = pd.DataFrame(numbers, columns=[f"n{i}" for i in range(8)])
    frame[frame.columns[2]] = frame["n2"].where(rng.random(n_rows) > 0.05)
    for i, name in enumerate(TEXTS):
        frame[name] = [f"value {code}" for code in codes[:, i]]
    frame["y"] = np.where(rng.random(n_rows) < chance, "yes", "no")
    return frame


def prepare(folder: Path, algorithms: list[str]) -> "dict[str, ModelMeta]":
    """Fit a model of each algorithm, as a search does."""
    from models_app.models import ModelMeta

    path = folder / "train.csv"
    generated(TRAINING_ROWS, seed=0).to_csv(path, index=False)
    dataset = product.ingest(path)
    run = product.search(
        dataset,
        target="y",
        algorithms=algorithms,
        n_trials=len(algorithms),
        n_splits=2,
        scheme="holdout",
        ensemble=False,
    )
    models = ModelMeta.objects.filter(run=run, state="ready")
    return {model.algorithm: model for model in models}


# --- One row after the other ------------------------------------------------------------


def single_rows(
    address: str, model: "ModelMeta", n_clients: int, n_calls: int
) -> list[float]:
    """Return the milliseconds of every call of all clients."""
    rows = json.loads(
        generated(200, seed=2).drop(columns="y").to_json(orient="records")
    )
    headers = {
        "Content-Type": "application/json",
        "X-CSRFToken": TOKEN,
        "Cookie": f"sessionid={session()}; csrftoken={TOKEN}",
    }
    place = urlsplit(address)
    times: list[float] = []
    failed: list[str] = []

    def client(number: int) -> None:
        connection = http.client.HTTPConnection(place.netloc, timeout=60)
        for i in range(-5, n_calls):  # the first calls open the model
            body = json.dumps({"rows": [rows[(number + i) % len(rows)]]})
            started = time.perf_counter()
            path = f"/models/{model.pk}/predict.json"
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                failed.append(f"{answer.status}: {text[:300]!r}")
                return
            if i >= 0:
                times.append(1000 * (time.perf_counter() - started))

    threads = [threading.Thread(target=client, args=(i,)) for i in range(n_clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise SystemExit(f"{model.algorithm}: {failed[0]}")
    return times


def session() -> str:
    from django.contrib.auth import login
    from django.contrib.sessions.backends.db import SessionStore
    from django.http import HttpRequest

    from runs.management.following import command_line_user

    request = HttpRequest()
    request.session = SessionStore()
    backend = "django.contrib.auth.backends.ModelBackend"
    login(request, command_line_user(), backend=backend)
    request.session.save()
    return str(request.session.session_key)


# --- A large file ----------------------------------------------------------------------


def measured(
    side: str, model: "ModelMeta", rows: Path, folder: Path
) -> dict[str, float]:
    command = [
        *(sys.executable, __file__, "--side", side),
        *("--model", str(model.pk), "--file", str(rows)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)  # noqa: PLW1510, S603
    if done.returncode:
        raise SystemExit(f"{side}: {done.stderr[-3000:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def child(options: argparse.Namespace) -> None:
    """Predict the file one way, in this process alone."""
    import django

    sys.path.insert(0, str(product.ROOT))
    django.setup()
    from models_app import artifacts
    from models_app.models import ModelMeta

    model = ModelMeta.objects.select_related("run").get(pk=options.model)
    bundle = artifacts.load_bundle(model)
    warm(model, bundle, options.file)
    before = resident_mb()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        if options.side == "bare":
            predict_bare(bundle["pipeline"], options.file, Path(folder, "out.csv"))
        else:
            predict_as_product(model, options.file, Path(folder, "out.csv"))
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before
    say(json.dumps({"seconds": seconds, "peak_mb": peak}))


def resident_mb() -> float:
    import psutil

    return float(psutil.Process().memory_info().rss / 1024**2)


def warm(model: "ModelMeta", bundle: Any, file: Path) -> None:  # noqa: ANN401
    """Import what both sides need; a worker has done so long before."""
    with tempfile.TemporaryDirectory() as folder:
        few = Path(folder, "few.csv")
        with file.open() as stream:
            few.write_text("".join(stream.readline() for _ in range(200)))
        predict_bare(bundle["pipeline"], few, Path(folder, "bare.csv"))
        predict_as_product(model, few, Path(folder, "own", "out.csv"))


def predict_bare(pipeline: Any, file: Path, goal: Path) -> None:  # noqa: ANN401
    import pandas as pd

    texts = dict.fromkeys(TEXTS, "str")
    for i, rows in enumerate(pd.read_csv(file, chunksize=CHUNK_ROWS, dtype=texts)):
        answers = rows.assign(prediction=pipeline.predict(rows))
        answers.to_csv(goal, mode="a", header=not i, index=False)


def predict_as_product(model: "ModelMeta", file: Path, goal: Path) -> None:
    """Call what a worker calls, with a file that is no upload."""
    from django.core.files.storage import FileSystemStorage

    from models_app.models import Prediction
    from models_app.predicting import write_predictions

    goal.parent.mkdir(exist_ok=True)
    prediction = Prediction(model=model, filename=file.name)
    prediction.source.name = file.name
    prediction.source.storage = FileSystemStorage(location=file.parent)
    write_predictions(prediction, goal)


if __name__ == "__main__":
    main()
