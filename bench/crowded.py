"""A project as a team leaves it after years: many runs, models, tables and predictions."""

# ruff: noqa: PLC0415 - Django's settings come from an environment made first

import random
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from generated import generated_run

if TYPE_CHECKING:
    from datetime import datetime

    from models_app.models import ModelMeta
    from runs.models import Dataset, Project, Run

VERSIONS = 3
MODELS_A_RUN = 2
RUNS_A_TABLE = 25
TARGETS = ("species", "sex", "island", "year")


class Crowd(NamedTuple):
    """What the pages are opened with."""

    project: "Project"
    run: "Run"  # one of the many
    dataset: "Dataset"
    models: "list[ModelMeta]"


def crowded_project(n_runs: int, n_trials: int, *, name: str) -> Crowd:
    """Write a project of so many runs, which together have so many trials."""
    from django.db import transaction
    from django.utils import timezone

    from runs.enums import Role
    from runs.management.following import command_line_user
    from runs.services.projects import create_project

    user = command_line_user()
    project = create_project(user=user, name=name)
    assert project.memberships.get().role == Role.OWNER
    now = timezone.now()
    tables = generated_tables(project, max(1, n_runs // RUNS_A_TABLE), now)
    runs: list[Run] = []
    # A commit for each row would take an hour on a disk.
    with transaction.atomic():
        for number in range(n_runs):
            run = generated_run(
                tables[number % len(tables)],
                n_trials // n_runs,
                # A few are at work, as on any day.
                ended=number % 200 != 7,
                name=f"Search {number}",
                seed=number,
                hours_ago=3.0 * (n_runs - number),
            )
            run.target = TARGETS[number % len(TARGETS)]
            run.created_by = user
            run.save(update_fields=["target", "created_by"])
            runs.append(run)
        models = generated_models(runs)
        generated_use(models, now)
    return Crowd(project, runs[-1], tables[-1], models)


def generated_tables(project: "Project", n: int, now: "datetime") -> "list[Dataset]":
    """Write tables of a few versions; return the newest of each."""
    from runs.enums import DatasetState
    from runs.models import Dataset

    found = []
    for number in range(n):
        original: Dataset | None = None
        for version in range(1, VERSIONS + 1):
            dataset = Dataset.objects.create(
                project=project,
                name=f"penguins {number}",
                filename="penguins.csv",
                content_hash=f"{number:060d}{version:04d}",
                size_bytes=13_478,
                table_bytes=9_000,
                state=DatasetState.READY,
                n_rows=344,
                n_columns=7,
                version=version,
                original=original,
                created_at=now - timedelta(days=n - number),
            )
            original = original or dataset
        found.append(dataset)
    return found


def generated_models(runs: "list[Run]") -> "list[ModelMeta]":
    """Write the models of each run's best trials, measured, a champion a target."""
    from models_app.enums import ArtifactKind, ModelState, Rows, Stage
    from models_app.models import Artifact, ModelMeta
    from runs.models import Trial

    chance = random.Random(1)  # noqa: S311 - nothing secret
    models = []
    for run in runs:
        best = Trial.objects.filter(run=run, state="complete").order_by("-value")
        for trial in best[:MODELS_A_RUN]:
            assert trial.value is not None
            measured = trial.value - abs(chance.gauss(0, 0.01))
            models.append(
                ModelMeta(
                    run=run,
                    trial=trial,
                    algorithm=trial.algorithm,
                    params=trial.params,
                    value=trial.value,
                    state=ModelState.READY,
                    metrics={"accuracy": measured, "f1_macro": measured - 0.01},
                    rows=Rows.HOLDOUT,
                    n_rows_evaluated=69,
                    fit_seconds=0.4,
                    predict_seconds=0.01,
                    size_bytes=200_000,
                    created_at=run.created_at,
                )
            )
    champions: dict[str, ModelMeta] = {}
    for model in models:
        best_yet = champions.get(model.run.target)
        if best_yet is None or model.value > best_yet.value:
            champions[model.run.target] = model
    for model in champions.values():
        model.stage = Stage.CHAMPION
    ModelMeta.objects.bulk_create(models, batch_size=500)
    Artifact.objects.bulk_create(
        (
            Artifact(
                model=model,
                kind=ArtifactKind.INTERVALS,
                data={"metrics": {"accuracy": {"low": 0.8, "high": 0.95}}},
            )
            for model in models
        ),
        batch_size=500,
    )
    return models


def generated_use(models: "list[ModelMeta]", now: "datetime") -> None:
    """Write the stages that models have had, predictions, and what people did."""
    from models_app.enums import PredictionState, Stage
    from models_app.models import Prediction, StageChange
    from runs.enums import EventKind
    from runs.models import RunEvent

    champions = [model for model in models if model.stage == Stage.CHAMPION]
    StageChange.objects.bulk_create(
        StageChange(
            model=model, before=Stage.CANDIDATE, after=Stage.CHAMPION, created_at=now
        )
        for model in champions
    )
    Prediction.objects.bulk_create(
        (
            Prediction(
                model=model,
                filename=f"rows {number}.csv",
                source=f"predictions/{number}.csv",
                state=PredictionState.READY,
                n_rows=1_000,
                n_rows_done=1_000,
                created_at=now - timedelta(hours=number),
            )
            for number, model in enumerate(models[::2])
        ),
        batch_size=500,
    )
    RunEvent.objects.bulk_create(
        RunEvent(
            run=model.run,
            kind=EventKind.STEERING,
            message="Budget changed to 200 trials.",
            at=now - timedelta(hours=2),
        )
        for model in models[-6:]
    )
