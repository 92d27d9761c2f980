"""A deleted row takes its files with it, whoever deleted it: page, admin or command."""

from collections.abc import Iterable
from functools import partial
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


def remove_files(sender: type[models.Model], instance: models.Model, **_: Any) -> None:
    for field in file_fields(sender):
        held: FieldFile = getattr(instance, field.name)
        if held:
            # After the commit: a rolled back deletion must keep its files.
            transaction.on_commit(partial(held.storage.delete, str(held.name)))
