"""A run survives whatever is killed, and no trial is counted twice."""

import signal
from collections import Counter

import pytest

from tests import workflow
from tests.installation import wait_for

# Enough folds that the search is still going when something is killed.
LONG = {"n_splits": 10, "algorithms": ["random_forest"]}
N_TRIALS = 36


@pytest.fixture(scope="session")
def client(shared_installation):
    with shared_installation.client() as client:
        yield client


@pytest.fixture(scope="session")
def dataset(client):
    return workflow.add_sample(client)


def some_complete(client, run):
    return lambda: workflow.n_complete(client, run) >= 1


def assert_whole(installation, client, run):
    """Every trial has ended once, with a score of every fold."""
    assert workflow.wait_until_ended(client, run) == "finished"
    trials = workflow.trials_of(installation, run)
    assert Counter(t["state"] for t in trials) == {"complete": N_TRIALS}
    assert [t["number"] for t in trials] == [*range(1, N_TRIALS + 1)]  # 0: the baseline
    assert {len(t["fold_scores"]) for t in trials} == {LONG["n_splits"]}
    return trials


def test_run_goes_on_after_all_workers_were_killed(installation, client, dataset):
    run = workflow.start_run(client, dataset, **LONG, seed=next(workflow.SEEDS))
    wait_for(some_complete(client, run), seconds=60)

    assert installation.kill_workers() >= 4

    trials = assert_whole(installation, client, run)
    assert max(t["attempts"] for t in trials) >= 2


def test_run_goes_on_after_one_worker_was_killed(installation, client, dataset):
    run = workflow.start_run(client, dataset, **LONG, seed=next(workflow.SEEDS))
    wait_for(some_complete(client, run), seconds=60)

    installation.worker_children()[0].kill()

    assert_whole(installation, client, run)


def test_run_goes_on_when_the_broker_restarts_empty(installation, client, dataset):
    run = workflow.start_run(client, dataset, **LONG, seed=next(workflow.SEEDS))
    wait_for(some_complete(client, run), seconds=60)

    for server in installation.processes("valkey-server"):
        server.kill()

    assert_whole(installation, client, run)


def test_run_goes_on_after_everything_was_killed_and_started_again(new_installation):
    made = new_installation().started()
    with made.client() as client:
        run = workflow.start_run(
            client, workflow.add_sample(client), **LONG, seed=next(workflow.SEEDS)
        )
        wait_for(some_complete(client, run), seconds=60)

        for process in made.processes():
            process.send_signal(signal.SIGKILL)
        made.server.wait()
        made.started()

        assert_whole(made, client, run)


def test_run_goes_on_after_ctrl_c_and_the_attempts_do_not_count(new_installation):
    made = new_installation().started()
    with made.client() as client:
        run = workflow.start_run(
            client, workflow.add_sample(client), **LONG, seed=next(workflow.SEEDS)
        )
        wait_for(some_complete(client, run), seconds=60)

        assert made.stop() == 0
        made.started()

        trials = assert_whole(made, client, run)
    assert {t["attempts"] for t in trials} == {1}


def test_paused_run_rests_and_goes_on_when_resumed(installation, client, dataset):
    run = workflow.start_run(client, dataset, **LONG, seed=next(workflow.SEEDS))
    wait_for(some_complete(client, run), seconds=60)

    workflow.post(client, f"/runs/{run}/pause/")
    wait_for(lambda: workflow.phase(client, run) == "paused", seconds=30)
    wait_for(lambda: resting(installation, run), seconds=60, pause=0.5)
    before = workflow.n_complete(client, run)
    assert before < N_TRIALS
    workflow.post(client, f"/runs/{run}/resume/")

    assert_whole(installation, client, run)


def resting(installation, run):
    return all(t["state"] != "running" for t in workflow.trials_of(installation, run))


def test_stopped_run_keeps_what_it_found(installation, client, dataset):
    run = workflow.start_run(client, dataset, **LONG, seed=next(workflow.SEEDS))
    wait_for(some_complete(client, run), seconds=60)

    workflow.post(client, f"/runs/{run}/stop/")

    assert workflow.wait_until_ended(client, run) == "stopped"
    states = {t["state"] for t in workflow.trials_of(installation, run)}
    assert "complete" in states
    assert not states & {"waiting", "running"}
    assert "/models/" in client.get(f"/runs/{run}/").text


def test_deleted_run_leaves_the_workers_free(installation, client, dataset):
    run = workflow.start_run(client, dataset, **LONG, seed=next(workflow.SEEDS))
    wait_for(some_complete(client, run), seconds=60)

    workflow.post(client, f"/runs/{run}/delete/")

    assert client.get(f"/runs/{run}/").status_code == 404
    short = {"algorithms": ["logistic_regression"], "n_splits": 2}
    another = workflow.start_run(client, dataset, **short)
    assert workflow.wait_until_ended(client, another) == "finished"
