"""How a search scales over worker processes, with trials that sleep.

A trial sleeps, so that it is the way of a trial through database, broker and workers that
is measured, not the machine's cores. Judged is a trial of five seconds, what a fit of a
few folds takes on tables of tens of thousands of rows. Shorter trials are measured at the
judged number of workers alone: there what a trial costs beside its sleep does need cores,
so many workers' trials of one second ask how fast the machine is.

Efficiency is the share of their time that workers slept in trials, each from the end of
its first trial to the end of its last: without the start of a run, when its folds are
prepared, and without its end, when no trial is left. The whole, from the run's creation
to the end of its search, is printed beside it. What a trial lost is told apart: inside,
from a trial's start to its end without the sleep, and between, from its end to the start
of that worker's next; both by the times stored with the trials.

The dispatcher is the control process, which decides what a run needs next; what it costs is
its own CPU time from the run's creation to its end, over the number of trials: also what
it does every few seconds whether or not there is a trial, which weighs more where there
are few and long ones. It is judged where there are most trials.
"""

# ruff: noqa: PLC0415 - Django's settings come from an environment made first

import argparse
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import product
from report import Table, finish, load, say

if TYPE_CHECKING:
    from runs.models import Run

JUDGED = 32
TARGET, TARGET_MS = 0.9, 2.0
JUDGED_SECONDS, SHORT_SECONDS = 5.0, 1.0
# A round's trials sleep so long on each worker.
ROUND_SECONDS = 30.0
N_FOLDS = 2

Number = TypeVar("Number", int, float)


def main() -> None:
    options = parsed()
    if options.round:
        say(json.dumps(one_round(options.round, options)))
        return
    say(f"{product.cores()} cores, load {load()} at the start\n")
    shown = Table(
        "workers", "trial s", "trials", "ideal s", "search s", "whole", "efficiency",
        "inside ms", "between ms", "workers' CPU ms / trial", "dispatcher's",
    )  # fmt: skip
    rounds: list[dict[str, Any]] = []
    longest = max(options.seconds)
    most = nearest(options.workers, JUDGED)
    for n_workers in options.workers:
        for seconds in options.seconds:
            if seconds == longest or n_workers == most:
                found = measured(n_workers, seconds)
                rounds.append(found)
                shown.row(*found.values())
    say(f"\nload {load()} at the end")
    at = nearest(options.seconds, JUDGED_SECONDS)
    judged = next(
        r for r in rounds if r["workers"] == most and r["trial_seconds"] == at
    )
    costs = max(rounds, key=lambda r: r["trials"])["dispatcher_ms"]
    finish(
        "scaling",
        value=judged["efficiency"],
        target=f">= {TARGET} efficient at {JUDGED} workers and trials of "
        f"{JUDGED_SECONDS:g} s, dispatcher < {TARGET_MS:g} ms of its CPU a trial",
        holds=judged["efficiency"] >= TARGET and costs < TARGET_MS,
        workers=judged["workers"],
        dispatcher_ms=costs,
        trial_seconds=judged["trial_seconds"],
        database="SQLite" if not options.database_url else "PostgreSQL",
        cores=product.cores(),
        rounds=rounds,
    )


def nearest(numbers: Iterable[Number], wanted: float) -> Number:
    return min(numbers, key=lambda number: abs(number - wanted))


