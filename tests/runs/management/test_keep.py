"""Keepers and what they keep, as processes of their own."""

import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from runs.management.keep import is_alive
from tests.installation import REPOSITORY, wait_for

# Says its number in a file, then waits; like a worker it has a child of its own.
CHILD = """
import os, subprocess, sys, time
nap = subprocess.Popen(["sleep", "1000"])
with open(sys.argv[1], "a") as file:
    file.write(f"{os.getpid()} {nap.pid}\\n")
time.sleep(1000)
"""
# The same, but it does not end when asked.
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + CHILD


class Keeper:
    def __init__(self, folder, code=CHILD, *, owner=None, **spec):
        self.record = folder / "started"
        self.record.touch()
        command = [sys.executable, "-c", code, str(self.record)]
        default = {"env": {}, "nice": 0, "delay": 0.0, "grace": 3.0, "after": []}
        orders = {
            "owner": owner or os.getpid(),
            "locks": str(folder),
            "specs": {"thing": {"command": command, **default, **spec}},
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "runs.management.keep", "thing"],
            cwd=REPOSITORY,
            env={**os.environ, "TUNEBOARD_KEEP": json.dumps(orders)},
            stdout=subprocess.PIPE,
            text=True,
        )

    def started(self, number=1):
        """Wait for the n-th start; return the process and its child."""
        lines = wait_for(
            lambda: len(self.lines()) >= number and self.lines(), seconds=20, pause=0.02
        )
        return [psutil.Process(int(pid)) for pid in lines[number - 1].split()]

    def lines(self):
        return self.record.read_text().splitlines()

    def stop(self):
        self.process.terminate()
        return self.process.wait(10)


@pytest.fixture
def new_keeper(tmp_path):
    made = []

    def new(code=CHILD, **options):
        made.append(Keeper(tmp_path, code, **options))
        return made[-1]

    yield new
    for keeper in made:
        keeper.process.kill()
        keeper.process.wait()
        keeper.process.stdout.close()


def is_gone(process):
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_keep_starts_again_what_was_killed_and_kills_what_it_left(new_keeper):
    keeper = new_keeper()
    child, grandchild = keeper.started()

    child.kill()

    again, _ = keeper.started(2)
    assert again.pid != child.pid
    wait_for(lambda: is_gone(grandchild), seconds=5)
    assert keeper.stop() == 0
    said = keeper.process.stdout.read()
    assert said == "thing ended unexpectedly (SIGKILL); starting it again in 0.5 s\n"


def test_keep_told_to_stop_ends_all(new_keeper):
    keeper = new_keeper()
    processes = keeper.started()

    assert keeper.stop() == 0

    wait_for(lambda: all(map(is_gone, processes)), seconds=5)
    assert keeper.process.stdout.read() == ""


def test_keep_kills_what_does_not_end_when_asked(new_keeper):
    keeper = new_keeper(STUBBORN, grace=0.3)
    processes = keeper.started()
    asked = time.monotonic()

    assert keeper.stop() == 0

    assert time.monotonic() - asked < 3
    wait_for(lambda: all(map(is_gone, processes)), seconds=5)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children")
def test_keep_killed_takes_its_process_along(new_keeper):
    keeper = new_keeper()
    child, _ = keeper.started()

    keeper.process.kill()

    wait_for(lambda: is_gone(child), seconds=5)


def test_keep_ends_with_its_owner(new_keeper):
    owner = subprocess.Popen(["sleep", "1000"])
    keeper = new_keeper(owner=owner.pid)
    child, _ = keeper.started()

    owner.kill()  # and nobody waits for it: it is dead all the same

    assert keeper.process.wait(10) == 0
    assert is_gone(child)
    owner.wait()


def test_keep_second_stands_by_and_takes_over(new_keeper):
    first = new_keeper()
    first.started()
    second = new_keeper()
    time.sleep(1.0)  # long enough for it to have started something
    assert len(first.lines()) == 1

    first.process.send_signal(signal.SIGTERM)

    second.started(2)
    assert len(first.lines()) == 2


def test_keep_waits_before_first_start(new_keeper):
    asked = time.monotonic()

    new_keeper(delay=1.0).started()

    assert time.monotonic() - asked > 1.0


def test_is_alive_of_own_process_is_true():
    assert is_alive(os.getpid())


def test_is_alive_of_ended_process_is_false():
    ended = subprocess.Popen(["true"])
    ended.wait()

    assert not is_alive(ended.pid)
