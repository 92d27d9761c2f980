import json
import time

import pytest
from django.urls import reverse

from runs import workers
from runs.enums import Phase, TrialState
from runs.live.fleet import fleet
from runs.models import Run, TargetProfile
from tests.factories import (
    DatasetFactory,
    ProjectFactory,
    RunFactory,
    TrialFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

ABOUT = {
    "processes": 3,
    "host": "one",
    "pid": 10,
    "memory_total": 8_000,
    "memory_available": 6_000,
    "cpu_percent": 50.0,
    "n_cores": 4,
    "children": [[12, 300, 90.0], [11, 200, 5.0], [13, 100, 0.0]],
}


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def report(monkeypatch):
    """Give a function that has workers say something of themselves."""

    def said(*abouts):
        found = [{"at": time.time(), **ABOUT, **about} for about in abouts]
        monkeypatch.setattr(workers, "heartbeats", lambda: found)
        monkeypatch.setattr(workers, "queued_messages", lambda: 4)

    return said


def busy(user, **options):
    dataset = DatasetFactory(project=ProjectFactory(owner=user))
    run = RunFactory(dataset=dataset, phase=Phase.SEARCHING, name="Mine")
    TrialFactory(run=run, number=7, state=TrialState.RUNNING, value=None, **options)
    return run


def test_process_is_shown_with_what_it_does_and_the_others_as_idle(user, report):
    report({})
    run = busy(user, worker="one/12")
    TrialFactory(run=run, number=8, state=TrialState.WAITING, value=None)

    found = fleet(user)

    [host] = found.hosts
    assert [process.pid for process in host.processes] == [11, 12, 13]
    assert [process.job and process.job.text for process in host.processes] == [
        None,
        "Mine",
        None,
    ]
    assert host.processes[1].job.url == reverse("runs:trial", args=[run.pk, 7])
    assert (found.n_busy, found.n_waiting, found.n_messages) == (1, 1, 4)
    assert host.memory_used == 2_000


def test_work_of_other_projects_is_shown_without_its_name(user, report):
    report({})
    busy(UserFactory(), worker="one/12")

    job = fleet(user).hosts[0].processes[1].job

    assert job.text == "Another project's work"
    assert job.url == ""


@pytest.mark.parametrize("phase", [Phase.PREPARING, Phase.REFITTING])
def test_preparing_and_joining_are_shown_with_the_phase(user, report, phase):
    report({})
    run = busy(user, worker="two/1")
    Run.objects.filter(pk=run.pk).update(phase=phase, lease_token="a", worker="one/11")

    job = fleet(user).hosts[0].processes[0].job

    assert (job.text, job.note) == ("Mine", phase.label.lower())


def test_work_without_a_page_of_its_own_is_named(user, report):
    report({})
    dataset = DatasetFactory(project=ProjectFactory(owner=user))
    TargetProfile.objects.create(
        dataset=dataset, target="sex", lease_token="a", worker="one/13"
    )

    assert fleet(user).hosts[0].processes[2].job.text == "Target profile"


def test_workers_of_one_host_are_together(user, report):
    report({"pid": 10}, {"pid": 20, "children": [[21, 1, 1.0]]}, {"host": "two"})

    assert [(h.name, h.n_processes) for h in fleet(user).hosts] == [
        ("one", 6),
        ("two", 3),
    ]


def test_page_without_workers_says_so(client, user, report):
    report()
    client.force_login(user)

    assert "No worker is running" in client.get(reverse("runs:workers")).text


def test_page_says_when_the_workers_cannot_be_asked(client, user, settings):
    settings.REDIS_URL = f"unix://{settings.TUNEBOARD_HOME}/nobody.sock"
    client.force_login(user)

    assert "cannot be asked" in client.get(reverse("runs:workers")).text


def test_page_without_signing_in_leads_to_the_sign_in_page(client):
    assert client.get(reverse("runs:workers")).url.startswith(reverse("login"))


def test_heartbeat_says_what_the_host_and_its_processes_use():
    about = {**workers.of_host(), "children": workers.of_children()}

    assert json.loads(json.dumps(about))["memory_total"] > 0
    assert 0 <= about["cpu_percent"] <= 100
