"""Datasets: a stored table, its versions, and what was computed of them."""

import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from runs.enums import DatasetState, JobState
from runs.leasing import Leased
from runs.models.projects import LeasedProjectQuerySet, Project


def upload_path(dataset: "Dataset", filename: str) -> str:
    # The original name is a column; on disk it could collide or be hostile.
    return f"datasets/{uuid.uuid4().hex}{Path(filename).suffix.lower()[:12]}"


class Dataset(Leased):
    PROJECT_PATH = "project"
    # Stored once for several rows: removed with the last of them.
    SHARED_FILES = frozenset({"source"})

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="datasets"
    )
    name = models.CharField(max_length=200)
    filename = models.CharField(max_length=255)
    source = models.FileField(upload_to=upload_path, max_length=255)
    table = models.FileField(upload_to=upload_path, max_length=255, blank=True)
    content_hash = models.CharField(max_length=64, blank=True, db_index=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    table_bytes = models.PositiveBigIntegerField(default=0)
    state = models.CharField(
        max_length=10, choices=DatasetState, default=DatasetState.WAITING
    )
    error = models.TextField(blank=True)
    n_rows = models.PositiveIntegerField(null=True, blank=True)
    n_columns = models.PositiveIntegerField(null=True, blank=True)
    columns = models.JSONField(default=list, blank=True)
    reading = models.JSONField(default=dict, blank=True)
    repairs = models.JSONField(default=list, blank=True)
    preview = models.JSONField(default=dict, blank=True)
    # The recipe: how the file is to be read (`ReadingOptions` as JSON), and what a
    # person changed about its columns and rows. Empty means: as detected.
    options = models.JSONField(default=dict, blank=True)
    kinds = models.JSONField(default=dict, blank=True)  # column -> kind
    drop_duplicates = models.BooleanField(default=False)
    # A recipe that was asked for and is not read yet; `options`, `kinds` and
    # `drop_duplicates` go on to describe the stored table until it is.
    pending = models.JSONField(default=dict, blank=True)
    version = models.PositiveSmallIntegerField(default=1)
    # The first version of the table; all share its stored source.
    original = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="later"
    )
    progress = models.JSONField(default=dict, blank=True)  # step, done, total
    profile = models.JSONField(default=dict, blank=True)
    advice = models.JSONField(default=list, blank=True)
    # Pieces of advice that were followed, with what undoes them.
    accepted = models.JSONField(default=list, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = LeasedProjectQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["state"]), models.Index(fields=["source"])]
        constraints = [
            models.UniqueConstraint(
                fields=["original", "version"], name="one_version_a_number"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("runs:dataset", args=[self.pk])

    @property
    def is_ready(self) -> bool:
        return self.state == DatasetState.READY

    @property
    def recipe(self) -> dict[str, Any]:
        """Return what the table is, or is to be, made with besides its source."""
        return self.pending or {
            "options": self.options,
            "kinds": self.kinds,
            "drop_duplicates": self.drop_duplicates,
        }

    @property
    def family_id(self) -> int:
        """Return the id of the first version, which names all versions together."""
        return self.original_id or self.pk

    @property
    def is_settled(self) -> bool:
        return self.state in {DatasetState.READY, DatasetState.FAILED}

    @property
    def folds_dir(self) -> Path:
        """Where this host keeps what it has prepared of this content."""
        return Path(settings.CACHE_DIR) / "folds" / (self.content_hash or "unread")

    def column(self, name: str) -> dict[str, Any] | None:
        """Return the stored profile of a column."""
        return next((c for c in self.columns if c["name"] == name), None)


class ComputedOfDataset(Leased):
    """Something a person waits for that a worker computes of a dataset."""

    PROJECT_PATH = "dataset__project"

    state = models.CharField(max_length=10, choices=JobState, default=JobState.WAITING)
    data = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = LeasedProjectQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def is_ready(self) -> bool:
        return self.state == JobState.READY

    @property
    def is_settled(self) -> bool:
        return self.state in {JobState.READY, JobState.FAILED}

    def wait_again(self) -> bool:
        """Set going again what failed; False when no worker has to be told."""
        failed = type(self).objects.filter(pk=self.pk, state=JobState.FAILED)
        changes = {"error": "", "attempts": 0, "published_at": timezone.now()}
        if not failed.update(state=JobState.WAITING, **changes):
            return False
        self.refresh_from_db()
        return True


class TargetProfile(ComputedOfDataset):
    """What a table tells of one column that might be predicted."""

    dataset = models.ForeignKey(
        Dataset, on_delete=models.CASCADE, related_name="target_profiles"
    )
    target = models.CharField(max_length=500)
    progress = models.JSONField(default=dict, blank=True)
    advice = models.JSONField(default=list, blank=True)
    accepted = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["dataset", "-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "target"], name="one_profile_a_target"
            )
        ]

    def __str__(self) -> str:
        return f"{self.target} of {self.dataset}"


class ReadingPreview(ComputedOfDataset):
    """The first rows of a table, read with settings that were not applied yet."""

    dataset = models.ForeignKey(
        Dataset, on_delete=models.CASCADE, related_name="reading_previews"
    )
    options = models.JSONField(default=dict, blank=True)
    key = models.CharField(max_length=64)  # names the options
    field = models.CharField(max_length=30, blank=True)  # where the error belongs

    class Meta:
        ordering = ["dataset", "-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "key"], name="one_preview_of_options"
            )
        ]

    def __str__(self) -> str:
        return f"Preview of {self.dataset}"


class Preflight(ComputedOfDataset):
    """What a configuration would take, from timing a little of it on the table itself."""

    dataset = models.ForeignKey(
        Dataset, on_delete=models.CASCADE, related_name="preflights"
    )
    specification = models.JSONField(default=dict)  # what was asked about
    key = models.CharField(max_length=64)  # names the specification
    progress = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["dataset", "-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "key"], name="one_preflight_of_a_specification"
            )
        ]

    def __str__(self) -> str:
        return f"Preflight of {self.dataset}"
