"""The rows that models are compared on: those that each was evaluated on."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Q

from models_app.answers import Answers, answers_of_artifact
from models_app.comparing.asked import (
    LEAST,
    CompareError,
    OtherRowsError,
    check_number,
)
from models_app.enums import ArtifactKind, ModelState, Rows
from models_app.evaluation_sets.sets import split_key
from models_app.models import Artifact, ModelMeta
from models_app.queries import members
from runs.enums import ENSEMBLE
from runs.models import Dataset, Project, Run
from runs.queries import algorithm_title

if TYPE_CHECKING:
    import numpy as np

# Rows that models of different splits need in common for numbers to mean something.
MIN_COMMON = 30
# Numbers that are read of all models together, and kept: what a page does in two seconds.
MAX_READ = 60_000_000
MAX_KEPT = 2_000_000
MIN_SAMPLE = 1_000
NEEDED = (
    ArtifactKind.ANSWERS,
    ArtifactKind.CONFUSION,
    ArtifactKind.PERMUTATION,
    ArtifactKind.BUILT_IN,
)


@dataclass(frozen=True)
class Member:
    """One of the models compared, with its predictions of the common rows."""

    number: int  # its place, from 1
    model: ModelMeta
    artifacts: dict[str, Artifact]
    predicted: "np.ndarray"
    probabilities: "np.ndarray | None"
    seconds: float | None  # of its fit, of an ensemble with its members

    @property
    def title(self) -> str:
        return algorithm_title(self.model.algorithm)

    @property
    def name(self) -> str:
        return f"{self.number} {self.title}"


@dataclass(frozen=True)
class Common:
    """The models, the rows they have in common, and what has to be said of these."""

    members: list[Member]
    positions: "np.ndarray"  # rows, as `TrainingData` counts them
    y: "np.ndarray"
    labels: list[str]  # empty for regression
    positive: int | None
    rows: str  # as of `Rows`, of all of them; "" if they differ
    same_folds: bool
    warnings: list[str]
    evaluation_set: Dataset | None = None  # whose rows they are, if not the models' own

    @property
    def run(self) -> Run:
        return self.members[0].model.run

    @property
    def dataset(self) -> Dataset:
        """Return whose rows these are."""
        return self.evaluation_set or self.run.dataset

    @property
    def is_classification(self) -> bool:
        return bool(self.labels)

    @property
    def note(self) -> str:
        if self.evaluation_set is not None:
            return f"the common evaluation set of {self.dataset}, {len(self.y):,} rows"
        kind = {Rows.HOLDOUT: "holdout", Rows.OUT_OF_FOLD: "out-of-fold predictions"}
        name = kind.get(Rows(self.rows), self.rows) if self.rows else "common rows"
        return f"{name}, {len(self.y):,} rows"


def wanted_models(project: Project, numbers: list[int]) -> list[ModelMeta]:
    """Return the models in the order asked for; raises CompareError with a sentence."""
    check_number(numbers)
    found = ModelMeta.objects.filter(run__project=project, pk__in=numbers)
    by_number = {m.pk: m for m in found.select_related("run__dataset", "trial")}
    missing = [n for n in numbers if n not in by_number]
    if missing:
        raise CompareError(f"This project has no model {', '.join(map(str, missing))}.")
    models = [by_number[n] for n in numbers]
    for model in models:
        if model.state != ModelState.READY:
            raise CompareError(
                f"{named(model)} is not ready: wait until it has been evaluated."
            )
    check_targets(models)
    return models


def named(model: ModelMeta) -> str:
    return f"{algorithm_title(model.algorithm)} of {model.run.name}"


def check_targets(models: Sequence[ModelMeta]) -> None:
    first = models[0]
    for other in models[1:]:
        if other.run.target != first.run.target or other.run.task != first.run.task:
            raise CompareError(
                f"{named(first)} predicts {first.run.target} ({first.run.task}) and "
                f"{named(other)} predicts {other.run.target} ({other.run.task}): only "
                "models of the same target can be compared."
            )


def check_tables(models: Sequence[ModelMeta]) -> None:
    first = models[0]
    for other in models[1:]:
        if other.run.dataset.content_hash != first.run.dataset.content_hash:
            raise OtherRowsError(
                f"{named(first)} and {named(other)} learnt from different tables "
                f"({first.run.dataset} and {other.run.dataset}), so their own numbers are "
                "of different rows. They can be compared on the rows of one dataset that "
                "all of them predict anew."
            )


def common_rows(project: Project, numbers: list[int]) -> Common:
    """Return models with their predictions of the rows that all were evaluated on."""
    models = wanted_models(project, numbers)
    check_tables(models)
    stored = stored_artifacts(models, NEEDED)
    labels = labels_of(models[0].run, stored[models[0].pk])
    check_size(models, stored, max(1, len(labels)))
    answers = [answers_of_artifact(stored[m.pk][ArtifactKind.ANSWERS]) for m in models]
    positions = intersection(models, answers)
    seconds = fit_seconds(models)
    y, found = None, []
    for number, (model, answer) in enumerate(zip(models, answers, strict=True), 1):
        at = places(answer, positions)
        if y is not None and not (answer.y[at] == y).all():
            raise CompareError(
                f"{named(models[0])} and {named(model)} know different answers for the "
                "same rows, so their tables differ. Search again on one of them."
            )
        y = answer.y[at]
        probabilities = answer.probabilities
        found.append(
            Member(
                number,
                model,
                stored[model.pk],
                answer.predicted[at],
                None if probabilities is None else probabilities[at],
                seconds[model.pk],
            )
        )
    assert y is not None
    check_classes(y, labels)
    kinds = {answer.rows for answer in answers}
    return Common(
        members=found,
        positions=positions,
        y=y,
        labels=labels,
        positive=positive_of(models[0].run, labels),
        rows=kinds.pop() if len(kinds) == 1 else "",
        same_folds=len({split_key(m.run) for m in models}) == 1,
        warnings=warnings_of(models, answers, positions),
    )


def stored_artifacts(
    models: Sequence[ModelMeta], kinds: Sequence[ArtifactKind]
) -> dict[int, dict[str, Artifact]]:
    stored: dict[int, dict[str, Artifact]] = {model.pk: {} for model in models}
    for artifact in Artifact.objects.filter(model__in=models, kind__in=kinds):
        stored[artifact.model_id][artifact.kind] = artifact
    return stored


def fit_seconds(models: Sequence[ModelMeta]) -> dict[int, float | None]:
    """Return how long each model took to fit, an ensemble with all that it is made of."""
    found = {model.pk: model.fit_seconds for model in models}
    ensembles = [model for model in models if model.algorithm == ENSEMBLE]
    if not ensembles:
        return found
    of_members = ModelMeta.objects.filter(
        reduce(
            or_,
            (Q(run=m.run_id, trial__number__in=members(m.trial)) for m in ensembles),
        )
    ).values_list("run_id", "trial__number", "fit_seconds")
    known = {(run, number): seconds for run, number, seconds in of_members}
    for model in ensembles:
        parts = [known.get((model.run_id, number)) for number in members(model.trial)]
        times = [t for t in (*parts, model.fit_seconds) if t is not None]
        found[model.pk] = sum(times) if times else None
    return found


def labels_of(run: Run, stored: dict[str, Artifact]) -> list[str]:
    """Return the classes in the order of their codes."""
    if run.task == "regression":
        return []
    confusion = stored.get(ArtifactKind.CONFUSION)
    return list(confusion.data["labels"]) if confusion else sorted(run.classes)


def positive_of(run: Run, labels: list[str]) -> int | None:
    if run.task != "binary":
        return None
    return labels.index(run.positive_class) if run.positive_class in labels else 1


def check_size(
    models: Sequence[ModelMeta], stored: dict[int, dict[str, Artifact]], width: int
) -> None:
    n_cells = 0
    for model in models:
        answers = stored[model.pk].get(ArtifactKind.ANSWERS)
        if answers is None:
            raise OtherRowsError(
                f"{named(model)} was evaluated before predictions were kept row by row. "
                "Leave it out, or compare on rows that all models predict anew."
            )
        n_cells += (answers.n_rows or 0) * width
    if n_cells > MAX_READ:
        n = max(1, MAX_READ * len(models) // n_cells)
        raise CompareError(
            f"The stored predictions of these {len(models)} models have "
            f"{n_cells / 1e6:,.0f} million numbers, more than a page can read at once: "
            f"choose {max(LEAST, n)} of them."
        )


def intersection(
    models: Sequence[ModelMeta], answers: Sequence[Answers]
) -> "np.ndarray":
    """Return the rows that each model was evaluated on, of very many a sample."""
    import numpy as np  # noqa: PLC0415 - few pages need it

    positions: np.ndarray = reduce(np.intersect1d, [a.positions for a in answers])
    differ = any(len(a.positions) != len(positions) for a in answers)
    if differ and len(positions) < MIN_COMMON:
        raise OtherRowsError(
            f"These models were evaluated on different rows, and only {len(positions)} "
            f"of them are the same: {MIN_COMMON} are the least. Search again with the "
            f"seed ({models[0].run.seed}) and the holdout of {models[0].run.name}, or "
            "compare on rows that all models predict anew."
        )
    probabilities = answers[0].probabilities
    width = 1 if probabilities is None else probabilities.shape[1]
    most = max(MIN_SAMPLE, MAX_KEPT // (width * len(models)))
    if len(positions) > most:
        rng = np.random.default_rng(0)
        positions = np.sort(rng.choice(positions, most, replace=False))
    return positions


def places(answers: Answers, positions: "np.ndarray") -> "np.ndarray":
    import numpy as np  # noqa: PLC0415

    order = np.argsort(answers.positions, kind="stable")
    found: np.ndarray = order[
        np.searchsorted(answers.positions, positions, sorter=order)
    ]
    return found


def check_classes(y: "np.ndarray", labels: list[str]) -> None:
    if labels and len(set(y.tolist())) < 2:
        raise CompareError(
            "The rows that these models were all evaluated on are of a single class, so "
            "they tell nothing. Search again with the same seed and holdout for all."
        )


def warnings_of(
    models: Sequence[ModelMeta], answers: Sequence[Answers], positions: "np.ndarray"
) -> list[str]:
    found = []
    most = max(len(a.positions) for a in answers)
    if any(len(a.positions) != len(positions) for a in answers):
        sizes = ", ".join(
            f"{algorithm_title(m.algorithm)} on {len(a.positions):,}"
            for m, a in zip(models, answers, strict=True)
        )
        same = all(len(a.positions) == most for a in answers)
        sampled = same and len({split_key(m.run) for m in models}) == 1
        found.append(
            f"All numbers are of a sample of {len(positions):,} of {most:,} rows."
            if sampled
            else f"These models were evaluated on different rows ({sizes}). Everything "
            f"here is of the {len(positions):,} rows that each was evaluated on, which "
            "no pipeline that predicted them was fitted on. Numbers on the models’ own "
            "pages are of other rows."
        )
    if len({a.rows for a in answers}) > 1:
        names = ", ".join(
            named(m)
            for m, a in zip(models, answers, strict=True)
            if a.rows == Rows.OUT_OF_FOLD
        )
        found.append(
            f"Out-of-fold predictions of {names} come from the pipelines of its folds, "
            "which learnt from fewer rows than the model itself."
        )
    columns = {tuple(sorted(m.run.features)) for m in models}
    if len(columns) > 1:
        found.append("These models learn from different columns of the table.")
    return found
