"""A user has so many sockets at most in a web process, of pages and programs together."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator

from automl_site.asgi import application
from runs.consumers import OverviewConsumer
from runs.relay.places import FULL, PlacedConsumer, taken
from tests.factories import ProjectFactory, RunFactory, UserFactory
from tests.runs.api.conftest import Caller

# Another thread looks: what a test writes must be committed for it to see.
pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 10


@pytest.fixture(autouse=True)
def two_places(settings):
    settings.SOCKETS_A_USER = 2


def of_page(user):
    communicator = WebsocketCommunicator(OverviewConsumer.as_asgi(), "/ws/overview/")
    communicator.scope["user"] = user
    communicator.scope["url_route"] = {"kwargs": {"page": "workers"}}
    return communicator


def of_program(run, caller):
    headers = [(b"authorization", f"Bearer {caller.secret}".encode())]
    path = f"/ws/v1/runs/{run.pk}/events"
    return WebsocketCommunicator(application, path, headers=headers)


async def opened(communicator):
    """Open a socket and return it, if it may stay; else the message that closes it."""
    connected, _ = await communicator.connect(timeout=SECONDS)
    assert connected
    return communicator


async def closed(communicator):
    message = await communicator.receive_output(timeout=SECONDS)
    await communicator.disconnect(timeout=SECONDS)
    return message


async def n_taken(user):
    return taken.get(asyncio.get_running_loop(), {}).get(user.pk, 0)


async def test_socket_beyond_the_limit_is_closed_with_its_code_until_one_leaves():
    user, other = [await sync_to_async(UserFactory)() for _ in range(2)]
    first, second = [await opened(of_page(user)) for _ in range(2)]

    refused = await closed(await opened(of_page(user)))
    assert (refused["type"], refused["code"]) == ("websocket.close", FULL)
    assert "2 sockets" in refused["reason"]
    assert len(refused["reason"].encode()) <= 123
    theirs = await opened(of_page(other))
    assert (await theirs.receive_output(timeout=SECONDS))["type"] == "websocket.send"

    await first.disconnect(timeout=SECONDS)
    again = await opened(of_page(user))
    assert (await again.receive_output(timeout=SECONDS))["type"] == "websocket.send"
    for communicator in (second, theirs, again):
        await communicator.disconnect(timeout=SECONDS)
    assert await n_taken(user) == await n_taken(other) == 0


async def test_programs_and_pages_of_a_user_are_counted_together():
    user = await sync_to_async(UserFactory)()
    project = await sync_to_async(ProjectFactory)(viewer=user)
    run = await sync_to_async(RunFactory)(dataset__project=project, phase="searching")
    tokens = [await sync_to_async(Caller.new)(user) for _ in range(2)]
    page = await opened(of_page(user))
    program = await opened(of_program(run, tokens[0]))
    for _ in range(100):
        if await n_taken(user) == 2:
            break
        await asyncio.sleep(0.05)

    refused = await closed(await opened(of_program(run, tokens[1])))

    assert (refused["type"], refused["code"]) == ("websocket.close", FULL)
    for communicator in (page, program):
        await communicator.disconnect(timeout=SECONDS)
    assert await n_taken(user) == 0


async def test_without_a_limit_all_may_stay(settings):
    settings.SOCKETS_A_USER = 0
    user = await sync_to_async(UserFactory)()

    sockets = [await opened(of_page(user)) for _ in range(4)]

    for communicator in sockets:
        first = await communicator.receive_output(timeout=SECONDS)
        assert first["type"] == "websocket.send"
        await communicator.disconnect(timeout=SECONDS)


async def test_place_is_free_again_after_a_mistake_or_when_it_is_given_up():
    class Broken(PlacedConsumer):
        channel_layer_alias = None

        async def connect(self):
            assert self.takes_place(7)
            await self.accept()

        async def receive(self, text_data=None, bytes_data=None):
            raise ValueError(text_data)

    broken = WebsocketCommunicator(Broken.as_asgi(), "/")
    await broken.connect(timeout=SECONDS)
    given_up = WebsocketCommunicator(Broken.as_asgi(), "/")
    await given_up.connect(timeout=SECONDS)
    assert taken[asyncio.get_running_loop()][7] == 2

    await broken.send_to(text_data="a mistake")
    with pytest.raises(ValueError, match="a mistake"):
        await broken.receive_output(timeout=SECONDS)
    given_up.future.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up.future

    assert 7 not in taken[asyncio.get_running_loop()]
