"""How soon viewers see a trial: from its commit to the message in each web socket.

The product is served as it is. Trials are recorded by the product's own function, at a
steady pace, in a process that is no worker; a message shows a trial once the number of
completed trials in it has come so far. Viewers share this machine with the product, so
the figures are worse than with browsers elsewhere.
"""

# ruff: noqa: PLC0415 - Django's settings come from an environment made first

import argparse
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import product
from report import Table, finish, load, say
from viewers import watching

if TYPE_CHECKING:
    from runs.claims import Claim
    from runs.models import Dataset

JUDGED = 500
TARGET_MS = 250.0


def main() -> None:
    options = parsed()
    say(f"{product.cores()} cores, load {load()} at the start\n")
    rounds: list[dict[str, Any]] = []
    with product.served() as address:
        dataset, cookie = prepare()
        shown = Table(
            "viewers", "trials", "p50 ms", "p90 ms", "p99 ms", "longest ms",
            "messages a viewer", "KB a message", "unseen",
        )  # fmt: skip
        for n_viewers in options.viewers:
            with searching(dataset, options.trials) as claim:
                url = f"{address.replace('http', 'ws')}/ws/runs/{claim.run.pk}/"
                with watching(url, address, cookie, n_viewers, options.trials) as seen:
                    commits = record_all(claim, per_second=options.rate)
                    result = seen.result(commits)
            rounds.append(result._asdict())
            shown.row(*result)
    judged = min(rounds, key=lambda found: abs(found["viewers"] - JUDGED))
    say(f"\nload {load()} at the end")
    finish(
        "live",
        value=judged["p99_ms"],
        target=f"p99 < {TARGET_MS:g} ms at {JUDGED} viewers",
        holds=judged["p99_ms"] < TARGET_MS and judged["n_unseen"] == 0,
        viewers=judged["viewers"],
        trials_a_second=options.rate,
        cores=product.cores(),
        rounds=rounds,
    )


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
def searching(dataset: "Dataset", n_trials: int) -> "Iterator[Claim]":
    """Have a run that is searching, all of its trials leased to this process."""
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
    # One more than is recorded: the search does not end while it is watched.
    leaves = list(range(1, n_trials + 2))
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
            name=f"Live, {n_trials} trials",
            created_by=user,
            phase=Phase.SEARCHING,
            started_at=now,
            prepared_at=now,
            n_rows_train=dataset.n_rows,
            **asdict(configuration),
        )
        Trial.objects.bulk_create(
            Trial(
                run=run,
                number=number,
                unit=0,
                algorithm="decision_tree",
                params={"min_samples_leaf": leaf},
                params_key=params_key({"min_samples_leaf": leaf}),
            )
            for number, leaf in enumerate(leaves)
        )
        claim = claim_unit(run.pk, 0)
    assert claim is not None
    claim.trials.sort(key=lambda trial: trial.number)
    try:
        with renewing(Trial.objects.filter(run=run), claim.token):
            yield claim
    finally:
        delete_run(run, user=user)


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
    parser.add_argument("--viewers", nargs="+", type=int, default=[1, 100, JUDGED])
    parser.add_argument("--trials", type=int, default=150, help="for each round")
    parser.add_argument("--rate", type=float, default=5.0, help="trials a second")
    return parser.parse_args()


if __name__ == "__main__":
    main()
