"""Rows of the list pages."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import (
    Case,
    Count,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import Coalesce

from runs.contents import WIDE
from runs.enums import BESIDES, Halt, TrialState
from runs.models import Run, Trial

RUNS_A_PAGE = 50
PROJECT_RUNS_A_PAGE = 10  # where a project shows other things besides


def run_rows(user: AbstractBaseUser | AnonymousUser) -> QuerySet[Run]:
    """Return the runs `user` can see, newest first, with `n_ended` trials of its plan each."""
    ended = (
        Trial.objects.filter(run=OuterRef("pk"), state__in=TrialState.ended())
        .exclude(algorithm__in=BESIDES)
        .order_by()
        .values("run")
        .annotate(n=Count("pk"))
        .values("n")
    )
    # Only of a run that was steered are trials set aside; of others an index has it all.
    n_ended = Case(
        When(revision=0, then=Subquery(ended)),
        default=Subquery(ended.exclude(halt=Halt.ASIDE)),
        output_field=IntegerField(),
    )
    rows: QuerySet[Run] = (
        Run.objects.visible_to(user)
        .select_related("project", "dataset", "created_by")
        .defer("features", "spaces", *(f"dataset__{name}" for name in WIDE))
        .annotate(n_ended=Coalesce(n_ended, 0))
    )
    return rows
