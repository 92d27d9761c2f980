"""The only place model files are written or read."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO, Any, TypedDict

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
    digest: str  # SHA-256


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

    with scratch_file(".joblib") as path:
        joblib.dump(bundle, path, compress=COMPRESSION)
        return store_file(path)


@contextmanager
def scratch_file(suffix: str) -> Iterator[Path]:
    """Yield a path to write a file to that is then stored; it is removed afterwards."""
    handle, name = tempfile.mkstemp(suffix=suffix, dir=settings.FILE_UPLOAD_TEMP_DIR)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def store_file(path: Path) -> StoredFile:
    """Copy a file into the storage under a new name; say what it is named there."""
    field = Artifact().file
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(0)
        field.save(path.name, File(stream), save=False)
    return {
        "name": str(field.name),
        "size_bytes": path.stat().st_size,
        "digest": digest,
    }


def replace(model: ModelMeta, results: list[Artifact]) -> None:
    """Store artifacts in the place of those of the same kinds, whose files are removed."""
    Artifact.objects.filter(model=model, kind__in=[r.kind for r in results]).delete()
    for result in results:
        result.model = model
    Artifact.objects.bulk_create(results)


def remove_file(name: str) -> None:
    """Remove a stored file that no row names."""
    Artifact(file=name).file.storage.delete(name)


class ChangedFileError(Exception):
    """A model's file is not the one that was written: it is not loaded."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The model's file {what}. It was not opened: opening it could run anything. "
            "Put back the file from a backup, or fit the model again."
        )


def load_bundle(model: ModelMeta) -> Bundle:
    """Read a model's file; the last one read stays in memory.

    Raises ChangedFileError for one that this installation has not written.
    """
    artifact = pipeline_artifact(model)
    return _load(str(artifact.file.name), artifact.digest)


def pipeline_artifact(model: ModelMeta) -> Artifact:
    return model.artifacts.get(kind=ArtifactKind.PIPELINE)


def pipeline_file(model: ModelMeta) -> str:
    """Return the name of a model's file; empty if there is none.

    `access.model_to_ask` has read it with the model.
    """
    name = getattr(model, "pipeline_name", None)
    if name is not None:
        return str(name)
    found = model.artifacts.filter(kind=ArtifactKind.PIPELINE)
    return str(found.values_list("file", flat=True).first() or "")


# Names are never used twice, so what was read once cannot have changed. One, because
# a forest can take a gigabyte.
@lru_cache(maxsize=1)
def _load(name: str, digest: str) -> Bundle:
    import joblib

    with checked_file(Artifact(file=name, digest=digest)) as stream:
        bundle: Bundle = joblib.load(stream)
    return bundle


@contextmanager
def checked_file(artifact: Artifact) -> Iterator[IO[bytes]]:
    """Open an artifact's file if its checksum is the stored one; else ChangedFileError."""
    if not artifact.digest:
        raise ChangedFileError("has no checksum in the database")
    try:
        with local_copy(artifact.file) as path, path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
            if found != artifact.digest:
                raise ChangedFileError("is not the one this installation has written")
            # The same open file: whoever puts another in its place changes nothing.
            stream.seek(0)
            yield stream
    except FileNotFoundError:
        raise ChangedFileError("is not there any more") from None
