"""Models, their artifacts, and predictions made with them."""

import uuid
from pathlib import Path

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from models_app.enums import (
    ArtifactKind,
    ComputationKind,
    ComputationState,
    ModelState,
    PredictionState,
    Recalibration,
    ResultFormat,
    Rows,
    Stage,
)
from runs.leasing import Leased
from runs.models import LeasedProjectQuerySet, ProjectScopedQuerySet, Run, Trial


class ModelMeta(Leased):
    """A trial's pipeline refitted on all training rows, with what is known of it."""

    PROJECT_PATH = "run__project"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="models")
    trial = models.OneToOneField(Trial, on_delete=models.CASCADE, related_name="model")
    algorithm = models.CharField(max_length=50)
    params = models.JSONField(default=dict)
    value = models.FloatField()
    state = models.CharField(
        max_length=12, choices=ModelState, default=ModelState.WAITING
    )
    # By a person, of a trial that its run did not choose; it may come at any time.
    is_requested = models.BooleanField(default=False)
    error = models.TextField(blank=True)
    metrics = models.JSONField(default=dict, blank=True)  # name -> value on `rows`
    rows = models.CharField(max_length=12, choices=Rows, blank=True)
    n_rows_evaluated = models.PositiveIntegerField(null=True, blank=True)
    fit_seconds = models.FloatField(null=True, blank=True)
    predict_seconds = models.FloatField(null=True, blank=True)
    size_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.CANDIDATE)
    # Two classes: the probability from which on the positive one is predicted; without
    # one, the more probable class is.
    threshold = models.FloatField(null=True, blank=True)
    # What mistakes cost and hits bring: false_positive, false_negative, ...
    costs = models.JSONField(default=dict, blank=True)
    recalibration = models.CharField(
        max_length=12, choices=Recalibration, blank=True, default=Recalibration.NONE
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = LeasedProjectQuerySet.as_manager()

    class Meta:
        verbose_name = "model"
        ordering = ["-value", "pk"]
        indexes = [models.Index(fields=["state"])]

    def __str__(self) -> str:
        return f"{self.algorithm} of {self.run}"

    def get_absolute_url(self) -> str:
        return reverse("models_app:model", args=[self.pk])

    @property
    def is_ready(self) -> bool:
        return self.state == ModelState.READY


def artifact_path(artifact: "Artifact", filename: str) -> str:
    return f"models/{uuid.uuid4().hex}{Path(filename).suffix[:12]}"


class Artifact(models.Model):
    """One stored result about a model: numbers as JSON, or a file."""

    PROJECT_PATH = "model__run__project"

    model = models.ForeignKey(
        ModelMeta, on_delete=models.CASCADE, related_name="artifacts"
    )
    kind = models.CharField(max_length=20, choices=ArtifactKind)
    schema_version = models.PositiveSmallIntegerField(default=1)
    rows = models.CharField(max_length=12, choices=Rows, blank=True)
    n_rows = models.PositiveIntegerField(null=True, blank=True)
    data = models.JSONField(default=dict, blank=True)
    file = models.FileField(upload_to=artifact_path, max_length=255, blank=True)
    # SHA-256 of the file: what was not written by this installation is not loaded.
    digest = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ProjectScopedQuerySet.as_manager()

    class Meta:
        ordering = ["model", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "kind"], name="one_artifact_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.model}"


class Computation(Leased):
    """One thing that a worker computes of a model that is ready, stored as artifacts."""

    PROJECT_PATH = "model__run__project"

    model = models.ForeignKey(
        ModelMeta, on_delete=models.CASCADE, related_name="computations"
    )
    kind = models.CharField(max_length=20, choices=ComputationKind)
    state = models.CharField(
        max_length=12, choices=ComputationState, default=ComputationState.WAITING
    )
    options = models.JSONField(default=dict, blank=True)
    share = models.FloatField(default=0.0)  # of the work that is done, 0 to 1
    doing = models.CharField(max_length=100, blank=True)
    error = models.TextField(blank=True)
    seconds = models.FloatField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = LeasedProjectQuerySet.as_manager()

    class Meta:
        ordering = ["model", "kind"]
        indexes = [models.Index(fields=["state"])]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "kind"], name="one_computation_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.model}"

    @property
    def is_settled(self) -> bool:
        return self.state in {ComputationState.READY, ComputationState.FAILED}

    @property
    def percent(self) -> int:
        return round(100 * self.share)


class StageChange(models.Model):
    """Who gave a model another stage, when and why."""

    PROJECT_PATH = "model__run__project"

    model = models.ForeignKey(
        ModelMeta, on_delete=models.CASCADE, related_name="stage_changes"
    )
    before = models.CharField(max_length=12, choices=Stage)
    after = models.CharField(max_length=12, choices=Stage)
    note = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ProjectScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.model}: {self.before} to {self.after}"


def prediction_path(prediction: "Prediction", filename: str) -> str:
    return f"predictions/{uuid.uuid4().hex}{Path(filename).suffix.lower()[:12]}"


class Prediction(Leased):
    """A file of rows to predict, and the answer."""

    PROJECT_PATH = "model__run__project"

    model = models.ForeignKey(
        ModelMeta, on_delete=models.CASCADE, related_name="predictions"
    )
    filename = models.CharField(max_length=255)
    source = models.FileField(upload_to=prediction_path, max_length=255)
    output = models.FileField(upload_to=prediction_path, max_length=255, blank=True)
    state = models.CharField(
        max_length=12, choices=PredictionState, default=PredictionState.WAITING
    )
    # Whether each row's answer comes with what moved it.
    with_explanation = models.BooleanField(default=False)
    output_format = models.CharField(
        max_length=8, choices=ResultFormat, default=ResultFormat.CSV
    )
    n_rows_done = models.PositiveIntegerField(default=0)
    # The first rows of the answer: header, rows, and how many columns came in.
    preview = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)
    notes = models.JSONField(default=list, blank=True)
    n_rows = models.PositiveIntegerField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = LeasedProjectQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["state"])]

    def __str__(self) -> str:
        return f"{self.filename} by {self.model}"

    @property
    def is_settled(self) -> bool:
        return self.state in {PredictionState.READY, PredictionState.FAILED}

    @property
    def percent(self) -> int:
        return round(100 * self.n_rows_done / self.n_rows) if self.n_rows else 0
