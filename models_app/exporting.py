"""A worker's job on demand: a model as files to take away, each checked."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.text import slugify

from models_app import artifacts
from models_app.answers import read_answers
from models_app.decisions import chosen_of
from models_app.enums import ArtifactKind, Rows
from models_app.models import Artifact, Computation, ModelMeta
from models_app.predicting import answering_of
from runs.queries import algorithm_title
from runs.training_data import load_training_data

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Progress = Callable[[float, str], None]
logger = logging.getLogger(__name__)

# What is written here, and how such a file is named.
SUFFIXES = {
    ArtifactKind.SKOPS: "skops",
    ArtifactKind.ONNX: "onnx",
    ArtifactKind.FOLDER: "zip",
}
# More rows tell the same about a form that answers otherwise.
MAX_COMPARED = 5_000


class Original(NamedTuple):
    """A model, and what it answers to rows that other forms are asked as well."""

    model: ModelMeta
    bundle: artifacts.Bundle
    X: "pd.DataFrame"
    answers: "np.ndarray"
    rows: Rows

    def about(self, other: "np.ndarray") -> dict[str, Any]:
        """Compare another form's answers to the same rows."""
        from models_app.taking.comparing import compare

        found = compare(self.answers, other)
        return {
            "n_rows": found.n_rows,
            "largest_difference": found.largest,
            "n_other_class": found.n_other,
        }


class Written(NamedTuple):
    """A file that was written: its artifact, and what a folder needs to know."""

    artifact: Artifact
    path: Path | None
    data: dict[str, Any]


def export(computation: Computation, progress: Progress) -> list[Artifact]:
    """Write a model as .skops, ONNX and a standalone folder."""
    model = computation.model
    progress(0.0, "reading the model")
    original = read_original(model)
    made: list[Artifact] = []
    with ExitStack() as stack, artifacts_or_nothing(made):
        scratch = [
            stack.enter_context(artifacts.scratch_file(suffix))
            for suffix in (".skops", ".onnx", ".zip")
        ]
        progress(0.2, "writing the skops file")
        skops = skops_of(original, scratch[0])
        made.append(skops.artifact)
        progress(0.5, "converting to ONNX")
        made.append(onnx_of(original, scratch[1]))
        progress(0.7, "packing the folder")
        made.append(folder_of(original, skops, scratch[2]))
    return made


@contextmanager
def artifacts_or_nothing(made: list[Artifact]) -> Iterator[None]:
    """Remove the files of what was made when the rest fails."""
    try:
        yield
    except BaseException:
        for artifact in made:
            if artifact.file:
                artifacts.remove_file(str(artifact.file.name))
        raise


def read_original(model: ModelMeta) -> Original:
    from models_app.taking.comparing import answers_of

    bundle = artifacts.load_bundle(model)
    data = load_training_data(model.run)
    found = read_answers(model)
    if found is not None:
        rows, positions = found.rows, found.positions
    elif len(data.holdout_rows):
        rows, positions = Rows.HOLDOUT, data.holdout_rows
    else:
        rows, positions = Rows.TRAINING, data.train_rows
    X = data.rows(positions[:MAX_COMPARED])
    return Original(model, bundle, X, answers_of(bundle["pipeline"], X), rows)


def artifact_of(
    kind: ArtifactKind, original: Original, path: Path | None, data: dict[str, Any]
) -> Artifact:
    """Store a file; without one, only why there is none."""
    made = Artifact(
        kind=kind, rows=original.rows, n_rows=len(original.X), data=dict(data)
    )
    if path is not None:
        stored = artifacts.store_file(path)
        made.file, made.digest = stored["name"], stored["digest"]
        made.data["size_bytes"] = stored["size_bytes"]
    return made


