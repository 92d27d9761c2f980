"""A worker's job: predict the rows of the sets that a model was asked about."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db import transaction

from models_app import artifacts
from models_app.evaluation_sets.rows import SetRows, rows_of_set
from models_app.evaluation_sets.sets import SETS, SetError, is_done, pack, sets_of
from models_app.models import Computation, ModelMeta
from runs.files import local_copy
from runs.models import Dataset
from runs.training_data import large_turn

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Progress = Callable[[float, str], None]


def predict_sets(computation: Computation, progress: Progress) -> None:
    """Predict every set that is wanted, those asked for meanwhile too."""
    from runs.tables.errors import TableError

    rows = Computation.objects.filter(pk=computation.pk)
    while True:
        computation.options = rows.values_list("options", flat=True).get()
        waiting = {k: s for k, s in sets_of(computation).items() if not is_done(s)}
        if not waiting:
            return
        key, wanted = next(iter(waiting.items()))
        found: dict[str, Any]
        try:
            with large_turn(computation.model.run):
                found = {"result": predict_set(computation.model, wanted, progress)}
        except (SetError, TableError, artifacts.ChangedFileError) as error:
            found = {"error": str(error)}
        keep(computation, key, found)


def keep(computation: Computation, key: str, found: dict[str, Any]) -> None:
    """Note what was found of a set, if this process still holds the computation."""
    rows = Computation.objects.filter(pk=computation.pk)
    with transaction.atomic():
        # Others may be asked for in this moment: read anew, under the row's lock.
        held = rows.held(computation.lease_token).select_for_update().first()
        if held is None:
            return
        sets = sets_of(held)
        sets[key] = {**sets.get(key, {}), **found}
        rows.update(options={**held.options, SETS: sets})


def predict_set(
    model: ModelMeta, wanted: dict[str, Any], progress: Progress
) -> dict[str, Any]:
    """Return what a model says of the rows of a set, and how many of them it knows."""
    dataset = Dataset.objects.filter(pk=wanted["dataset"]).first()
    if dataset is None or not dataset.table:
        message = "The dataset of this evaluation set is not there any more."
        raise SetError(message)
    others = ModelMeta.objects.filter(pk__in=wanted["models"]).exclude(pk=model.pk)
    bundle = artifacts.load_bundle(model)
    progress(0.1, "looking for rows that no model has learnt from")
    rows = rows_of_set(dataset, model, list(others.select_related("run__dataset")))
    progress(0.6, f"predicting {len(rows.positions):,} rows")
    return predicted(dataset, bundle, rows)


def predicted(
    dataset: Dataset, bundle: artifacts.Bundle, rows: SetRows
) -> dict[str, Any]:
    import numpy as np  # noqa: PLC0415 - only workers need it

    from models_app.evaluation.predicting import encode, predict
    from models_app.scoring.schema import Findings, check_names, columns_of
    from runs.tables.storage import read_rows

    columns = columns_of(bundle["columns"])
    check_names([str(c["name"]) for c in dataset.columns], columns)
    target, names = bundle["target"], [column.name for column in columns]
    with local_copy(dataset.table) as path:
        frame = read_rows(path, [*names, target], rows.positions)
    findings = Findings(columns, bundle["categories"], target)
    answers, probabilities = predict(
        bundle["pipeline"], findings.take(frame[names].copy())
    )
    # Gaps alone are usual: the rows are a table's own.
    is_odd = findings.retyped or findings.unreadable or findings.unseen
    labels = bundle["labels"]
    y, y_labels = actual(frame[target], target, is_class=bool(labels))
    arrays = {
        "places": rows.places,
        "y": y,
        "predicted": encode(answers, bundle["classes"]) if labels else answers,
    }
    if probabilities is not None:
        # Half the size, and more digits than a model has.
        arrays["probabilities"] = probabilities.astype(np.float32)
    return {
        "n_known": rows.n_known,
        "n_unseen": rows.n_unseen,
        "seen": rows.seen,
        "seen_of_table": rows.seen_of_table,
        "labels": list(labels),
        "y_labels": y_labels,
        "notes": findings.sentences() if is_odd else [],
        "arrays": pack(arrays),
    }


def actual(
    column: "pd.Series", target: str, *, is_class: bool
) -> "tuple[np.ndarray, list[str]]":
    """Return the known answers: numbers, or codes and the classes they are of."""
    import numpy as np  # noqa: PLC0415
    import pandas as pd

    from runs.tables.labels import label

    if is_class:
        codes, values = pd.factorize(column, sort=False)
        return codes, [label(value) for value in values]
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float)
    if not np.isfinite(numbers).all():
        message = f"{target} is not a number in every row of this dataset."
        raise SetError(message)
    return numbers, []
