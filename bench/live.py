"""How soon viewers see a trial: from its commit to the message, and to the painted page.

The product is served as it is. Trials are recorded by the product's own function, at a
steady pace, in a process that is no worker; a message shows a trial once the number of
completed trials in it has come so far. One more viewer is a browser, which notes when it
has painted. All of it is done with a run of few trials and with one of many: what is
there already should not matter. Viewers share this machine with the product, so the
figures are worse than with browsers elsewhere.
"""

# ruff: noqa: PLC0415 - Django's settings come from an environment made first

import argparse
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, NamedTuple

import product
from report import Table, finish, load, say
from screen import Painted, painting
from viewers import Result, watching

if TYPE_CHECKING:
    from datetime import datetime

    from runs.claims import Claim
    from runs.models import Dataset, Trial

JUDGED = 500
TARGET_MS = 400.0


class Round(NamedTuple):
    existing: int
    sockets: Result
    painted: Painted | None

    @property
    def worst_ms(self) -> float:
        """Return the later 99th percentile of message and paint."""
        painted = self.painted.p99_ms if self.painted else 0.0
        return max(self.sockets.p99_ms, painted)

    @property
    def n_unseen(self) -> int:
        return self.sockets.n_unseen + (self.painted.n_unseen if self.painted else 0)


def main() -> None:
    options = parsed()
    say(f"{product.cores()} cores, load {load()} at the start\n")
    rounds: list[Round] = []
    with product.served() as address:
        dataset, cookie = prepare()
        shown = Table(
            "existing", "viewers", "trials", "p50 ms", "p90 ms", "p99 ms", "longest ms",
            "messages a viewer", "KB a message", "unseen", "painted p50 ms",
            "painted p99 ms", "unpainted",
        )  # fmt: skip
        for existing in options.existing:
            for n_viewers in options.viewers:
                found = measured(options, address, cookie, dataset, existing, n_viewers)
                rounds.append(found)
                painted = found.painted
                shown.row(
                    existing,
                    *found.sockets,
                    *(painted.p50_ms, painted.p99_ms, painted.n_unseen)
                    if painted
                    else ("-", "-", "-"),
                )
    most = max(found.sockets.viewers for found in rounds)
    judged = [found for found in rounds if found.sockets.viewers == most]
    worst = max(found.worst_ms for found in judged)
    n_unseen = sum(found.n_unseen for found in judged)
    say(f"\nload {load()} at the end")
    finish(
        "live",
        value=worst,
        target=f"p99 < {TARGET_MS:g} ms to the painted page at {JUDGED} viewers",
        holds=worst < TARGET_MS and n_unseen == 0 and most >= JUDGED,
        viewers=most,
        trials_a_second=options.rate,
        cores=product.cores(),
        rounds=[
            {
                "existing": found.existing,
                **found.sockets._asdict(),
                "painted": found.painted._asdict() if found.painted else None,
            }
            for found in rounds
        ],
    )


def measured(
    options: argparse.Namespace,
    address: str,
    cookie: str,
    dataset: "Dataset",
    existing: int,
    n_viewers: int,
) -> Round:
    with searching(dataset, options.trials, existing) as claim:
        path = f"/runs/{claim.run.pk}/"
        url = f"{address.replace('http', 'ws')}/ws{path}"
        last = existing + options.trials
        with (
            painting(address, path, cookie) as screen,
            watching(url, address, cookie, n_viewers, last, existing) as seen,
        ):
            commits = record_all(claim, per_second=options.rate)
            sockets = seen.result(commits)
            painted = screen.result(commits, before=existing) if screen else None
    return Round(existing, sockets, painted)


