"""Models in Chromium: every tab of each kind of task, What if, and what is taken away."""

import csv
import io
import re
import subprocess
import sys
import zipfile
from itertools import islice

import pytest
from playwright.sync_api import expect

from tests import workflow
from tests.data import DEV, require
from tests.installation import post, wait_for

pytestmark = pytest.mark.timeout(900)

WAIT = 120_000  # milliseconds that anything may take on a busy machine
TABS = {
    "Overview": "#metrics-title",
    "Evaluation": ".js-plotly-plot .main-svg",
    "Diagnosis": "#chart-folds .main-svg",
    "Explanation": ".js-plotly-plot .main-svg",
    "What if": "#what-if-answer",
    "Predict": "#predict",
    "Export": "#files-title",
    "Stages": "main form",
}
TASKS = {
    "titanic": ("Survived", "roc_auc", ["lightgbm"]),
    "soybean": ("class", "accuracy", ["random_forest"]),
    "california_housing": ("median_house_value", "rmse", ["ridge"]),
}
N_ROWS = 700  # of soybean all: each of its classes needs some


@pytest.fixture(scope="module")
def models(installation, tmp_path_factory):
    """Search three tables, of two, nineteen and no classes; return a model of each."""
    found = {}
    with installation.client() as client:
        for name, (target, scoring, algorithms) in TASKS.items():
            dataset = add_table(client, name, tmp_path_factory.mktemp("tables"))
            run = workflow.start_run(
                client,
                dataset,
                target=target,
                scoring=scoring,
                algorithms=algorithms,
                strategy="random",
                n_trials=2,
                n_splits=3,
            )
            assert workflow.wait_until_ended(client, run) == "finished"
            page = client.get(f"/runs/{run}/").text
            found[name] = int(re.search(r"/models/(\d+)/", page)[1])
        for model in found.values():
            for kind in ("explanation", "diagnosis"):
                tab = client.get(f"/models/{model}/{kind}/").text
                if "computation-" in tab:
                    wait_for(
                        lambda m=model, k=kind: is_there(client, m, k), seconds=240
                    )
    return found


def add_table(client, name, folder):
    """Upload the first rows of a table and return the dataset's id."""
    with require(DEV / f"{name}.csv").open() as source:
        text = "".join(islice(source, N_ROWS + 1))
    client.get("/")
    project = workflow.id_in(post(client, "/projects/new/", name=name).url)
    files = {"file": (f"{name}.csv", text.encode(), "text/csv")}
    answer = post(client, f"/projects/{project}/upload/", files=files)
    dataset = workflow.id_in(answer.url)
    page = f"/datasets/{dataset}/"
    wait_for(lambda: "/runs/new/" in client.get(page).text, seconds=60)
    return dataset


def is_there(client, model, kind):
    return f'id="computation-{kind}"' not in client.get(f"/models/{model}/{kind}/").text


@pytest.mark.parametrize("name", list(TASKS))
def test_every_tab_shows_what_it_has(page, models, shot, name):
    page.goto(f"/models/{models[name]}/")
    assert page.locator(".tabs a").all_inner_texts() == list(TABS)
    for tab, there in TABS.items():
        page.locator(".tabs").get_by_role("link", name=tab, exact=True).click()
        expect(page.locator(there).first).to_be_visible(timeout=WAIT)
        shot(page, f"model-{name}-{tab.replace(' ', '-').lower()}")


def test_what_if_flips_a_prediction(page, models):
    page.goto(f"/models/{models['titanic']}/what-if/?row=first")
    answer = page.locator("#what-if-answer strong").first
    expect(answer).to_be_visible(timeout=WAIT)
    before = answer.inner_text()

    sex = page.locator("[data-column=Sex]")
    fare = page.locator("[data-column=Pclass]")
    woman = sex.input_value() == "male"
    sex.fill("female" if woman else "male")
    fare.fill("1" if woman else "3")
    fare.press("Tab")

    expect(answer).not_to_have_text(before, timeout=WAIT)
    page.locator("button[type=reset]").click()
    expect(answer).to_have_text(before, timeout=WAIT)


def test_folder_predicts_the_same_in_an_environment_of_its_own(
    page, models, installation, tmp_path
):
    model = models["california_housing"]
    page.goto(f"/models/{model}/export/")
    page.get_by_role("button", name="Compute it now").first.click()
    link = page.locator("a[href$='/export/folder/']")
    expect(link).to_be_visible(timeout=WAIT)
    with page.expect_download() as download:
        link.click()
    with zipfile.ZipFile(download.value.path()) as packed:
        packed.extractall(tmp_path)
    [program] = tmp_path.rglob("predict.py")
    with require(DEV / "california_housing.csv").open() as source:
        rows = "".join(islice(source, 50))
    (tmp_path / "rows.csv").write_text(rows)

    found = predicted_alone(program, tmp_path)

    with installation.client() as client:
        files = {"file": ("rows.csv", rows.encode(), "text/csv")}
        prediction = workflow.id_in(
            post(client, f"/models/{model}/predict/", files=files).url
        )
        address = f"/predictions/{prediction}/"
        wait_for(lambda: "download/" in client.get(address).text, seconds=60)
        text = client.get(f"{address}download/").text
    expected = [row["prediction"] for row in csv.DictReader(io.StringIO(text))]
    assert [float(v) for v in found] == [float(v) for v in expected]


def predicted_alone(program, folder):
    """Install what the folder asks for, and nothing else, and run its program."""
    environment = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    python = environment / "bin" / "python"
    needs = program.parent / "requirements.txt"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "-r", needs],
        check=True,
        timeout=600,
    )
    output = folder / "answers.csv"
    command = [python, "-P", program, folder / "rows.csv", "-o", output]
    subprocess.run(command, check=True, cwd=folder, env={}, timeout=120)
    with output.open() as stream:
        return [row["prediction"] for row in csv.DictReader(stream)]
