import pytest
from django.core.exceptions import ValidationError

from runs.enums import EventKind, Phase, Wish
from runs.models import Run, RunEvent, Trial
from runs.services import runs as services
from tests.factories import RunFactory, TrialFactory, UserFactory

pytestmark = pytest.mark.django_db

ASKING = {
    Wish.PAUSE: (services.pause_run, Phase.SEARCHING),
    Wish.RESUME: (services.resume_run, Phase.PAUSED),
    Wish.STOP: (services.stop_run, Phase.SEARCHING),
}


@pytest.mark.parametrize("wish", ASKING)
def test_wish_is_noted_with_who_asked(wish):
    ask, phase = ASKING[wish]
    run, user = RunFactory(phase=phase), UserFactory()

    ask(run, user=user)

    run.refresh_from_db()
    event = run.events.get(kind=EventKind.STEERING)
    assert run.wish == wish
    assert run.phase == phase  # only the lifecycle changes it
    assert event.actor == user


@pytest.mark.parametrize("wish", ASKING)
@pytest.mark.parametrize("phase", [*Phase.ended(), Phase.REFITTING])
def test_wish_that_comes_too_late_is_refused_and_leaves_no_trace(wish, phase):
    ask, _ = ASKING[wish]
    run = RunFactory(phase=phase)

    with pytest.raises(ValidationError, match=phase.label.lower()):
        ask(run, user=UserFactory())

    run.refresh_from_db()
    assert run.wish == Wish.NONE
    assert not RunEvent.objects.filter(run=run).exists()


def test_delete_run_takes_trials_and_events_with_it():
    run, user = RunFactory(phase=Phase.SEARCHING), UserFactory()
    TrialFactory(run=run)
    services.stop_run(run, user=user)

    services.delete_run(run, user=user)

    assert not Run.objects.exists()
    assert not Trial.objects.exists()
    assert not RunEvent.objects.exists()
