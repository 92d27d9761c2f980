"""The only place model files are written or read."""

import os
import tempfile
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypedDict

from django.conf import settings
from django.core.files.base import File

from models_app.enums import ArtifactKind
from models_app.models import Artifact, ModelMeta
from runs.files import local_copy

SCHEMA_VERSION = 1
# Trees shrink to a third; the next levels of zlib cost seconds for a few percent.
COMPRESSION = ("zlib", 3)
PACKAGES = ("tuneboard", "scikit-learn", "skrub", "numpy", "pandas")


class Bundle(TypedDict):
    """What a model file holds: a dict, so that it opens without Tuneboard."""

    schema_version: int
    pipeline: Any  # a fitted scikit-learn Pipeline
    columns: list[dict[str, str]]  # name, kind and dtype of each column it needs
    categories: dict[str, list[Any]]  # column -> values seen in training
    target: str
    task: str
    classes: list[Any]  # in the order of the probabilities; empty for regression
    labels: list[str]  # the same as text
    positive_class: str
    algorithm: str
    params: dict[str, Any]
    versions: dict[str, str]


class StoredFile(TypedDict):
    name: str
    size_bytes: int


def versions() -> dict[str, str]:
    """Return the versions a model file depends on."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # Tuneboard itself is seldom installed
            continue
    return found


def write_bundle(bundle: Bundle) -> StoredFile:
    """Write a model file into the storage under a new name."""
    import joblib

    handle, path = tempfile.mkstemp(suffix=".joblib", dir=settings.FILE_UPLOAD_TEMP_DIR)
    os.close(handle)
    try:
        joblib.dump(bundle, path, compress=COMPRESSION)
        field = Artifact(kind=ArtifactKind.PIPELINE).file
        with Path(path).open("rb") as stream:
            field.save("pipeline.joblib", File(stream), save=False)
        return {"name": str(field.name), "size_bytes": Path(path).stat().st_size}
    finally:
        Path(path).unlink(missing_ok=True)


def remove_file(name: str) -> None:
    """Remove a stored file that no row names."""
    Artifact(file=name).file.storage.delete(name)


def load_bundle(model: ModelMeta) -> Bundle:
    """Read a model's file; the last one read stays in memory."""
    return _load(pipeline_artifact(model).file.name)


def pipeline_artifact(model: ModelMeta) -> Artifact:
    return model.artifacts.get(kind=ArtifactKind.PIPELINE)


# Names are never used twice, so what was read once cannot have changed. One, because
# a forest can take a gigabyte.
@lru_cache(maxsize=1)
def _load(name: str) -> Bundle:
    import joblib

    artifact = Artifact(kind=ArtifactKind.PIPELINE, file=name)
    with local_copy(artifact.file) as path:
        bundle: Bundle = joblib.load(path)
    return bundle
