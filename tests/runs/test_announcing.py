import time

import pytest

from runs import announcing


class Layer:
    """Takes what is sent to groups, the first time with trouble if there is some."""

    def __init__(self, *trouble):
        self.trouble = list(trouble)
        self.sent = []

    async def group_send(self, group, message):
        if self.trouble:
            raise self.trouble.pop()
        self.sent.append((group, message["run_id"]))


@pytest.fixture
def layer_of(monkeypatch):
    def make(*trouble):
        layer = Layer(*trouble)
        monkeypatch.setattr(announcing, "get_channel_layer", lambda: layer)
        return layer

    return make


def wait_until(condition):
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_hints_of_a_run_close_together_become_two_and_other_runs_have_theirs(layer_of):
    layer = layer_of()
    announcer = announcing.Announcer()

    for _ in range(100):
        announcer.announce(1)
    announcer.announce(2)
    wait_until(lambda: not announcer.busy and ("run.2", 2) in layer.sent)

    assert 1 <= layer.sent.count(("run.1", 1)) <= 3
    assert layer.sent.count(("run.2", 2)) == 1
    overview = [
        sent for sent in layer.sent if sent[0] == announcing.OVERVIEW and sent[1]
    ]
    assert 1 <= len(overview) <= 3


def test_hint_that_could_not_be_sent_is_not_the_last_one(layer_of, caplog):
    # One for the run's own group, one for the group of all.
    layer = layer_of(OSError(), OSError())
    announcer = announcing.Announcer()

    announcer.announce(1)
    wait_until(lambda: "Could not announce" in caplog.text and not announcer.busy)
    announcer.announce(1)
    wait_until(lambda: len(layer.sent) == 2)

    assert layer.sent.count(("run.1", 1)) == 1


def test_announcer_is_one_a_process(monkeypatch):
    monkeypatch.setattr(announcing, "_announcer", None)

    mine = announcing.announcer()

    assert announcing.announcer() is mine
    # As it is found after a fork.
    mine.pid += 1
    assert announcing.announcer() is not mine
