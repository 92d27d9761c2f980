"""Commands bring their own workers, share them, and leave nothing running."""

import os
import signal
import subprocess
import sys

import pytest

from tests.installation import REPOSITORY, wait_for

SAY = """
import sys, time
from pathlib import Path
from runs.management.installation import services
from runs.workers import live_workers

with services():
    print(live_workers(), flush=True)
    while Path(sys.argv[1]).exists():
        time.sleep(0.1)
    print(live_workers(), flush=True)
"""


class Command:
    """A command that has services until it is let go."""

    def __init__(self, installation, name):
        self.hold = installation.home / f"hold-{name}"
        self.hold.touch()
        code = f"import sys; sys.argv = ['x', {str(self.hold)!r}]\n{SAY}"
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
            cwd=REPOSITORY,
            env=installation.environment,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def says(self):
        return self.process.stdout.readline().strip()

    def let_go(self):
        self.hold.unlink()
        says = self.says()
        self.process.wait(30)
        self.process.stdout.close()
        return says


@pytest.fixture
def made(new_installation):
    return new_installation()


def test_services_of_two_commands_are_shared_and_taken_over(made):
    first = Command(made, "first")
    assert first.says() == "2"
    workers = {p.pid for p in made.worker_children()}

    second = Command(made, "second")
    assert second.says() == "2"
    assert {p.pid for p in made.worker_children()} == workers

    assert first.let_go() == "2"
    wait_for(lambda: len(made.worker_children()) == 2, seconds=60)
    assert not workers & {p.pid for p in made.worker_children()}
    second.let_go()
    assert made.processes() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_services_of_ended_command_end(made, number):
    command = Command(made, "only")
    assert command.says() == "2"

    os.killpg(command.process.pid, number)

    command.process.wait(30)
    command.process.stdout.close()
    wait_for(lambda: made.processes() == [], seconds=15)
