"""The analysis page: a brush in one chart selects everywhere, and the address keeps it."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests import workflow
from tests.browser.steps import drag

ROWS_SHOWN = 25
COUNT = re.compile(r"^\d+ of \d+ trials$")


@pytest.fixture(scope="module")
def run(installation):
    with installation.client() as client:
        dataset = workflow.add_sample(client)
        found = workflow.start_run(client, dataset, n_splits=3)
        assert workflow.wait_until_ended(client, found) == "finished"
    return found


def opened(page, run, query=""):
    page.goto(f"/runs/{run}/analysis/{query}")
    expect(page.locator("#analysis[data-ready]")).to_be_attached(timeout=30_000)
    return page.locator("#analysis-count")


def test_brush_selects_everywhere_and_is_restored_from_the_address(page, run, shot):
    count = opened(page, run)
    expect(count).to_have_text(re.compile(r"^All \d+ trials$"))
    shot(page, "analysis")

    drag(page, page.locator("#chart-history canvas"), (0.3, 0.06), (0.7, 0.8))

    expect(count).to_have_text(COUNT)
    expect(page).to_have_url(
        re.compile("value_min=.*number_min=|number_min=.*value_min=")
    )
    selected = count.inner_text()
    n_selected, n_trials = map(int, re.findall(r"\d+", selected))
    assert n_selected < n_trials
    rows = page.locator("#analysis-table tbody tr")
    expect(rows).to_have_count(min(n_selected, ROWS_SHOWN))
    csv = page.locator("#chart-pareto a", has_text="CSV").get_attribute("href")
    lines = page.request.get(csv).text().strip().splitlines()
    assert len(lines) - 1 <= n_selected

    page.reload()

    expect(count).to_have_text(selected)
    page.locator("#analysis-clear").click()
    expect(count).to_have_text(re.compile("^All"))
    assert "value_min" not in page.url


def test_an_axis_of_parallel_coordinates_is_brushed_and_a_click_undoes_it(page, run):
    count = opened(page, run, "?of=random_forest")
    canvas = page.locator("#chart-parallel canvas")

    # The score is the last axis.
    canvas.scroll_into_view_if_needed()
    x = 1 - 60 / canvas.bounding_box()["width"]
    drag(page, canvas, (x, 0.1), (x, 0.5))
    expect(page).to_have_url(re.compile("value_min="))
    expect(count).to_have_text(COUNT)

    canvas.click(position={"x": x * canvas.bounding_box()["width"], "y": 120})
    expect(count).to_have_text(re.compile("^All"))


def test_everything_can_be_selected_by_keyboard(page, run):
    count = opened(page, run)
    page.locator("#filter-algorithm").select_option("random_forest")
    expect(page).to_have_url(re.compile("algorithm=random_forest"))
    page.locator("#analysis-ranges summary").press("Enter")
    page.get_by_label("Accuracy from").fill("0.5")
    page.get_by_label("Accuracy from").press("Tab")

    expect(page).to_have_url(re.compile("value_min=0.5"))
    expect(count).to_have_text(COUNT)
    boxes = page.locator("#analysis-table tbody input")
    boxes.nth(0).press("Space")
    boxes.nth(1).press("Space")
    expect(page.locator("#analysis-compare")).to_have_text("Compare 2 trials")


def test_importance_arrives_from_a_worker_and_pictures_can_be_kept(page, run):
    opened(page, run, "?of=random_forest")
    reading = page.locator("#chart-importance [data-reading]")
    expect(reading).to_have_text(re.compile("gain comes from"), timeout=60_000)

    page.locator("#chart-history summary").first.click()
    with page.expect_download() as download:
        page.locator("#chart-history [data-save=svg]").click()
    assert "<svg" in download.value.path().read_text()
    with page.expect_download() as download:
        page.locator("#chart-history [data-save=png]").click()
    assert download.value.path().read_bytes().startswith(b"\x89PNG")
    page.locator("#chart-slice details[data-numbers] summary").click()
    expect(page.locator("#chart-slice table tbody tr").first).to_be_visible()


def test_page_follows_a_run_that_goes_on(page, installation):
    with installation.client() as client:
        dataset = workflow.add_sample(client)
        found = workflow.start_run(
            client, dataset, n_splits=10, seed=next(workflow.SEEDS)
        )
        opened(page, found)
        workflow.wait_until_ended(client, found)
        answer = client.get(f"/runs/{found}/analysis/trials.json").json()
        n_trials = len(answer["number"])

    expect(page.locator("#analysis-count")).to_have_text(
        f"All {n_trials} trials", timeout=30_000
    )
    assert json.loads(page.locator("#analysis-settings").inner_text())["run"] == found
