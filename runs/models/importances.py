"""What a worker has computed of an algorithm's parameters."""

from django.db import models
from django.utils import timezone

from runs.enums import JobState
from runs.leasing import Leased
from runs.models.projects import LeasedProjectQuerySet
from runs.models.searches import Run


class ParameterImportance(Leased):
    """How much an algorithm's scores depend on each parameter, after so many trials."""

    PROJECT_PATH = "run__project"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="importances")
    algorithm = models.CharField(max_length=50)
    n_trials = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=JobState, default=JobState.WAITING)
    progress = models.JSONField(default=dict, blank=True)
    data = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = LeasedProjectQuerySet.as_manager()

    class Meta:
        ordering = ["run", "algorithm", "-n_trials"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "algorithm", "n_trials"],
                name="one_importance_of_so_many_trials",
            )
        ]

    def __str__(self) -> str:
        return f"{self.algorithm} of {self.run} after {self.n_trials} trials"

    @property
    def is_settled(self) -> bool:
        return self.state in {JobState.READY, JobState.FAILED}
