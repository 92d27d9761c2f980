"""Which set is meant, and what is kept of it with a model: a small JSON object."""

import base64
import hashlib
import io
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from models_app.enums import ComputationKind
from models_app.models import Computation, ModelMeta
from runs.models import Dataset, Run

if TYPE_CHECKING:
    import numpy as np

# In `Computation.options`: key of a set -> {"dataset", "models"}, and later "result" (what
# `pack` and the worker wrote) or "error" (a sentence).
SETS = "sets"
KEPT = 3  # sets a model keeps: older ones are predicted again when asked for
KIND = ComputationKind.EVALUATION


class SetError(ValueError):
    """A set cannot be predicted; the message says why."""


def split_key(run: Run) -> tuple[Any, ...]:
    """Return what decides which rows are in which fold: equal keys, equal folds."""
    return (
        *(run.scheme, run.n_splits, run.n_repeats, run.split_column, run.seed),
        *(run.validation_fraction, run.holdout_fraction),
    )


def training_key(run: Run) -> tuple[Any, ...]:
    """Return what decides which rows a run's models learn from, and by which columns."""
    return (
        *(run.dataset.content_hash, run.target, *split_key(run)),
        *sorted(run.features),
    )


def learners(models: Iterable[ModelMeta]) -> dict[tuple[Any, ...], Run]:
    """Return one run for each way that these models have learnt from a table."""
    return {training_key(m.run): m.run for m in models}


def key_of(models: Iterable[ModelMeta], dataset: Dataset) -> str:
    """Return the name of a set: equal rows, equal name, whichever models ask for it."""
    parts = [dataset.content_hash, *sorted(map(repr, learners(models)))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def sets_of(computation: Computation | None) -> dict[str, dict[str, Any]]:
    found = computation.options.get(SETS, {}) if computation else {}
    return dict(found)


def is_done(found: Mapping[str, Any] | None) -> bool:
    return found is not None and ("result" in found or "error" in found)


def pack(arrays: Mapping[str, "np.ndarray"]) -> str:
    """Write arrays as text for JSON."""
    import numpy as np  # noqa: PLC0415 - only workers need it

    stream = io.BytesIO()
    np.savez_compressed(stream, **dict(arrays))  # type: ignore[arg-type]
    return base64.b64encode(stream.getvalue()).decode()


def unpack(text: str) -> "dict[str, np.ndarray]":
    import numpy as np  # noqa: PLC0415 - one page needs it

    # Without pickling: arrays of numbers only.
    stream = io.BytesIO(base64.b64decode(text))
    with np.load(stream, allow_pickle=False) as found:
        return dict(found.items())
