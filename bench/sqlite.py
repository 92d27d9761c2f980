"""The default database while two workers record 200 trials a second and people read.

The product is served as it is, on SQLite. Two more processes hold a unit of trials each
of one run, and record them by the product's own function at a steady pace; readers open
pages one after the other, over HTTP, from a browser's session. Nobody may be told that
the database is locked: neither a writer nor a reader, nor any process of the product in
its log.
"""

# ruff: noqa: PLC0415 - Django's settings come from an environment made first

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import product
from live import complete, prepare
from report import Table, finish, load, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runs.models import Dataset, Run

TARGET_MS = 200.0
TARGET_RATE = 200.0
LOCKED = "database is locked"
ALGORITHM = "decision_tree"


class Unit(NamedTuple):
    """What a writer holds."""

    run: "Run"
    token: str


@dataclass
class Read:
    """What the readers have seen."""

    times: dict[str, list[float]] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)
    n_locked: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, page: str, took: float, status: int, body: str) -> None:
        with self.lock:
            self.times.setdefault(page, []).append(took)
            if status != 200:
                self.failures[f"{page}: {status}"] += 1
            self.n_locked += LOCKED in body


def main() -> None:
    options = parsed()
    if options.writer:
        write(options)
        return
    say(f"{product.cores()} cores, load {load()} at the start\n")
    with product.served() as address:
        dataset, cookie = prepare()
        with searching(dataset, options) as units:
            writers = [writer(unit, options) for unit in units]
            for each in writers:
                wait_for(each, "ready")
            read = Read()
            stop = threading.Event()
            pages = addresses(units[0].run)
            readers = [
                threading.Thread(
                    target=keep_reading,
                    args=(address, cookie, pages, read, stop, options.pause, number),
                )
                for number in range(options.readers)
            ]
            for reader in readers:
                reader.start()
            for each in writers:
                tell(each)
            written = [json.loads(last_line(each)) for each in writers]
            stop.set()
            for reader in readers:
                reader.join()
        in_logs = locked_in_logs()
    report(options, read, written, in_logs)


def report(
    options: argparse.Namespace,
    read: Read,
    written: list[dict[str, Any]],
    in_logs: int,
) -> None:
    shown = Table("page", "answers", "p50 ms", "p95 ms", "longest ms", widths=(16,))
    everything: list[float] = []
    for page, times in read.times.items():
        everything += times
        shown.row(page, len(times), *figures(times))
    say()
    shown = Table("writer", "trials", "a second", "p50 ms", "p95 ms", "longest ms")
    for number, found in enumerate(written, 1):
        rate = f"{found['recorded'] / found['seconds']:.1f}"
        shown.row(number, found["recorded"], rate, *figures(found["times"]))
    rate = sum(found["recorded"] / found["seconds"] for found in written)
    errors = Counter(error for found in written for error in found["errors"])
    n_locked = read.n_locked + in_logs + sum(LOCKED in e for e in errors.elements())
    say(f"\n{n_locked} times locked; writers' errors: {dict(errors) or 'none'}")
    say(f"readers' failures: {dict(read.failures) or 'none'}")
    say(f"load {load()} at the end")
    p95 = statistics.quantiles(everything, n=20)[-1]
    finish(
        "sqlite",
        value=round(p95, 1),
        target=(
            f"p95 of pages < {TARGET_MS:g} ms and never locked, at "
            f"{TARGET_RATE:g} trials a second of {len(written)} writers"
        ),
        holds=(
            p95 < TARGET_MS
            and n_locked == 0
            and not errors
            and not read.failures
            and rate > 0.97 * TARGET_RATE
        ),
        locked=n_locked,
        trials_a_second=round(rate, 1),
        readers=options.readers,
        answers=len(everything),
        cores=product.cores(),
        failures=dict(read.failures),
        errors=dict(errors),
    )


def figures(times: list[float]) -> list[str]:
    ends = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
    return [f"{x:.1f}" for x in (statistics.median(times), ends, max(times))]


def locked_in_logs() -> int:
    home = Path(os.environ["TUNEBOARD_HOME"])
    logs = [home / "serve.log", *home.glob("log/*.log")]
    return sum(
        path.read_text(errors="replace").count(LOCKED)
        for path in logs
        if path.is_file()
    )


# --- The run, and those who read it ------------------------------------------------------