def measured(n_workers: int, seconds: float) -> dict[str, Any]:
    # The settings are read once a process: each round has its own.
    arguments = [*sys.argv[1:], "--round", str(n_workers), "--seconds", str(seconds)]
    done = subprocess.run(  # noqa: S603 - this script
        [sys.executable, __file__, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"The round of {n_workers} workers failed.")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def one_round(n_workers: int, options: argparse.Namespace) -> dict[str, Any]:
    """Search with so many workers, in an installation of its own."""
    (seconds,) = options.seconds
    per_worker = options.per_worker or max(3, round(ROUND_SECONDS / seconds))
    n_trials = n_workers * per_worker
    environment = {
        "WORKERS": str(n_workers),
        "DJANGO_SETTINGS_MODULE": "sleeping_settings",
        "BENCH_SLEEP_SECONDS": str(seconds / N_FOLDS),
    }
    if options.database_url:
        environment["DATABASE_URL"] = options.database_url
    with product.workers(**environment) as home:
        from runs.samples import SAMPLES, sample_path

        name = next(name for name in SAMPLES if "penguins" in name)
        dataset = product.ingest(sample_path(name))
        wish = {"target": "species", "holdout_fraction": 0.0, "ensemble": False}
        product.warm_up(dataset, {**wish, "spaces": sleeps(n_workers)})
        wait_for_workers(n_workers)
        before = {name: cpu_seconds(home, name) for name in ("control", "worker")}
        run = product.search(dataset, **wish, spaces=sleeps(n_trials), n_splits=N_FOLDS)
        whole = product.search_seconds(run)
        spent = {name: cpu_seconds(home, name) - cpu for name, cpu in before.items()}
        efficiency, inside, between = shares(run, n_workers, seconds)
    ideal = n_trials * seconds / n_workers
    return {
        "workers": n_workers,
        "trial_seconds": seconds,
        "trials": n_trials,
        "ideal_seconds": round(ideal, 2),
        "search_seconds": round(whole, 2),
        "whole": round(ideal / whole, 3),
        "efficiency": round(efficiency, 3),
        "inside_ms": round(1000 * inside),
        "between_ms": round(1000 * between),
        "worker_ms": round(1000 * spent["worker"] / n_trials, 1),
        "dispatcher_ms": round(1000 * spent["control"] / n_trials, 2),
    }


def shares(run: "Run", n_workers: int, seconds: float) -> tuple[float, float, float]:
    """Return the efficiency, and what a trial lost inside and between, in seconds.

    A worker that had no second trial has slept in none, all the time that others did.
    """
    by_worker: dict[str, list[tuple[float, float]]] = defaultdict(list)
    times = run.planned_trials.order_by("started_at")
    for worker, start, end in times.values_list("worker", "started_at", "finished_at"):
        by_worker[worker].append((start.timestamp(), end.timestamp()))
    rows = [trials for trials in by_worker.values() if len(trials) > 1]
    if not rows:
        raise SystemExit("No worker had two trials.")
    longest = max(trials[-1][1] - trials[0][1] for trials in rows)
    there = sum(trials[-1][1] - trials[0][1] for trials in rows)
    there += longest * max(0, n_workers - len(rows))
    later = sum(len(trials) - 1 for trials in rows)
    taken = sum(end - start for trials in rows for start, end in trials[1:])
    gaps = [start - end for trials in rows for (_, end), (start, _) in pairwise(trials)]
    return later * seconds / there, taken / later - seconds, sum(gaps) / len(gaps)


def sleeps(n_trials: int) -> dict[str, dict[str, list[int]]]:
    return {"sleep": {"min_samples_leaf": list(range(1, n_trials + 1))}}


def wait_for_workers(n_workers: int) -> None:
    from runs.management.installation import count_workers

    found = count_workers()
    if found != n_workers:
        raise SystemExit(f"{found} workers are there instead of {n_workers}.")


def cpu_seconds(home: Path, name: str) -> float:
    """Return the CPU time so far of an installation's processes of a name."""
    import psutil

    spent, n_found = 0.0, 0
    for process in psutil.process_iter():
        try:
            is_it = any(word.startswith(f"{name}@") for word in process.cmdline())
            if is_it and process.environ().get("TUNEBOARD_HOME") == str(home):
                times = process.cpu_times()
                spent += times.user + times.system
                n_found += 1
        except psutil.Error:
            continue
    if not n_found:
        raise SystemExit(f"There is no {name} process.")
    return spent


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    add = parser.add_argument
    add("--workers", nargs="+", type=int, default=[1, 2, 4, 8, 16, JUDGED])
    add(
        "--seconds",
        nargs="+",
        type=float,
        default=[JUDGED_SECONDS, SHORT_SECONDS],
        help="a trial sleeps (default 5 and 1); all but the longest with the judged "
        "number of workers alone",
    )
    add("--per-worker", type=int, help="trials (default: 30 seconds of sleep)")
    add("--database-url", help="of an empty database; default: SQLite")
    add("--round", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
