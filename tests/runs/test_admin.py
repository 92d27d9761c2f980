import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from runs import admin
from runs.enums import EventKind, Phase, Role
from runs.models import Dataset, Membership, Project, Run, RunEvent, Trial
from runs.services import runs as run_services
from tests.factories import (
    DatasetFactory,
    ModelMetaFactory,
    ProjectFactory,
    RunFactory,
    TrialFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
MODELS = ["project", "dataset", "run", "trial", "runevent"]


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture
def root(client):
    user = UserFactory(username="root", is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


def url(name, *args):
    return reverse(f"admin:runs_{name}", args=args)


def stored(files):
    return [path for path in files.rglob("*") if path.is_file()]


def everything():
    """Make one of each model, and return the run."""
    run = RunFactory(best_value=0.9, dataset__source=ContentFile(b"a", name="a.csv"))
    TrialFactory(run=run)
    RunEvent.objects.create(run=run, kind=EventKind.NOTE, message="Noted.")
    return run


@pytest.mark.parametrize("model", MODELS)
def test_list_and_search_and_page_of_each_model_are_shown(client, root, model):
    run = everything()
    rows = {
        "project": run.project,
        "dataset": run.dataset,
        "run": run,
        "trial": run.trials.get(),
        "runevent": run.events.get(),
    }

    assert client.get(url(f"{model}_changelist")).status_code == 200
    assert client.get(url(f"{model}_changelist"), {"q": "1"}).status_code == 200
    assert client.get(url(f"{model}_change", rows[model].pk)).status_code == 200


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize(
    ("model", "queries"),
    # Session, user and log-in checks, count, rows; date hierarchies look for their ends.
    [("project", 7), ("dataset", 6), ("run", 7), ("trial", 4), ("runevent", 4)],
)
def test_list_makes_a_fixed_number_of_queries(
    client, root, n, model, queries, django_assert_max_num_queries
):
    for _ in range(n):
        everything()

    with django_assert_max_num_queries(queries):
        client.get(url(f"{model}_changelist"))


@pytest.mark.parametrize("model", ["trial", "runevent"])
def test_record_of_a_search_cannot_be_edited_added_or_deleted(client, root, model):
    run = everything()
    row = run.trials.get() if model == "trial" else run.events.get()

    assert client.get(url(f"{model}_add")).status_code == 403
    assert client.post(url(f"{model}_change", row.pk), {}).status_code == 403
    assert (
        client.post(url(f"{model}_delete", row.pk), {"post": "yes"}).status_code == 403
    )


@pytest.mark.parametrize("model", ["dataset", "run"])
def test_what_workers_write_cannot_be_edited_or_added(client, root, model):
    run = everything()
    row = run if model == "run" else run.dataset

    assert client.get(url(f"{model}_add")).status_code == 403
    assert client.post(url(f"{model}_change", row.pk), {}).status_code == 403


def test_trials_are_filtered_by_algorithm_and_run(client, root):
    forest = TrialFactory(algorithm="random_forest")
    TrialFactory(run=forest.run, algorithm="ridge")
    TrialFactory()

    address = f"{url('trial_changelist')}?run__id__exact={forest.run.pk}"
    of_run = client.get(address).context["cl"]
    both = client.get(f"{address}&algorithm=random_forest").context["cl"]

    assert of_run.result_count == 2
    assert list(both.result_list) == [forest]


def test_project_is_given_members_in_its_page(client, root):
    bob = UserFactory()
    project = ProjectFactory()

    client.post(
        url("project_change", project.pk),
        {
            "name": "Renamed",
            "description": "",
            "memberships-TOTAL_FORMS": "1",
            "memberships-INITIAL_FORMS": "0",
            "memberships-0-user": bob.pk,
            "memberships-0-role": "editor",
        },
    )

    assert Project.objects.get().name == "Renamed"
    assert Membership.objects.get().role == Role.EDITOR


def act(client, model, action, rows, **more):
    data = {"action": action, "_selected_action": [row.pk for row in rows], **more}
    return client.post(url(f"{model}_changelist"), data, follow=True)


def test_stop_stops_those_that_can_be_stopped_and_says_which_cannot(
    client, root, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(run_services.advance_run, "delay", lambda pk: None)
    working = RunFactory(phase=Phase.SEARCHING)
    done = RunFactory(phase=Phase.FINISHED, name="Done one")

    response = act(client, "run", "stop", [working, done])

    working.refresh_from_db()
    assert working.wish == "stop"
    assert working.events.get().actor == root
    page = response.content.decode()
    assert "1 run is stopping." in page
    assert "Done one: A run that is finished cannot be stopped." in page


@pytest.mark.parametrize(
    ("model", "which"),
    [
        ("project", lambda run: run.project),
        ("dataset", lambda run: run.dataset),
    ],
)
def test_delete_selected_removes_rows_and_files(
    client, root, files, django_capture_on_commit_callbacks, model, which
):
    run = RunFactory(
        phase=Phase.FINISHED,
        dataset__source=ContentFile(b"a", name="a.csv"),
        dataset__table=ContentFile(b"b", name="b.parquet"),
    )
    kept = DatasetFactory(source=ContentFile(b"c", name="c.csv"))
    ModelMetaFactory(trial__run=run)
    assert len(stored(files)) == 3

    with django_capture_on_commit_callbacks(execute=True):
        act(client, model, "delete_selected", [which(run)], post="yes")

    assert list(Dataset.objects.all()) == [kept]
    assert not Run.objects.exists()
    assert [path.read_bytes() for path in stored(files)] == [b"c"]


def test_delete_says_how_much_goes_in_counts(client, root):
    run = everything()
    TrialFactory.create_batch(4, run=run)
    ModelMetaFactory(trial=run.trials.first())

    response = client.get(url("project_delete", run.project.pk))

    assert dict(response.context["model_count"]) == {
        "projects": 1,
        "datasets": 1,
        "runs": 1,
        "trials": 5,
        "run events": 1,
        "models": 1,
        "memberships": 0,
        "artifacts": 0,
        "predictions": 0,
        "target profiles": 0,
        "reading previews": 0,
        "preflights": 0,
        "saved presets": 0,
        "parameter importances": 0,
        "computations": 0,
        "stage changes": 0,
    }
    assert "Trial 0" not in response.content.decode()


@pytest.mark.parametrize("model", ["project", "dataset"])
def test_delete_of_what_a_run_is_working_on_is_refused_with_its_name(
    client, root, model
):
    run = RunFactory(phase=Phase.SEARCHING, name="Busy one")
    row = run.project if model == "project" else run.dataset

    page = client.get(url(f"{model}_delete", row.pk)).content.decode()
    act(client, model, "delete_selected", [row], post="yes")

    assert "The run “Busy one” is still working: stop it first." in page
    assert Run.objects.filter(pk=run.pk).exists()


def test_cascade_counts_are_what_a_deletion_removes():
    run = everything()
    ModelMetaFactory(trial=TrialFactory(run=run))
    counts = admin.cascade_counts(Project.objects.filter(pk=run.project.pk))

    n_rows, removed = run.project.delete()

    assert sum(counts.values()) == n_rows
    assert counts["trials"] == removed["runs.Trial"]


def test_delete_by_staff_without_the_permission_is_403(client):
    client.force_login(UserFactory(is_staff=True))
    run = RunFactory()

    assert client.post(url("run_delete", run.pk), {"post": "yes"}).status_code == 403
    assert Run.objects.exists()
    assert not Trial.objects.exists()
