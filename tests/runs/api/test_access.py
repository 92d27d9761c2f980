"""Every address: nobody 401, a stranger 404, a viewer reads, an editor also writes."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from runs.enums import Phase, Scope, TrialState
from runs.models import ApiToken, Dataset, Run
from runs.services.tokens import revoke_token
from tests.factories import ModelMetaFactory, RunFactory, TrialFactory
from tests.runs.api.conftest import Caller

READ = [
    "/projects/{project}",
    "/datasets?project={project}",
    "/projects/{project}/members",
    "/datasets/{dataset}",
    "/datasets/{dataset}/profile",
    "/datasets/{dataset}/advice",
    "/presets?project={project}",
    "/runs?project={project}",
    "/runs?dataset={dataset}",
    "/runs/{run}",
    "/runs/{run}/trials",
    "/runs/{run}/trials/0",
    "/runs/{run}/trials/0/code",
    "/runs/{run}/trials/file",
    "/runs/{run}/trials/compare?numbers=0,1",
    "/runs/{run}/analysis",
    "/runs/{run}/analysis/history",
    "/runs/{run}/importance?algorithm=random_forest",
    "/runs/{run}/events",
    "/runs/{run}/models",
    "/models/{model}",
]
WRITE = [
    ("PATCH", "/datasets/{dataset}", 200),
    ("POST", "/datasets/{dataset}/reading", 202),
    ("POST", "/datasets/{dataset}/targets", 202),
    ("POST", "/datasets/{dataset}/preflight", 202),
    ("POST", "/datasets/{dataset}/runs", 201),
    ("POST", "/runs/{run}/pause", 202),
    ("POST", "/runs/{run}/stop", 202),
    ("POST", "/runs/{run}/steer", 202),
    ("POST", "/runs/{run}/trials", 201),
    ("POST", "/runs/{run}/trials/1/stop", 202),
    ("POST", "/runs/{run}/models", 202),
    ("DELETE", "/runs/{run}", 204),
    ("DELETE", "/datasets/{dataset}", 204),
]
OPEN = ["/projects", "/datasets", "/runs", "/algorithms", "/presets"]


@pytest.fixture
def places(project, dataset):
    run = RunFactory(dataset=dataset, phase=Phase.SEARCHING)
    trial = TrialFactory(run=run, number=0)
    TrialFactory(run=run, number=1, state=TrialState.WAITING, value=None)
    TrialFactory(run=run, number=2)
    model = ModelMetaFactory(trial=trial)
    return {
        "project": project.pk,
        "dataset": dataset.pk,
        "run": run.pk,
        "model": model.pk,
    }


RUN = {"target": "species", "algorithms": ["random_forest"]}
BODIES = {
    ("PATCH", "/datasets/{dataset}"): {"name": "Birds"},
    "/datasets/{dataset}/reading": {"drop_duplicates": True},
    "/datasets/{dataset}/targets": {"target": "species"},
    "/datasets/{dataset}/preflight": RUN,
    "/datasets/{dataset}/runs": RUN,
    "/runs/{run}/models": {"trial": 2},
    "/runs/{run}/steer": {"parallelism": 2},
    "/runs/{run}/trials": {
        "trials": [{"algorithm": "random_forest", "params": {"max_depth": 7}}]
    },
}


def written(caller, method, path, places):
    found = BODIES.get((method, path)) or (method == "POST" and BODIES.get(path))
    body = {"json": found} if found else {}
    return caller(method, path.format(**places), **body)


@pytest.mark.parametrize("path", READ)
def test_object_is_read_by_a_viewer_and_not_there_for_a_stranger(
    path, places, viewer, stranger, nobody
):
    address = path.format(**places)

    assert viewer("GET", address).status_code == 200
    assert stranger("GET", address).status_code == 404
    assert nobody("GET", address).status_code == 401


@pytest.mark.parametrize(("method", "path", "status"), WRITE)
def test_object_is_changed_by_an_editor_alone(
    method, path, status, places, editor, viewer, stranger, nobody
):
    if path == "/datasets/{dataset}":
        Run.objects.update(phase=Phase.FINISHED)

    assert written(nobody, method, path, places).status_code == 401
    assert written(stranger, method, path, places).status_code == 404
    assert written(viewer, method, path, places).status_code == 403
    assert written(editor, method, path, places).status_code == status


@pytest.mark.parametrize("path", OPEN)
def test_list_is_for_whoever_is_signed_in_and_shows_what_they_see(
    path, places, viewer, stranger, nobody
):
    seen = viewer("GET", path).json()["items"]
    hidden = stranger("GET", path).json()["items"]

    assert nobody("GET", path).status_code == 401
    assert seen
    assert (hidden == []) is (path not in {"/algorithms", "/presets"})


def test_upload_needs_an_editor(project, viewer, stranger):
    for caller, status in ((viewer, 403), (stranger, 404)):
        answer = caller("POST", "/datasets", data={"project": project.pk})
        assert answer.status_code == status
    assert not Dataset.objects.exists()


# --- Tokens and sessions ------------------------------------------------------------


@pytest.mark.parametrize(
    "spoil",
    [
        revoke_token,
        lambda token: ApiToken.objects.update(expires_at=timezone.now()),
        lambda token: User.objects.filter(pk=token.user_id).update(is_active=False),
    ],
    ids=["revoked", "expired", "inactive user"],
)
def test_token_that_is_no_longer_valid_is_refused(spoil, viewer):
    assert viewer("GET", "/projects").status_code == 200

    spoil(ApiToken.objects.get(user=viewer.user))

    answer = viewer("GET", "/projects")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json()["type"].endswith("#problem-unauthenticated")


def test_scopes_of_a_token_limit_what_its_user_may(project, editor):
    reads = Caller.new(editor.user, scopes=[Scope.READ])
    writes = Caller.new(editor.user, scopes=[Scope.WRITE])

    assert reads("GET", "/projects").status_code == 200
    assert writes("GET", "/projects").status_code == 403
    assert writes("POST", "/projects", json={"name": "New"}).status_code == 201
    refused = reads("POST", "/projects", json={"name": "New"})
    assert refused.status_code == 403
    assert refused.json()["detail"] == "The token lacks the scope “write”."


def test_unknown_token_is_not_replaced_by_a_session(viewer):
    client = Client()
    client.force_login(viewer.user)

    for secret in ("tb_unknown", "ü", ""):
        headers = {"Authorization": f"Bearer {secret}"}
        assert client.get("/api/v1/projects", headers=headers).status_code == 401
    assert client.get("/api/v1/projects").status_code == 200


def test_session_reads_freely_and_writes_with_the_csrf_token(viewer):
    client = Client(enforce_csrf_checks=True)
    client.force_login(viewer.user)
    send = {"data": {"name": "New"}, "content_type": "application/json"}

    assert client.get("/api/v1/projects").status_code == 200
    assert client.post("/api/v1/projects", **send).status_code == 403
    client.get("/accounts/tokens/")
    token = {"X-CSRFToken": client.cookies["csrftoken"].value}
    assert client.post("/api/v1/projects", headers=token, **send).status_code == 201


def test_use_of_a_token_is_noted_at_most_once_a_minute(
    viewer, django_assert_num_queries
):
    token = ApiToken.objects.get(user=viewer.user)
    viewer("GET", "/algorithms")
    token.refresh_from_db()
    first = token.last_used_at

    with django_assert_num_queries(1):  # the token itself, and no write
        viewer("GET", "/algorithms")
    token.refresh_from_db()
    assert token.last_used_at == first
    ApiToken.objects.update(last_used_at=first - timedelta(minutes=2))
    viewer("GET", "/algorithms")
    token.refresh_from_db()
    assert token.last_used_at > first
