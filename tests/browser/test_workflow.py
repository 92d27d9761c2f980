"""The main job in Chromium: table, search watched live, model, predictions."""

import csv
import random
import re
from io import StringIO

import pytest
from playwright.sync_api import expect

from tests import workflow
from tests.installation import wait_for

WAIT = 120_000  # milliseconds a search of this size may take on a busy machine


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Write a table whose answer depends on two of its columns."""
    path = tmp_path_factory.mktemp("upload") / "harbour visits.csv"
    draw = random.Random(0)
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["ship", "tonnage", "flag", "delay", "late"])
        for i in range(240):
            tonnage, flag = draw.gauss(50, 15), draw.choice(["NO", "SE", "DK", ""])
            delay = draw.expovariate(1 / 3)
            late = "yes" if tonnage / 20 + delay + (flag == "NO") > 6 else "no"
            writer.writerow(
                [f"Ship {i}", round(tonnage, 2), flag, round(delay, 3), late]
            )
    return path


def new_project(page, name):
    page.goto("/projects/new/")
    page.get_by_label("Name").fill(name)
    page.locator("main").get_by_role("button").last.click()
    page.wait_for_url(re.compile(r"/projects/\d+/"))


def upload(page, path):
    page.locator("form[data-upload] input[type=file]").set_input_files(path)
    button = page.locator("form[data-upload] button[type=submit]")
    if button.is_visible() and re.search(r"/projects/", page.url):
        button.click()


def start_default_run(page, target="late"):
    page.get_by_role("link", name="New run").first.click()
    page.locator("[name=target]").select_option(target)
    expect(page.locator("main")).to_contain_text(f"{target} from")
    page.get_by_role("button", name=re.compile("Start")).click()
    page.wait_for_url(re.compile(r"/runs/\d+/$"))


def test_from_upload_to_predictions(page, table, shot, complaints):
    new_project(page, "Harbour")
    upload(page, table)
    page.wait_for_url(re.compile(r"/datasets/\d+/"))
    expect(page.get_by_role("link", name="New run").first).to_be_visible(timeout=60_000)
    expect(page.locator("main")).to_contain_text("240")
    shot(page, "dataset")

    start_default_run(page)
    expect(page.locator("[data-connection]")).to_have_text(re.compile("Live"))
    expect(page.locator("#live-leaderboard tbody tr")).not_to_have_count(
        0, timeout=WAIT
    )
    expect(page.locator("#history-chart .main-svg").first).to_be_visible()
    shot(page, "live")
    expect(page.locator("#live-phase")).to_contain_text("Finished", timeout=WAIT)
    shot(page, "finished")

    page.locator("#live-leaderboard a[href*='/models/']").first.click()
    expect(page.locator("main")).to_contain_text("holdout")
    shot(page, "model")
    page.get_by_role("link", name="Evaluation", exact=True).click()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    shot(page, "model-evaluation")

    page.get_by_role("link", name="Predict", exact=True).click()
    upload_for_prediction(page, table)
    link = page.locator("a[href*='/predictions/'][href$='/download/']").first
    expect(link).to_be_visible(timeout=60_000)
    with page.expect_download() as download:
        link.click()
    rows = list(csv.DictReader(StringIO(download.value.path().read_text())))
    assert len(rows) == 240
    assert list(rows[0])[-3:] == ["prediction", "probability_no", "probability_yes"]


def upload_for_prediction(page, path):
    page.locator("form[data-upload] input[type=file]").set_input_files(path)
    button = page.locator("form[data-upload] button[type=submit]")
    if button.is_visible():
        button.click()


def test_chart_keeps_its_zoom_while_points_arrive(page, installation):
    with installation.client() as client:
        dataset = workflow.add_sample(client)
        run = workflow.start_run(
            client, dataset, n_splits=12, seed=next(workflow.SEEDS)
        )
        page.goto(f"/runs/{run}/")
        chart = page.locator("#history-chart.js-plotly-plot")
        expect(chart).to_be_attached(timeout=30_000)
        wait_for(lambda: page.evaluate(N_POINTS) >= 2, seconds=WAIT / 1000)
        page.evaluate(
            "Plotly.relayout('history-chart', {'xaxis.range': [0, 1], 'yaxis.range': [0.2, 0.9]})"
        )
        before = page.evaluate(N_POINTS)
        wait_for(lambda: page.evaluate(N_POINTS) > before, seconds=WAIT / 1000)

        ranges = page.evaluate(
            "(({xaxis, yaxis}) => [xaxis.range, yaxis.range])"
            "(document.getElementById('history-chart').layout)"
        )
        workflow.post(client, f"/runs/{run}/stop/")

    assert ranges == [[0, 1], [0.2, 0.9]]


# Markers drawn in the history chart, of all algorithms.
N_POINTS = (
    "document.getElementById('history-chart').data"
    ".filter(t => t.mode === 'markers').reduce((n, t) => n + t.x.length, 0)"
)


def test_live_page_catches_up_after_a_lost_connection(page, installation, complaints):
    # What the browser says of a socket that is gone; htmx then connects again.
    complaints.expect(r"WebSocket|ERR_CONNECTION|\[object Event\]")
    with installation.client() as client:
        dataset = workflow.add_sample(client)
        run = workflow.start_run(
            client,
            dataset,
            algorithms=["random_forest"],
            seed=next(workflow.SEEDS),
        )
        page.goto(f"/runs/{run}/")
        expect(page.locator("[data-connection]")).to_have_text(re.compile("Live"))
        [daphne] = installation.processes("daphne")
        daphne.kill()
        expect(page.locator("[data-connection]")).not_to_have_text(re.compile("^Live"))

    wait_for(installation.is_healthy, seconds=60)
    expect(page.locator("#live-phase")).to_contain_text("Finished", timeout=WAIT)


def test_page_without_javascript_shows_the_stored_state(
    new_context, session_state, installation
):
    with installation.client() as client:
        dataset = workflow.add_sample(client)
        run = workflow.start_run(client, dataset, algorithms=["logistic_regression"])
        assert workflow.wait_until_ended(client, run) == "finished"
    context = new_context(storage_state=session_state, java_script_enabled=False)
    page = context.new_page()

    page.goto(f"/runs/{run}/")

    expect(page.locator("#live-phase")).to_contain_text("Finished")
    expect(page.locator("#live-leaderboard tbody tr")).to_have_count(10)


def test_two_clicks_from_an_empty_home_to_a_configured_run(new_installation, chromium):
    made = new_installation().started()
    with made.client() as client:
        session = client.cookies["sessionid"]
    context = chromium.new_context(base_url=made.base_url)
    context.add_cookies([{"name": "sessionid", "value": session, "url": made.base_url}])
    page = context.new_page()
    page.goto("/")

    page.get_by_role("button", name=re.compile("penguins", re.IGNORECASE)).first.click()
    page.get_by_role("link", name="New run").first.click(timeout=60_000)

    expect(page.locator("[name=target]")).to_have_value("species")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_pages_fit_their_width(
    new_context, session_state, installation, shot, scheme, width
):
    with installation.client() as client:
        dataset = workflow.add_sample(client)
    context = new_context(
        storage_state=session_state,
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
    )
    page = context.new_page()

    for name, path in {
        "projects": "/",
        "new-project": "/projects/new/",
        "table": f"/datasets/{dataset}/",
        "configure": f"/datasets/{dataset}/runs/new/",
        "runs": "/runs/",
    }.items():
        page.goto(path)
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, path
        shot(page, f"{name}-{width}-{scheme}")
