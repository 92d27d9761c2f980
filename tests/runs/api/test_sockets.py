"""The socket of a run's events: from where the client is, once each, to the end."""

import json
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.test import Client
from django.utils import timezone

from automl_site.asgi import application
from runs.api import sockets
from runs.enums import EventKind, Phase, Scope
from runs.models import ApiToken, Membership, Run, RunEvent
from runs.progress import record_event
from runs.relay import events as relay
from tests.factories import DatasetFactory, ProjectFactory, RunFactory, UserFactory
from tests.runs.api.conftest import Caller

# Another thread looks: what a test writes must be committed for it to see.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(transactional_db, monkeypatch):
    monkeypatch.setattr(relay, "LOOK_SECONDS", 0.2)
    viewer = UserFactory()
    project = ProjectFactory(viewer=viewer)
    run = RunFactory(
        dataset=DatasetFactory(project=project), phase=Phase.SEARCHING, name="Followed"
    )
    run.caller = Caller.new(viewer)
    happens(run, "one", "two", "three")
    return run


def happens(run, *words):
    return [record_event(run, EventKind.NOTE, word).pk for word in words]


def socket_of(run, caller=None, query="", headers=()):
    headers = list(headers)
    if caller is not None:
        headers.append((b"authorization", f"Bearer {caller.secret}".encode()))
    path = f"/ws/v1/runs/{run.pk}/events{query}"
    return WebsocketCommunicator(application, path, headers=headers)


async def opened(*arguments, **more):
    communicator = socket_of(*arguments, **more)
    connected, _ = await communicator.connect()
    # Refused sockets are opened too: in a handshake no code could be told.
    assert connected
    return communicator


async def received(communicator, n):
    return [json.loads(await communicator.receive_from(timeout=5)) for _ in range(n)]


async def closed_with(communicator):
    message = await communicator.receive_output(timeout=5)
    assert message["type"] == "websocket.close", message
    await communicator.disconnect()
    return message["code"]


async def test_socket_sends_what_the_list_has_and_then_what_happens(run):
    listed = await sync_to_async(run.caller)("GET", f"/runs/{run.pk}/events")
    live = await opened(run, run.caller)

    assert await received(live, 3) == listed.json()["items"]
    await sync_to_async(happens)(run, "four", "five")
    assert [e["message"] for e in await received(live, 2)] == ["four", "five"]
    await live.disconnect()


async def test_client_that_comes_back_misses_nothing_and_sees_nothing_twice(run):
    live = await opened(run, run.caller)
    first = await received(live, 2)
    await live.disconnect()
    await sync_to_async(happens)(run, "four")

    live = await opened(run, run.caller, query=f"?since={first[-1]['id']}")

    assert [e["message"] for e in await received(live, 2)] == ["three", "four"]
    await live.disconnect()


async def test_more_than_a_batch_comes_in_order(run, monkeypatch):
    monkeypatch.setattr(sockets, "BATCH", 2)
    live = await opened(run, run.caller)
    await sync_to_async(happens)(run, *"abcde")

    found = [e["message"] for e in await received(live, 8)]

    assert found == ["one", "two", "three", *"abcde"]
    await live.disconnect()


async def test_end_of_the_run_is_told_after_its_last_event(run):
    live = await opened(run, run.caller)
    await received(live, 3)
    await sync_to_async(Run.objects.filter(pk=run.pk).update)(phase=Phase.FINISHED)
    await sync_to_async(happens)(run, "the end")

    last, end = await received(live, 2)

    assert last["message"] == "the end"
    assert end == {"type": "end"}
    assert await closed_with(live) == 1000


async def test_run_that_is_over_is_sent_whole_and_ended(run):
    await sync_to_async(Run.objects.filter(pk=run.pk).update)(phase=Phase.STOPPED)
    live = await opened(run, run.caller)

    assert len(await received(live, 4)) == 4
    assert await closed_with(live) == 1000


@pytest.mark.parametrize("query", ["?since=-1", "?since=x", "?since=", "?since=1e3"])
async def test_since_that_is_no_id_is_told(run, query):
    assert await closed_with(await opened(run, run.caller, query=query)) == 4400


async def test_strangers_and_runs_that_are_not_there_are_alike(run):
    stranger = await sync_to_async(Caller.new)()
    assert await closed_with(await opened(run, stranger)) == 4404

    for pk in (run.pk + 1, 10**30):
        nowhere = Run(pk=pk)
        assert await closed_with(await opened(nowhere, run.caller)) == 4404


async def test_token_that_is_wrong_is_not_replaced_by_a_session(run):
    cookie = await sync_to_async(session_of)(run.caller.user)
    wrong = Caller(None, "tb_unknown")

    assert await closed_with(await opened(run, wrong, headers=cookie)) == 4401


async def test_token_needs_the_scope_of_reading(run):
    writes = await sync_to_async(Caller.new)(run.caller.user, scopes=[Scope.WRITE])

    assert await closed_with(await opened(run, writes)) == 4403


def revoke(run):
    ApiToken.objects.update(revoked_at=timezone.now())


def expire(run):
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def remove(run):
    Membership.objects.all().delete()


def delete(run):
    RunEvent.objects.all().delete()
    Run.objects.all().delete()


@pytest.mark.parametrize(
    ("end", "code"), [(revoke, 4401), (expire, 4401), (remove, 4404), (delete, 4404)]
)
async def test_open_socket_is_closed_when_its_right_has_ended(run, end, code):
    live = await opened(run, run.caller)
    await received(live, 3)

    await sync_to_async(end)(run)

    assert await closed_with(live) == code


# --- Browsers -------------------------------------------------------------------------


def session_of(user, origin=b"http://testserver"):
    client = Client()
    client.force_login(user)
    cookie = f"sessionid={client.cookies['sessionid'].value}".encode()
    return [(b"cookie", cookie), (b"origin", origin)]


async def test_session_follows_until_it_is_signed_out(run):
    headers = await sync_to_async(session_of)(run.caller.user)
    live = await opened(run, headers=headers)
    await received(live, 3)

    client = Client()
    client.cookies["sessionid"] = headers[0][1].decode().partition("=")[2]
    await sync_to_async(client.post)("/accounts/logout/")

    assert await closed_with(live) == 4401


async def test_nobody_is_told_to_sign_in(run):
    live = await opened(run, headers=[(b"origin", b"http://testserver")])

    assert await closed_with(live) == 4401


async def test_page_of_another_site_cannot_open_it_with_the_session(run):
    for origin in (b"http://evil.example", b""):
        headers = await sync_to_async(session_of)(run.caller.user, origin)
        connected, _ = await socket_of(run, headers=headers).connect()
        assert not connected
