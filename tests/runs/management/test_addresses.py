import http.server
import ipaddress
import socket
import threading

import pytest

from runs.management import addresses
from runs.management.addresses import PortTakenError


@pytest.fixture
def listener():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_check_free_of_free_port_is_silent():
    addresses.check_free("127.0.0.1", 0)


def test_check_free_of_taken_port_names_another(listener):
    with pytest.raises(PortTakenError, match=f"make run PORT={listener + 1}"):
        addresses.check_free("127.0.0.1", listener)


def test_check_free_of_foreign_address_names_settings():
    with pytest.raises(PortTakenError, match=r"Cannot listen on 192\.0\.2\.1, port 80"):
        addresses.check_free("192.0.2.1", 8000)


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),
        ("::", "127.0.0.1"),
        ("::1", "[::1]"),
        ("[::1]", "[::1]"),
        ("tuneboard.local", "tuneboard.local"),
    ],
)
def test_local_host_is_what_this_machine_can_open(host, local):
    assert addresses.local_host(host) == local


def test_reachable_host_of_any_address_is_one_of_this_machine():
    found = addresses.reachable_host("0.0.0.0")

    assert not ipaddress.ip_address(found).is_unspecified


def test_reachable_host_of_named_address_is_itself():
    assert addresses.reachable_host("127.0.0.1") == "127.0.0.1"


class Unwell(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503)
        self.end_headers()

    def log_message(self, *args):
        pass


def test_wait_until_answering_takes_any_answer():
    with http.server.HTTPServer(("127.0.0.1", 0), Unwell) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()

        answered = addresses.wait_until_answering(
            "127.0.0.1", server.server_port, path="/", seconds=5
        )
        thread.join()

    assert answered


def test_wait_until_answering_gives_up(listener):
    assert not addresses.wait_until_answering("127.0.0.1", 1, path="/", seconds=0.05)
