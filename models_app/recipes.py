"""A worker's job on demand: run a model's recipe and compare what it scores."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings

from models_app.enums import ArtifactKind, Rows
from models_app.models import Artifact, Computation, ModelMeta
from runs.enums import Task
from runs.files import local_copy
from runs.search.metrics import METRICS
from runs.trials.code import file_name, program

Progress = Callable[[float, str], None]


class NoRecipeError(ValueError):
    """A model that no single program makes."""


def recipe_of(model: ModelMeta) -> str:
    """Return the program that makes a model again; empty where no single one does.

    The verified one if there is one, with what is chosen for the answers by now.
    """
    stored = model.artifacts.filter(kind=ArtifactKind.RECIPE).first()
    return program_of(model, verified=stored.data["program"] if stored else "")


def program_of(model: ModelMeta, verified: str = "") -> str:
    """Return the recipe of a model, with what is chosen for its answers; or nothing.

    Of a verified recipe that text is the first part, as it was run.
    """
    text = verified or program(model.trial, with_model=True)
    if not text or (model.threshold is None and not model.recalibration):
        return text
    from models_app.taking.decision import decision_code

    calibrators: list[dict[str, Any]] = []
    if model.recalibration:
        stored = model.artifacts.get(kind=ArtifactKind.CALIBRATION).data
        calibrators = stored["calibrators"][model.recalibration]
    code = decision_code(
        positive=model.run.positive_class,
        threshold=model.threshold,
        method=model.recalibration,
        calibrators=calibrators,
        is_binary=model.run.task == Task.BINARY,
    )
    return f"{text}\n\n{code}"


def verify(computation: Computation, progress: Progress) -> list[Artifact]:
    """Run a model's recipe in a clean process and store whether it scores the same."""
    from models_app.taking import recipe

    model = computation.model
    text = program(model.trial, with_model=True)
    if not text:
        message = "an ensemble is several models: each member has a recipe of its own"
        raise NoRecipeError(message)
    progress(0.0, "running the recipe")
    n_folds = len(model.trial.fold_scores)

    def tell(n_done: int) -> None:
        progress(
            n_done / (n_folds + 1), f"fold {min(n_done + 1, n_folds)} of {n_folds}"
        )

    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        path = Path(folder, "recipe.py")
        path.write_text(text, encoding="utf-8")
        with local_copy(model.run.dataset.table) as table:
            shutil.copyfile(table, path.with_name(file_name(model.trial)))
        scores = recipe.run(
            path,
            memory_bytes=psutil.virtual_memory().total,
            n_folds=n_folds,
            on_fold=tell,
        )
    data = compared(model, scores.folds, scores.holdout)
    data |= {
        "program": text,
        "seconds": scores.seconds,
        "table": file_name(model.trial),
    }
    return [Artifact(kind=ArtifactKind.RECIPE, rows=model.rows, data=data)]


def compared(
    model: ModelMeta, folds: list[float], holdout: float | None
) -> dict[str, Any]:
    """Put a recipe's scores beside those of the trial and of the model."""
    from models_app.taking import recipe

    shown = METRICS[model.run.scoring].display
    stored_folds = [shown(score) for score in model.trial.fold_scores]
    stored_holdout = None
    if model.rows == Rows.HOLDOUT:
        stored_holdout = model.metrics.get(model.run.scoring)
    stored = [*stored_folds, stored_holdout]
    difference = recipe.largest_difference(stored, [*folds, holdout])
    if len(folds) != len(stored_folds):
        difference = None
    scale = max((abs(x) for x in stored if x is not None), default=1.0)
    return {
        "scoring": model.run.scoring,
        "folds": folds,
        "stored_folds": stored_folds,
        "holdout": holdout,
        "stored_holdout": stored_holdout,
        "largest_difference": difference,
        "is_reproduced": recipe.is_reproduced(difference, scale),
    }
