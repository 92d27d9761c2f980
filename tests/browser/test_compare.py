"""Models of a project in Chromium: ranked, promoted, compared, ranked again by costs."""

import re

import pytest
from playwright.sync_api import expect

from tests import workflow
from tests.browser.axe import examine

pytestmark = pytest.mark.timeout(900)

PAIRS = (
    ["logistic_regression", "naive_bayes"],
    ["decision_tree", "k_nearest_neighbors"],
)
WAIT = 60_000  # milliseconds that anything may take on a busy machine


@pytest.fixture(scope="module")
def project(installation):
    """Search a table twice for the same target; return the project's id."""
    with installation.client() as client:
        dataset = workflow.add_sample(client, "credit_approval")
        for algorithms in PAIRS:
            run = workflow.start_run(
                client,
                dataset,
                target="class",
                scoring="roc_auc",
                algorithms=algorithms,
                n_splits=3,
            )
            assert workflow.wait_until_ended(client, run) == "finished"
        page = client.get(f"/datasets/{dataset}/").text
    return int(re.search(r"/projects/(\d+)/", page)[1])


def test_models_of_two_runs_are_promoted_and_compared(page, project, shot):
    expect.set_options(timeout=WAIT)
    page.goto(f"/projects/{project}/models/")
    expect(page.locator("#board tbody tr").nth(3)).to_be_visible()
    assert examine(page, narrow=True) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    shot(page, "leaderboard")

    # One becomes the champion, with a note.
    page.locator("#board tbody th a").first.click()
    page.get_by_role("link", name="Stages").click()
    page.get_by_label("Champion").check()
    page.get_by_label("Note").fill("the first that is good enough")
    page.get_by_role("button", name="Change the stage").click()
    expect(page.locator("h1 .state-champion")).to_be_visible()
    expect(page.locator("td", has_text="good enough")).to_be_visible()
    page.get_by_role("link", name="All models").click()
    expect(page.locator("#board .state-champion")).to_have_count(1)

    # By keyboard: a model of each run, and two more.
    button = page.get_by_role("button", name="Compare")
    expect(button).to_be_disabled()
    boxes = page.locator("#board tbody input[name=models]")
    for at in range(4):
        boxes.nth(at).focus()
        page.keyboard.press("Space")
    expect(page.locator("[data-pick-text]")).to_have_text("4 models are ticked.")
    button.click()

    expect(page).to_have_url(re.compile(r"/models/compare/\?models=\d+,\d+,\d+,\d+$"))
    expect(page.locator(".metrics-table tbody tr")).to_have_count(4)
    expect(page.locator("#compare-roc .js-plotly-plot")).to_be_visible()
    assert examine(page, narrow=True) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    shot(page, "models-compared")

    # Costs rank all again, and the address keeps them.
    page.get_by_label("A missed row costs").fill("8")
    page.get_by_label("A missed row costs").press("Tab")
    expect(page.locator(".metrics-table th[aria-sort]")).to_have_text(
        "Mean cost of a row"
    )
    expect(page).to_have_url(re.compile("cost_fn=8"))
    expect(page.locator("#compare-roc .js-plotly-plot")).to_be_visible()
    page.reload()
    expect(page.get_by_label("A missed row costs")).to_have_value("8")
