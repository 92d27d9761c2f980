"""Stored files: where they can be read, and that they go with the row that names them."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.db.models.fields.files import FieldFile
from django.db.models.signals import post_delete


def file_fields(model: type[models.Model]) -> list[models.FileField]:
    return [f for f in model._meta.get_fields() if isinstance(f, models.FileField)]


def connect(app_models: Iterable[type[models.Model]]) -> None:
    """Remove the files of every model that has some when its rows are deleted."""
    for model in app_models:
        if file_fields(model):
            post_delete.connect(remove_files, sender=model, dispatch_uid="remove_files")


def connect_folds(dataset: type[models.Model]) -> None:
    """Remove what was prepared of a table with the last dataset of its content."""
    post_delete.connect(remove_folds, sender=dataset, dispatch_uid="remove_folds")


def remove_folds(sender: type[models.Model], instance: models.Model, **_: Any) -> None:
    content_hash = getattr(instance, "content_hash", "")
    same = sender._default_manager.filter(content_hash=content_hash)
    if content_hash and not same.exists():
        folder = getattr(instance, "folds_dir")  # noqa: B009 - `Dataset`, by its name
        transaction.on_commit(partial(shutil.rmtree, folder, ignore_errors=True))


def remove_files(sender: type[models.Model], instance: models.Model, **_: Any) -> None:
    shared: frozenset[str] = getattr(sender, "SHARED_FILES", frozenset())
    for field in file_fields(sender):
        held: FieldFile = getattr(instance, field.name)
        if held:
            # After the commit: a rolled back deletion must keep its files.
            remove = remove_unnamed if field.name in shared else remove_file
            transaction.on_commit(partial(remove, sender, held))


def remove_file(sender: type[models.Model], held: FieldFile) -> None:
    held.storage.delete(str(held.name))


def remove_unnamed(sender: type[models.Model], held: FieldFile) -> None:
    """Remove a file that several rows may name once none of them does any more."""
    same = sender._default_manager.filter(**{held.field.name: held.name})
    if not same.exists():
        remove_file(sender, held)


@contextmanager
def local_copy(stored: FieldFile) -> Iterator[Path]:
    """Yield a path to a stored file, fetched first where the storage is elsewhere."""
    try:
        path = Path(stored.path)
    except NotImplementedError:
        suffix = Path(stored.name or "").suffix
        with tempfile.NamedTemporaryFile(suffix=suffix) as copy:
            with stored.storage.open(str(stored.name), "rb") as stream:
                shutil.copyfileobj(stream, copy)
            copy.flush()
            yield Path(copy.name)
    else:
        yield path
