"""From a table to a finished run, with the running product."""

import threading
import time

import pandas as pd
import pytest
from proxy import Proxy
from tuneboard_client import (
    AuthenticationError,
    Client,
    ConflictError,
    Dataset,
    FailedError,
    InvalidRequestError,
    NotFoundError,
    Run,
    WaitTimeoutError,
)
from tuneboard_client.events import EventStream

SLOW = {"random_forest": {"n_estimators": [400], "max_depth": list(range(1, 31))}}


@pytest.fixture
def slow_run(dataset: Dataset):
    """Give a run that would take long."""
    document = dataset.configure(
        "species", algorithms=SLOW, strategy="random", max_trials=30, ensemble=False
    )
    run = dataset.start(document)
    yield run
    if not run.refresh().has_ended:
        run.stop()
        run.wait(progress=False, timeout=120)


def numbers(client: Client, run: Run) -> list[int]:
    return [one["id"] for one in client.get(f"/runs/{run.id}/events")["items"]]


# --- Projects and tables ----------------------------------------------------------------


def test_project_is_found_by_name_and_number_and_made_if_wanted(client):
    made = client.create_project("Search me", description="About it.")

    assert client.project("Search me").id == made.id
    assert client.project(made.id).description == "About it."
    with pytest.raises(NotFoundError, match="create=True"):
        client.project("Nowhere")
    assert client.project("Nowhere", create=True).name == "Nowhere"
    assert client.project("Nowhere", create=True).id == client.project("Nowhere").id
    assert {"Search me", "Nowhere"} <= {project.name for project in client.projects()}


def test_frame_and_file_are_uploaded_and_read(client, project, penguins, tmp_path):
    path = tmp_path / "some penguins.csv"
    penguins.head(50).to_csv(path, index=False)

    from_frame = project.upload(penguins, name="a frame")
    from_file = project.upload(path)

    assert (from_frame.state, from_frame.n_rows, from_frame.name) == (
        "ready",
        len(penguins),
        "a frame",
    )
    assert (from_file.n_rows, from_file.filename) == (50, "some penguins.csv")
    assert from_frame.describe().loc["species", "kind"] == "category"
    assert {from_frame.id, from_file.id} <= {one.id for one in project.datasets()}
    from_file.delete()
    with pytest.raises(NotFoundError):
        client.dataset(from_file.id)


def test_table_that_cannot_be_read_says_why(project, tmp_path):
    path = tmp_path / "broken.parquet"
    path.write_bytes(b"PAR1 this is none")

    with pytest.raises(FailedError, match=r"broken\.parquet could not be read: "):
        project.upload(path)


# --- Runs -------------------------------------------------------------------------------


def test_run_tells_its_trials_and_its_leaderboard_as_frames(client, run):
    trials, leaders = run.trials(), run.leaderboard()

    assert run.phase == "finished"
    assert sorted(trials["algorithm"]) == [
        "baseline",
        "logistic_regression",
        "logistic_regression",
        "random_forest",
    ]
    assert leaders["rank"].tolist() == [1, 2, 3]
    assert leaders["value"].is_monotonic_decreasing
    assert leaders["value"].iloc[0] == run.best_value > 0.9
    assert "baseline" not in set(leaders["algorithm"])
    assert len(run.leaderboard(2)) == 2
    forest = run.trials(algorithm="random_forest", state=["complete"])
    assert forest["param_n_estimators"].tolist() == [20]
    assert run.trials(value_min=2).empty
    with pytest.raises(InvalidRequestError, match="colour"):
        run.trials(colour="red")
    assert len(run.trial(1)["fold_metrics"]["accuracy"]) == 3


def test_leaderboard_of_an_error_begins_with_the_smallest(project, penguins):
    table = project.upload(penguins.dropna(), name="body mass")
    run = table.start(
        table.configure(
            "body_mass_g",
            algorithms={"ridge": {"alpha": [0.1, 1e5]}},
            strategy="grid",
            metric="rmse",
            ensemble=False,
        )
    ).wait(progress=False, timeout=120)

    leaders = run.leaderboard()

    assert not run.greater_is_better
    assert leaders["param_alpha"].tolist() == [0.1, 1e5]
    assert leaders["value"].iloc[0] == run.best_value


