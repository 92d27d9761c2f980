"""From a table to predictions over HTTP, socket and commands, on either database."""

import csv
import io
import json

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests import workflow
from tests.installation import post, wait_for


@pytest.fixture(scope="session")
def client(installation):
    with installation.client() as client:
        yield client


@pytest.fixture(scope="session")
def dataset(client):
    return workflow.add_sample(client)


@pytest.fixture(scope="session")
def finished(client, dataset):
    """Return a run that has ended; several tests look at it."""
    run = workflow.start_run(client, dataset)
    assert workflow.wait_until_ended(client, run) == "finished"
    return run


def socket(installation, run, cookie=""):
    origin = f"http://127.0.0.1:{installation.port}"
    return connect(
        f"ws://127.0.0.1:{installation.port}/ws/runs/{run}/",
        origin=origin,
        additional_headers={"Cookie": cookie} if cookie else {},
    )


def cookie_of(client):
    return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def test_socket_follows_a_run_to_its_end(installation, client, dataset):
    run = workflow.start_run(client, dataset, algorithms=["logistic_regression"])

    with socket(installation, run, cookie_of(client)) as live:
        messages = [live.recv(timeout=60)]
        while "state-finished" not in messages[-1]:
            messages.append(live.recv(timeout=60))

    # A message has what has changed: the parts of all of them make the page.
    assert any('id="live-leaderboard"' in message for message in messages)
    assert len(messages) > 1


def test_socket_opened_after_the_end_shows_the_same_leaderboard(
    installation, client, finished
):
    with socket(installation, finished, cookie_of(client)) as live:
        message = live.recv(timeout=30)

    page = client.get(f"/runs/{finished}/").text
    best = max(workflow.trials_of(installation, finished), key=lambda t: t["score"])
    assert f"{best['score']:.4f}" in message
    assert f"{best['score']:.4f}" in page


def test_socket_without_session_is_refused(installation, finished):
    with pytest.raises(InvalidStatus):
        socket(installation, finished)


def test_finished_run_has_a_model_for_each_algorithm(installation, client, finished):
    page = client.get(f"/runs/{finished}/").text

    assert "Random forest" in page
    assert "Logistic regression" in page
    assert page.count("/models/") >= 2


def test_trials_command_agrees_with_the_history_chart(installation, client, finished):
    trials = workflow.trials_of(installation, finished)
    points = client.get(f"/runs/{finished}/history.json").json()["points"]

    assert sorted((t["number"], t["score"]) for t in trials) == sorted(
        (number, value) for number, value, _ in points
    )


def test_model_predicts_an_uploaded_file(installation, client, finished, tmp_path):
    page = client.get(f"/runs/{finished}/").text
    model = int(page.split("/models/")[1].split("/")[0])
    rows = "island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex\n"
    rows += "Biscoe,46.1,13.2,211,4500,FEMALE\nAtlantis,,17.9,,3500,\n"
    files = {"file": ("new.csv", rows.encode(), "text/csv")}

    answer = post(client, f"/models/{model}/predict/", files=files)

    assert answer.status_code == 200
    download = find_download(client, model)
    table = list(csv.DictReader(io.StringIO(client.get(download).text)))
    assert [list(row)[6:] for row in table] == [
        [
            "prediction",
            "probability_Adelie",
            "probability_Chinstrap",
            "probability_Gentoo",
        ]
    ] * 2
    assert [row["body_mass_g"] for row in table] == ["4500", "3500"]
    assert table[0]["prediction"] == "Gentoo"
    for row in table:
        shares = [float(v) for k, v in row.items() if k.startswith("prob")]
        assert sum(shares) == pytest.approx(1)


def find_download(client, model):
    def link():
        page = client.get(f"/models/{model}/predict/").text
        found = [p for p in page.split('"') if p.endswith("/download/")]
        return next((p for p in found if p.startswith("/predictions/")), None)

    return wait_for(link, seconds=60)


def test_train_command_uses_the_running_services(installation, tmp_path):
    path = tmp_path / "grid.csv"
    lines = [f"{i % 7},{i % 3},{'yes' if i % 7 > 3 else 'no'}" for i in range(120)]
    path.write_text("\n".join(["a,b,answer", *lines]))
    spec = tmp_path / "spec.json"
    spec.write_text(
        json.dumps({"algorithms": {"logistic_regression": {"C": [0.1, 1]}}})
    )

    done = installation.manage(
        "train", str(path), "--target", "answer", "--spec", str(spec), "--json"
    )

    result = json.loads(done.stdout)
    assert result["status"] == "finished"
    assert result["trials"] == 2
    assert result["best"]["algorithm"] == "logistic_regression"
    assert len(result["best"]["fold_scores"]) == 5
    assert result["model"] is not None
    assert result["holdout"]["roc_auc"] > 0.9


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--target", "nothing"], "--target: There is no column “nothing”"),
        ([], "--target"),
        (["--target", "answer", "--cv", "1"], "--cv"),
        (["--target", "answer", "--max-trials", "0"], "--max-trials"),
        (["--target", "answer", "--time-budget", "0"], "--time-budget"),
        (["--target", "answer", "--metric", "rmse"], "--metric"),
        (["--target", "answer", "--algorithms", "oracle"], "--algorithms"),
    ],
)
def test_train_command_refuses_bad_wishes_and_leaves_nothing(
    installation, client, tmp_path, arguments, words
):
    path = tmp_path / "refused_table.csv"
    path.write_text("a,answer\n" + "1,yes\n2,no\n" * 30)

    done = installation.manage("train", str(path), *arguments, check=False)

    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert "refused_table" not in client.get("/runs/").text
