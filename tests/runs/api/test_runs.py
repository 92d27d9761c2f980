"""Projects, datasets and runs by the API."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from runs.enums import EventKind, Phase
from runs.models import Dataset, Project, Run, StoredAnswer
from runs.progress import record_event
from runs.services import answers
from tests.factories import DatasetFactory, ModelMetaFactory, RunFactory, TrialFactory

DOCUMENT = {
    "target": "species",
    "algorithms": ["random_forest"],
    "strategy": "random",
    "n_trials": 4,
    "cv": 3,
    "name": "By a script",
}


def started(caller, dataset, **more):
    return caller("POST", f"/datasets/{dataset.pk}/runs", json=DOCUMENT, **more)


def stored_in(dataset):
    with dataset.source.open("rb") as stream:
        return stream.read()


def test_project_is_made_and_is_its_makers(editor):
    answer = editor("POST", "/projects", json={"name": " Birds ", "description": "d"})

    assert answer.status_code == 201
    found = answer.json()
    assert answer["Location"] == found["url"] == f"/api/v1/projects/{found['id']}"
    assert (found["name"], found["role"], found["n_runs"]) == ("Birds", "owner", 0)
    assert editor("GET", f"/projects/{found['id']}").json() == found


def test_upload_goes_by_the_service_of_the_page(editor, project, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    file = SimpleUploadedFile("birds.csv", b"a,b\n1,2\n")
    data = {"project": project.pk, "file": file, "name": "Birds"}

    answer = editor("POST", "/datasets", data=data)

    dataset = Dataset.objects.get()
    found = answer.json()
    assert answer["Location"] == f"/api/v1/datasets/{dataset.pk}"
    assert (found["state"], found["name"], found["filename"]) == (
        "waiting",
        "Birds",
        "birds.csv",
    )
    assert stored_in(dataset) == b"a,b\n1,2\n"
    assert dataset.created_by == editor.user


def test_dataset_tells_its_columns(viewer, dataset):
    found = viewer("GET", f"/datasets/{dataset.pk}").json()

    assert [c["name"] for c in found["columns"]][:2] == ["species", "sex"]
    assert found["columns"][2]["median"] == 4050.0
    assert found["state"] == "ready"


def test_run_is_started_from_the_document_and_tells_it_again(editor, dataset):
    answer = started(editor, dataset)

    run = Run.objects.get()
    found = answer.json()
    assert answer.status_code == 201
    assert answer["Location"] == f"/api/v1/runs/{run.pk}"
    assert (run.name, run.n_splits, run.n_trials, run.created_by) == (
        "By a script",
        3,
        4,
        editor.user,
    )
    again = editor("POST", f"/datasets/{dataset.pk}/runs", json=found["configuration"])
    assert again.json()["configuration"] == found["configuration"]


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"max_trials": 99999999999999999999}, "#/max_trials"),
        ({"time_budget": 1e300}, "#/time_budget"),
        ({"target_score": 5}, "#/target_score"),
        ({"algorithms": ["rf", "nope"]}, "#/algorithms/1"),
        ({"algorithms": ["rf", 5]}, "#/algorithms/1"),
        ({"algorithms": {"nope": {}}}, "#/algorithms/nope"),
        ({"spaces": {"nope": {}}}, "#/spaces/nope"),
        ({"algorithms": {"svm": {"C": []}}}, "#/algorithms/svm/C"),
        ({"algorithms": {"rf": [1]}}, "#/algorithms/rf"),
        ({"grids": {"rf": {"trees": [1]}}}, "#/grids/rf/trees"),
        ({"metrics": ["accuracy", "nope"]}, "#/metrics/1"),
        ({"exclude": ["sex", "nope"]}, "#/exclude/1"),
        ({"strategy": "halving", "halving": {"rate": 3}}, "#/halving/rate"),
        ({"enqueued": [5]}, "#/enqueued/0"),
        (
            {"enqueued": [{"algorithm": "nope", "params": {}}]},
            "#/enqueued/0/algorithm",
        ),
        (
            {
                "enqueued": [
                    {"algorithm": "rf", "params": {}},
                    {"algorithm": "rf", "params": {"max_depth": -1}},
                ]
            },
            "#/enqueued/1/params/max_depth",
        ),
    ],
)
def test_what_is_wrong_is_named_by_its_place_in_the_document(
    more, place, editor, dataset
):
    document = {"target": "species", "scoring": "accuracy", **more}

    answer = editor("POST", f"/datasets/{dataset.pk}/runs", json=document)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [place]


def test_steering_is_noted_for_the_lifecycle(editor, dataset):
    run = RunFactory(dataset=dataset, phase=Phase.SEARCHING)

    answer = editor("POST", f"/runs/{run.pk}/pause")

    run.refresh_from_db()
    assert (answer.status_code, run.wish) == (202, "pause")
    messages = [
        e["message"] for e in editor("GET", f"/runs/{run.pk}/events").json()["items"]
    ]
    assert messages == [f"Paused by {editor.user}."]


def test_run_tells_its_leader_and_states_as_people_read_them(viewer, dataset):
    run = RunFactory(
        dataset=dataset,
        scoring="log_loss",
        phase=Phase.FINISHED,
        best_value=-0.2,
        baseline_value=-1.1,
    )
    TrialFactory(run=run, number=0, value=-0.4)
    TrialFactory(run=run, number=1, value=-0.2)
    TrialFactory(run=run, number=2, value=None, state="failed", error="No.")

    found = viewer("GET", f"/runs/{run.pk}").json()

    assert found["greater_is_better"] is False
    assert (found["best_value"], found["baseline_value"]) == (0.2, 1.1)
    assert (found["leader"]["number"], found["leader"]["value"]) == (1, 0.2)
    assert found["trials_by_state"]["failed"] == 1
    assert found["troubles"] == [{"kind": "failed", "reason": "No.", "n_trials": 1}]


def test_events_go_on_after_the_last_one_known(viewer, dataset):
    run = RunFactory(dataset=dataset)
    for number in range(3):
        record_event(run, EventKind.NOTE, f"note {number}")
    path = f"/runs/{run.pk}/events"

    first = viewer("GET", f"{path}?limit=2").json()
    rest = viewer("GET", f"{path}?since={first['last_id']}").json()

    assert [e["message"] for e in first["items"]] == ["note 0", "note 1"]
    assert first["has_more"]
    assert [e["message"] for e in rest["items"]] == ["note 2"]
    assert not rest["has_more"]
    end = viewer("GET", f"{path}?since={rest['last_id']}").json()
    assert end == {"items": [], "last_id": rest["last_id"], "has_more": False}


def test_models_of_a_run_come_best_first(viewer, dataset):
    run = RunFactory(dataset=dataset)
    for number, value in enumerate([0.7, 0.9, 0.8]):
        ModelMetaFactory(trial=TrialFactory(run=run, number=number, value=value))

    found = viewer("GET", f"/runs/{run.pk}/models?limit=2").json()
    path = f"/runs/{run.pk}/models?cursor={found['next_cursor']}"
    rest = viewer("GET", path).json()

    assert [m["trial"] for m in found["items"] + rest["items"]] == [1, 2, 0]
    model = viewer("GET", found["items"][0]["url"].removeprefix("/api/v1")).json()
    assert (model["metrics"], model["artifacts"]) == ({"accuracy": 0.91}, [])


def test_algorithms_and_presets_can_be_named_in_a_document(viewer):
    algorithms = viewer("GET", "/algorithms").json()["items"]
    presets = viewer("GET", "/presets").json()["items"]

    forest = next(a for a in algorithms if a["name"] == "random_forest")
    assert set(forest["grids"]) == set(forest["tasks"])
    assert "min_samples_leaf" in forest["grids"]["regression"]
    assert "balanced" in [p["name"] for p in presets]


@pytest.mark.parametrize("path", ["/projects", "/datasets", "/runs"])
def test_list_takes_as_many_queries_for_many_rows(path, viewer, project):
    def queries():
        with CaptureQueriesContext(connection) as found:
            assert viewer("GET", path).status_code == 200
        return len(found)

    RunFactory(dataset=DatasetFactory(project=project))
    queries()  # the use of the token is noted once
    one = queries()
    for _ in range(3):
        RunFactory(dataset=DatasetFactory(project=project))

    assert queries() == one <= 4


def test_pages_of_a_list_have_every_row_once_while_rows_come(viewer, project):
    datasets = [DatasetFactory(project=project) for _ in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        more = f"&cursor={cursor}" if cursor else ""
        found = viewer("GET", f"/datasets?limit=2{more}").json()
        seen += [item["id"] for item in found["items"]]
        cursor = found["next_cursor"]
        DatasetFactory(project=project)  # newer: would shift numbered pages

    assert seen == [d.pk for d in reversed(datasets)]


# --- ETag ---------------------------------------------------------------------------


def test_answer_that_is_known_is_304_until_it_changes(viewer, dataset):
    path = f"/datasets/{dataset.pk}"
    etag = viewer("GET", path)["ETag"]
    known = {"If-None-Match": etag}

    answer = viewer("GET", path, headers=known)
    assert (answer.status_code, answer.content) == (304, b"")
    Dataset.objects.update(name="Other")
    assert viewer("GET", path, headers=known).status_code == 200


# --- Idempotency --------------------------------------------------------------------

KEY = {"Idempotency-Key": "2f1c"}


def test_same_key_again_creates_nothing_and_gets_the_first_answer(editor, dataset):
    first = started(editor, dataset, headers=KEY)
    again = started(editor, dataset, headers=KEY)

    assert Run.objects.count() == 1
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Location"] == first["Location"]
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first


def test_same_key_with_another_body_is_422(editor, dataset):
    started(editor, dataset, headers=KEY)

    other = editor("POST", "/projects", json={"name": "a"}, headers=KEY)

    assert other.status_code == 422
    assert other.json()["errors"][0]["parameter"] == "Idempotency-Key"
    assert not Project.objects.filter(name="a").exists()


def test_key_belongs_to_its_user(editor, viewer):
    for caller in (editor, viewer):
        caller("POST", "/projects", json={"name": "a"}, headers=KEY)

    assert Project.objects.filter(name="a").count() == 2


def test_request_that_created_nothing_can_be_tried_again(editor, dataset):
    path = f"/datasets/{dataset.pk}/runs"
    wrong = editor("POST", path, json={"target": "nothing"}, headers=KEY)
    assert wrong.status_code == 422

    assert started(editor, dataset, headers=KEY).status_code == 201


def test_key_is_forgotten_after_a_day(editor, dataset):
    started(editor, dataset, headers=KEY)
    StoredAnswer.objects.update(claimed_at=before(answers.KEPT))

    assert (
        editor("POST", "/projects", json={"name": "a"}, headers=KEY).status_code == 201
    )


def test_key_in_use_is_409_until_its_request_is_given_up(editor, dataset):
    started(editor, dataset, headers=KEY)
    StoredAnswer.objects.update(status=None)

    assert started(editor, dataset, headers=KEY).status_code == 409
    StoredAnswer.objects.update(claimed_at=before(answers.GIVEN_UP))
    assert started(editor, dataset, headers=KEY).status_code == 201


def before(span):
    return StoredAnswer.objects.get().claimed_at - span


def test_upload_again_with_its_key_is_stored_once(editor, project, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    def sent(content):
        file = SimpleUploadedFile("birds.csv", content)
        data = {"project": project.pk, "file": file}
        return editor("POST", "/datasets", data=data, headers=KEY)

    first, again = sent(b"a,b\n1,2\n"), sent(b"a,b\n1,2\n")

    assert again.json() == first.json()
    assert sent(b"a,b\n1,3\n").status_code == 422
    assert Dataset.objects.count() == 1
    assert stored_in(Dataset.objects.get()) == b"a,b\n1,2\n"


def test_key_that_is_no_text_is_422(editor):
    for key in ("", "x" * 256):
        answer = editor(
            "POST",
            "/projects",
            json={"name": "a"},
            headers={"Idempotency-Key": key},
        )
        assert answer.status_code == 422
    assert json.loads(answer.content)["errors"][0]["parameter"] == "Idempotency-Key"
