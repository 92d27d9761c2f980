import asyncio

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser

from runs import relay
from runs.announcing import group_name
from runs.consumers import REFUSED, RunConsumer
from runs.enums import Phase
from tests.factories import ProjectFactory, RunFactory, TrialFactory, UserFactory

# Another thread renders: what a test writes must be committed for it to see.
pytestmark = pytest.mark.django_db(transaction=True)


def socket_of(run, user):
    communicator = WebsocketCommunicator(RunConsumer.as_asgi(), f"/ws/runs/{run.pk}/")
    communicator.scope["user"] = user
    communicator.scope["url_route"] = {"kwargs": {"run_id": run.pk}}
    return communicator


@sync_to_async
def make_run(**roles):
    project = ProjectFactory(**roles)
    return RunFactory(
        dataset__project=project, phase=Phase.SEARCHING, name="A run to watch"
    )


async def announce(run):

    message = {"type": "run.changed", "run_id": run.pk}
    await get_channel_layer().group_send(group_name(run.pk), message)


async def receive_until(communicator, text):
    """Take messages until one shows `text`; return how many it took."""
    for n_messages in range(1, 100):
        if text in await communicator.receive_from(timeout=3):
            return n_messages
    raise AssertionError(f"No message shows {text}")


async def test_socket_of_a_viewer_gets_the_current_state_at_once():
    viewer = await sync_to_async(UserFactory)()
    run = await make_run(viewer=viewer)
    communicator = socket_of(run, viewer)

    connected, _ = await communicator.connect()
    message = await communicator.receive_from()

    assert connected
    for name in ("stepper", "progress", "workers", "leaderboard", "log", "controls"):
        assert f'id="live-{name}"' in message
    await communicator.disconnect()


@pytest.mark.parametrize("who", ["stranger", "anonymous"])
async def test_socket_of_somebody_elses_run_is_refused(who):
    owner = await sync_to_async(UserFactory)()
    run = await make_run(owner=owner)
    stranger = await sync_to_async(UserFactory)()
    user = stranger if who == "stranger" else AnonymousUser()

    connected, code = await socket_of(run, user).connect()

    assert (connected, code) == (False, REFUSED)


async def test_change_reaches_every_viewer():
    viewer = await sync_to_async(UserFactory)()
    run = await make_run(viewer=viewer)
    sockets = [socket_of(run, viewer) for _ in range(3)]
    for communicator in sockets:
        await communicator.connect()
        await communicator.receive_from()
    await sync_to_async(TrialFactory)(run=run, number=4, value=0.8125)

    await announce(run)

    for communicator in sockets:
        await receive_until(communicator, "0.8125")
        await communicator.disconnect()


async def test_many_changes_become_few_messages_and_the_last_state_arrives():
    viewer = await sync_to_async(UserFactory)()
    run = await make_run(viewer=viewer)
    communicator = socket_of(run, viewer)
    await communicator.connect()
    await communicator.receive_from()
    for number in range(20):
        await sync_to_async(TrialFactory)(run=run, number=number, value=number / 100)
        await announce(run)

    assert await receive_until(communicator, "0.1900") < 20
    await communicator.disconnect()


async def test_only_editors_get_buttons():
    editor, viewer = [await sync_to_async(UserFactory)() for _ in range(2)]
    run = await make_run(editor=editor, viewer=viewer)
    messages = []
    for user in (editor, viewer):
        communicator = socket_of(run, user)
        await communicator.connect()
        messages.append(await communicator.receive_from())
        await communicator.disconnect()

    assert [f"/runs/{run.pk}/pause/" in message for message in messages] == [
        True,
        False,
    ]


async def test_slow_reader_gets_the_latest_message_only():
    slot = relay.Slot(can_edit=False)

    for number in range(100):
        slot.put(str(number))

    assert await slot.take() == "99"
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(slot.take(), 0.05)


async def test_last_viewer_ends_the_relay():
    viewer = await sync_to_async(UserFactory)()
    run = await make_run(viewer=viewer)
    communicator = socket_of(run, viewer)
    await communicator.connect()
    await communicator.receive_from()
    relays = relay.relays[asyncio.get_running_loop()]
    assert run.pk in relays

    await communicator.disconnect()

    assert run.pk not in relays
