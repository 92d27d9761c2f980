"""Stored out-of-fold predictions: the only place they are written or read."""

import io
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from runs.models import Trial, predictions_path

if TYPE_CHECKING:
    import numpy as np


def write(values: "np.ndarray") -> str:
    """Store predictions under a new name and return it."""
    import numpy as np  # noqa: PLC0415

    buffer = io.BytesIO()
    np.save(buffer, values, allow_pickle=False)
    name = predictions_path(Trial(), "predictions.npy")
    return default_storage.save(name, ContentFile(buffer.getvalue()))


def read(trial: Trial) -> "np.ndarray | None":
    """Return a trial's predictions, its own or those of the trial it was reused from.

    Of shape `(n_rows,)` or `(n_rows, n_classes)`; rows that were in no tested part are
    NaN. None if they were not kept.
    """
    import numpy as np  # noqa: PLC0415

    source = trial if trial.out_of_fold else trial.reused_from
    if source is None or not source.out_of_fold:
        return None
    try:
        with source.out_of_fold.open("rb") as stream:
            values: np.ndarray = np.load(io.BytesIO(stream.read()), allow_pickle=False)
    except (OSError, ValueError):  # removed meanwhile, for a better one came
        return None
    return values


def remove(name: str) -> None:
    default_storage.delete(name)
