"""What projects hold: rows of their pages, each list with a fixed number of queries."""

from typing import NamedTuple

from django.contrib.auth.models import User
from django.db.models import Count, OuterRef, QuerySet, Subquery
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
        n_datasets=count_of(Dataset),
        n_runs=count_of(Run),
        last_run_at=Subquery(last_run.values("created_at")[:1]),
        own_role=Subquery(own.values("role")[:1]),
    )
    return found


def count_of(model: type[Dataset | Run]) -> Coalesce:
    # A subquery each: joining both tables would multiply their rows.
    rows = model.objects.filter(project=OuterRef("pk")).order_by()
    counts = rows.values("project").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counts), 0)


def members(project: Project) -> list[Membership]:
    """Return the members, owners first, then by name."""
    order = [Role.OWNER, Role.EDITOR, Role.VIEWER]
    found = project.memberships.select_related("user").order_by("user__username")
    return sorted(found, key=lambda member: order.index(Role(member.role)))


def datasets(project: Project) -> QuerySet[Dataset]:
    """Return a project's tables without the wide columns a list does not show."""
    found: QuerySet[Dataset] = (
        project.datasets.select_related("created_by")
        .defer("columns", "preview", "reading", "repairs")
        .annotate(n_runs=Count("runs"))
        .order_by("-created_at", "-pk")  # an aggregate forgets the model's own order
    )
    return found


def runs(project: Project) -> QuerySet[Run]:
    return (
        project.runs.select_related("dataset", "created_by")
        .defer("spaces", "features", "dataset__columns", "dataset__preview")
        .order_by("-created_at", "-pk")
    )


def losses(of: QuerySet[Run]) -> Losses:
    counts = of.order_by().aggregate(
        n_runs=Count("pk", distinct=True), n_models=Count("models")
    )
    return Losses(**counts)
