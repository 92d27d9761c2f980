import asyncio

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser

from runs.announcing import OVERVIEW, group_name
from runs.consumers import REFUSED, SIGNED_OUT, OverviewConsumer, RunConsumer
from runs.enums import JobState, Phase
from runs.models import ParameterImportance, Run
from runs.relay import base
from runs.relay.slots import Slot
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

    expected = REFUSED if who == "stranger" else SIGNED_OUT
    assert (connected, code) == (False, expected)


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


async def test_importance_that_is_ready_is_told_though_the_run_has_ended():
    viewer = await sync_to_async(UserFactory)()
    run = await make_run(viewer=viewer)
    await sync_to_async(Run.objects.update)(phase=Phase.FINISHED)
    asked = ParameterImportance(run=run, algorithm="random_forest", n_trials=4)
    await asked.asave()
    communicator = socket_of(run, viewer)
    await communicator.connect()
    await communicator.receive_from()
    assert await communicator.receive_nothing(timeout=1)

    asked.state = JobState.READY
    await asked.asave()
    await announce(run)

    await communicator.receive_from(timeout=3)
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
    slot = Slot(audience=False)

    for number in range(100):
        slot.put({"count": str(number)})

    assert await slot.take() == ["99"]
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(slot.take(), 0.05)


async def test_parts_that_have_not_changed_are_not_sent_again():
    slot = Slot(audience=False)
    slot.put({"log": "<one>", "title": "<same>"})
    assert await slot.take() == ["<one><same>"]

    slot.put({"log": "<two>", "title": "<same>"})
    slot.put({"log": "<three>", "title": "<same>"})

    assert await slot.take() == ["<three>"]


async def test_what_went_there_and_back_sends_nothing():
    slot = Slot(audience=False)
    slot.put({"log": "<one>"})
    await slot.take()

    slot.put({"log": "<one>"})

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(slot.take(), 0.05)


async def test_last_viewer_ends_the_relay():
    viewer = await sync_to_async(UserFactory)()
    run = await make_run(viewer=viewer)
    communicator = socket_of(run, viewer)
    await communicator.connect()
    await communicator.receive_from()
    relays = base.relays[asyncio.get_running_loop()]
    assert group_name(run.pk) in relays

    await communicator.disconnect()

    assert group_name(run.pk) not in relays


def overview_socket(user, page, query=b""):
    communicator = WebsocketCommunicator(
        OverviewConsumer.as_asgi(), f"/ws/overview/{page}/"
    )
    communicator.scope["user"] = user
    communicator.scope["query_string"] = query
    communicator.scope["url_route"] = {"kwargs": {"page": page}}
    return communicator


async def test_runs_list_shows_the_new_run_and_only_own_projects():
    viewer = await sync_to_async(UserFactory)()
    run = await make_run(viewer=viewer)
    communicator = overview_socket(viewer, "runs")
    await communicator.connect()
    await receive_until(communicator, f'id="run-{run.pk}"')
    hidden = await make_run()
    another = await sync_to_async(RunFactory)(
        dataset=run.dataset, name="The second", phase=Phase.SEARCHING
    )

    await get_channel_layer().group_send(
        OVERVIEW, {"type": "run.changed", "run_id": another.pk}
    )

    for _ in range(10):
        message = await communicator.receive_from(timeout=3)
        assert f'id="run-{hidden.pk}"' not in message
        if 'id="run-rows"' in message and "The second" in message:
            break
    else:
        raise AssertionError("The list never shows the second run")
    await communicator.disconnect()


async def test_runs_list_sends_only_the_row_that_has_changed():
    viewer = await sync_to_async(UserFactory)()
    run, still = await make_run(viewer=viewer), await make_run(viewer=viewer)
    communicator = overview_socket(viewer, "runs")
    await communicator.connect()
    for _ in range(3):  # the list and two rows
        await communicator.receive_from(timeout=3)
    await sync_to_async(Run.objects.filter(pk=run.pk).update)(best_value=0.8125)

    await get_channel_layer().group_send(
        OVERVIEW, {"type": "run.changed", "run_id": run.pk}
    )

    message = await communicator.receive_from(timeout=3)
    assert "0.8125" in message
    assert f'id="run-{still.pk}"' not in message
    assert await communicator.receive_nothing(timeout=1)
    await communicator.disconnect()


async def test_first_run_appears_on_an_empty_list():
    viewer = await sync_to_async(UserFactory)()
    communicator = overview_socket(viewer, "runs")
    await communicator.connect()
    assert await communicator.receive_from(timeout=3) == (
        '<tbody id="run-rows" hx-swap-oob="true"></tbody>'
    )

    run = await make_run(viewer=viewer)
    await get_channel_layer().group_send(
        OVERVIEW, {"type": "run.changed", "run_id": run.pk}
    )

    assert f'id="run-{run.pk}"' in await communicator.receive_from(timeout=3)
    await communicator.disconnect()


async def test_list_of_a_project_has_its_runs_alone():
    viewer = await sync_to_async(UserFactory)()
    run, elsewhere = await make_run(viewer=viewer), await make_run(viewer=viewer)
    query = f"project={run.project_id}&page=1".encode()
    communicator = overview_socket(viewer, "runs", query)
    await communicator.connect()

    messages = [await communicator.receive_from(timeout=3) for _ in range(2)]

    assert f'id="run-{run.pk}"' in "".join(messages)
    assert f'id="run-{elsewhere.pk}"' not in "".join(messages)
    assert await communicator.receive_nothing(timeout=1)
    await communicator.disconnect()


async def test_list_of_a_strangers_project_is_empty():
    viewer = await sync_to_async(UserFactory)()
    run = await make_run()
    query = f"project={run.project_id}".encode()
    communicator = overview_socket(viewer, "runs", query)
    await communicator.connect()

    assert await communicator.receive_from(timeout=3) == (
        '<tbody id="run-rows" hx-swap-oob="true"></tbody>'
    )
    await communicator.disconnect()


@pytest.mark.parametrize("page", ["runs", "workers"])
async def test_overview_of_nobody_is_refused(page):
    connected, code = await overview_socket(AnonymousUser(), page).connect()

    assert (connected, code) == (False, SIGNED_OUT)
