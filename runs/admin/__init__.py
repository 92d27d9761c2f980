"""The administration of everything that `runs` stores, and of the queue."""

from runs.admin import audit, projects, runs, tables, tokens
from runs.admin.base import (
    LEASE,
    DeletesWithFiles,
    Recorded,
    Requeues,
    Unchangeable,
    cascade_counts,
    each,
    link,
    listed,
    to,
)

__all__ = [
    "LEASE",
    "DeletesWithFiles",
    "Recorded",
    "Requeues",
    "Unchangeable",
    "audit",
    "cascade_counts",
    "each",
    "link",
    "listed",
    "projects",
    "runs",
    "tables",
    "to",
    "tokens",
]
