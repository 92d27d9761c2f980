"""Several servers on one port: each gets connections, and one may go."""

import subprocess
import sys
from http.client import HTTPConnection

import pytest

from runs.management import listening
from tests.installation import REPOSITORY, free_port, wait_for

SERVER = """
import os, socket, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
        self.wfile.write(str(os.getpid()).encode())
    def log_message(self, *_): pass
assert sys.argv[1] == "--fd"
server = HTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
server.socket = socket.socket(fileno=int(sys.argv[2]))
server.serve_forever()
"""

pytestmark = pytest.mark.skipif(
    not listening.can_share("127.0.0.1"), reason="only Linux shares a port out"
)


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def servers(port):
    command = [
        *(sys.executable, "-m", "runs.management.listening", "127.0.0.1", str(port)),
        *(sys.executable, "-c", SERVER),
    ]
    started = [subprocess.Popen(command, cwd=REPOSITORY) for _ in range(2)]
    yield started
    for server in started:
        server.kill()
        server.wait()


def answering(port):
    """Return which process answers a new connection; None while nobody listens."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/")
        return int(connection.getresponse().read())
    except OSError:
        return None
    finally:
        connection.close()


def test_both_answer_and_one_goes_on_alone(port, servers):
    pids = {server.pid for server in servers}
    seen = set()
    wait_for(lambda: seen.add(answering(port)) or pids <= seen, seconds=60)

    servers[0].kill()
    servers[0].wait()

    wait_for(lambda: answering(port) == servers[1].pid, seconds=10)
    assert {answering(port) for _ in range(20)} == {servers[1].pid}


def test_address_of_ipv6_is_not_shared():
    assert not listening.can_share("::1")
