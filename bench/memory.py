"""How much memory a search of a large table takes, all processes together.

A generated table (numbers with some missing, two classes) is read and then searched by
the product's own commands. Memory is the proportional set size, summed over the command
and everything it has started: a page that several processes share counts once. The peak
is the largest of many samples while the search runs, from the start of its command to
its end with models fitted and evaluated; it is given as a multiple of the table's size as
numbers of eight bytes. The peak while trials ran, and that of reading the file
beforehand, are shown as well.
"""

# ruff: noqa: PLC0415 - what is heavy is imported by the process that generates

import argparse
import datetime as dt
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import numpy as np
import product
import psutil
from report import Table, finish, load, say

TARGET = 4.0
SAMPLE_SECONDS = 0.2
MB = 1e6


class Sample(NamedTuple):
    """The memory of one moment, and who had it."""

    at: float  # seconds since 1970
    after_seconds: float  # the start of the command
    shares: dict[str, int]  # bytes by kind of process

    @property
    def size_bytes(self) -> int:
        return sum(self.shares.values())


def main() -> None:
    options = parsed()
    if options.generate:
        generate(options.generate, n_rows=options.rows, n_columns=options.columns)
        return
    say(f"{product.cores()} cores, load {load()} at the start\n")
    size = options.rows * options.columns * 8
    with tempfile.TemporaryDirectory(prefix="tuneboard-bench-") as folder:
        table = Path(folder) / "large.csv"
        # In a process of its own, which takes its memory with it.
        subprocess.run(  # noqa: S603 - this script
            [*(sys.executable, __file__, *sys.argv[1:]), "--generate", str(table)],
            check=True,
        )
        home = Path(folder) / "home"
        samples, printed = watched(["ingest", str(table), "--json"], home)
        reading = peak_of(samples)
        dataset = json.loads(printed.splitlines()[-1])["dataset"]
        words = ["train", str(dataset), "--target", "target", "--json"]
        samples, printed = watched([*words, *wish(options)], home)
        result = json.loads(printed.splitlines()[-1])
        ended = search_ended(home)
    whole = peak_of(samples)
    trials = peak_of([sample for sample in samples if sample.at <= ended])
    shown = Table("part", "peak MB", "times the data", "after s", "of it", widths=[10])
    for name, peak in (("reading", reading), ("trials", trials), ("whole run", whole)):
        parts = ", ".join(
            f"{who} {part / MB:.0f}"
            for who, part in Counter(peak.shares).most_common(4)
        )
        shown.row(
            name, f"{peak.size_bytes / MB:.0f}", f"{peak.size_bytes / size:.2f}",
            f"{peak.after_seconds:.0f}", parts,
        )  # fmt: skip
    states = result.get("trials_by_state", {})
    n_trials = result["trials"]
    say(f"\n{n_trials} trials in {result['seconds']:.0f} s: {states}")
    say(f"load {load()} at the end")
    times = whole.size_bytes / size
    finish(
        "memory",
        value=round(times, 3),
        target=f"< {TARGET:g} times the data as float64, for {options.trials} trials",
        holds=times < TARGET and n_trials >= options.trials,
        rows=options.rows,
        columns=options.columns,
        data_mb=round(size / MB, 1),
        peak_mb=round(whole.size_bytes / MB, 1),
        trials_peak_mb=round(trials.size_bytes / MB, 1),
        reading_peak_mb=round(reading.size_bytes / MB, 1),
        peak_by_process={k: round(v / MB, 1) for k, v in whole.shares.items()},
        trials=n_trials,
        trials_by_state=states,
        seconds=result["seconds"],
        cores=product.cores(),
    )


def wish(options: argparse.Namespace) -> list[str]:
    words = ["--preset", options.preset, "--max-trials", str(options.trials)]
    if options.algorithms:
        words += ["--algorithms", options.algorithms]
    if options.time_budget:
        words += ["--time-budget", f"{options.time_budget:g}"]
    return words


def generate(path: Path, *, n_rows: int, n_columns: int, seed: int = 0) -> None:
    """Write a table of numbers of which some tell two classes apart."""
    import pandas as pd
    import pyarrow as pa
    from pyarrow import csv

    chance = np.random.default_rng(seed)
    X = chance.normal(size=(n_rows, n_columns))
    signal = X[:, 0] * X[:, 1] + np.sin(2 * X[:, 2]) + X[:, 3:8].sum(axis=1)
    noisy = signal + chance.normal(scale=1.5, size=n_rows)
    X[chance.random(X.shape) < 0.01] = np.nan
    frame = pd.DataFrame(X.round(6), columns=[f"x{i}" for i in range(n_columns)])
    frame["target"] = np.where(noisy > 0, "yes", "no")
    # pandas itself would take a minute for a million rows.
    csv.write_csv(pa.Table.from_pandas(frame, preserve_index=False), path)


def peak_of(samples: list[Sample]) -> Sample:
    none = Sample(0.0, 0.0, {})
    return max(samples, key=lambda sample: sample.size_bytes, default=none)


def search_ended(home: Path) -> float:
    """Return when the newest run's last trial was done."""
    with closing(sqlite3.connect(home / "db.sqlite3")) as database:
        (text,) = database.execute(
            "SELECT search_ended_at FROM runs_run ORDER BY id DESC LIMIT 1"
        ).fetchone()
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp()


def watched(words: list[str], home: Path) -> tuple[list[Sample], str]:
    """Run a command of the product; return its memory over time and what it printed."""
    process = subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, str(product.ROOT / "manage.py"), *words],
        env={
            **os.environ,
            **product.environment_of(home),
            "UPLOAD_LIMIT_MB": "100000",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    samples: list[Sample] = []
    ended = threading.Event()

    def watch() -> None:
        started = time.time()
        while not ended.wait(SAMPLE_SECONDS):
            now = time.time()
            samples.append(Sample(now, now - started, memory_of(process.pid)))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        printed, errors = process.communicate()
    finally:
        ended.set()
        watcher.join()
        if process.poll() is None:
            process.terminate()
            process.wait()
    if process.returncode:
        raise SystemExit(f"{words[0]} failed:\n{errors[-2000:]}")
    return samples, printed


def memory_of(pid: int) -> dict[str, int]:
    """Return the memory of a process and all below it, in bytes by kind of process."""
    found: Counter[str] = Counter()
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.Error:
        return {}
    for process in family:
        try:
            found[kind_of(process.cmdline())] += pss(process)
        except (psutil.Error, OSError):
            continue
    return dict(found)


def pss(process: psutil.Process) -> int:
    """Return a process' proportional set size: of shared pages, its share."""
    rollup = Path(f"/proc/{process.pid}/smaps_rollup")
    if rollup.exists():
        for line in rollup.read_text().splitlines():
            if line.startswith("Pss:"):
                return 1024 * int(line.split()[1])
        return 0
    return int(process.memory_full_info().uss)


def kind_of(words: list[str]) -> str:
    line = " ".join(words)
    for name in ("worker@", "control@", " beat", "valkey", ".keep", "manage.py"):
        if name in line:
            return name.strip(" @.")
    return Path(words[0]).name if words else "?"


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    add = parser.add_argument
    add("--rows", type=int, default=1_000_000)
    add("--columns", type=int, default=30)
    add("--trials", type=int, default=200)
    add("--preset", default="large_data", help="the product's (default large_data)")
    add("--algorithms", metavar="A,B", help="default: the preset's")
    add("--time-budget", type=float, metavar="S", help="default: none")
    add("--generate", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
