import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile

from models_app import measuring
from models_app.enums import ArtifactKind, PredictionState
from models_app.models import Artifact, Prediction
from tests.factories import ModelMetaFactory, ProjectFactory, TrialFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    cache.clear()
    yield
    cache.clear()


def predict(model, source=b"12345", output=b"123"):
    made = Prediction(model=model, filename="rows.csv", state=PredictionState.READY)
    made.source.save("rows.csv", ContentFile(source), save=False)
    made.output.save("answers.csv", ContentFile(output), save=False)
    made.save()
    return made


def test_predictions_are_unknown_until_a_worker_has_measured_them():
    model = ModelMetaFactory()
    predict(model)
    project = model.run.project

    before, n_predictions, is_stale = measuring.prediction_part(project)
    measuring.measure(project.pk)
    after, _, is_stale_after = measuring.prediction_part(project)

    assert (before.n_bytes, n_predictions, is_stale) == (None, 1, True)
    assert (after.n_bytes, is_stale_after) == (8, False)


def test_predictions_of_trials_count_and_those_of_others_do_not():
    trial = TrialFactory()
    trial.out_of_fold.save("x.npy", ContentFile(b"1234567"))
    predict(ModelMetaFactory())

    measuring.measure(trial.run.project_id)

    part, _, _ = measuring.prediction_part(trial.run.project)
    assert part.n_bytes == 7


def test_new_prediction_makes_the_measure_stale_and_the_old_one_is_still_shown():
    model = ModelMetaFactory()
    predict(model)
    measuring.measure(model.run.project_id)
    predict(model)

    part, _, is_stale = measuring.prediction_part(model.run.project)

    assert (part.n_bytes, is_stale) == (8, True)


def test_file_that_is_gone_takes_nothing():
    made = predict(ModelMetaFactory())
    made.source.storage.delete(made.source.name)

    measuring.measure(made.model.run.project_id)

    assert measuring.prediction_part(made.model.run.project)[0].n_bytes == 3


def test_models_take_their_pipelines_and_exports():
    model = ModelMetaFactory(size_bytes=100)
    for kind, data in (
        (ArtifactKind.SKOPS, {"size_bytes": 20}),
        (ArtifactKind.ONNX, {}),  # could not be made
        (ArtifactKind.METRICS, {"size_bytes": 1000}),
    ):
        Artifact.objects.create(model=model, kind=kind, data=data)

    assert measuring.model_bytes(model.run.project) == 120
    assert measuring.model_bytes(ProjectFactory()) == 0


def test_workers_are_asked_once_for_all_who_look():
    project = ProjectFactory()

    assert [measuring.may_ask(project) for _ in range(3)] == [True, False, False]
