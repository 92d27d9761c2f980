import pytest

from models_app.dashboard.targets import ranked
from models_app.enums import ModelState, Stage
from tests.factories import ModelMetaFactory, ProjectFactory, RunFactory, TrialFactory

pytestmark = pytest.mark.django_db


def model_of(run, value, **more):
    return ModelMetaFactory(trial=TrialFactory(run=run, value=value), **more)


def test_champion_comes_first_then_the_best_of_the_others():
    run = RunFactory()
    models = [model_of(run, value) for value in (0.9, 0.7, 0.8, 0.6, 0.5)]
    models[4].stage = Stage.CHAMPION
    models[4].save()

    [target] = ranked(run.project).targets

    assert target.models == [models[4], models[0], models[2]]
    assert target.champion == models[4]
    assert target.n_models == 5


def test_target_without_champion_says_so_and_shows_its_best():
    run = RunFactory()
    models = [model_of(run, value) for value in (0.7, 0.9)]

    found = ranked(run.project)

    assert found.targets[0].champion is None
    assert found.targets[0].models == models[::-1]
    assert found.best == models[1]


def test_models_that_are_archived_or_not_ready_or_elsewhere_are_left_out():
    run = RunFactory()
    kept = model_of(run, 0.5)
    model_of(run, 0.9, stage=Stage.ARCHIVED)
    model_of(run, 0.9, state=ModelState.FAILED)
    model_of(RunFactory(), 0.9)

    found = ranked(run.project)

    assert found.targets[0].models == [kept]
    assert found.n_models == 1


def test_models_scored_in_another_metric_do_not_stand_between_the_others():
    project = ProjectFactory()
    accuracy = RunFactory(dataset__project=project)
    loss = RunFactory(dataset__project=project, scoring="log_loss")
    models = [model_of(accuracy, value) for value in (0.7, 0.9)]
    model_of(loss, -0.3)

    [target] = ranked(project).targets

    assert target.metric.name == "accuracy"
    assert target.models == models[::-1]
    assert target.n_models == 3


def test_project_without_models_has_no_targets():
    found = ranked(ProjectFactory())

    assert (found.targets, found.n_models, found.best) == ([], 0, None)