def test_document_of_a_run_starts_the_same_run_again(dataset, run):
    again = dataset.start(run.document).wait(progress=False, timeout=120)

    assert again.leaderboard()["value"].tolist() == run.leaderboard()["value"].tolist()
    assert {again.id, run.id} <= {one.id for one in dataset.runs()}


def test_document_with_mistakes_is_refused_with_each_by_its_place(dataset):
    with pytest.raises(InvalidRequestError) as caught:
        dataset.start({"target": "specie", "cvv": 3})

    places = {error.pointer: error.detail for error in caught.value.errors}
    assert set(places) == {"#/target", "#/cvv"}
    assert "Is it “species”?" in places["#/target"]
    assert "- target: There is no column" in str(caught.value)


def test_token_that_is_none_and_run_that_is_none_are_told_apart(client, run):
    with Client(client.url, "tb_none") as stranger:
        with pytest.raises(AuthenticationError, match="API tokens"):
            stranger.run(run.id)
        # The socket says no more than that it is closed; HTTP says why.
        with pytest.raises(AuthenticationError):
            list(EventStream(stranger.transport, run.id))
    with pytest.raises(NotFoundError):
        client.run(10**9)


# --- Steering and watching ------------------------------------------------------------


def test_run_is_paused_resumed_and_stopped(slow_run):
    events = slow_run.events()
    next(e for e in events if e.kind == "trials_ended" and max(e.data["trials"]) > 0)
    slow_run.pause()
    next(e for e in events if e.data.get("phase") == "paused")
    assert slow_run.refresh().phase == "paused"

    slow_run.resume()
    next(e for e in events if e.data.get("phase") == "searching")
    slow_run.stop()
    slow_run.wait(progress=False, timeout=120)

    assert slow_run.phase == "stopped"
    assert slow_run.models()
    with pytest.raises(ConflictError, match=r"stopped"):
        slow_run.pause()


def test_wait_that_takes_too_long_leaves_the_run_alone(slow_run):
    with pytest.raises(WaitTimeoutError, match="goes on on the server"):
        slow_run.wait(progress=False, timeout=0.5)

    assert not slow_run.refresh().has_ended


def test_wait_shows_trials_phase_and_best_value(run, capsys):
    run.wait()

    shown = capsys.readouterr().err
    assert "species of penguins: 100%" in shown
    assert "phase=finished" in shown
    assert f"accuracy={run.best_value:.4g}" in shown


def test_events_over_a_network_that_fails_come_each_once_in_order(
    server, token, client, dataset
):
    document = dataset.configure(
        "species",
        algorithms={"logistic_regression": {"C": [0.01, 0.02, 0.03, 0.04, 0.05]}},
        strategy="grid",
        ensemble=False,
    )
    run = dataset.start(document)
    seen = []
    with Proxy(server.port) as proxy, Client(proxy.url, token) as shaky:
        for event in shaky.run(run.id).events():
            seen.append(event.id)
            if len(seen) % 3 == 0:
                proxy.cut()

        assert proxy.n_cut >= 3

    assert seen == numbers(client, run)
    assert client.run(run.id).phase == "finished"


def test_events_come_by_http_where_sockets_are_refused(server, token, client, dataset):
    document = dataset.configure(
        "species",
        algorithms={"logistic_regression": {"C": [0.5]}},
        strategy="grid",
        ensemble=False,
    )
    run = dataset.start(document)
    with (
        Proxy(server.port, sockets=False) as proxy,
        Client(proxy.url, token) as guarded,
    ):
        seen = [event.id for event in guarded.run(run.id).events()]
        assert guarded.run(run.id).wait(progress=False).phase == "finished"

        assert proxy.n_refused

    assert seen == numbers(client, run)


def test_events_of_a_run_come_as_they_happen(client, slow_run):
    moments: list[tuple[float, pd.Timestamp]] = []

    def watch() -> None:
        for event in client.run(slow_run.id).events():
            moments.append((time.time(), event.at))
            if len(moments) == 4:
                return

    watching = threading.Thread(target=watch)
    watching.start()
    watching.join(60)

    late = [seen - at.timestamp() for seen, at in moments[1:]]
    # Asking each second would be late by half of one, on average.
    assert min(late) < 0.4
