"""Stages of models: candidate, champion, archived, and who changed them."""

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from models_app.enums import Stage
from models_app.models import ModelMeta, StageChange
from models_app.noting import note_model
from runs.enums import Action
from runs.models import Project

NOTE_LENGTH = 1_000


@transaction.atomic
def change_stage(
    model: ModelMeta, stage: Stage, *, user: User | None, note: str = ""
) -> StageChange | None:
    """Give a model a stage; of a target's champions of a project the earlier one goes.

    What the model is already changes nothing and returns None. Raises ValidationError
    for a champion that is not ready, and for a note that is too long.
    """
    note = note.strip()
    if len(note) > NOTE_LENGTH:
        raise ValidationError(
            f"The note has {len(note):,} characters; {NOTE_LENGTH:,} are the most."
        )
    # One lock for all runs of a project: two people who promote at once come in turn.
    project_id = model.run.project_id
    Project.objects.select_for_update().get(pk=project_id)
    model = ModelMeta.objects.select_related("run").get(pk=model.pk)
    if model.stage == stage:
        return None
    if stage == Stage.CHAMPION:
        if not model.is_ready:
            raise ValidationError(
                "This model is not ready: only one that can predict becomes the champion."
            )
        for earlier in champions(project_id, model.run.target):
            because = f"Another model became the champion: model {model.pk}."
            record(earlier, Stage.CANDIDATE, user=user, note=because)
    return record(model, stage, user=user, note=note)


def champions(project_id: int, target: str) -> list[ModelMeta]:
    """Return a target's champion; none, or one."""
    found = ModelMeta.objects.filter(
        run__project_id=project_id, run__target=target, stage=Stage.CHAMPION
    )
    return list(found.select_related("run"))


def record(
    model: ModelMeta, stage: Stage, *, user: User | None, note: str
) -> StageChange:
    before, model.stage = model.stage, stage
    model.save(update_fields=["stage"])
    change: StageChange = StageChange.objects.create(
        model=model, before=before, after=stage, note=note, created_by=user
    )
    told = f"From {Stage(before).label.lower()} to {stage.label.lower()}."
    note_model(Action.MODEL_STAGED, model, user=user, note=told)
    return change
