"""A real small table, a run that has searched it, and its models."""

import numpy as np
import pandas as pd
import pytest
from django.core.files.base import ContentFile

from models_app import evaluating, fitting, services
from runs.enums import Phase
from runs.tables.kinds import guess_kinds
from runs.tables.profile import profile_columns
from runs.tables.storage import write_parquet
from tests.factories import DatasetFactory, RunFactory, TrialFactory

FEATURES = ["weight", "colour", "length"]
TARGETS = {"binary": "likes", "multiclass": "kind", "regression": "price"}
SCORING = {"binary": "roc_auc", "multiclass": "accuracy", "regression": "rmse"}
LINEAR = {
    "binary": ("logistic_regression", {"C": 0.5}),
    "multiclass": ("logistic_regression", {"C": 0.5}),
    "regression": ("ridge", {"alpha": 2.0}),
}
TREE = ("decision_tree", {"max_depth": 3})


def make_table(n_rows=120):
    """Two numbers and a colour, with gaps, that tell three targets."""
    rng = np.random.default_rng(7)
    weight = rng.normal(10, 2, n_rows).round(3)
    colour = rng.choice(["red", "green", "blue"], n_rows)
    length = rng.normal(5, 1, n_rows).round(3)
    noise = rng.normal(0, 0.5, n_rows)
    frame = pd.DataFrame({"weight": weight, "colour": colour, "length": length})
    frame["likes"] = np.where(weight + noise > 10, "=yes", "-no")
    frame["kind"] = np.where(colour == "red", "a", np.where(length > 5, "b", "c"))
    frame["price"] = (3 * weight + 2 * (colour == "red") + noise).round(4)
    frame.loc[3, "weight"] = np.nan
    frame.loc[5, "colour"] = None
    frame.loc[[7, 8], ["likes", "kind", "price"]] = None
    return frame.astype({"colour": "str", "likes": "str", "kind": "str"})


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path


@pytest.fixture(scope="session")
def table():
    return make_table()


@pytest.fixture
def searched_run(db, table, tmp_path):
    """Return a function that makes a run whose search has ended."""

    def make(task="binary", *, holdout_fraction=0.25, algorithms=None, **more):
        columns = guess_kinds(table)
        path = tmp_path / "table.parquet"
        write_parquet(table, columns, path)
        dataset = DatasetFactory(
            n_rows=len(table),
            n_columns=len(table.columns),
            columns=profile_columns(table, columns),
        )
        dataset.table.save("table.parquet", ContentFile(path.read_bytes()))
        run = RunFactory(
            dataset=dataset,
            target=TARGETS[task],
            task=task,
            scoring=SCORING[task],
            features=more.pop("features", FEATURES),
            positive_class="=yes" if task == "binary" else "",
            holdout_fraction=holdout_fraction,
            phase=Phase.REFITTING,
            **more,
        )
        for name, params in algorithms or [LINEAR[task], TREE]:
            TrialFactory(run=run, algorithm=name, params=params, params_key=str(params))
        return run

    return make


@pytest.fixture
def make_model(searched_run):
    """Return a function that makes a ready model, by the way workers do it."""

    def make(task="binary", **more):
        algorithms = more.pop("algorithms", [LINEAR[task]])
        run = searched_run(task, algorithms=algorithms, **more)
        services.advance_models(run)
        model = run.models.get()
        fitting.refit_model(model.pk)
        evaluating.evaluate_model(model.pk)
        run.phase = Phase.FINISHED
        run.save()
        model.refresh_from_db()
        return model

    return make
