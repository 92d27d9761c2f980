"""Projects and their members, datasets, runs, trials and events."""

from runs.models.datasets import Dataset, ReadingPreview, TargetProfile, upload_path
from runs.models.projects import (
    LeasedProjectQuerySet,
    Membership,
    Project,
    ProjectScopedQuerySet,
)
from runs.models.searches import Run, RunEvent, Trial, predictions_path

__all__ = [
    "Dataset",
    "LeasedProjectQuerySet",
    "Membership",
    "Project",
    "ProjectScopedQuerySet",
    "ReadingPreview",
    "Run",
    "RunEvent",
    "TargetProfile",
    "Trial",
    "predictions_path",
    "upload_path",
]
