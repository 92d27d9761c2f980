"""Common evaluation sets: which there may be, and having workers predict one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from models_app import services
from models_app.comparing.asked import CompareError
from models_app.enums import ComputationState
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


def candidates(models: Sequence[ModelMeta]) -> list[Candidate]:
    """Return the datasets that models can be compared on, the fairest first."""
    project = models[0].run.project_id
    needed = {name for m in models for name in (m.run.target, *m.run.features)}
    ready = Dataset.objects.filter(project=project, state=DatasetState.READY)
    hashes = [m.run.dataset.content_hash for m in models]
    found = [
        Candidate(dataset, len(models), hashes.count(dataset.content_hash))
        for dataset in ready.only(*READ).order_by("-pk")
        if needed <= {str(column["name"]) for column in dataset.columns}
    ]
    return sorted(found, key=lambda candidate: candidate.n_learners)


def candidate_of(models: Sequence[ModelMeta], dataset_id: int) -> Dataset:
    """Return a dataset that models can be compared on, or raise CompareError."""
    known = {c.dataset.pk: c.dataset for c in candidates(models)}
    if dataset_id not in known:
        raise CompareError(
            "These models cannot be compared on that dataset: it is not in the project, "
            "or lacks the target or a column that one of them learns from."
        )
    return known[dataset_id]


def choices(models: Sequence[ModelMeta]) -> list[Candidate]:
    """Return the same, of a table that was uploaded several times the first upload."""
    by_content: dict[str, Candidate] = {}
    for candidate in candidates(models):
        by_content[candidate.dataset.content_hash] = candidate
    return list(by_content.values())


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
