"""What people do with models, for the audit log of their project."""

from django.contrib.auth.models import User

from models_app.models import ModelMeta
from runs import audit
from runs.enums import Action
from runs.queries import algorithm_title


def note_model(
    action: Action, model: ModelMeta, *, user: User | None = None, note: str = ""
) -> None:
    """Record what is done with a model; without `user`, whoever is signed in does it."""
    run = model.run
    audit.record(
        action,
        model,
        name=f"{algorithm_title(model.algorithm)} of {run.name}",
        project=run.project,
        user=user,
        note=note,
    )
