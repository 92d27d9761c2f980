"""The rows of a table that none of some models has learnt from."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from models_app.evaluation_sets.sets import learners, training_key
from models_app.models import ModelMeta
from runs.files import local_copy
from runs.models import Dataset, Run
from runs.search.problem import TaskType
from runs.training_data import load_training_data

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

MIN_UNSEEN = 30  # fewer say nothing: then all rows are taken, with a warning
MAX_ROWS = 5_000
MAX_CELLS = 100_000  # rows times classes that are kept of a model
LEAST_ROWS = 500


class SetRows(NamedTuple):
    """The rows of a set, and how many of them a model has learnt from.

    Attributes
    ----------
    positions : ndarray of int of shape (n_rows,)
        In the table, in its order.
    places : ndarray of int of shape (n_rows,)
        The same, counted among the rows with a known target.
    n_known, n_unseen : int
        Rows with a known target, and those of them that no model has learnt from.
    seen, seen_of_table : float
        Which share of the set, and of all rows with a known target, this model has
        learnt from.
    """

    positions: "np.ndarray"
    places: "np.ndarray"
    n_known: int
    n_unseen: int
    seen: float
    seen_of_table: float


def rows_of_set(
    dataset: Dataset, model: ModelMeta, others: Sequence[ModelMeta]
) -> SetRows:
    """Choose the rows on which all these models can be compared.

    Those that none has learnt from; if there are fewer than `MIN_UNSEEN`, all.
    """
    import numpy as np  # noqa: PLC0415 - only workers need it

    from runs.tables.storage import read_parquet

    with local_copy(dataset.table) as path:
        target = read_parquet(path, [model.run.target])[model.run.target]
        known = np.flatnonzero(target.notna())
        seen = {
            key: seen_rows(dataset, path, run)
            for key, run in learners([model, *others]).items()
        }
    by_any = np.logical_or.reduce(list(seen.values()))
    unseen = known[~by_any[known]]
    chosen = unseen if len(unseen) >= MIN_UNSEEN else known
    # By the table alone: each model chooses the same rows, whatever classes it knows.
    is_class = model.run.task != TaskType.REGRESSION
    n_classes = max(1, target.nunique()) if is_class else 1
    most = min(MAX_ROWS, max(LEAST_ROWS, MAX_CELLS // n_classes))
    if len(chosen) > most:
        rng = np.random.default_rng(0)
        chosen = np.sort(rng.choice(chosen, most, replace=False))
    own = seen[training_key(model.run)]
    return SetRows(
        positions=chosen,
        places=np.searchsorted(known, chosen),
        n_known=len(known),
        n_unseen=len(unseen),
        seen=float(own[chosen].mean()) if len(chosen) else 0.0,
        seen_of_table=float(own[known].mean()) if len(known) else 0.0,
    )


def seen_rows(dataset: Dataset, path: Path, run: Run) -> "np.ndarray":
    """Tell of each row of a table whether a run's models have learnt from it.

    Of the same table by their places. Of another by their content: a row equal to one of
    its training rows, in the target and every column that the run learns from, is taken
    for the same.
    """
    import numpy as np  # noqa: PLC0415

    data = load_training_data(run)
    trained = data.known[data.train_rows]
    if run.dataset.content_hash == dataset.content_hash:
        found = np.zeros(dataset.n_rows or 0, dtype=bool)
        found[trained] = True
        return found
    columns = [run.target, *run.features]
    with local_copy(run.dataset.table) as other:
        there = fingerprints(other, columns)[trained]
    return np.asarray(np.isin(fingerprints(path, columns), there))


def fingerprints(path: Path, columns: Sequence[str]) -> "np.ndarray":
    """Return a number for each row of a stored table: equal cells, equal number."""
    import numpy as np  # noqa: PLC0415

    from runs.tables.storage import read_parquet

    total: np.ndarray | None = None
    for name in columns:  # one at a time: thousands together would not fit
        found = cell_hashes(read_parquet(path, [name])[name])
        with np.errstate(over="ignore"):
            mixed = found if total is None else total * np.uint64(1_000_003) ^ found
        total = mixed
    assert total is not None
    return total


def cell_hashes(column: "pd.Series") -> "np.ndarray":
    """Hash cells by what they say: 3, 3.0 and the text “3” are equal, as are gaps."""
    import numpy as np  # noqa: PLC0415
    import pandas as pd

    from runs.tables.labels import label

    codes, values = pd.factorize(column)
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        hashed = pd.util.hash_array(np.asarray(values, dtype=float) + 0.0)
    else:
        texts = pd.Series([label(value) for value in values], dtype=object)
        numbers = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=float)
        hashed = np.where(
            np.isfinite(numbers),
            pd.util.hash_array(numbers + 0.0),
            pd.util.hash_array(texts.to_numpy(), categorize=False),
        )
    # A gap has the code -1, which takes the last.
    return np.append(hashed, np.uint64(0))[codes]
