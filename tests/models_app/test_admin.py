import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from models_app.models import Artifact, Computation, ModelMeta, Prediction, StageChange
from tests.factories import ModelMetaFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _admin(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))


@pytest.fixture
def rows():
    model = ModelMetaFactory()
    artifact = Artifact(model=model, kind="pipeline", data={"estimator": "Ridge"})
    artifact.file.save("x.joblib", ContentFile(b"x"), save=False)
    artifact.save()
    prediction = Prediction(model=model, filename="rows.csv")
    prediction.source.save("rows.csv", ContentFile(b"a\n1\n"), save=False)
    prediction.save()
    return {
        "modelmeta": model,
        "artifact": artifact,
        "prediction": prediction,
        "computation": Computation.objects.create(model=model, kind="diagnosis"),
        "stagechange": StageChange.objects.create(
            model=model, before="candidate", after="champion"
        ),
    }


@pytest.mark.parametrize(
    "name", ["modelmeta", "artifact", "prediction", "computation", "stagechange"]
)
def test_list_and_row_can_be_looked_at_and_not_edited(client, rows, name):
    found = client.get(reverse(f"admin:models_app_{name}_changelist"), {"q": "Run"})
    row = client.get(
        reverse(f"admin:models_app_{name}_change", args=[rows[name].pk])
    ).content.decode()

    assert found.context["cl"].result_count == 1
    assert 'name="_save"' not in row
    assert rows["artifact"].file.name in row or name != "artifact"


@pytest.mark.parametrize("n_rows", [1, 3])
def test_list_has_a_constant_number_of_queries(
    client, n_rows, django_assert_max_num_queries
):
    for _ in range(n_rows):
        ModelMetaFactory()

    with django_assert_max_num_queries(10):
        client.get(reverse("admin:models_app_modelmeta_changelist"))


def test_deleting_models_deletes_their_files(
    client, rows, django_capture_on_commit_callbacks
):
    files = [rows["artifact"].file, rows["prediction"].source]
    data = {
        "action": "delete_selected",
        "_selected_action": [rows["modelmeta"].pk],
        "post": "yes",
    }

    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("admin:models_app_modelmeta_changelist"), data)

    assert not ModelMeta.objects.exists()
    assert [file.storage.exists(file.name) for file in files] == [False, False]
