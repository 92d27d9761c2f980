"""From a CSV file to a profiled dataset, for tables of growing size.

Generated tables of 30 mixed columns (numbers with some missing, whole numbers, words,
dates, truth values) are uploaded to running workers. The product's time runs from the
upload to the profile, through broker and database; the rival is what a person would do
at least: `pandas.read_csv` and `to_parquet`, in a process that has imported pandas,
without types, kinds, repairs or profile. Peak memory is that of all processes of the
product together (proportional set size), less what they had while idle.
"""

# ruff: noqa: PLC0415 - what is heavy is imported by the process that generates

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import product
from memory import FAMILY_SECONDS, SAMPLE_SECONDS, family_of, memory_of
from report import Table, finish, load, say

ROWS = (10_000, 100_000, 1_000_000, 5_000_000)
TARGET, MEMORY_TARGET = 0.5, 3.0
CHUNK = 250_000
MB = 1e6


def main() -> None:
    options = parsed()
    if options.generate:
        generate(options.generate, n_rows=options.rows[0])
        return
    if options.rival:
        say(json.dumps(rival(options.rival)))
        return
    say(f"{product.cores()} cores, load {load()} at the start\n")
    shown = Table(
        "rows", "MB", "product s", "rows / s", "pandas s", "pandas / product",
        "MB more", "times the file",
    )  # fmt: skip
    sizes: list[dict[str, Any]] = []
    with product.workers(UPLOAD_LIMIT_MB="100000", PROJECT_QUOTA_MB="0") as home:
        warm = home / "warm.csv"
        generated(warm, 1_000)
        product.ingest(warm)
        for n_rows in options.rows:
            path = home / f"table-{n_rows}.csv"
            generated(path, n_rows)
            found = measured(path, n_rows)
            path.unlink()
            sizes.append(found)
            shown.row(*found.values())
    report(sizes)


def measured(path: Path, n_rows: int) -> dict[str, Any]:
    size = path.stat().st_size
    other = json.loads(itself("--rival", str(path)))
    with Watching() as watching:
        started = time.perf_counter()
        product.ingest(path)
        seconds = time.perf_counter() - started
    return {
        "rows": n_rows,
        "file_mb": round(size / MB, 1),
        "product_seconds": round(seconds, 2),
        "rows_a_second": round(n_rows / seconds),
        "pandas_seconds": round(other["seconds"], 2),
        "ratio": round(other["seconds"] / seconds, 2),
        "more_mb": round(watching.more / MB),
        "times_the_file": round(watching.more / size, 2),
    }


class Watching:
    """Measures by how much the memory of this process' children grows at most."""

    def __enter__(self) -> "Watching":
        self.family = family_of(os.getpid())
        self.looked = time.monotonic()
        self.idle = self.peak = sum(memory_of(self.family).values())
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()

    def watch(self) -> None:
        while not self.ended.wait(SAMPLE_SECONDS):
            if time.monotonic() - self.looked >= FAMILY_SECONDS:
                self.family, self.looked = family_of(os.getpid()), time.monotonic()
            self.peak = max(self.peak, sum(memory_of(self.family).values()))

    @property
    def more(self) -> int:
        return self.peak - self.idle


def report(sizes: list[dict[str, Any]]) -> None:
    largest = sizes[-1]
    # Where a table takes a moment, the message's way to the worker is most of it.
    judged = [found for found in sizes if found["rows"] >= 1_000_000] or [largest]
    ratio = min(found["ratio"] for found in judged)
    memory = max(found["times_the_file"] for found in judged)
    say(f"\nload {load()} at the end")
    finish(
        "upload",
        value=ratio,
        target=f">= {TARGET} of the speed of pandas from 1,000,000 rows on, "
        f"< {MEMORY_TARGET:g} times the file in memory",
        holds=ratio >= TARGET and memory < MEMORY_TARGET,
        times_the_file=memory,
        cores=product.cores(),
        sizes=sizes,
    )


def itself(*words: str) -> str:
    """Run this script in a process of its own, which takes its memory with it."""
    done = subprocess.run(  # noqa: S603 - this script
        [sys.executable, __file__, *words],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def generated(path: Path, n_rows: int) -> None:
    itself("--generate", str(path), "--rows", str(n_rows))


def generate(path: Path, *, n_rows: int, seed: int = 0) -> None:
    """Write a table of 30 columns of mixed kinds, some thousand rows at a time."""
    import pyarrow as pa
    from pyarrow import csv

    chance = np.random.default_rng(seed)
    with path.open("wb") as stream:
        for start in range(0, n_rows, CHUNK):
            n = min(CHUNK, n_rows - start)
            columns: dict[str, Any] = {}
            for i in range(16):
                numbers = chance.normal(size=n).round(5)
                columns[f"number_{i}"] = pa.array(numbers, mask=chance.random(n) < 0.02)
            for i in range(5):
                columns[f"count_{i}"] = chance.integers(0, 10 ** (i + 1), n)
            for i in range(5):
                words = np.array([f"level {k}" for k in range(3 + 10 * i)])
                columns[f"word_{i}"] = words[chance.integers(0, len(words), n)]
            for i in range(2):
                days = chance.integers(0, 3_000, n).astype("timedelta64[D]")
                columns[f"date_{i}"] = np.datetime64("2015-01-01") + days
            columns["truth"] = np.where(chance.random(n) < 0.3, "yes", "no")
            columns["target"] = columns["count_0"] + chance.integers(0, 3, n)
            csv.write_csv(
                pa.table(columns), stream, csv.WriteOptions(include_header=not start)
            )


def rival(path: Path) -> dict[str, float]:
    """Read with pandas and write Parquet; importing it is not counted."""
    import pandas as pd

    pd.DataFrame({"a": [1]}).to_parquet(path.with_suffix(".parquet"))
    started = time.perf_counter()
    pd.read_csv(path).to_parquet(path.with_suffix(".parquet"))
    seconds = time.perf_counter() - started
    path.with_suffix(".parquet").unlink()
    return {"seconds": seconds}


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    add = parser.add_argument
    add("--rows", type=int, nargs="+", default=ROWS)
    add("--generate", type=Path, help=argparse.SUPPRESS)
    add("--rival", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
