"""Common evaluation sets: which there may be, and having workers predict one."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from models_app import services
from models_app.comparing.asked import CompareError
from models_app.enums import ComputationState
from models_app.evaluation_sets.rows import MAX_ROWS, MIN_UNSEEN
from models_app.evaluation_sets.sets import (
    KEPT,
    KIND,
    SETS,
    is_done,
    key_of,
    sets_of,
)
from models_app.models import Computation, ModelMeta
from runs.enums import DatasetState
from runs.models import Dataset
from runs.queries import algorithm_title

READ = ("project", "name", "version", "n_rows", "columns", "content_hash", "table")


@dataclass(frozen=True)
class Candidate:
    """A dataset with the columns that all models need."""

    dataset: Dataset
    n_models: int
    n_learners: int  # models that have learnt from this very table
    n_unseen: int  # rows that no model has learnt from: at most so many

    @property
    def is_fair(self) -> bool:
        return self.n_unseen >= MIN_UNSEEN

    @property
    def label(self) -> str:
        version = f" v{self.dataset.version}" if self.dataset.version > 1 else ""
        rows = f"{self.dataset.n_rows or 0:,} rows"
        return f"{self.dataset.name}{version} ({rows}, {self.learnt})"

    @property
    def learnt(self) -> str:
        if not self.n_learners:
            return "no model’s own table"
        if self.n_learners == self.n_models:
            return "the table of all models"
        return f"the table of {self.n_learners} of {self.n_models} models"


def candidates(models: Sequence[ModelMeta]) -> list[Dataset]:
    """Return the datasets that models can be compared on, the newest first."""
    project = models[0].run.project_id
    needed = {name for m in models for name in (m.run.target, *m.run.features)}
    ready = Dataset.objects.filter(project=project, state=DatasetState.READY)
    return [
        dataset
        for dataset in ready.only(*READ).order_by("-pk")
        if needed <= {str(column["name"]) for column in dataset.columns}
    ]


def candidate_of(models: Sequence[ModelMeta], dataset_id: int) -> Dataset:
    """Return a dataset that models can be compared on, or raise CompareError."""
    known = {dataset.pk: dataset for dataset in candidates(models)}
    if dataset_id not in known:
        raise CompareError(
            "These models cannot be compared on that dataset: it is not in the project, "
            "or lacks the target or a column that one of them learns from."
        )
    return known[dataset_id]


def choices(models: Sequence[ModelMeta]) -> list[Candidate]:
    """Return the same, the fairest first; of equal tables only the first upload.

    Rows that no model has learnt from come before all else, the more the better, up to as
    many as are compared. Without enough of them the fewest learners come first.
    """
    by_content = {dataset.content_hash: dataset for dataset in candidates(models)}
    counted = unseen_counts(models, list(by_content.values()))
    hashes = [m.run.dataset.content_hash for m in models]
    found = [
        Candidate(
            dataset,
            len(models),
            hashes.count(content),
            counted.get(content, most_unseen(models, dataset)),
        )
        for content, dataset in by_content.items()
    ]
    return sorted(
        found,
        key=lambda c: (
            -min(c.n_unseen, MAX_ROWS) if c.is_fair else 0,
            c.n_learners,
        ),
    )


def unseen_counts(
    models: Sequence[ModelMeta], datasets: Sequence[Dataset]
) -> dict[str, int]:
    """Return how many rows no model has learnt from, by content, where workers know it."""
    keys = {key_of(models, dataset): dataset.content_hash for dataset in datasets}
    paths = [f"options__{SETS}__{key}__result__n_unseen" for key in keys]
    found = Computation.objects.filter(model__in=models, kind=KIND)
    return {
        content: int(n_unseen)
        for row in (found.values_list(*paths) if paths else ())
        for content, n_unseen in zip(keys.values(), row, strict=True)
        if n_unseen is not None
    }


def most_unseen(models: Sequence[ModelMeta], dataset: Dataset) -> int:
    """Return how many rows no model can have learnt from, by what each has held out.

    Rows that another table shares are known only to workers, who read both.
    """
    n_rows = dataset.n_rows or 0
    own = [m.run for m in models if m.run.dataset.content_hash == dataset.content_hash]
    return min(
        (math.ceil(run.holdout_fraction * n_rows) for run in own), default=n_rows
    )


@dataclass(frozen=True)
class Part:
    """How far one model is with a set."""

    model: ModelMeta
    computation: Computation | None
    found: dict[str, Any] | None  # as `Computation.options` has it

    @property
    def title(self) -> str:
        return f"{algorithm_title(self.model.algorithm)} of {self.model.run.name}"

    @property
    def is_going(self) -> bool:
        if self.found is None or self.computation is None:
            return False
        return not is_done(self.found) and not self.computation.is_settled

    @property
    def error(self) -> str:
        if self.found is None or self.computation is None:
            return ""
        if self.computation.state == ComputationState.FAILED and not is_done(
            self.found
        ):
            return self.computation.error
        return str(self.found.get("error", ""))

    @property
    def percent(self) -> int:
        if self.found is not None and "result" in self.found:
            return 100
        return self.computation.percent if self.computation and self.is_going else 0

    @property
    def doing(self) -> str:
        if self.percent == 100:
            return "predicted"
        if not self.is_going or self.computation is None:
            return "failed" if self.error else "not asked for"
        if self.computation.state == ComputationState.WAITING:
            return "waiting for a worker"
        return self.computation.doing or "computing"


@dataclass(frozen=True)
class Status:
    """How far all models are with a set."""

    dataset: Dataset
    parts: list[Part]

    @property
    def results(self) -> dict[int, dict[str, Any]]:
        found = {p.model.pk: (p.found or {}).get("result") for p in self.parts}
        return {pk: result for pk, result in found.items() if result is not None}

    @property
    def is_done(self) -> bool:
        return len(self.results) == len(self.parts)

    @property
    def is_going(self) -> bool:
        return any(part.is_going for part in self.parts)

    @property
    def sentence(self) -> str:
        if self.is_going:
            return f"The models are predicting rows of {self.dataset}: look again soon."
        failed = next((part for part in self.parts if part.error), None)
        if failed is not None:
            return f"{failed.title} could not predict {self.dataset}: {failed.error}"
        return f"Not every model has predicted rows of {self.dataset} yet."


def status_of(models: Sequence[ModelMeta], dataset: Dataset) -> Status:
    key = key_of(models, dataset)
    found = Computation.objects.filter(model__in=models, kind=KIND)
    by_model = {computation.model_id: computation for computation in found}
    return Status(
        dataset,
        [
            Part(
                model,
                by_model.get(model.pk),
                sets_of(by_model.get(model.pk)).get(key),
            )
            for model in models
        ],
    )


@transaction.atomic
def request_set(
    models: Sequence[ModelMeta], dataset: Dataset, *, user: User | None
) -> None:
    """Have every model predict a set that has not done so; what is going on goes on."""
    key = key_of(models, dataset)
    wanted = {"dataset": dataset.pk, "models": sorted(m.pk for m in models)}
    for model in sorted(models, key=lambda m: m.pk):  # one order: no two can deadlock
        # The model's row first, as `request_computation` has it, then what is computed.
        ModelMeta.objects.select_for_update().get(pk=model.pk)
        rows = Computation.objects.filter(model=model, kind=KIND)
        computation = rows.select_for_update().first()
        sets = sets_of(computation)
        if "result" in sets.get(key, {}):
            continue
        if computation is not None and not computation.is_settled:
            if is_done(sets.get(key, {"error": ""})):
                options = {**computation.options, SETS: {**sets, key: wanted}}
                rows.update(options=options)
            continue
        done = [(k, s) for k, s in sets.items() if "result" in s and k != key]
        kept = dict(done[-(KEPT - 1) :])
        services.request_computation(
            model, KIND, user=user, options={SETS: {**kept, key: wanted}}
        )
