"""Who may touch what: the rule of `runs.access`, for what this app owns."""

from django.db.models import OuterRef, Subquery

from models_app.enums import ArtifactKind
from models_app.models import Artifact, ModelMeta, Prediction
from runs.access import AnyUser, visible
from runs.enums import Role


def model_for(user: AnyUser, pk: int, role: Role = Role.VIEWER) -> ModelMeta:
    models = ModelMeta.objects.select_related("run__dataset", "run__project", "trial")
    found: ModelMeta = visible(models, user, pk, role)
    return found


def model_to_ask(user: AnyUser, pk: int) -> ModelMeta:
    """Return a model for its answers to rows: with little more than these need.

    Many ask one row after the other, and all columns of the model, its run and its table
    take longer to read than the answer takes.
    """
    files = Artifact.objects.filter(model=OuterRef("pk"), kind=ArtifactKind.PIPELINE)
    models = ModelMeta.objects.select_related("run").only(
        *("state", "threshold", "recalibration"),
        *("run__target", "run__task", "run__positive_class"),
    )
    models = models.annotate(pipeline_name=Subquery(files.values("file")[:1]))
    found: ModelMeta = visible(models, user, pk, Role.VIEWER)
    return found


def prediction_for(user: AnyUser, pk: int, role: Role = Role.VIEWER) -> Prediction:
    predictions = Prediction.objects.select_related("model__run__project")
    found: Prediction = visible(predictions, user, pk, role)
    return found
