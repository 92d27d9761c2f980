"""Each socket, tried as each role: it opens for those whom matrix.txt lets in."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone

from automl_site.asgi import application
from runs.announcing import ACCESS
from runs.enums import EventKind, Phase, Role
from runs.models import Run
from runs.progress import record_event
from runs.relay.doors import REFUSED, SIGNED_OUT
from tests.access import matrix
from tests.access.routes import SOCKET, socket_routes
from tests.access.world import ROLES, Person
from tests.factories import ProjectFactory, RunFactory, UserFactory

# Another thread renders: what a test writes must be committed for it to see.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
SECONDS = 60  # a busy machine takes its time


def opened_by(person, path, origin="http://testserver"):
    """Return a socket as a browser on one of our pages opens it."""
    cookies = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    headers = [(b"origin", origin.encode()), (b"cookie", cookies.encode())]
    return WebsocketCommunicator(application, path, headers=headers)


async def answer(person, path, **more):
    """Return `open`, or the code with which the socket is closed."""
    socket = opened_by(person, path, **more)
    connected, code = await socket.connect(timeout=SECONDS)
    if not connected:
        return str(code)
    # Some say why only after they have opened.
    said = await socket.receive_output(timeout=SECONDS)
    await socket.disconnect()
    return "open" if said["type"] == "websocket.send" else str(said["code"])


@sync_to_async
def somebody_of_each_role():
    users = {
        role: UserFactory(username=role, is_superuser=role == "administrator")
        for role in ROLES[1:]
    }
    project = ProjectFactory(
        **{role: users[role] for role in ("viewer", "editor", "owner")}
    )
    run = RunFactory(dataset__project=project)
    record_event(run, EventKind.NOTE, "Something to be told of.")
    people = {role: Person.signed_in(user) for role, user in users.items()}
    return {"anonymous": Person(), **people}, {"run_id": run.pk, "page": "runs"}


async def test_each_socket_answers_each_role_as_the_matrix_says():
    people, values = await somebody_of_each_role()

    measured = {}
    for route in socket_routes():
        unknown = set(route.parameters) - set(values)
        assert not unknown, f"{route.address}: no value for {unknown} in this test."
        path = route.path(values)
        measured[route] = {role: await answer(people[role], path) for role in ROLES}

    rows = matrix.read(matrix.FILE.read_text())
    sockets = [row for row in rows if row.route.method == SOCKET]
    found = matrix.differences(sockets, measured)
    if found:
        pytest.fail("\n".join(found), pytrace=False)


async def test_page_of_another_site_opens_no_socket():
    people, values = await somebody_of_each_role()
    path = f"/ws/runs/{values['run_id']}/"

    assert await answer(people["owner"], path) == "open"
    for origin in ("https://evil.example", "null"):
        assert await answer(people["owner"], path, origin=origin) != "open"


# --- Sockets that are open ----------------------------------------------------------------


def delete_session(user):
    Session.objects.all().delete()


def let_session_run_out(user):
    Session.objects.update(expire_date=timezone.now())


def switch_off(user):
    User.objects.filter(pk=user.pk).update(is_active=False)


def change_password(user):
    user.set_password("another fine horse")
    user.save()


def send_away(user):
    user.memberships.all().delete()


def delete_run(user):
    Run.objects.all().delete()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (delete_session, SIGNED_OUT),
        (let_session_run_out, SIGNED_OUT),
        (switch_off, SIGNED_OUT),
        (change_password, SIGNED_OUT),
        (send_away, REFUSED),
        (delete_run, REFUSED),
    ],
)
async def test_open_socket_ends_with_what_let_it_in(change, code):
    people, values = await somebody_of_each_role()
    viewer = people["viewer"]
    socket = opened_by(viewer, f"/ws/runs/{values['run_id']}/")
    await socket.connect(timeout=SECONDS)
    await socket.receive_from(timeout=SECONDS)
    await asyncio.sleep(0.3)  # so that its first look, at the opening, is over

    await sync_to_async(change)(viewer.user)
    await get_channel_layer().group_send(ACCESS, {"type": "run.changed", "run_id": 0})

    while (said := await socket.receive_output(timeout=SECONDS))[
        "type"
    ] == "websocket.send":
        pass
    assert said["code"] == code
    await socket.disconnect()


async def test_open_socket_stays_when_others_leave():
    people, values = await somebody_of_each_role()
    socket = opened_by(people["viewer"], f"/ws/runs/{values['run_id']}/")
    await socket.connect(timeout=SECONDS)
    await socket.receive_from(timeout=SECONDS)

    await sync_to_async(send_away)(people["editor"].user)
    await get_channel_layer().group_send(ACCESS, {"type": "run.changed", "run_id": 0})

    assert await socket.receive_nothing(timeout=1)
    await socket.disconnect()


@pytest.mark.parametrize(
    ("who", "role", "may_pause"),
    [("viewer", Role.EDITOR, True), ("editor", Role.VIEWER, False)],
)
async def test_open_socket_goes_on_with_the_role_one_has_now(who, role, may_pause):
    people, values = await somebody_of_each_role()
    await sync_to_async(Run.objects.update)(phase=Phase.SEARCHING)
    user, pause = people[who].user, f"/runs/{values['run_id']}/pause/"
    socket = opened_by(people[who], f"/ws/runs/{values['run_id']}/")
    await socket.connect(timeout=SECONDS)
    first = await socket.receive_from(timeout=SECONDS)

    await sync_to_async(user.memberships.update)(role=role)
    await get_channel_layer().group_send(ACCESS, {"type": "run.changed", "run_id": 0})

    assert (pause in first) is not may_pause
    news = await socket.receive_from(timeout=SECONDS)
    while 'id="live-controls"' not in news:
        news = await socket.receive_from(timeout=SECONDS)
    assert (pause in news) is may_pause
    await socket.disconnect()
