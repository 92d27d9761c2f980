"""How much memory a search of a large table takes, all processes together.

A generated table (numbers with some missing, two classes) is read and then searched by
the product's own commands. Memory is the proportional set size, summed over the command
and everything it has started: a page that several processes share counts once. The peak
is the largest of many samples while the search runs, from the start of its command to
its end with models fitted and evaluated; it is given as a multiple of the table's size as
numbers of eight bytes. The peak of each part of the run, and that of reading the file
beforehand, are shown as well.
"""

# ruff: noqa: PLC0415 - what is heavy is imported by the process that generates

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import product
import psutil
from memory_parts import part_at, parts_of
from report import Table, finish, load, say

TARGET = 4.0
SAMPLE_SECONDS = 0.2
FAMILY_SECONDS = 1.0
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
        parts = parts_of(home)
    whole = peak_of(samples)
    by_part: dict[str, list[Sample]] = {}
    for sample in samples:
        by_part.setdefault(part_at(parts, sample.at), []).append(sample)
    peaks = {part: peak_of(found) for part, found in by_part.items()}
    shown = Table(
        *("part", "peak MB", "times the data", "after s", "seconds", "of it"),
        widths=[20],
    )
    for name, peak in (("reading", reading), *peaks.items(), ("whole run", whole)):
        seconds = SAMPLE_SECONDS * len(by_part.get(name, ()))
        who = ", ".join(
            f"{who} {part / MB:.0f}"
            for who, part in Counter(peak.shares).most_common(4)
        )
        shown.row(
            name, f"{peak.size_bytes / MB:.0f}", f"{peak.size_bytes / size:.2f}",
            f"{peak.after_seconds:.0f}", f"{seconds:.0f}" if seconds else "", who,
        )  # fmt: skip
    states = result.get("trials_by_state", {})
    n_trials = result["trials"]
    say(f"\n{n_trials} trials in {result['seconds']:.0f} s: {states}")
    for trouble in parts.troubles:
        say(trouble)
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
        peak_mb_by_part={k: round(v.size_bytes / MB, 1) for k, v in peaks.items()},
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
        started = looked = time.time()
        family = family_of(process.pid)
        while not ended.wait(SAMPLE_SECONDS):
            now = time.time()
            # Looking for new processes costs more than asking those that are known.
            if now - looked >= FAMILY_SECONDS:
                looked, family = now, family_of(process.pid)
            samples.append(Sample(now, now - started, memory_of(family)))

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


def family_of(pid: int) -> list[psutil.Process]:
    """Return a process and all below it."""
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.Error:
        return []


def memory_of(family: list[psutil.Process]) -> dict[str, int]:
    """Return the memory of some processes, in bytes by kind of process."""
    found: Counter[str] = Counter()
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
    for name in ("worker@", "control@", "valkey", ".keep", "manage.py"):
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
