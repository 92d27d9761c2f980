"""Whatever fits the document, or nearly does: the answer is one that the document names."""

import pytest
import schemathesis
from django.core.files.base import ContentFile
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from models_app.models import Prediction
from runs.enums import EventKind
from runs.enums import Phase as RunPhase
from runs.forms.documents import read_found
from runs.models import ReadingPreview, SavedPreset, TargetProfile
from runs.progress import record_event
from runs.services import preflights
from tests.factories import ModelMetaFactory, RunFactory, TrialFactory

# Of an operation, besides those that cover its document: all together take some seconds.
EXAMPLES = 8
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def closing(environ, start_response):
    """Close the answer as servers do: with it go the files that were uploaded."""
    answer = APPLICATION(environ, start_response)
    try:
        return list(answer)
    finally:
        answer.close()


APPLICATION = get_wsgi_application()
# A configuration has so many keys that covering each value of each would take longer than
# all the rest; what is drawn of them is enough beside the tests of configurations.
CONFIG = {
    "operations": [
        {
            "include-operation-id": ["start_run", "ask_preflight"],
            "phases": {"coverage": {"enabled": False}},
        }
    ]
}
SCHEMA = schemathesis.openapi.from_wsgi(
    "/api/v1/openapi.json",
    closing,
    config=schemathesis.Config.from_dict(CONFIG),
)


@pytest.fixture
def one_connection(db):
    """Keep the test's connection, whose transaction is undone, as Django's client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def places(dataset, editor, settings, tmp_path):
    """Return ids of objects that are there: of nothing there is little to say."""
    settings.MEDIA_ROOT = tmp_path
    settings.API_REQUESTS_A_MINUTE = 1_000_000
    run = RunFactory(dataset=dataset, phase=RunPhase.SEARCHING)
    record_event(run, EventKind.NOTE, "Something has happened.")
    trials = [TrialFactory(run=run, number=number) for number in range(3)]
    model = ModelMetaFactory(trial=trials[0])
    prediction = Prediction(model=model, filename="rows.csv", state="ready", n_rows=1)
    prediction.output.save("answers.csv", ContentFile(b"prediction\na\n"))
    target = TargetProfile.objects.create(dataset=dataset, target="species")
    preset = SavedPreset.objects.create(project=dataset.project, name="Ours")
    preview = ReadingPreview.objects.create(dataset=dataset, key="0" * 64)
    document = {"target": "species", "algorithms": ["decision_tree"]}
    found = read_found(document, dataset=dataset).configuration
    return {
        "project_id": dataset.project_id,
        "user_id": editor.user.pk,
        "target_id": target.pk,
        "preflight_id": preflights.ask(dataset, found).pk,
        "preset_id": preset.pk,
        "preview_id": preview.pk,
        "chart": "slice",
        "dataset_id": dataset.pk,
        "run_id": run.pk,
        "number": 1,
        "model_id": model.pk,
        "prediction_id": prediction.pk,
    }


@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@pytest.mark.django_db
def test_answers_are_those_of_the_document(case, places, editor, one_connection):
    # Names of kinds are drawn as they come.
    case.path_parameters = {
        name: places.get(name, drawn)
        for name, drawn in (case.path_parameters or {}).items()
    }
    headers = {"Authorization": f"Bearer {editor.secret}"}
    with transaction.atomic():
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=CHECKS)
        transaction.set_rollback(True)
