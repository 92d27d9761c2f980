"""How a search scales over worker processes, with trials that sleep.

A trial sleeps a second in all, so that the machine's cores are no limit and what is
measured is the way of a trial through database, broker and workers. The time runs from
the run's creation to the end of its search. Efficiency is the time that the sleeping
alone would take, shared by so many workers without a gap, over the time it took. The
dispatcher is the control process, which decides what a run needs next; what it costs is
its own CPU time from the run's creation to its end, over the number of trials: also what
it does every few seconds whether or not there is a trial, which weighs more where there
are few.
"""

# ruff: noqa: PLC0415 - Django's settings come from an environment made first

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import product
from report import Table, finish, load, say

JUDGED = 32
TARGET, TARGET_MS = 0.9, 2.0
N_FOLDS = 2


def main() -> None:
    options = parsed()
    if options.round:
        say(json.dumps(one_round(options.round, options)))
        return
    say(f"{product.cores()} cores, load {load()} at the start\n")
    shown = Table(
        "workers", "trials", "ideal s", "product s", "efficiency", "trials / s",
        "workers' CPU ms / trial", "dispatcher's CPU ms / trial",
    )  # fmt: skip
    rounds: list[dict[str, Any]] = []
    for n_workers in options.workers:
        # The settings are read once a process: each round has its own.
        done = subprocess.run(  # noqa: S603 - this script
            [*(sys.executable, __file__), *sys.argv[1:], "--round", str(n_workers)],
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"The round of {n_workers} workers failed.")
        found = json.loads(done.stdout.splitlines()[-1])
        rounds.append(found)
        shown.row(*found.values())
    say(f"\nload {load()} at the end")
    judged = min(rounds, key=lambda found: abs(found["workers"] - JUDGED))
    costs = judged["dispatcher_ms"]
    finish(
        "scaling",
        value=judged["efficiency"],
        target=f">= {TARGET} efficient at {JUDGED} workers, dispatcher < {TARGET_MS:g} "
        "ms of its CPU a trial",
        holds=judged["efficiency"] >= TARGET and costs < TARGET_MS,
        workers=judged["workers"],
        dispatcher_ms=costs,
        trial_seconds=options.seconds,
        database="SQLite" if not options.database_url else "PostgreSQL",
        cores=product.cores(),
        rounds=rounds,
    )


def one_round(n_workers: int, options: argparse.Namespace) -> dict[str, Any]:
    """Search with so many workers, in an installation of its own."""
    n_trials = n_workers * options.per_worker
    environment = {
        "WORKERS": str(n_workers),
        "DJANGO_SETTINGS_MODULE": "sleeping_settings",
        "BENCH_SLEEP_SECONDS": str(options.seconds / N_FOLDS),
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
        seconds = product.search_seconds(run)
        spent = {name: cpu_seconds(home, name) - cpu for name, cpu in before.items()}
    ideal = n_trials * options.seconds / n_workers
    return {
        "workers": n_workers,
        "trials": n_trials,
        "ideal_seconds": round(ideal, 2),
        "product_seconds": round(seconds, 2),
        "efficiency": round(ideal / seconds, 3),
        "trials_a_second": round(n_trials / seconds, 1),
        "worker_ms": round(1000 * spent["worker"] / n_trials, 1),
        "dispatcher_ms": round(1000 * spent["control"] / n_trials, 2),
    }


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
    add("--seconds", type=float, default=1.0, help="a trial sleeps (default 1)")
    add("--per-worker", type=int, default=30, help="trials (default 30)")
    add("--database-url", help="of an empty database; default: SQLite")
    add("--round", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
