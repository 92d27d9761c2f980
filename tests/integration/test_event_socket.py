"""The socket of a run's events, as a program follows it through drops to the end."""

import json

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.installation import post
from tests.integration.test_api import new_token
from tests.workflow import SEEDS, add_sample, start_run

# Makes somebody else with a token, first as a member of the run's project.
GUEST = """
from django.contrib.auth.models import User
from runs.enums import Role
from runs.models import Run
from runs.services.projects import add_member
from runs.services.tokens import create_token
user = User.objects.create_user("{name}")
print(user.pk, create_token(user=user, name="test")[1])
add_member(Run.objects.get(pk={run}).project, username="{name}", role=Role.VIEWER)
"""


@pytest.fixture(scope="module")
def token(installation):
    return new_token(installation)


def socket_of(installation, run, token, since=0):
    address = f"127.0.0.1:{installation.port}/ws/v1/runs/{run}/events?since={since}"
    headers = {"Authorization": f"Bearer {token}"}
    return connect(f"ws://{address}", additional_headers=headers)


def events_of(installation, run, token):
    url = f"{installation.base_url}/api/v1/runs/{run}/events?limit=200"
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(url, headers=headers).raise_for_status().json()["items"]


def code_of(live):
    """Return the close code, once what was sent before it has been read."""
    try:
        while True:
            live.recv(timeout=30)
    except ConnectionClosed as closed:
        return closed.rcvd.code


def test_run_is_followed_through_drops_to_its_end(installation, token):
    with installation.client() as client:
        run = start_run(client, add_sample(client), seed=next(SEEDS))
    found, n_sockets = [], 0

    while not found or found[-1].get("type") != "end":
        since = found[-1]["id"] if found else 0
        n_sockets += 1
        with socket_of(installation, run, token, since) as live:
            # Dropped after a few events, in the midst of the search.
            for _ in range(3):
                found.append(json.loads(live.recv(timeout=60)))
                if found[-1].get("type") == "end":
                    assert code_of(live) == 1000
                    break

    assert n_sockets > 3
    assert found[:-1] == events_of(installation, run, token)
    assert found[-2]["data"].get("phase") == "finished", found[-2]


def test_who_may_not_follow_is_told_by_the_close_code(installation, token):
    headers = {"Authorization": f"Bearer {token}"}
    address = f"{installation.base_url}/api/v1/runs"
    with installation.client() as client:
        # Long enough that its end is not what closes the sockets.
        run = start_run(client, add_sample(client), strategy="random", n_trials=500)
        project = httpx.get(f"{address}/{run}", headers=headers).json()["project"]
        name = f"guest{run}"
        script = GUEST.format(name=name, run=run)
        made = installation.manage("shell", "-v0", "-c", script)
        guest, secret = made.stdout.split()

        with socket_of(installation, run, "tb_unknown") as live:
            assert code_of(live) == 4401
        with socket_of(installation, run, secret) as live:
            assert json.loads(live.recv(timeout=30))["kind"] == "request"
            post(client, f"/projects/{project}/members/{guest}/remove/")
            assert code_of(live) == 4404
        with socket_of(installation, run, secret) as live:
            assert code_of(live) == 4404
    httpx.post(f"{address}/{run}/stop", headers=headers).raise_for_status()
