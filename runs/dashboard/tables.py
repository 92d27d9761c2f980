"""A project's tables with all of their versions."""

from collections import defaultdict
from typing import NamedTuple

from django.db.models import Count
from django.db.models.functions import Coalesce

from runs.contents import WIDE
from runs.models import Dataset, Project

# Versions; a project with more of them shows its newest tables.
READ = 500
VERSIONS_SHOWN = 4


class Table(NamedTuple):
    """The newest version of a table, and the others."""

    dataset: Dataset
    versions: list[Dataset]  # all, the newest first
    n_runs: int  # of all versions

    @property
    def earlier(self) -> list[Dataset]:
        return self.versions[1 : 1 + VERSIONS_SHOWN]

    @property
    def n_more(self) -> int:
        return len(self.versions) - 1 - len(self.earlier)


def tables(project: Project) -> list[Table]:
    """Return the tables, the one changed last first; two queries."""
    rows = project.datasets.select_related("created_by").defer(*WIDE)
    families: dict[int, list[Dataset]] = defaultdict(list)
    for dataset in rows.order_by("-created_at", "-pk")[:READ]:
        families[dataset.family_id].append(dataset)
    n_runs = dict(
        project.runs.order_by()
        .values_list(Coalesce("dataset__original_id", "dataset_id"))
        .annotate(n=Count("pk"))
    )
    found = []
    for family, versions in families.items():
        versions.sort(key=lambda dataset: -dataset.version)
        found.append(Table(versions[0], versions, n_runs.get(family, 0)))
    return found