def prepare() -> "tuple[Dataset, str]":
    """Return a table to search and the session cookie of its owner."""
    from django.contrib.auth import login
    from django.contrib.sessions.backends.db import SessionStore
    from django.http import HttpRequest

    from runs.management.following import command_line_user
    from runs.samples import SAMPLES, sample_path

    request = HttpRequest()
    request.session = SessionStore()
    login(
        request,
        command_line_user(),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    request.session.save()
    name = next(name for name in SAMPLES if "penguins" in name)
    return product.ingest(sample_path(name)), str(request.session.session_key)


@contextmanager
def searching(dataset: "Dataset", n_trials: int, existing: int) -> "Iterator[Claim]":
    """Have a run that is searching, its open trials leased to this process."""
    from django.db import transaction
    from django.utils import timezone

    from runs.claims import claim_unit
    from runs.configuration import configure
    from runs.enums import Phase
    from runs.leasing import renewing
    from runs.management.following import command_line_user
    from runs.models import Run, RunEvent, Trial
    from runs.search.planning import params_key
    from runs.services.runs import delete_run

    user, now = command_line_user(), timezone.now()
    # One more than is recorded: the search does not end while it is watched.
    leaves = list(range(1, existing + n_trials + 2))
    configuration = configure(
        dataset,
        target="species",
        spaces={"decision_tree": {"min_samples_leaf": leaves}},
    )
    # In one transaction: no worker sees a trial it could take.
    with transaction.atomic():
        run = Run.objects.create(
            project=dataset.project,
            dataset=dataset,
            name=f"Live, {existing} trials and {n_trials} more",
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
                unit=0 if number >= existing else number + 1,
                algorithm="decision_tree",
                params={"min_samples_leaf": leaf},
                params_key=params_key({"min_samples_leaf": leaf}),
            )
            for number, leaf in enumerate(leaves)
        ]
        for trial in trials[:existing]:
            complete(trial, started=now)
        Trial.objects.bulk_create(trials, batch_size=500)
        RunEvent.objects.bulk_create(
            (
                RunEvent(run=run, kind="trials_ended", message=f"Trial {n} ended.")
                for n in range(existing)
            ),
            batch_size=500,
        )
        claim = claim_unit(run.pk, 0)
    assert claim is not None
    claim.trials.sort(key=lambda trial: trial.number)
    try:
        with renewing(Trial.objects.filter(run=run), claim.token):
            yield claim
    finally:
        delete_run(run, user=user)


def complete(trial: "Trial", *, started: "datetime") -> None:
    """Make a trial one that ended before anybody looked."""
    chance = random.Random(trial.number)  # noqa: S311 - nothing secret
    scores = [round(chance.uniform(0.8, 0.9), 6) for _ in range(5)]
    trial.state = "complete"
    trial.value = sum(scores) / len(scores)
    trial.fold = len(scores)
    trial.fold_scores = scores
    trial.metrics = {"accuracy": scores}
    trial.fit_seconds, trial.score_seconds = [0.01] * 5, [0.001] * 5
    trial.started_at = trial.finished_at = started


def record_all(claim: "Claim", *, per_second: float) -> list[float]:
    """Record all trials but the last; return when each was committed."""
    from django.db import transaction

    from runs.claims import record
    from runs.search.evaluation import TrialResult

    chance = random.Random(0)  # noqa: S311 - nothing secret
    commits: list[float] = []
    begin = time.time()
    for index, trial in enumerate(claim.trials[:-1]):
        # Around the beat, not on it: nothing is to fall into step with the product.
        due = begin + (index + chance.random()) / per_second
        time.sleep(max(0.0, due - time.time()))
        scores = [round(chance.uniform(0.8, 1.0), 6) for _ in range(claim.run.n_splits)]
        result = TrialResult(
            params=trial.params,
            state="complete",
            value=sum(scores) / len(scores),
            fold_scores=scores,
            fit_seconds=[0.01] * len(scores),
            score_seconds=[0.001] * len(scores),
            warnings=[],
            error="",
        )
        with transaction.atomic():
            # Registered first, so called first after the commit.
            transaction.on_commit(lambda: commits.append(time.time()))
            record(claim, [trial], [result])
    return commits


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--viewers", nargs="+", type=int, default=[1, JUDGED])
    parser.add_argument(
        "--existing", nargs="+", type=int, default=[100, 10_000], help="ended before"
    )
    parser.add_argument("--trials", type=int, default=400, help="for each round")
    parser.add_argument("--rate", type=float, default=20.0, help="trials a second")
    return parser.parse_args()


if __name__ == "__main__":
    main()
