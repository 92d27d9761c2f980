import pytest
from django.urls import reverse

from runs.enums import EventKind, Level
from runs.models import RunEvent
from tests.factories import (
    DatasetFactory,
    ProjectFactory,
    RunFactory,
    TrialFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def run(client):
    user = UserFactory()
    client.force_login(user)
    return RunFactory(dataset=DatasetFactory(project=ProjectFactory(owner=user)))


def write(run, n, *, level=Level.INFO, text="Line"):
    return RunEvent.objects.bulk_create(
        RunEvent(run=run, kind=EventKind.NOTE, level=level, message=f"{text} {i}")
        for i in range(n)
    )


def log(client, run, **asked):
    return client.get(reverse("runs:run_log", args=[run.pk]), asked)


def test_log_shows_the_newest_lines_and_leads_to_the_earlier_ones(client, run):
    events = write(run, 60)

    page = log(client, run)

    assert [line.pk for line in page.context["lines"]] == [
        event.pk for event in reversed(events[10:])
    ]
    earlier = client.get(f"{page.wsgi_request.path}?{page.context['older']}")
    assert [line.message for line in earlier.context["lines"]] == [
        f"Line {i}" for i in range(9, -1, -1)
    ]
    assert earlier.context["older"] == ""


def test_log_filters_by_level_and_text(client, run):
    write(run, 2)
    write(run, 2, level=Level.WARNING, text="Slow")
    write(run, 1, level=Level.ERROR, text="Slow disk")

    page = log(client, run, level="warning", text="slow")
    assert len(page.context["lines"]) == 3
    page = log(client, run, level="error")
    assert [line.message for line in page.context["lines"]] == ["Slow disk 0"]


@pytest.mark.parametrize(
    "asked", [{"level": "loud"}, {"before": "x"}, {"before": "9" * 30}, {"before": "²"}]
)
def test_log_with_an_unknown_filter_shows_everything(client, run, asked):
    write(run, 3)

    assert len(log(client, run, **asked).context["lines"]) == 3


def test_log_asked_by_script_is_its_lines_alone(client, run):
    write(run, 60)

    answer = client.get(reverse("runs:run_log", args=[run.pk]), headers=HTMX)

    assert answer.text.count("<li") == 50
    assert 'data-older="before=' in answer.text
    assert "<html" not in answer.text


def test_log_of_another_s_run_is_404(client, run):
    client.force_login(UserFactory())

    assert log(client, run).status_code == 404
    assert client.get(reverse("runs:run_history", args=[run.pk])).status_code == 404


def test_few_points_of_the_history_come_with_their_spread(client, run):
    TrialFactory(run=run, number=1, value=0.5)
    TrialFactory(run=run, number=2, value=0.7)

    answer = client.get(reverse("runs:run_history", args=[run.pk]), {"few": ""}).json()

    assert answer["points"] == [[1, 0.5, "random_forest"], [2, 0.7, "random_forest"]]
    assert len(answer["seconds"]) == 2
    assert answer["digests"] == {"random_forest": [[0.5, 1.0], [0.7, 1.0]]}
