"""Models on a common evaluation set: rows of one dataset that all have predicted anew."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from models_app.comparing.asked import Asked, CompareError
from models_app.comparing.common import (
    Common,
    Member,
    check_classes,
    common_rows,
    fit_seconds,
    named,
    positive_of,
    stored_artifacts,
    wanted_models,
)
from models_app.comparing.requested import Status, candidate_of, status_of
from models_app.enums import ArtifactKind
from models_app.evaluation_sets.rows import MIN_UNSEEN
from models_app.evaluation_sets.sets import split_key, unpack
from models_app.models import ModelMeta
from runs.models import Project
from runs.search.problem import TaskType

if TYPE_CHECKING:
    import numpy as np

    Arrays = dict[str, np.ndarray]

IMPORTANCE = (ArtifactKind.PERMUTATION, ArtifactKind.BUILT_IN)


class NotPredictedError(CompareError):
    """Workers have not predicted the set yet, or could not."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.sentence)
        self.status = status


def rows_asked_for(project: Project, asked: Asked) -> Common:
    """Return models on their own common rows, or on those of the dataset asked for."""
    if asked.on is None:
        return common_rows(project, asked.models)
    return common_set(project, asked.models, asked.on)


def common_set(project: Project, numbers: list[int], dataset_id: int) -> Common:
    """Return models with their predictions of a dataset's rows.

    Raises CompareError with a sentence; NotPredictedError while there are none.
    """
    models = wanted_models(project, numbers)
    dataset = candidate_of(models, dataset_id)
    status = status_of(models, dataset)
    if not status.is_done:
        raise NotPredictedError(status)
    results = [status.results[model.pk] for model in models]
    arrays = [unpack(result["arrays"]) for result in results]
    places = arrays[0]["places"]
    for model, own in zip(models, arrays, strict=True):
        if not _equal(own["places"], places):
            raise CompareError(
                f"{named(models[0])} and {named(model)} have predicted different rows. "
                "Leave one of them out."
            )
    labels = joint_labels(models, results)
    stored, seconds = stored_artifacts(models, IMPORTANCE), fit_seconds(models)
    members = [
        Member(
            number,
            model,
            stored[model.pk],
            *in_labels(own, result["labels"], labels),
            seconds[model.pk],
        )
        for number, (model, own, result) in enumerate(
            zip(models, arrays, results, strict=True), 1
        )
    ]
    y = codes(arrays[0]["y"], results[0]["y_labels"], labels)
    check_classes(y, labels)
    splits = {(m.run.dataset.content_hash, *split_key(m.run)) for m in models}
    return Common(
        members=members,
        positions=places,
        y=y,
        labels=labels,
        positive=positive_of(models[0].run, labels),
        rows="",
        same_folds=len(splits) == 1,
        warnings=warnings_of(members, results, len(y)),
        evaluation_set=dataset,
    )


def _equal(one: "np.ndarray", other: "np.ndarray") -> bool:
    return len(one) == len(other) and bool((one == other).all())


def joint_labels(
    models: Sequence[ModelMeta], results: Sequence[dict[str, Any]]
) -> list[str]:
    """Return the classes that a model knows or a row has; none for regression."""
    found = {label for r in results for label in (*r["labels"], *r["y_labels"])}
    if models[0].run.task == TaskType.BINARY and len(found) > 2:
        told = ", ".join(f"“{label[:30]}”" for label in sorted(found)[:5])
        raise CompareError(
            f"{models[0].run.target} has more than two classes among these models and "
            f"rows ({told}), so they do not answer the same question."
        )
    return sorted(found)


def in_labels(
    own: "Arrays", labels: list[str], joint: list[str]
) -> "tuple[np.ndarray, np.ndarray | None]":
    """Return predicted codes and probabilities, as of all classes together."""
    import numpy as np  # noqa: PLC0415 - one page needs it

    found = own.get("probabilities")
    if found is None:
        return own["predicted"], None
    probabilities = np.zeros((len(found), len(joint)))
    probabilities[:, [joint.index(label) for label in labels]] = found
    return codes(own["predicted"], labels, joint), probabilities


def codes(found: "np.ndarray", labels: list[str], joint: list[str]) -> "np.ndarray":
    import numpy as np  # noqa: PLC0415

    if not joint:
        return found
    place = np.asarray([joint.index(label) for label in labels], dtype=int)
    return np.asarray(place[found])


# --- What has to be said ----------------------------------------------------------------


def warnings_of(
    members: Sequence[Member], results: Sequence[dict[str, Any]], n_rows: int
) -> list[str]:
    first = results[0]
    said = [
        fresh_rows(members, results, n_rows)
        if not any(r["seen"] for r in results)
        else used_rows(members, results, n_rows)
    ]
    columns = {tuple(sorted(m.model.run.features)) for m in members}
    if len(columns) > 1:
        said.append("These models learn from different columns of the table.")
    strange = set(first["y_labels"]).difference(*(r["labels"] for r in results))
    if strange:
        told = ", ".join(sorted(strange)[:5])
        said.append(f"No model knows a class that rows of this dataset have: {told}.")
    notes = [
        (m, note) for m, r in zip(members, results, strict=True) for note in r["notes"]
    ]
    return [*said, *(f"{member.name}: {note}" for member, note in notes)]


def fresh_rows(
    members: Sequence[Member], results: Sequence[dict[str, Any]], n_rows: int
) -> str:
    first = results[0]
    which = f"the {n_rows:,} rows"
    if n_rows < first["n_unseen"]:
        which = f"a sample of {n_rows:,} of the {first['n_unseen']:,} rows"
    text = (
        "Numbers on the models’ own pages are of other rows. All here is of "
        f"{which} of this dataset that none of the models has learnt from."
    )
    learnt = shares(members, results, "seen_of_table")
    return (
        f"{text} Left out, of its {first['n_known']:,} rows: {learnt}."
        if learnt
        else text
    )


def used_rows(
    members: Sequence[Member], results: Sequence[dict[str, Any]], n_rows: int
) -> str:
    first = results[0]
    n_unseen = first["n_unseen"]
    left, too_few = "every row of this dataset was", ""
    if n_unseen:
        rows = "row" if n_unseen == 1 else "rows"
        left = f"all but {n_unseen:,} {rows} of this dataset were"
        too_few = f", and fewer than {MIN_UNSEEN} say too little"
    sample = (
        f" (a sample of {n_rows:,} of {first['n_known']:,})"
        if n_rows < first["n_known"]
        else ""
    )
    return (
        f"Not a fair comparison: {left} used to train some of the models{too_few}. "
        f"Of the rows compared{sample}: {shares(members, results, 'seen')}. "
        "A model is better on rows it has learnt from than on new ones, so choose another "
        "dataset if there is one, or upload new rows."
    )


def shares(
    members: Sequence[Member], results: Sequence[dict[str, Any]], name: str
) -> str:
    """Say which share of the rows each model has learnt from, where it is any."""
    return ", ".join(
        f"{member.name} has learnt from {100 * result[name]:.3g} %"
        for member, result in zip(members, results, strict=True)
        if result[name]
    )