@contextmanager
def searching(
    dataset: "Dataset", options: argparse.Namespace
) -> "Iterator[list[Unit]]":
    """Have a run that is searching, a unit of its trials held for each writer."""
    from django.db import transaction
    from django.utils import timezone

    from runs.claims import claim_unit
    from runs.configuration import configure
    from runs.enums import Phase
    from runs.leasing import renewing
    from runs.management.following import command_line_user
    from runs.models import Run, Trial
    from runs.search.planning import params_key
    from runs.services.runs import delete_run

    user, now = command_line_user(), timezone.now()
    per_writer = round(options.seconds * options.rate / options.writers) + 1
    n_trials = options.existing + per_writer * options.writers
    leaves = list(range(1, n_trials + 1))
    configuration = configure(
        dataset, target="species", spaces={ALGORITHM: {"min_samples_leaf": leaves}}
    )
    # In one transaction: no worker of the product sees a trial it could take.
    with transaction.atomic():
        run = Run.objects.create(
            project=dataset.project,
            dataset=dataset,
            name="Recorded",
            created_by=user,
            phase=Phase.SEARCHING,
            started_at=now,
            prepared_at=now,
            n_rows_train=dataset.n_rows,
            **asdict(configuration),
        )
        trials = [
            Trial(
                run=run,
                number=number,
                unit=unit_of(number, options.existing, per_writer),
                algorithm=ALGORITHM,
                params={"min_samples_leaf": leaf},
                params_key=params_key({"min_samples_leaf": leaf}),
            )
            for number, leaf in enumerate(leaves)
        ]
        for trial in trials[: options.existing]:
            complete(trial, started=now)
        Trial.objects.bulk_create(trials, batch_size=500)
        claims = [claim_unit(run.pk, unit) for unit in range(options.writers)]
    units = [Unit(run, claim.token) for claim in claims if claim is not None]
    try:
        # From here: a writer takes its time to start, and would have lost its lease.
        with ExitStack() as leases:
            for unit in units:
                leases.enter_context(
                    renewing(Trial.objects.filter(run=run), unit.token)
                )
            yield units
    finally:
        delete_run(run, user=user)


def unit_of(number: int, existing: int, per_writer: int) -> int:
    if number < existing:
        return 1_000_000 + number
    return (number - existing) // per_writer


def addresses(run: "Run") -> dict[str, str]:
    return {
        "projects": "/",
        "project": f"/projects/{run.project_id}/",
        "runs": "/runs/",
        "run": f"/runs/{run.pk}/",
        "trials": f"/runs/{run.pk}/trials/",
        "leaderboard": f"/projects/{run.project_id}/models/",
        "workers": "/workers/",
        "dataset": f"/datasets/{run.dataset_id}/",
    }


def keep_reading(
    address: str,
    cookie: str,
    pages: dict[str, str],
    read: Read,
    stop: threading.Event,
    pause: float,
    first: int,
) -> None:
    """Open page after page, with a rest after each as people take it."""
    names = list(pages)
    turn = first * len(names) // 2
    while not stop.is_set():
        page = names[turn % len(names)]
        request = urllib.request.Request(  # noqa: S310 - our own address
            f"{address}{pages[page]}", headers={"Cookie": f"sessionid={cookie}"}
        )
        started = time.perf_counter()
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                status, body = answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            status, body = error.code, error.read().decode()
        took = 1000 * (time.perf_counter() - started)
        read.note(page, took, status, body)
        turn += 1
        stop.wait(pause)


# --- Writers, in processes of their own -------------------------------------------------


def writer(unit: Unit, options: argparse.Namespace) -> "subprocess.Popen[str]":
    command = [sys.executable, __file__, "--writer", unit.token]
    per_second = options.rate / options.writers
    return subprocess.Popen(  # noqa: S603 - this script
        [*command, "--rate", str(per_second)],
        env=os.environ | {"PYTHONPATH": str(product.ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_for(process: "subprocess.Popen[str]", word: str) -> None:
    assert process.stdout is not None
    if process.stdout.readline().strip() != word:
        raise SystemExit("A writer did not start.")


def tell(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def last_line(process: "subprocess.Popen[str]") -> str:
    answer, _ = process.communicate()
    if process.returncode:
        raise SystemExit("A writer failed.")
    return answer.splitlines()[-1]


def write(options: argparse.Namespace) -> None:
    """Record all trials of a unit but the last; print what it took."""
    import django

    django.setup()
    from django.db import DatabaseError

    from runs.claims import Claim, record
    from runs.models import Trial
    from runs.search.evaluation import TrialResult

    held = Trial.objects.filter(lease_token=options.writer)
    trials = list(held.order_by("number").select_related("run__dataset"))
    claim = Claim(trials[0].run, options.writer, trials)
    chance = random.Random(trials[0].number)  # noqa: S311 - nothing secret
    times, errors = [], []
    say("ready")
    sys.stdin.readline()
    begin = time.perf_counter()
    for index, trial in enumerate(trials[:-1]):
        due = begin + (index + chance.random()) / options.rate
        time.sleep(max(0.0, due - time.perf_counter()))
        scores = [round(chance.uniform(0.8, 1.0), 6) for _ in range(5)]
        result = TrialResult(
            params=trial.params,
            state="complete",
            value=sum(scores) / len(scores),
            fold_scores=scores,
            fit_seconds=[0.01] * 5,
            score_seconds=[0.001] * 5,
            warnings=[],
            error="",
        )
        started = time.perf_counter()
        try:
            record(claim, [trial], [result])
        except DatabaseError as error:
            errors.append(str(error))
        times.append(round(1000 * (time.perf_counter() - started), 2))
    seconds = time.perf_counter() - begin
    recorded = len(times) - len(errors)
    say(
        json.dumps(
            {
                "recorded": recorded,
                "seconds": seconds,
                "times": times,
                "errors": errors,
            }
        )
    )


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument(
        "--rate", type=float, default=TARGET_RATE, help="of all writers"
    )
    parser.add_argument("--writers", type=int, default=2)
    parser.add_argument("--readers", type=int, default=2)
    parser.add_argument("--pause", type=float, default=0.25, help="after each page")
    parser.add_argument("--existing", type=int, default=2_000, help="ended before")
    parser.add_argument("--writer", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
