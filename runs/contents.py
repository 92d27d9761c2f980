"""What projects hold: rows of their pages, each list with a fixed number of queries."""

from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from runs.enums import Role
from runs.models import Dataset, Membership, Project, Run


class Losses(NamedTuple):
    """What goes along when a project or dataset is deleted."""

    n_runs: int
    n_models: int


def projects(user: User) -> QuerySet[Project]:
    """Return what `user` can see, with counts, the last run and the user's role."""
    last_run = Run.objects.filter(project=OuterRef("pk")).order_by("-created_at")
    own = Membership.objects.filter(project=OuterRef("pk"), user=user.pk)
    found: QuerySet[Project] = Project.objects.visible_to(user).annotate(
        n_datasets=count_of(Dataset, original=None),  # versions are one table
        n_runs=count_of(Run),
        last_run_at=Subquery(last_run.values("created_at")[:1]),
        own_role=Subquery(own.values("role")[:1]),
    )
    return found


def count_of(model: type[Dataset | Run], **only: Any) -> Coalesce:
    # A subquery each: joining both tables would multiply their rows.
    rows = model.objects.filter(project=OuterRef("pk"), **only).order_by()
    counts = rows.values("project").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counts), 0)


def members(project: Project) -> list[Membership]:
    """Return the members, owners first, then by name."""
    order = [Role.OWNER, Role.EDITOR, Role.VIEWER]
    found = project.memberships.select_related("user").order_by("user__username")
    return sorted(found, key=lambda member: order.index(Role(member.role)))


# What a list of datasets or runs does not show, and is wide.
WIDE = (
    *("columns", "preview", "reading", "repairs", "profile", "advice", "accepted"),
    *("options", "kinds", "pending"),
)


def newest(rows: QuerySet[Dataset]) -> QuerySet[Dataset]:
    """Return the newest version of each of these tables.

    Each has `n_versions` and `n_runs`, which counts the runs of all of them.
    """
    family = Dataset.objects.annotate(family=FAMILY).filter(family=OuterRef("family"))
    newer = family.filter(version__gt=OuterRef("version"))
    n_versions = family.order_by().values("family").annotate(n=Count("pk")).values("n")
    n_runs = (
        Run.objects.annotate(family=Coalesce("dataset__original_id", "dataset_id"))
        .filter(family=OuterRef("family"))
        .order_by()
        .values("family")
        .annotate(n=Count("pk"))
        .values("n")
    )
    found: QuerySet[Dataset] = (
        rows.select_related("created_by")
        .defer(*WIDE)
        .annotate(family=FAMILY)
        .filter(~Exists(newer))
        .annotate(n_versions=Subquery(n_versions), n_runs=Coalesce(Subquery(n_runs), 0))
    )
    return found


FAMILY = Coalesce("original_id", "pk")


def versions(dataset: Dataset) -> QuerySet[Dataset]:
    """Return all versions of a table, newest first, with their number of runs."""
    family = Q(pk=dataset.family_id) | Q(original=dataset.family_id)
    found: QuerySet[Dataset] = (
        Dataset.objects.filter(family)
        .select_related("created_by")
        .defer(*WIDE)
        .annotate(n_runs=Count("runs"))
        .order_by("-version")
    )
    return found


def used_bytes(project: Project) -> int:
    """Return what a project's files and tables take; versions share their file."""
    sums = project.datasets.aggregate(
        files=Sum("size_bytes", filter=Q(original=None)), tables=Sum("table_bytes")
    )
    return (sums["files"] or 0) + (sums["tables"] or 0)


def runs(project: Project) -> QuerySet[Run]:
    return (
        project.runs.select_related("dataset", "created_by")
        .defer("spaces", "features", *(f"dataset__{name}" for name in WIDE))
        .order_by("-created_at", "-pk")
    )


def losses(of: QuerySet[Run]) -> Losses:
    counts = of.order_by().aggregate(
        n_runs=Count("pk", distinct=True), n_models=Count("models")
    )
    return Losses(**counts)
