"""`manage.py serve` as its user meets it: starting, refusing, ending."""

import os
import signal
import socket

import httpx
import pytest

from tests.installation import USERNAME, wait_for


def test_serve_started_answers_healthy(installation):
    health = installation.health()

    assert health == {
        "status": "ok",
        "database": "ok",
        "broker": "ok",
        "channel_layer": "ok",
        "workers": 2,
    }


def test_serve_started_says_address_last(installation):
    last = installation.start_output.rstrip().splitlines()[-1]

    assert last == f"Tuneboard is running at {installation.base_url} (Ctrl-C stops it)"


def test_serve_second_in_same_home_refuses(installation):
    second = installation.manage("serve", check=False)

    assert second.returncode == 1
    assert second.stderr.strip() == (
        f"Tuneboard is already running at {installation.base_url}"
        f" (process {installation.server.pid})."
    )
    assert installation.is_healthy()


def test_services_of_command_beside_server_are_shared(installation):
    workers = {p.pid for p in installation.processes("celery")}

    installation.manage(
        "shell",
        "-c",
        "from runs.management.installation import services\nwith services(): pass",
    )

    assert {p.pid for p in installation.processes("celery")} == workers
    assert installation.is_healthy()


def test_serve_port_taken_says_how_to_choose_another(new_installation):
    made = new_installation()
    with socket.socket() as other:
        other.bind(("127.0.0.1", made.port))
        other.listen()

        answer = made.manage("serve", check=False)

    assert answer.returncode == 1
    assert answer.stderr.strip() == (
        f"Port {made.port} is in use by another program."
        f" Choose another one, for example: make run PORT={made.port + 1}"
    )
    assert made.processes() == []


def test_serve_life_of_first_account(new_installation):
    """One test, since each start costs seconds: link, Ctrl-C, second start, used link."""
    made = new_installation().started()
    first_link = made.welcome_link()
    assert made.stop() == 0
    assert made.processes() == []
    assert "Traceback" not in made.output()

    made.log.write_text("")
    made.started()
    second_link = made.welcome_link()
    assert second_link != first_link

    with made.client() as client:
        assert client.get("/").status_code == 200
    for link in (first_link, second_link):
        stranger = httpx.get(link)
        assert stranger.status_code == 410
        assert "make run" in stranger.text
    with made.client() as again:
        assert USERNAME in again.get("/").text

    assert made.stop() == 0
    made.log.write_text("")
    made.started()
    assert "/welcome/" not in made.output()


def test_serve_terminated_ends_all(new_installation):
    made = new_installation().started()

    made.server.send_signal(signal.SIGTERM)

    assert made.server.wait(15) == 0
    assert made.processes() == []


def test_serve_killed_in_deep_folder_ends_all_and_starts_again(
    new_installation, tmp_path
):
    # Deeper than the path of a Unix socket may be long.
    deep = tmp_path.joinpath(*["a folder with a rather long name"] * 5)
    made = new_installation(deep).started()

    made.server.kill()
    made.server.wait()

    wait_for(lambda: made.processes() == [], seconds=15)
    assert made.started().is_healthy()


@pytest.mark.skipif(os.name != "posix", reason="permissions")
def test_serve_home_is_private(installation):
    private = ["secret_key", "tuneboard.lock", "valkey.sock"]

    modes = {n: (installation.home / n).stat().st_mode & 0o077 for n in private}

    assert modes == dict.fromkeys(private, 0)


def test_stranger_is_sent_to_sign_in(installation):
    answer = httpx.get(f"{installation.base_url}/", follow_redirects=True)

    assert answer.status_code == 200
    assert "/accounts/login/" in str(answer.url)
