"""Projects, members, datasets, runs, trials, events, API tokens, the audit log."""

from runs.models.audit import AuditEntry
from runs.models.datasets import (
    Dataset,
    Preflight,
    ReadingPreview,
    TargetProfile,
    upload_path,
)
from runs.models.importances import ParameterImportance
from runs.models.preferences import SavedPreset, TableView
from runs.models.projects import (
    LeasedProjectQuerySet,
    Membership,
    Project,
    ProjectScopedQuerySet,
)
from runs.models.searches import Run, RunEvent, Trial, predictions_path
from runs.models.tokens import ApiToken, StoredAnswer

__all__ = [
    "ApiToken",
    "AuditEntry",
    "Dataset",
    "LeasedProjectQuerySet",
    "Membership",
    "ParameterImportance",
    "Preflight",
    "Project",
    "ProjectScopedQuerySet",
    "ReadingPreview",
    "Run",
    "RunEvent",
    "SavedPreset",
    "StoredAnswer",
    "TableView",
    "TargetProfile",
    "Trial",
    "predictions_path",
    "upload_path",
]