def skops_of(original: Original, path: Path) -> Written:
    from models_app.taking import skops_file
    from models_app.taking.comparing import answers_of

    try:
        found = skops_file.write(original.bundle["pipeline"], path)
        again = skops_file.read(path, found.untrusted)
        data = {
            "untrusted_types": found.untrusted,
            "libraries": found.libraries,
            **original.about(answers_of(again, original.X)),
        }
    except Exception as error:  # noqa: BLE001 - a type of another version, or unknown
        data = {"reason": reason(error)}
        logger.info("No skops file of model %s: %s", original.model.pk, error)
        return Written(
            artifact_of(ArtifactKind.SKOPS, original, None, data), None, data
        )
    return Written(artifact_of(ArtifactKind.SKOPS, original, path, data), path, data)


def onnx_of(original: Original, path: Path) -> Artifact:
    from models_app.taking import onnx_file

    pipeline = original.bundle["pipeline"]
    columns = [column["name"] for column in original.bundle["columns"]]
    try:
        found = onnx_file.write(pipeline, columns, path)
        rows = onnx_file.inputs_of(found, pipeline, original.X)
        answers = onnx_file.answers_of(path, rows)
        data = {
            "is_whole": found.is_whole,
            "inputs": found.inputs[:200],
            "n_inputs": len(found.inputs),
            **original.about(answers),
            **without_gaps(original, rows, answers),
        }
    except Exception as error:  # noqa: BLE001 - converters raise anything
        logger.info("No ONNX file of model %s: %s", original.model.pk, error)
        nothing = {"reason": reason(error)}
        return artifact_of(ArtifactKind.ONNX, original, None, nothing)
    return artifact_of(ArtifactKind.ONNX, original, path, data)


def without_gaps(
    original: Original, rows: "np.ndarray", answers: "np.ndarray"
) -> dict[str, Any]:
    """Compare the rows without a missing value alone: some forms treat those otherwise."""
    import numpy as np  # noqa: PLC0415

    from models_app.taking.comparing import compare

    complete = np.isfinite(rows).all(axis=1)
    found = compare(original.answers[complete], answers[complete])
    return {"n_complete": found.n_rows, "largest_complete": found.largest}


def folder_of(original: Original, skops: Written, path: Path) -> Artifact:
    """Pack a folder, with the .skops file or, where that failed, the joblib file."""
    from models_app.taking import folder

    model, bundle = original.model, original.bundle
    answering = answering_of(model, bundle)
    model_file = "model.joblib" if skops.path is None else "model.skops"
    needs = folder.requirements(
        skops.data.get("libraries") or libraries_of(bundle), model_file
    )
    about = folder.schema(
        columns=bundle["columns"],
        target=bundle["target"],
        classes=bundle["labels"],
        positive=answering.positive,
        threshold=answering.threshold,
        intervals=[interval._asdict() for interval in answering.intervals],
        recalibration=model.recalibration,
        calibrators=[calibrator._asdict() for calibrator in answering.calibrators],
        model_file=model_file,
        untrusted=skops.data.get("untrusted_types", []),
    )
    title = f"{algorithm_title(model.algorithm)}: {model.run.name}"
    with ExitStack() as stack:
        source = skops.path
        if source is None:
            stored = artifacts.pipeline_artifact(model)
            stream = stack.enter_context(artifacts.checked_file(stored))
            source = Path(stream.name)
        files = folder.write(
            path,
            name=folder_name(model),
            title=title,
            model=source,
            about=about,
            needs=needs,
        )
    data = {
        "files": files,
        "requirements": needs,
        "model_file": model_file,
        "chosen": chosen_of(model),
    }
    return artifact_of(ArtifactKind.FOLDER, original, path, data)


def folder_name(model: ModelMeta) -> str:
    return slugify(f"{model.run.name} {model.algorithm}") or "model"


def libraries_of(bundle: artifacts.Bundle) -> list[str]:
    """Name the boosting libraries in a pipeline, also of an ensemble's members."""
    found = set()
    waiting = [bundle["pipeline"]]
    while waiting:
        estimator = waiting.pop()
        found.add(type(estimator).__module__.split(".")[0])
        waiting += [step for _, step in getattr(estimator, "steps", [])]
        waiting += list(getattr(estimator, "estimators_", []))[:100]
    return sorted(found & {"lightgbm", "xgboost", "catboost"})


def reason(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text[:500]
