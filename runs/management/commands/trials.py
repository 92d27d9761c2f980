"""Print the trials of a run."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from runs.models import Run, Trial
from runs.search.metrics import METRICS


class Command(BaseCommand):
    help = "Print every trial of a run with parameters, state, fold scores and times."
    # They load every page, half a second and 30 MB; the server makes them.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", type=int, metavar="RUN", help="id of a run")
        parser.add_argument(
            "--json", dest="as_json", action="store_true", help="print a JSON array"
        )

    def handle(self, *, run: int, as_json: bool, **_: Any) -> None:
        found = Run.objects.filter(pk=run).first()
        if found is None:
            raise CommandError(f"There is no run {run}.", returncode=2)
        trials = found.trials.order_by("number")
        if as_json:
            self.print_json(trials)
            return
        metric = METRICS[found.scoring]
        self.stdout.write(
            f"number  state     {metric.title:>12}  algorithm, parameters"
        )
        for trial in trials.iterator():
            value = "" if trial.value is None else f"{metric.display(trial.value):.4f}"
            params = ", ".join(f"{k}={v}" for k, v in trial.full_params.items())
            self.stdout.write(
                f"{trial.number:>6}  {trial.state:<9} {value:>12}  "
                f"{trial.algorithm} {params} {trial.error}".rstrip()
            )

    def print_json(self, trials: Any) -> None:  # noqa: ANN401
        rows = [as_dict(trial) for trial in trials.iterator()]
        self.stdout.write(json.dumps(rows, indent=1))


def as_dict(trial: Trial) -> dict[str, Any]:
    """Return a trial as JSON; scores follow scikit-learn: greater is better."""
    return {
        "number": trial.number,
        "algorithm": trial.algorithm,
        "parameters": trial.params,
        "state": trial.state,
        "score": trial.value,
        "fold_scores": trial.fold_scores,
        "metrics": trial.metrics,
        "train_metrics": trial.train_metrics,
        "found": trial.found,
        "rungs": trial.rungs,
        "reused": trial.reused_from_id is not None,
        "peak_memory_bytes": trial.peak_memory_bytes,
        "fit_seconds": trial.fit_seconds,
        "score_seconds": trial.score_seconds,
        "warnings": trial.warnings,
        "error": trial.error,
        "attempts": trial.attempts,
        "worker": trial.worker,
        "started_at": trial.started_at and trial.started_at.isoformat(),
        "finished_at": trial.finished_at and trial.finished_at.isoformat(),
    }
