"""Search for the best model of a table, from a terminal, a script or cron."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError

from runs import queries
from runs.configuration import configure
from runs.enums import Phase, Scheme, Share, Strategy, Task
from runs.management.following import (
    command_line_user,
    follow_dataset,
    follow_run,
    project_named,
)
from runs.management.installation import ServicesError, services
from runs.models import Dataset, Run
from runs.search.metrics import METRICS
from runs.search.presets import DEFAULT_PRESET, PRESETS
from runs.search.problem import SpecError
from runs.services.datasets import add_dataset, delete_dataset
from runs.services.runs import start_run
from runs.specifications import answered, read_specification
from runs.troubles import Trouble, troubles

BAD_INPUT = 2
# Options as typed, for messages: an argument of `configure` is no word of the user's.
OPTIONS = {
    "scoring": "--metric",
    "target_score": "--target-score",
    "trial_seconds": "--trial-seconds",
    "trial_memory_mb": "--trial-memory",
    "split_column": "--split-column",
    "n_repeats": "--repeats",
    "validation_fraction": "--validation",
    "n_trials": "--max-trials",
    "time_budget_seconds": "--time-budget",
    "n_splits": "--cv",
    "holdout_fraction": "--holdout",
    "spaces": "--spec",
    "space": "--spec",
    "metric": "--metric",
}


class Command(BaseCommand):
    help = "Search for the best model that predicts a column of a table."
    # They load every page, half a second and 30 MB; the server makes them.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("table", metavar="FILE|DATASET", help="a file, or the id of a dataset")
        add("--target", metavar="COL", help="the column to predict")
        add("--task", choices=[t.value for t in Task], help="default: detected")
        add(
            "--preset",
            metavar="NAME",
            help=f"answers what is left open: {', '.join(PRESETS)}, a name that the "
            f"project has saved, or none; default: {DEFAULT_PRESET}, and none if a "
            "strategy, spaces or a specification is given",
        )
        add("--metric", dest="scoring", help="what ranks the trials")
        add("--metrics", help="others to compute, separated by commas")
        add("--algorithms", help="names, separated by commas; default: the preset's")
        add("--strategy", choices=[s.value for s in Strategy])
        add("--share", choices=[s.value for s in Share], help="of the budget")
        add("--max-trials", dest="n_trials", type=int, metavar="N")
        add(
            *("--time-budget", "--time_budget"),
            dest="time_budget_seconds",
            type=float,
            metavar="S",
            help="seconds for everything, models included",
        )
        add("--target-score", dest="target_score", type=float, metavar="X")
        add("--patience", type=int, metavar="N", help="trials without improvement")
        add("--trial-seconds", dest="trial_seconds", type=float, metavar="S")
        add("--trial-memory", dest="trial_memory_mb", type=int, metavar="MB")
        add("--scheme", choices=[s.value for s in Scheme], help="default: kfold")
        add("--cv", dest="n_splits", type=int, metavar="K", help="folds; default: 5")
        add("--repeats", dest="n_repeats", type=int, metavar="R")
        add("--split-column", dest="split_column", metavar="COL")
        add("--validation", dest="validation_fraction", type=float, metavar="F")
        add("--holdout", dest="holdout_fraction", type=float, metavar="F")
        add("--no-ensemble", dest="ensemble", action="store_false", default=None)
        add("--seed", type=int, metavar="S")
        add("--name", help="name of the run")
        add("--project", help="name or id of a project; default: Command line")
        add("--spec", type=Path, metavar="FILE", help="a configuration as JSON")
        add("--json", dest="as_json", action="store_true", help="print one JSON object")

    def handle(self, *, table: str, as_json: bool, **options: Any) -> None:
        try:
            wish = wish_from(options)
            with services():
                run = self.train(table, wish, project=options["project"])
                result = summary(run)
        except SpecError as error:
            option = OPTIONS.get(error.field or "", f"--{error.field}")
            raise CommandError(f"{option}: {error}", returncode=BAD_INPUT) from None
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=BAD_INPUT) from None
        except ServicesError as error:
            raise CommandError(str(error)) from None
        self.report(result, as_json=as_json)
        if run.phase == Phase.FAILED:
            raise CommandError(run.error)

    def train(self, table: str, wish: dict[str, Any], *, project: str | None) -> Run:
        user = command_line_user()
        name = wish.pop("name", None) or ""
        dataset, is_new = self.dataset_of(table, user, project)
        try:
            configuration = configure(dataset, **wish)
        except SpecError:
            if is_new:  # nothing is left behind of a refused wish
                delete_dataset(dataset)
            raise
        run = start_run(
            user=user, dataset=dataset, name=name, configuration=configuration
        )
        return follow_run(run, user=user)

    def dataset_of(
        self, table: str, user: User, project: str | None
    ) -> tuple[Dataset, bool]:
        """Return the dataset, read from the file first if it is one."""
        path = Path(table)
        if not path.exists() and table.isdigit():
            found = Dataset.objects.visible_to(user).filter(pk=int(table)).first()
            if found is None:
                message = f"There is no dataset {table}, and no file of that name."
                raise CommandError(message, returncode=BAD_INPUT)
            return follow_dataset(found), False
        if not path.is_file():
            what = "a folder" if path.is_dir() else "not there"
            raise CommandError(f"{table}: the file is {what}.", returncode=BAD_INPUT)
        print(f"Reading {path.name} …", file=sys.stderr)  # noqa: T201
        with path.open("rb") as stream:
            dataset = add_dataset(
                user=user,
                project=project_named(project, user),
                file=File(stream, name=path.name),
                filename=path.name,
            )
        follow_dataset(dataset)
        if not dataset.is_ready:
            error = dataset.error
            delete_dataset(dataset)
            raise CommandError(f"{table}: {error}", returncode=BAD_INPUT)
        return dataset, True

    def report(self, result: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(result))
            return
        self.stdout.write(
            f"Run {result['run']} {result['status']}: {result['trials']} trials "
            f"in {result['seconds']:.1f} s"
        )
        if best := result["best"]:
            shown = ", ".join(f"{k}={v}" for k, v in best["parameters"].items())
            self.stdout.write(
                f"Best: {best['algorithm']} ({shown}): "
                f"{result['metric']} {best['display_score']:.4f}"
            )
        if result["baseline"] is not None:
            baseline = METRICS[result["metric"]].display(result["baseline"])
            self.stdout.write(f"Baseline: {result['metric']} {baseline:.4f}")
        for name, value in (result["holdout"] or {}).items():
            self.stdout.write(f"  {result['rows']} {name}: {value:.4f}")
        for trouble in result["troubles"]:
            self.stdout.write(f"{Trouble(**trouble)}")
        if result["model"]:
            self.stdout.write(f"Model {result['model']}")


# Options that go to `configure` as they are.
PLAIN = (
    *("name", "target", "task", "scoring", "strategy", "share", "n_trials"),
    *("time_budget_seconds", "target_score", "patience", "trial_seconds"),
    *("trial_memory_mb", "scheme", "n_splits", "n_repeats", "split_column"),
    *("validation_fraction", "holdout_fraction", "ensemble", "seed"),
)


def wish_from(options: dict[str, Any]) -> dict[str, Any]:
    """Join specification and options; an option has the last word."""
    wish = read_specification(options["spec"]) if options["spec"] else {}
    wish |= {name: options[name] for name in PLAIN if options[name] is not None}
    if options["metrics"] is not None:
        wish["metrics"] = names_in(options["metrics"])
    if options["algorithms"] is not None:
        names = names_in(options["algorithms"])
        if wish.get("spaces"):
            spaces = wish["spaces"]
            wish["spaces"] = {n: s for n, s in spaces.items() if n in names}
        else:
            wish["algorithms"] = names
    wish["preset"] = preset_of(wish, options)
    if wish.get("target") is None:
        message = "Name the column to predict: --target COL."
        raise SpecError(message, field="target")
    wish["target"] = str(wish["target"])
    return answered(wish)


def names_in(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def preset_of(wish: dict[str, Any], options: dict[str, Any]) -> str | None:
    """Return the preset asked for, or the usual one where nothing speaks against it."""
    if options["preset"] is not None:
        return None if options["preset"] == "none" else str(options["preset"])
    if "preset" in wish or options["spec"]:
        return wish.get("preset")
    speaks_for_itself = wish.get("strategy") or wish.get("spaces")
    return None if speaks_for_itself else DEFAULT_PRESET


def summary(run: Run) -> dict[str, Any]:
    """Return a run's result as the JSON object that `--json` prints.

    Scores follow scikit-learn: greater is better, so errors are negative.
    """
    metric = METRICS[run.scoring]
    trial = queries.leaderboard(run).first()
    # Of the leader if it could be fitted, else of the best that could.
    model = run.models.filter(state="ready").order_by("-value", "pk").first()
    counts = queries.trial_counts(run)
    found = troubles(run)
    seconds = (
        (run.finished_at - run.started_at).total_seconds()
        if run.finished_at and run.started_at
        else 0.0
    )
    return {
        "run": run.pk,
        "status": run.phase,
        "error": run.error,
        "dataset": run.dataset_id,
        "target": run.target,
        "task": run.task,
        "metric": metric.name,
        "greater_is_better": metric.greater_is_better,
        "trials": counts.ended,
        "preset": run.preset,
        "baseline": run.baseline_value,
        "trials_by_state": {
            state: n for state, n in counts._asdict().items() if state != "planned"
        },
        "reused": run.trials.filter(reused_from__isnull=False).count(),
        "troubles": [trouble._asdict() for trouble in found],
        "best": trial
        and {
            "trial": trial.number,
            "algorithm": trial.algorithm,
            "parameters": trial.full_params,
            "score": trial.value,
            "display_score": metric.display(trial.value or 0.0),
            "fold_scores": trial.fold_scores,
            "metrics": trial.metrics,
        },
        "holdout": model.metrics if model else None,
        "rows": model.rows if model else None,
        "model": model.pk if model else None,
        "models": [
            {
                "model": m.pk,
                "algorithm": m.algorithm,
                "state": m.state,
                "holdout": m.metrics,
            }
            for m in run.models.all()
        ],
        "seconds": round(seconds, 3),
    }
