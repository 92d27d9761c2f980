"""Models, their artifacts, and predictions made with them."""

import uuid
from pathlib import Path

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from models_app.enums import ArtifactKind, ModelState, PredictionState, Rows
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
    error = models.TextField(blank=True)
    metrics = models.JSONField(default=dict, blank=True)  # name -> value on `rows`
    rows = models.CharField(max_length=12, choices=Rows, blank=True)
    n_rows_evaluated = models.PositiveIntegerField(null=True, blank=True)
    fit_seconds = models.FloatField(null=True, blank=True)
    predict_seconds = models.FloatField(null=True, blank=True)
    size_bytes = models.PositiveBigIntegerField(null=True, blank=True)
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
