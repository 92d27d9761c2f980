"""A trial as a program to take along."""

from django.utils.text import slugify

from runs.enums import ENSEMBLE
from runs.models import Dataset, Trial
from runs.queries import algorithm_title
from runs.search.metrics import METRICS
from runs.search.problem import TaskType
from runs.search.snippets import Subject, snippet


def program(trial: Trial, *, with_model: bool = False) -> str:
    """Return the program of a trial; empty for an ensemble, which is several trials.

    With the model, it is fitted as well and scored on the holdout.
    """
    run = trial.run
    if trial.algorithm == ENSEMBLE or run.scoring not in METRICS:
        return ""
    shown = METRICS[run.scoring].display
    columns = {c["name"]: c for c in run.dataset.columns}
    title = (
        f"Trial {trial.number} of the run “{run.name}”: "
        f"{algorithm_title(trial.algorithm)}, {METRICS[run.scoring].title}."
    )
    return snippet(
        Subject(
            title=title,
            path=file_name(trial),
            target=run.target,
            features=run.features,
            kinds={name: str(c.get("kind", "")) for name, c in columns.items()},
            algorithm=trial.algorithm,
            params=trial.full_params,
            task=TaskType(run.task),
            metric=run.scoring,
            positive=run.positive_class,
            classes=[str(label) for label in run.classes],
            scheme=run.scheme,
            n_splits=run.n_splits,
            n_repeats=run.n_repeats,
            split_column=run.split_column,
            validation_fraction=run.validation_fraction,
            holdout_fraction=run.holdout_fraction,
            seed=run.seed,
            fold_scores=[shown(score) for score in trial.fold_scores],
            with_model=with_model,
        )
    )


def file_name(trial: Trial) -> str:
    """Return the name under which its program finds the table."""
    return table_name(trial.run.dataset)


def table_name(dataset: Dataset) -> str:
    """Return the name under which a table is downloaded."""
    return f"{slugify(dataset.name) or 'table'}.parquet"


def program_name(trial: Trial) -> str:
    """Return the name under which a program is downloaded."""
    return f"{slugify(trial.run.name) or 'run'}-trial-{trial.number}.py"
