"""Who may touch what: the rule of `runs.access`, for what this app owns."""

from functools import cache
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404

from models_app.enums import ArtifactKind
from models_app.models import Artifact, ModelMeta, Prediction
from runs.access import AnyUser, visible
from runs.enums import Role
from runs.models import Run
from runs.statements import Statement, statement


def model_for(user: AnyUser, pk: int, role: Role = Role.VIEWER) -> ModelMeta:
    models = ModelMeta.objects.select_related("run__dataset", "run__project", "trial")
    found: ModelMeta = visible(models, user, pk, role)
    return found


# What answers to rows need of a model and of its run, in the order of their fields.
OF_MODEL = ("id", "run_id", "state", "threshold", "recalibration")
OF_RUN = ("id", "target", "task", "positive_class")


def model_to_ask(user: AnyUser, pk: int) -> ModelMeta:
    """Return a model for its answers to rows: with little more than these need.

    Many ask one row after the other. All columns of the model, its run and its table, and
    the words of SQL for them, would take longer than the answer.
    """
    may_all = bool(getattr(user, "is_superuser", False))
    is_known = user.is_authenticated and user.is_active
    row = statement_to_ask(is_known=is_known, may_all=may_all).first(pk, user.pk or 0)
    if row is None:
        raise Http404
    n = len(OF_MODEL)
    model: ModelMeta = ModelMeta.from_db(connection.alias, OF_MODEL, row[:n])
    model.run = Run.from_db(connection.alias, OF_RUN, row[n:-1])
    model.pipeline_name = row[-1] or ""  # type: ignore[attr-defined]
    return model


@cache
def statement_to_ask(*, is_known: bool, may_all: bool) -> Statement:
    """Return the query of `model_to_ask` for somebody with these rights."""

    def make(pk: int, user_pk: int) -> "QuerySet[Any]":
        user = User(pk=user_pk, is_superuser=may_all, is_active=is_known)
        files = Artifact.objects.filter(
            model=OuterRef("pk"), kind=ArtifactKind.PIPELINE
        )
        models = ModelMeta.objects.visible_to(user).filter(pk=pk)
        of_run = [f"run__{name}" for name in OF_RUN]
        file = Subquery(files.values("file")[:1])
        return models.order_by().values_list(*OF_MODEL, *of_run, file)

    return statement(make, n_values=2)


def prediction_for(user: AnyUser, pk: int, role: Role = Role.VIEWER) -> Prediction:
    predictions = Prediction.objects.select_related("model__run__project")
    found: Prediction = visible(predictions, user, pk, role)
    return found
