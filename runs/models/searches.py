"""Runs, their trials and events."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from runs.enums import (
    BESIDES,
    Descent,
    EventKind,
    Halt,
    Level,
    Origin,
    Phase,
    Scheme,
    Share,
    Strategy,
    Task,
    TrialState,
    Wish,
)
from runs.leasing import Leased
from runs.models.datasets import Dataset
from runs.models.projects import LeasedProjectQuerySet, Project, ProjectScopedQuerySet


def predictions_path(trial: "Trial", filename: str) -> str:
    return f"predictions/out-of-fold/{uuid.uuid4().hex}.npy"


class Run(Leased):
    """One search. Its phase is changed by `runs.lifecycle` only."""

    PROJECT_PATH = "project"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="runs")
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="runs")
    name = models.CharField(max_length=200)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    target = models.CharField(max_length=500)
    task = models.CharField(max_length=12, choices=Task)
    scoring = models.CharField(max_length=50)
    features = models.JSONField(default=list)
    classes = models.JSONField(default=list, blank=True)
    positive_class = models.CharField(max_length=500, blank=True)
    n_splits = models.PositiveSmallIntegerField(
        default=5, validators=[MinValueValidator(2), MaxValueValidator(50)]
    )
    holdout_fraction = models.FloatField(
        default=0.2, validators=[MinValueValidator(0), MaxValueValidator(0.9)]
    )
    seed = models.PositiveIntegerField(default=0)
    strategy = models.CharField(max_length=10, choices=Strategy)
    spaces = models.JSONField(default=dict)  # algorithm -> space in JSON form
    preset = models.CharField(max_length=80, blank=True)  # also a project's own
    # How the rows are divided, besides `n_splits`.
    scheme = models.CharField(max_length=12, choices=Scheme, default=Scheme.KFOLD)
    n_repeats = models.PositiveSmallIntegerField(default=1)
    split_column = models.CharField(max_length=500, blank=True)
    validation_fraction = models.FloatField(default=0.2)
    metrics = models.JSONField(default=list, blank=True)  # besides `scoring`
    train_scores = models.BooleanField(default=True)
    ensemble = models.BooleanField(default=True)
    # Budgets, each alone or together: what is reached first ends the search.
    n_trials = models.PositiveIntegerField(null=True, blank=True)
    time_budget_seconds = models.FloatField(null=True, blank=True)
    target_score = models.FloatField(null=True, blank=True)  # as people read it
    patience = models.PositiveIntegerField(null=True, blank=True)
    share = models.CharField(max_length=10, choices=Share, default=Share.EQUAL)
    halving = models.JSONField(default=dict, blank=True)
    trial_seconds = models.FloatField(null=True, blank=True)
    trial_memory_mb = models.PositiveIntegerField(null=True, blank=True)

    # What was asked for besides what the sampler draws, and while it goes on.
    enqueued = models.JSONField(default=list, blank=True)  # [{algorithm, params}, ...]
    switched_off = models.JSONField(default=list, blank=True)  # algorithms
    parallelism = models.PositiveSmallIntegerField(null=True, blank=True)
    # Counts the interventions that changed what is searched: a page that knew an older
    # number is told what has changed instead of overwriting it.
    revision = models.PositiveIntegerField(default=0)
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="descendants",
    )
    descent = models.CharField(
        max_length=10, choices=Descent, blank=True, default=Descent.NONE
    )

    phase = models.CharField(max_length=12, choices=Phase, default=Phase.QUEUED)
    wish = models.CharField(max_length=10, choices=Wish, blank=True, default=Wish.NONE)
    was_stopped = models.BooleanField(default=False)
    phase_changed_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    search_ended_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    paused_seconds = models.FloatField(default=0)
    prepared_at = models.DateTimeField(null=True, blank=True)
    # Equal data, split and seed have equal names: their scores can be compared.
    data_key = models.CharField(max_length=64, blank=True, db_index=True)
    ensembled_at = models.DateTimeField(null=True, blank=True)
    # Seconds of the time budget that are kept for refits and evaluation.
    reserve_seconds = models.FloatField(default=0)
    n_planned = models.PositiveIntegerField(default=0)
    n_rows_train = models.PositiveIntegerField(null=True, blank=True)
    n_rows_holdout = models.PositiveIntegerField(null=True, blank=True)
    best_value = models.FloatField(null=True, blank=True)
    baseline_value = models.FloatField(null=True, blank=True)
    error = models.TextField(blank=True)

    objects = LeasedProjectQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["phase"])]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("runs:run", args=[self.pk])

    @property
    def has_ended(self) -> bool:
        return self.phase in Phase.ended()

    @property
    def deadline(self) -> datetime | None:
        """When the time budget ends; pauses do not count."""
        if self.time_budget_seconds is None or self.started_at is None:
            return None
        allowed = self.time_budget_seconds + self.paused_seconds
        return self.started_at + timedelta(seconds=allowed)

    @property
    def search_deadline(self) -> datetime | None:
        """When the search has to end for refits and evaluation to fit into the budget."""
        if self.deadline is None:
            return None
        return self.deadline - timedelta(seconds=self.reserve_seconds)

    @property
    def planned_trials(self) -> "LeasedProjectQuerySet":
        """Return the trials of the plan as it is now.

        Without the baseline and the ensemble, and without what was set aside.
        """
        return self.trials.exclude(algorithm__in=BESIDES).exclude(halt=Halt.ASIDE)

    @property
    def n_folds(self) -> int:
        """Return how many folds each trial is scored on."""
        if self.scheme == Scheme.HOLDOUT:
            return 1
        return self.n_splits * self.n_repeats

    @property
    def all_metrics(self) -> list[str]:
        """Return the metrics of every trial, the one that ranks first."""
        return [self.scoring, *(m for m in self.metrics if m != self.scoring)]


class Trial(Leased):
    """One parameter combination of one algorithm, scored on every fold."""

    PROJECT_PATH = "run__project"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="trials")
    number = models.PositiveIntegerField()
    # Trials of a unit travel to a worker together and share its lease.
    unit = models.PositiveIntegerField()
    algorithm = models.CharField(max_length=50)
    params = models.JSONField(default=dict)
    params_key = models.TextField()
    origin = models.CharField(
        max_length=10, choices=Origin, blank=True, default=Origin.SAMPLER
    )
    state = models.CharField(
        max_length=10, choices=TrialState, default=TrialState.WAITING
    )
    # Of a running trial it says what its worker is to do as soon as it can.
    halt = models.CharField(max_length=10, choices=Halt, blank=True, default=Halt.NONE)
    value = models.FloatField(null=True, blank=True)
    fold_scores = models.JSONField(default=list, blank=True)
    # metric -> fold scores (greater is better), on the part scored and the part fitted
    metrics = models.JSONField(default=dict, blank=True)
    train_metrics = models.JSONField(default=dict, blank=True)
    # Parameters the evaluation found itself, such as the number of iterations.
    found = models.JSONField(default=dict, blank=True)
    rungs = models.JSONField(default=list, blank=True)
    peak_memory_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    out_of_fold = models.FileField(
        upload_to=predictions_path, max_length=255, blank=True
    )
    reused_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    fold = models.PositiveSmallIntegerField(default=0)
    fit_seconds = models.JSONField(default=list, blank=True)
    score_seconds = models.JSONField(default=list, blank=True)
    warnings = models.JSONField(default=list, blank=True)
    error = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = LeasedProjectQuerySet.as_manager()

    class Meta:
        ordering = ["run", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "number"], name="one_trial_a_number"
            ),
            models.UniqueConstraint(
                fields=["run", "algorithm", "params_key"],
                name="one_trial_a_combination",
            ),
        ]
        indexes = [
            models.Index(fields=["run", "state", "unit"]),
            models.Index(
                fields=["run", "-value"],
                condition=Q(state=TrialState.COMPLETE),
                name="run_leaderboard",
            ),
            # What a live page counts and follows, without a look at the wide rows.
            models.Index(
                fields=["run", "algorithm", "state", "value", "reused_from"],
                name="run_tally",
            ),
            models.Index(
                fields=["run", "-finished_at"],
                condition=Q(state=TrialState.COMPLETE),
                name="run_recent",
            ),
        ]

    def __str__(self) -> str:
        return f"Trial {self.number} of {self.run}"

    @property
    def full_params(self) -> dict[str, Any]:
        """Return the parameters of the model: those asked for, and those found."""
        return {**self.params, **self.found}

    @property
    def seconds(self) -> float:
        """Return the time its fits and scorings took, added up."""
        return float(sum(self.fit_seconds) + sum(self.score_seconds))


class RunEvent(models.Model):
    """Something that happened to a run; ids are in the order of happening.

    Rows are written under the run's row lock, which orders their ids.
    """

    PROJECT_PATH = "run__project"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(default=timezone.now, editable=False)
    kind = models.CharField(max_length=20, choices=EventKind)
    level = models.CharField(max_length=10, choices=Level, default=Level.INFO)
    message = models.TextField()
    data = models.JSONField(default=dict, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = ProjectScopedQuerySet.as_manager()

    class Meta:
        ordering = ["run", "pk"]
        indexes = [models.Index(fields=["run", "id"])]

    def __str__(self) -> str:
        return self.message
