"""Stages: one champion for each target of a project, whoever promotes when."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections

from models_app.enums import ModelState, Stage
from models_app.models import ModelMeta, StageChange
from models_app.staging import change_stage
from tests.factories import (
    DatasetFactory,
    ModelMetaFactory,
    ProjectFactory,
    RunFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def model_of(project, target="species", **more):
    run = RunFactory(dataset=DatasetFactory(project=project), target=target)
    return ModelMetaFactory(trial__run=run, **more)


def changes(model):
    return list(
        model.stage_changes.order_by("pk").values_list("before", "after", "note")
    )


def test_change_is_recorded_with_who_when_and_why():
    user, model = UserFactory(), ModelMetaFactory()

    change = change_stage(model, Stage.ARCHIVED, user=user, note=" too large ")

    model.refresh_from_db()
    assert model.stage == Stage.ARCHIVED
    assert (change.before, change.after) == ("candidate", "archived")
    assert (change.created_by, change.note) == (user, "too large")
    assert change.created_at is not None


def test_the_same_stage_again_records_nothing():
    model = ModelMetaFactory()

    assert change_stage(model, Stage.CANDIDATE, user=None) is None
    assert not StageChange.objects.exists()


def test_a_champion_demotes_the_one_of_another_run_and_both_are_recorded():
    project = ProjectFactory()
    old, new = model_of(project), model_of(project)
    change_stage(old, Stage.CHAMPION, user=None)

    change_stage(new, Stage.CHAMPION, user=None, note="better recall")

    old.refresh_from_db()
    assert old.stage == Stage.CANDIDATE
    assert changes(old)[-1] == (
        "champion",
        "candidate",
        f"Another model became the champion: model {new.pk}.",
    )
    assert changes(new) == [("candidate", "champion", "better recall")]


def test_champions_of_other_targets_and_projects_stay():
    project = ProjectFactory()
    others = [model_of(project, "sex"), model_of(ProjectFactory())]
    for other in others:
        change_stage(other, Stage.CHAMPION, user=None)

    change_stage(model_of(project), Stage.CHAMPION, user=None)

    assert ModelMeta.objects.filter(stage=Stage.CHAMPION).count() == 3


def test_a_model_that_is_not_ready_becomes_no_champion():
    project = ProjectFactory()
    champion = model_of(project)
    change_stage(champion, Stage.CHAMPION, user=None)
    failed = model_of(project, state=ModelState.FAILED)

    with pytest.raises(ValidationError, match="not ready"):
        change_stage(failed, Stage.CHAMPION, user=None)

    champion.refresh_from_db()
    assert champion.stage == Stage.CHAMPION


def test_a_note_too_long_is_refused():
    with pytest.raises(ValidationError, match="1,001 characters"):
        change_stage(ModelMetaFactory(), Stage.ARCHIVED, user=None, note="x" * 1_001)


@pytest.mark.django_db(transaction=True)
def test_two_people_who_promote_at_once_leave_one_champion():
    project = ProjectFactory()
    models = [model_of(project) for _ in range(6)]
    start, errors = threading.Barrier(len(models)), []

    def promote(model):
        try:
            start.wait()
            change_stage(model, Stage.CHAMPION, user=None)
        except Exception as error:  # noqa: BLE001 - told to the test
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=promote, args=(m,)) for m in models]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert ModelMeta.objects.filter(stage=Stage.CHAMPION).count() == 1
    promoted = StageChange.objects.filter(after=Stage.CHAMPION).count()
    demoted = StageChange.objects.filter(before=Stage.CHAMPION).count()
    assert (promoted, demoted) == (6, 5), connection.vendor
