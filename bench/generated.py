"""Runs as large searches leave them, written directly into the database."""

# ruff: noqa: PLC0415 - Django's settings come from an environment made first

import math
import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runs.models import Dataset, Run

N_FOLDS = 5
WORKERS = ("alpha/4101", "alpha/4102", "beta/977", "beta/978")
SPACES: dict[str, dict[str, Any]] = {
    "hist_gradient_boosting": {
        "learning_rate": {"type": "float", "low": 0.005, "high": 0.5, "log": True},
        "max_iter": {"type": "int", "low": 50, "high": 800},
        "max_leaf_nodes": {"type": "int", "low": 7, "high": 255, "log": True},
        "min_samples_leaf": {"type": "int", "low": 2, "high": 100, "log": True},
        "l2_regularization": {"type": "float", "low": 1e-6, "high": 10, "log": True},
    },
    "random_forest": {
        "n_estimators": {"type": "int", "low": 50, "high": 500},
        "max_depth": {"type": "categorical", "choices": [None, 4, 8, 16]},
        "max_features": {"type": "float", "low": 0.1, "high": 1.0},
        "min_samples_leaf": {"type": "int", "low": 1, "high": 20},
    },
    "kernel_svm": {
        "C": {"type": "float", "low": 0.01, "high": 100, "log": True},
        "kernel": {"type": "categorical", "choices": ["rbf", "poly"]},
        "degree": {"type": "int", "low": 2, "high": 5, "when": {"kernel": ["poly"]}},
    },
}


def generated_dataset() -> "Dataset":
    """Write a table that is said to be read; no page of a run opens its file."""
    from runs.enums import DatasetState
    from runs.management.following import command_line_project
    from runs.models import Dataset

    return Dataset.objects.create(
        project=command_line_project(),
        name="penguins",
        filename="penguins.csv",
        content_hash="0" * 64,
        size_bytes=13_478,
        state=DatasetState.READY,
        n_rows=344,
        n_columns=7,
    )


def generated_run(
    dataset: "Dataset",
    n_trials: int,
    *,
    ended: bool = True,
    name: str = "",
    seed: int | None = None,
    hours_ago: float = 5.0,
) -> "Run":
    """Write a run with so many trials: some failed, some pruned, the last ones better."""
    from django.utils import timezone

    from runs.enums import EventKind, Phase
    from runs.models import Run, RunEvent, Trial

    begin = timezone.now() - timedelta(hours=hours_ago)
    run = Run.objects.create(
        project=dataset.project,
        dataset=dataset,
        name=name or f"{n_trials:,} trials",
        created_at=begin,
        target="species",
        task="multiclass",
        scoring="accuracy",
        metrics=["log_loss", "f1_macro"],
        strategy="tpe",
        n_splits=N_FOLDS,
        spaces=SPACES,
        n_planned=n_trials,
        n_trials=n_trials,
        phase=Phase.FINISHED if ended else Phase.SEARCHING,
        started_at=begin,
        prepared_at=begin,
        finished_at=begin + timedelta(hours=hours_ago / 2) if ended else None,
        n_rows_train=dataset.n_rows,
        baseline_value=0.44,
    )
    chance = random.Random(n_trials if seed is None else seed)  # noqa: S311 - nothing secret
    clocks = dict.fromkeys(WORKERS, 0.0)
    trials = [
        generated_trial(run, number, chance, clocks, n_trials)
        for number in range(n_trials)
    ]
    Trial.objects.bulk_create(trials, batch_size=500)
    values = [trial.value for trial in trials if trial.value is not None]
    run.best_value = max(values, default=None)
    run.save(update_fields=["best_value"])
    RunEvent.objects.bulk_create(
        RunEvent(
            run=run,
            kind=EventKind.TRIALS_ENDED,
            message=f"Trial {trial.number} ended.",
            data={"trials": [trial.number]},
        )
        for trial in trials
    )
    return run


def generated_trial(
    run: "Run",
    number: int,
    chance: random.Random,
    clocks: dict[str, float],
    n_trials: int,
) -> Any:  # noqa: ANN401 - a model that is imported late
    from runs.models import Trial
    from runs.search.planning import params_key

    algorithm = chance.choice(list(SPACES))
    params = combination(algorithm, chance, number / n_trials)
    level, seconds = quality(algorithm, params, chance)
    worker = min(clocks, key=lambda name: clocks[name])
    start = run.started_at + timedelta(seconds=clocks[worker])
    clocks[worker] += seconds * N_FOLDS
    end = run.started_at + timedelta(seconds=clocks[worker])
    luck = chance.random()
    state = "failed" if luck < 0.02 else "pruned" if luck < 0.06 else "complete"
    n_folds = {"failed": 0, "pruned": 2, "complete": N_FOLDS}[state]
    folds = [min(0.999, level + chance.gauss(0, 0.012)) for _ in range(n_folds)]
    train = [min(1.0, x + 0.02 + abs(chance.gauss(0, 0.02))) for x in folds]
    return Trial(
        run=run,
        number=number,
        unit=number,
        algorithm=algorithm,
        params=params,
        params_key=f"{params_key(params)}#{number}",
        state=state,
        value=sum(folds) / N_FOLDS if state == "complete" else None,
        fold=n_folds,
        fold_scores=folds,
        metrics={
            "accuracy": folds,
            "log_loss": [-1 + x for x in folds],
            "f1_macro": [x - 0.01 for x in folds],
        },
        train_metrics={"accuracy": train, "log_loss": [-1 + x for x in train]},
        fit_seconds=[seconds * 0.95] * n_folds,
        score_seconds=[seconds * 0.05] * n_folds,
        error="It did not converge." if state == "failed" else "",
        worker=worker,
        started_at=start,
        finished_at=end,
    )


def combination(algorithm: str, chance: random.Random, done: float) -> dict[str, Any]:
    """Draw parameters; towards the end nearer to the good ones, as a sampler does."""
    params: dict[str, Any] = {}
    for name, space in SPACES[algorithm].items():
        when = space.get("when")
        if when and any(params.get(n) not in values for n, values in when.items()):
            continue
        if space["type"] == "categorical":
            params[name] = chance.choice(space["choices"])
            continue
        share = chance.random()
        if chance.random() < done:
            share = min(1.0, max(0.0, chance.gauss(0.55, 0.15)))
        low, high = space["low"], space["high"]
        if space.get("log"):
            value = math.exp(math.log(low) + share * math.log(high / low))
        else:
            value = low + share * (high - low)
        params[name] = round(value) if space["type"] == "int" else value
    return params


def quality(
    algorithm: str, params: dict[str, Any], chance: random.Random
) -> tuple[float, float]:
    """Return what a combination scores, and the seconds it takes on a fold."""
    if algorithm == "hist_gradient_boosting":
        rate = params["learning_rate"]
        off = (math.log10(rate) + 1.2) ** 2
        level = 0.93 - 0.06 * off - 0.01 * (params["max_leaf_nodes"] > 100)
        seconds = params["max_iter"] * params["max_leaf_nodes"] / 20000
    elif algorithm == "random_forest":
        level = 0.90 - 0.04 * abs(params["max_features"] - 0.5)
        level -= 0.05 * (params["max_depth"] == 4)
        seconds = params["n_estimators"] / 200
    else:
        level = 0.85 - 0.03 * (math.log10(params["C"]) - 0.5) ** 2
        level -= 0.04 * (params["kernel"] == "poly")
        seconds = 0.4 + 0.02 * params["C"]
    return level, max(0.02, seconds * chance.uniform(0.8, 1.2))
