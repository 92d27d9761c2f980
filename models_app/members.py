"""Artifacts too large for a row of the database: a zip of JSON, read one member at a time.

A page reads what it shows and no more, without any library of arrays.
"""

import json
import zipfile
from collections.abc import Mapping
from typing import Any

from models_app import artifacts
from models_app.enums import ArtifactKind, Rows
from models_app.models import Artifact
from runs.files import local_copy


def store(
    kind: ArtifactKind,
    rows: Rows,
    n_rows: int,
    data: dict[str, Any],
    members: Mapping[str, Any],
) -> Artifact:
    """Write members into the storage; return their artifact, unsaved."""
    with artifacts.scratch_file(".zip") as path:
        with zipfile.ZipFile(
            path, "w", zipfile.ZIP_DEFLATED, compresslevel=3
        ) as zipped:
            for name, content in members.items():
                text = json.dumps(content, allow_nan=False, separators=(",", ":"))
                zipped.writestr(f"{name}.json", text)
        stored = artifacts.store_file(path)
    return Artifact(
        kind=kind,
        rows=rows,
        n_rows=n_rows,
        data=data,
        file=stored["name"],
        digest=stored["digest"],
    )


def read(artifact: Artifact, *names: str) -> list[Any]:
    """Return members; None for one that is not there."""
    with local_copy(artifact.file) as path, zipfile.ZipFile(path) as zipped:
        there = set(zipped.namelist())
        return [
            json.loads(zipped.read(f"{name}.json")) if f"{name}.json" in there else None
            for name in names
        ]


def read_all(artifact: Artifact) -> dict[str, Any]:
    """Return every member by its name."""
    with local_copy(artifact.file) as path, zipfile.ZipFile(path) as zipped:
        return {
            name.removesuffix(".json"): json.loads(zipped.read(name))
            for name in zipped.namelist()
        }
