"""Model files are opened only when this installation has written them."""

import hashlib
import os
import pickle  # noqa: TID251 - what must not happen is made
from importlib import import_module
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse

from models_app import artifacts, predicting, services
from models_app.models import Artifact, Prediction
from runs.enums import Role
from tests.factories import ModelMetaFactory, UserFactory

pytestmark = pytest.mark.django_db


class Trap:
    """Writes down that it was unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (os.mkdir, (str(self.path),))


def put(model, content):
    """Put other bytes in the place of a model's file."""
    stored = artifacts.pipeline_artifact(model).file
    Path(stored.path).write_bytes(content)
    artifacts._load.cache_clear()  # as in a process that has not read it yet


def test_changed_file_is_never_opened(make_model, tmp_path):
    model = make_model()
    opened = tmp_path / "opened"
    put(model, pickle.dumps(Trap(opened)))

    with pytest.raises(artifacts.ChangedFileError, match="not the one this"):
        artifacts.load_bundle(model)

    assert not opened.exists()
    pickle.loads(pickle.dumps(Trap(opened)))
    assert opened.exists()  # it would have been


def test_changed_file_makes_a_prediction_fail_with_a_sentence(make_model):
    model = make_model()
    put(model, b"something else")
    prediction = services.create_prediction(
        user=None,
        model=model,
        file=ContentFile(b"weight,colour,length\n10,red,5\n"),
        filename="new.csv",
    )

    predicting.predict(prediction.pk)

    prediction.refresh_from_db()
    assert prediction.state == "failed"
    assert "not the one this installation has written" in prediction.error


def test_file_without_a_checksum_or_without_a_file_is_not_opened(make_model):
    model = make_model()
    stored = artifacts.pipeline_artifact(model)
    Artifact.objects.filter(pk=stored.pk).update(digest="")

    with pytest.raises(artifacts.ChangedFileError, match="no checksum"):
        artifacts.load_bundle(model)

    Artifact.objects.filter(pk=stored.pk).update(digest=stored.digest)
    assert artifacts.load_bundle(model)["target"] == "likes"
    artifacts._load.cache_clear()
    stored.file.storage.delete(stored.file.name)
    with pytest.raises(artifacts.ChangedFileError, match="not there any more"):
        artifacts.load_bundle(model)


@pytest.mark.parametrize("name", ["rows.csv", "rows.joblib", "rows.pkl", "rows.zip"])
def test_nothing_uploaded_is_unpickled(make_model, client, tmp_path, name):
    model = make_model()
    user = UserFactory()
    client.force_login(user)
    model.run.project.memberships.create(user=user, role=Role.EDITOR)
    opened = tmp_path / "opened"
    file = SimpleUploadedFile(name, pickle.dumps(Trap(opened)))

    client.post(reverse("models_app:predict", args=[model.pk]), {"file": file})
    prediction = Prediction.objects.get()
    predicting.predict(prediction.pk)

    prediction.refresh_from_db()
    assert prediction.state == "failed"
    assert not opened.exists()


def test_migration_notes_the_checksums_of_files_from_before(tmp_path):
    model = ModelMetaFactory()
    found = Artifact(model=model, kind="pipeline")
    found.file.save("model.joblib", ContentFile(b"abc"))
    lost = Artifact(
        model=ModelMetaFactory(), kind="pipeline", file="models/gone.joblib"
    )
    lost.save()
    apps = MigrationExecutor(connection).loader.project_state().apps

    import_module("models_app.migrations.0003_evaluation").add_digests(apps, None)

    found.refresh_from_db()
    lost.refresh_from_db()
    assert found.digest == hashlib.sha256(b"abc").hexdigest()
    assert lost.digest == ""
