"""What the page of a project joins; its forms and members are in `test_projects`."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from models_app.enums import Stage
from models_app.models import StageChange
from runs.enums import DatasetState, EventKind, Phase
from runs.models import RunEvent
from tests.factories import (
    DatasetFactory,
    ModelMetaFactory,
    ProjectFactory,
    RunFactory,
    TrialFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client):
    user = UserFactory(username="ada")
    client.force_login(user)
    return user


def look(client, project, **query):
    return client.get(reverse("runs:project", args=[project.pk]), query)


def done(response):
    way = response.context["way"]
    return [step.title for step in way.steps if step.is_done]


def next_step(response):
    way = response.context["way"]
    return way.steps[way.next_number - 1]


# --- Getting started ------------------------------------------------------------------


def test_empty_project_leads_to_a_table(client, ada):
    response = look(client, ProjectFactory(owner=ada))

    assert done(response) == []
    assert next_step(response).url == "#add-data"
    assert 'id="add-data"' in response.content.decode()


def test_table_being_read_is_the_step_that_goes_on(client, ada):
    dataset = DatasetFactory(
        project=ProjectFactory(owner=ada), state=DatasetState.READING
    )

    response = look(client, dataset.project)

    assert done(response) == []
    assert next_step(response).url == dataset.get_absolute_url()


def test_ready_table_leads_to_a_run_and_a_run_to_its_analysis(client, ada):
    dataset = DatasetFactory(project=ProjectFactory(owner=ada))
    before = next_step(look(client, dataset.project))
    run = RunFactory(dataset=dataset)
    after = next_step(look(client, dataset.project))

    assert before.url == reverse("runs:run_new", args=[dataset.pk])
    assert after.url == reverse("runs:analysis", args=[run.pk])


def test_opening_the_analysis_is_the_step_that_is_done(client, ada):
    run = RunFactory(dataset__project=ProjectFactory(owner=ada), phase=Phase.FINISHED)
    TrialFactory(run=run)

    client.get(reverse("runs:analysis", args=[run.pk]))

    assert "Look at the analysis" in done(look(client, run.project))
    assert "Look at the analysis" not in done(
        look(client, RunFactory(dataset__project=ProjectFactory(owner=ada)).project)
    )


def test_champion_leads_to_predictions_whatever_was_left_out(client, ada):
    run = RunFactory(dataset__project=ProjectFactory(owner=ada), phase=Phase.FINISHED)
    model = ModelMetaFactory(trial__run=run, stage=Stage.CHAMPION)

    response = look(client, run.project)

    assert len(done(response)) == 4
    assert next_step(response).url == reverse("models_app:predict", args=[model.pk])


def test_way_is_not_shown_to_viewers_nor_in_a_large_project(client, ada):
    viewed = ProjectFactory(viewer=ada)
    large = DatasetFactory(project=ProjectFactory(owner=ada))
    RunFactory.create_batch(10, dataset=large)

    assert "Getting started" not in look(client, viewed).content.decode()
    assert "Getting started" not in look(client, large.project).content.decode()


# --- What it joins --------------------------------------------------------------------


def test_tables_are_shown_once_with_all_their_versions_and_runs(client, ada):
    project = ProjectFactory(owner=ada)
    first = DatasetFactory(project=project)
    second = DatasetFactory(project=project, original=first, version=2)
    RunFactory(dataset=first)
    RunFactory(dataset=second)
    other = DatasetFactory(project=project)

    tables = {t.dataset.pk: t for t in look(client, project).context["tables"]}

    assert set(tables) == {second.pk, other.pk}
    assert [v.pk for v in tables[second.pk].earlier] == [first.pk]
    assert tables[second.pk].n_runs == 2
    assert tables[other.pk].n_runs == 0


def test_of_many_tables_the_newest_are_shown_until_all_are_asked_for(client, ada):
    project = ProjectFactory(owner=ada)
    DatasetFactory.create_batch(9, project=project)

    few, everything = look(client, project), look(client, project, tables="all")

    assert len(few.context["tables"]) == 8
    assert "Show all" in few.content.decode()
    assert len(everything.context["tables"]) == 9


def test_runs_are_followed_live_by_the_socket_of_this_project(client, ada):
    project = ProjectFactory(owner=ada)
    run = RunFactory(dataset__project=project, phase=Phase.SEARCHING)

    page = look(client, project).content.decode()

    address = f"/ws/overview/runs/?project={project.pk}&amp;page=1"
    assert f'ws-connect="{address}"' in page
    assert f'id="run-{run.pk}"' in page
    assert "1 at work" in page


def test_activity_joins_tables_runs_interventions_and_stages(client, ada):
    project = ProjectFactory(owner=ada)
    hour = timedelta(hours=1)
    now = timezone.now()
    run = RunFactory(
        dataset=DatasetFactory(project=project, created_at=now - 9 * hour),
        created_at=now - 8 * hour,
        finished_at=now - 5 * hour,
        phase=Phase.FAILED,
        created_by=ada,
    )
    for kind, message, data in (
        (EventKind.REQUEST, "Started by ada.", {"action": "start"}),
        (EventKind.STEERING, "Budget changed.", {}),
        (EventKind.TRIALS_ENDED, "Trial 1 ended.", {}),
    ):
        RunEvent.objects.create(
            run=run, kind=kind, message=message, data=data, at=now - 6 * hour, actor=ada
        )
    model = ModelMetaFactory(trial__run=run)
    StageChange.objects.create(
        model=model, before="candidate", after="champion", created_by=ada
    )
    RunFactory()  # another project's

    found = look(client, project).context["happenings"]

    assert [each.text for each in found] == [
        "Champion now",
        "Search failed",
        "Budget changed.",
        "Search started",
        "Table added",
    ]
    assert [each.who for each in found] == ["ada", "", "ada", "ada", ""]


def test_disk_use_counts_tables_once_however_many_versions(client, ada):
    project = ProjectFactory(owner=ada)
    first = DatasetFactory(project=project, size_bytes=1000, table_bytes=10)
    DatasetFactory(
        project=project, original=first, version=2, size_bytes=1000, table_bytes=20
    )
    ModelMetaFactory(trial__run__dataset=first, size_bytes=500)

    context = look(client, project).context

    assert dict(context["disk"])["Datasets"] == 1030
    assert dict(context["disk"])["Models"] == 500
    assert context["disk_bytes"] == 1530


def fill(project, n):
    """Make so many of everything that the page shows."""
    for number in range(n):
        dataset = DatasetFactory(project=project, created_by=UserFactory())
        DatasetFactory(project=project, original=dataset, version=2)
        run = RunFactory(
            dataset=dataset,
            created_by=UserFactory(),
            target=f"target {number}",
            phase=Phase.FINISHED,
            finished_at=timezone.now(),
        )
        RunEvent.objects.create(
            run=run, kind=EventKind.STEERING, message="x", actor=UserFactory()
        )
        TrialFactory.create_batch(2, run=run)
        model = ModelMetaFactory(trial=run.trials.first(), stage=Stage.CHAMPION)
        StageChange.objects.create(
            model=model, before="candidate", after="champion", created_by=UserFactory()
        )
        model.predictions.create(filename="rows.csv", created_by=UserFactory())
        project.memberships.create(user=UserFactory())


@pytest.mark.parametrize("n", [1, 4])
def test_page_makes_a_fixed_number_of_queries(
    client, ada, n, django_assert_num_queries
):
    project = ProjectFactory(owner=ada)
    fill(project, n)

    # session, user, project; models by target: groups, best; predictions counted,
    # models' and exports' bytes, stage changes, predictions; runs counted, tables, runs
    # a table, at work, newest, runs; uploads, begun runs, newest event, events; members,
    # may edit, may own, tables' bytes
    with django_assert_num_queries(24):
        look(client, project)
