import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from models_app.enums import ArtifactKind
from models_app.models import Artifact, Computation
from runs.enums import ENSEMBLE, Phase
from tests.factories import ModelMetaFactory, ProjectFactory, RunFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.fixture
def model(editor):
    project = ProjectFactory(editor=editor)
    run = RunFactory(dataset__project=project, phase=Phase.FINISHED)
    return ModelMetaFactory(trial__run=run)


def add(model, kind, data, content=b""):
    artifact = Artifact(model=model, kind=kind, data=data, rows="holdout")
    if content:
        artifact.file.save(f"model.{kind}", ContentFile(content), save=False)
    artifact.save()
    return artifact


def page(client, model):
    return client.get(reverse("models_app:export", args=[model.pk]))


def test_export_before_anything_was_written_offers_to(client, model):
    content = page(client, model).content.decode()

    assert content.count("Compute it now") == 2
    assert content.count("not written yet") == 3
    assert 'id="tab-body"' in content


def test_export_shows_what_was_checked_and_what_does_not_convert(client, model):
    checked = {"n_rows": 120, "largest_difference": 0.0, "n_other_class": 0}
    skops = {"untrusted_types": ["skrub.X"], "size_bytes": 2048, **checked}
    add(model, ArtifactKind.SKOPS, skops, b"skops")
    add(model, ArtifactKind.ONNX, {"reason": "it has categories"})
    Computation.objects.create(model=model, kind="exports", state="ready")

    content = page(client, model).content.decode()

    assert "Identical answers" in content
    assert "skrub.X" in content
    assert "Not possible: it has categories." in content
    assert "Write them again" in content
    download = reverse("models_app:export_download", args=[model.pk, "skops"])
    assert download in content
    answer = client.get(download)
    assert b"".join(answer.streaming_content) == b"skops"
    assert answer["Content-Disposition"].endswith('.skops"')


@pytest.mark.parametrize("kind", ["onnx", "pipeline", "answers", "nothing"])
def test_download_of_what_is_not_there_or_not_for_it_is_404(client, model, kind):
    add(model, ArtifactKind.ANSWERS, {}, b"rows")
    add(model, ArtifactKind.ONNX, {"reason": "no"})

    address = reverse("models_app:export_download", args=[model.pk, kind])

    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("is_reproduced", "badge"), [(True, "Score reproduced"), (False, "Score differs")]
)
def test_recipe_has_a_badge_and_its_scores(client, model, is_reproduced, badge):
    data = {
        "folds": [0.5],
        "stored_folds": [0.75],
        "holdout": 0.5,
        "stored_holdout": 0.5,
        "largest_difference": 0.25,
        "is_reproduced": is_reproduced,
        "seconds": 3.0,
        "program": "print('made')",
    }
    add(model, ArtifactKind.RECIPE, data)
    Computation.objects.create(model=model, kind="recipe", state="ready")

    response = page(client, model)

    assert badge in response.content.decode()
    assert response.context["recipe_rows"] == [
        ["Fold 1", 0.75, 0.5],
        ["Holdout", 0.5, 0.5],
    ]
    sent = client.get(reverse("models_app:recipe", args=[model.pk]))
    assert sent.content.decode() == "print('made')"


def test_recipe_before_it_was_run_is_the_trials_program(client, model):
    sent = client.get(reverse("models_app:recipe", args=[model.pk]))

    assert "scores.json" in sent.content.decode()


def test_ensemble_has_no_recipe_but_its_members_have(client, model):
    model.trial.algorithm = ENSEMBLE
    model.trial.params = {"weights": {str(model.trial.number): 1.0}}
    model.trial.save()

    content = page(client, model).content.decode()

    assert "Each of its members has one" in " ".join(content.split())
    recipe = reverse("models_app:recipe", args=[model.pk])
    assert client.get(recipe).status_code == 404


@pytest.mark.parametrize("name", ["export", "recipe"])
def test_strangers_models_are_404(client, editor, name):
    address = reverse(f"models_app:{name}", args=[ModelMetaFactory().pk])

    assert client.get(address).status_code == 404


def test_viewer_sees_the_page_without_buttons(client):
    user = UserFactory()
    client.force_login(user)
    run = RunFactory(dataset__project=ProjectFactory(viewer=user))

    content = page(client, ModelMetaFactory(trial__run=run)).content.decode()

    assert "Compute it now" not in content
    assert "not written yet" in content


def test_export_says_what_was_chosen_and_when_the_folder_does_not_know_it(
    client, model
):
    model.threshold = 0.25
    model.save()
    folder = add(
        model,
        ArtifactKind.FOLDER,
        {"chosen": {"threshold": 0.25, "recalibration": ""}, "model_file": "m.skops"},
        b"zip",
    )

    content = page(client, model).content.decode()
    assert "from a probability of 0.25 on" in " ".join(content.split())
    assert "The folder answers otherwise" not in content

    folder.data["chosen"]["threshold"] = 0.3
    folder.save()
    assert "The folder answers otherwise" in page(client, model).content.decode()


def test_recipe_has_what_was_chosen_since_it_was_verified(client, model):
    add(model, ArtifactKind.RECIPE, {"program": "print('made')"})
    model.run.task = "binary"
    model.run.save()
    model.threshold = 0.25
    model.save()

    text = client.get(reverse("models_app:recipe", args=[model.pk])).content.decode()

    assert text.startswith("print('made')")
    assert "THRESHOLD = 0.25" in text
    assert "def answers(X):" in text
