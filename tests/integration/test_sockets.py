"""An open socket ends with what let it in: the login, or the place in the project."""

import re
import time
from contextlib import ExitStack, contextmanager

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests import workflow
from tests.installation import PASSWORD, post, wait_for

SIGNED_OUT, REFUSED = 4401, 4404
SOON = 15.0  # it is told at once, but the machine may be busy
# Nobody is told of what is deleted past the product: sockets are looked at twice a minute.
LATER = 45.0

ADD_BOB = f"""
from django.contrib.auth.models import User
print(User.objects.create_user("bob", password="{PASSWORD}").pk)
"""
END_SESSIONS = """
from django.contrib.sessions.models import Session
Session.objects.all()._raw_delete(using="default")
"""


# One test ends all sessions, so each begins with its own.
@pytest.fixture
def owner(installation):
    with installation.client() as client:
        yield client


@pytest.fixture(scope="module")
def bobs_id(installation):
    with installation.client():  # who has signed in first, by the link
        return int(installation.manage("shell", "-c", ADD_BOB).stdout.split()[-1])


@pytest.fixture
def bob(installation, bobs_id):
    with signed_in(installation, "bob") as client:
        yield client


@contextmanager
def signed_in(installation, name):
    with httpx.Client(
        base_url=installation.base_url, follow_redirects=True, timeout=30
    ) as client:
        post(client, "/accounts/login/", username=name, password=PASSWORD)
        yield client


@contextmanager
def socket(installation, client, path):
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    with connect(
        f"ws://127.0.0.1:{installation.port}{path}",
        origin=installation.base_url,
        additional_headers={"Cookie": cookies},
    ) as opened:
        opened.recv(timeout=30)
        yield opened


def code(opened, seconds):
    """Return the code with which a socket is closed within so many seconds."""
    deadline = time.monotonic() + seconds
    try:
        while (left := deadline - time.monotonic()) > 0:
            opened.recv(timeout=left)
    except ConnectionClosed as closed:
        return closed.rcvd.code
    except TimeoutError:
        return None
    return None


def test_sockets_of_one_login_end_when_it_signs_out(installation, owner, bob):
    with (
        signed_in(installation, "bob") as phone,
        socket(installation, phone, "/ws/overview/runs/") as ends,
        socket(installation, bob, "/ws/overview/runs/") as stays,
    ):
        post(phone, "/accounts/logout/")

        assert code(ends, SOON) == SIGNED_OUT
        assert code(stays, 1.0) is None


def test_socket_of_a_run_ends_when_its_viewer_is_sent_away(
    installation, owner, bob, bobs_id
):
    dataset = workflow.add_sample(owner)
    run = workflow.start_run(
        owner,
        dataset,
        algorithms=["logistic_regression"],
        seed=next(workflow.SEEDS),
    )
    page = owner.get(f"/datasets/{dataset}/").text
    members = f"{re.search(r'/projects/[0-9]+/', page)[0]}members/"
    post(owner, members, username="bob", role="viewer")

    with socket(installation, bob, f"/ws/runs/{run}/") as opened:
        post(owner, f"{members}{bobs_id}/remove/")
        assert code(opened, SOON) == REFUSED


def test_socket_ends_also_when_nobody_tells_of_it(installation, owner, bob):
    with socket(installation, bob, "/ws/overview/workers/") as opened:
        installation.manage("shell", "-c", END_SESSIONS)

        assert code(opened, LATER) == SIGNED_OUT


def test_events_reach_the_sockets_of_every_server_and_one_may_die(new_installation):
    made = new_installation(WEB_PROCESSES="2").started()
    servers = wait_for(lambda: listening(made, 2), seconds=60)
    with made.client() as client, ExitStack() as stack:
        sockets = [
            stack.enter_context(socket(made, client, "/ws/overview/runs/"))
            for _ in range(12)
        ]
        assert all(len(connections(server)) > 1 for server in servers)
        dataset = workflow.add_sample(client)
        workflow.start_run(client, dataset, algorithms=["logistic_regression"])
        for opened in sockets:
            assert opened.recv(timeout=30)

        servers[0].kill()
        wait_for(made.is_healthy, seconds=10)
        client.get("/runs/").raise_for_status()

    again = wait_for(lambda: listening(made, 2), seconds=60)
    assert servers[1] in again


def listening(made, n):
    """Return the web servers once there are so many, all with an open port."""
    found = [one for one in made.processes("daphne") if connections(one)]
    return found if len(found) == n else None


def connections(server):
    return [one for one in server.net_connections() if one.laddr]
