"""What workers compute of a model that is ready: asked for, done, failed, taken over."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from models_app import artifacts, computing, services
from models_app.enums import ArtifactKind, ComputationKind, ModelState
from models_app.models import Artifact, Computation
from runs.enums import Role
from tests.factories import ModelMetaFactory, UserFactory, add_member

pytestmark = pytest.mark.django_db

KIND = ComputationKind.DIAGNOSIS


def answer(computation, progress):
    progress(0.5, "half of it")
    with artifacts.scratch_file(".txt") as path:
        path.write_text("found")
        stored = artifacts.store_file(path)
    data = {"options": computation.options}
    return [Artifact(kind=ArtifactKind.FOLDS, data=data, file=stored["name"])]


def refuse(computation, progress):
    raise ValueError("no two folds\nare alike")


def take_away(computation, progress):
    Computation.objects.update(lease_token="somebody else's")
    return answer(computation, progress)


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path


@pytest.fixture
def does(monkeypatch):
    """Return a function that says what a computation does."""

    def set_job(function):
        monkeypatch.setitem(
            computing.JOBS, KIND, f"tests.models_app.test_computing:{function.__name__}"
        )

    set_job(answer)
    return set_job


def computed(model, **options):
    computation = services.request_computation(model, KIND, user=None, options=options)
    computing.compute(computation.pk)
    computation.refresh_from_db()
    return computation


def files(tmp_path):
    return [p for p in (tmp_path / "files").rglob("*") if p.is_file()]


def test_compute_stores_what_the_job_returns(does, tmp_path):
    model = ModelMetaFactory()

    computation = computed(model, depth=3)

    found = model.artifacts.get()
    assert (computation.state, computation.error, computation.share) == ("ready", "", 1)
    assert computation.seconds > 0
    assert found.data == {"options": {"depth": 3}}
    assert [p.read_text() for p in files(tmp_path)] == ["found"]


def test_compute_again_takes_the_place_of_what_was_there(
    does, tmp_path, django_capture_on_commit_callbacks
):
    model = ModelMetaFactory()
    computed(model)

    with django_capture_on_commit_callbacks(execute=True):
        computed(model, depth=4)

    assert model.artifacts.get().data == {"options": {"depth": 4}}
    assert len(files(tmp_path)) == 1


def test_compute_failed_says_why_in_one_line(does):
    does(refuse)

    computation = computed(ModelMetaFactory())

    assert computation.state == "failed"
    assert computation.error == "ValueError: no two folds are alike"
    assert computation.lease_token == ""


def test_compute_given_to_somebody_else_leaves_nothing(does, tmp_path):
    does(take_away)
    model = ModelMetaFactory()

    computed(model)

    assert not model.artifacts.exists()
    assert files(tmp_path) == []


def test_request_of_what_is_being_computed_is_the_same(does):
    model = ModelMetaFactory()
    first = services.request_computation(model, KIND, user=None)

    assert services.request_computation(model, KIND, user=None) == first
    assert Computation.objects.count() == 1


def test_request_for_a_model_that_is_not_ready_is_refused():
    model = ModelMetaFactory(state=ModelState.FITTING)

    with pytest.raises(ValidationError, match="not ready yet"):
        services.request_computation(model, KIND, user=None)


def test_begin_makes_nothing_where_models_are_explained_on_demand(settings):
    settings.EXPLAIN_MODELS = False

    assert computing.begin(ModelMetaFactory()) == []
    assert not Computation.objects.exists()


def test_begin_makes_each_automatic_kind_once(monkeypatch):
    monkeypatch.setattr(computing, "AUTOMATIC", (KIND,))
    model = ModelMetaFactory()

    first, again = computing.begin(model), computing.begin(model)

    assert first == [model.computations.get().pk]
    assert again == []


def test_computations_leave_a_worker_for_what_people_wait_for(monkeypatch):
    monkeypatch.setattr(computing, "AUTOMATIC", (KIND,))
    monkeypatch.setattr(computing, "n_processes", lambda: 3)
    models = [ModelMetaFactory() for _ in range(4)]

    published = [computing.begin(model) for model in models]

    rows = list(Computation.objects.order_by("pk"))
    assert published == [[rows[0].pk], [rows[1].pk], [], []]
    Computation.objects.filter(pk=rows[0].pk).update(state="computing")
    assert computing.waiting() == []
    Computation.objects.filter(pk=rows[0].pk).update(state="ready")
    assert computing.waiting() == [rows[2].pk]


def test_what_somebody_looks_for_is_computed_next(monkeypatch, client):
    monkeypatch.setattr(computing, "n_processes", lambda: 1)
    first, second = ModelMetaFactory(), ModelMetaFactory()
    for model in (first, second):
        Computation.objects.create(model=model, kind=ComputationKind.EXPLANATION)
    user = UserFactory()
    add_member(second.run.project, user, Role.VIEWER)
    client.force_login(user)

    answer = client.get(reverse("models_app:explanation", args=[second.pk]))

    assert answer.status_code == 200
    assert computing.publishable() == [second.computations.get().pk]
