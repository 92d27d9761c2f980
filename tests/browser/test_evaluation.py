"""The Evaluation page in Chromium: the threshold and everything that follows it."""

import re

import pytest
from playwright.sync_api import expect

from tests import workflow
from tests.browser.axe import examine

WAIT = 30_000


@pytest.fixture(scope="module")
def model(installation):
    """Search a table with two classes; return the address of a model's Evaluation page."""
    with installation.client() as client:
        dataset = workflow.add_sample(client, "credit_approval")
        run = workflow.start_run(
            client,
            dataset,
            target="class",
            scoring="roc_auc",
            algorithms=["logistic_regression"],
            n_splits=3,
        )
        assert workflow.wait_until_ended(client, run) == "finished"
        found = re.search(r"/models/(\d+)/", client.get(f"/runs/{run}/").text)
    return f"/models/{found[1]}/evaluation/"


def opened(page, address):
    page.goto(address)
    expect(page.locator("#chart-thresholds .main-svg").first).to_be_attached(
        timeout=WAIT
    )
    # What follows the threshold has been filled in once.
    expect(page.locator("#chart-intervals [data-at=recall]")).not_to_have_text("–")


def matrix(page):
    """Return the confusion matrix as it is drawn."""
    page.locator("#chart-confusion").scroll_into_view_if_needed()
    return page.evaluate("document.querySelector('#chart-confusion .chart').data[0].z")


def test_threshold_moves_every_chart_and_metric_by_keyboard(page, model):
    opened(page, model)
    counts = page.evaluate(
        "JSON.parse(document.getElementById('threshold-counts').textContent)"
    )
    before = matrix(page)

    page.locator("[data-threshold-slider]").focus()
    page.keyboard.press("Home")

    n, n_positive = counts["n_positive"] + counts["n_negative"], counts["n_positive"]
    expect(page.locator("#chart-intervals [data-at=recall]")).to_have_text("1")
    precision = f"{n_positive / n:.4f}"
    expect(page.locator(".threshold-facts [data-at=precision]")).to_have_text(precision)
    expect(page.locator("#chart-thresholds [data-at=true_negative]")).to_have_text("0")
    page.wait_for_function(
        "z => String(document.querySelector('#chart-confusion .chart').data[0].z) !== z",
        arg=",".join(str(v) for row in before for v in row),
    )
    assert sorted(v for row in matrix(page) for v in row) == sorted(
        [0, 0, n_positive, n - n_positive]
    )
    page.wait_for_url(re.compile(r"threshold=0\."))


def test_metrics_at_the_threshold_are_scikit_learns(page, model):
    opened(page, model)

    rows = page.locator("#chart-intervals tbody tr:has([data-at])")
    assert rows.count() == 9
    for row in rows.all():
        stored, now = row.locator("td").all_inner_texts()
        assert stored.split()[0] == now, row.inner_text()


def test_address_brings_the_threshold_and_a_switch_keeps_it(page, model):
    opened(page, f"{model}?threshold=0.2&costs=1,4,0,0")

    expect(page.locator("[data-threshold-number]")).to_have_value("0.2")
    expect(page.locator("[data-threshold-cost=false_negative]")).to_have_value("4")
    page.get_by_role("link", name="% of actual").click()

    page.wait_for_url(re.compile("cells=row"))
    assert "threshold=0.2" in page.url
    assert "costs=1,4,0,0" in page.url
    page.wait_for_function(
        "document.querySelector('#chart-confusion .chart')?.data?.[0].meta.cells === 'row'"
    )
    assert [round(sum(row)) for row in matrix(page)] == [100, 100]


def test_cheapest_threshold_is_proposed_and_stored(page, model):
    opened(page, model)

    page.locator("[data-threshold-cost=false_negative]").fill("25")
    expect(page.locator("[data-threshold-advice]")).to_contain_text("Cheapest is")
    page.get_by_role("button", name="Take the cheapest").click()
    expect(page.locator("[data-threshold-advice]")).to_contain_text("No threshold is")
    chosen = page.locator("[data-threshold-number]").input_value()
    page.locator("#threshold-form").get_by_role(
        "button", name="Use for predictions"
    ).click()

    expect(page.locator("main")).to_contain_text("Predictions use the threshold")
    expect(page.locator("[data-threshold-number]")).to_have_value(chosen)
    expect(page.locator("[data-threshold-cost=false_negative]")).to_have_value("25")
    page.get_by_role("button", name="Answer the more probable class again").click()
    expect(page.locator("#chart-thresholds")).to_contain_text("No threshold is stored")


def test_enter_moves_the_charts_and_stores_nothing(page, model):
    opened(page, model)
    number = page.locator("[data-threshold-number]")

    number.fill("0.3")
    number.press("Enter")
    page.locator("[data-threshold-cost=false_negative]").press("Enter")

    page.wait_for_url(re.compile("threshold=0.3"))
    expect(page.locator("#chart-intervals [data-at=threshold]")).to_have_text("0.3")
    expect(page.locator("#chart-thresholds")).to_contain_text("No threshold is stored")


def test_what_is_no_threshold_gives_way_to_the_one_in_force(page, model):
    opened(page, model)
    number = page.locator("[data-threshold-number]")
    number.fill("0.3")

    for wrong in ("-1", ""):
        number.fill(wrong)
        number.blur()
        expect(number).to_have_value("0.3")
    number.fill("1.5")
    number.press("Enter")
    expect(number).to_have_value("0.3")
    expect(page.locator("#chart-intervals [data-at=threshold]")).to_have_text("0.3")


def test_precision_of_no_called_row_is_not_defined(page, model):
    opened(page, f"{model}?threshold=1")

    precision = page.locator(".threshold-facts [data-at=precision]")
    expect(precision).to_have_text("–")
    expect(precision).to_have_attribute("title", re.compile("not defined"))
    expect(page.locator("#chart-intervals [data-at=recall]")).to_have_text("0")


def test_tabs_of_a_narrow_page_show_the_current_one(page, model):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(model.replace("evaluation", "stages"))

    expect(page.locator(".tabs [aria-current=page]")).to_be_in_viewport(ratio=1)


def test_evaluation_is_accessible_wide_and_narrow(page, model, shot):
    opened(page, model)
    shot(page, "evaluation")

    assert examine(page, narrow=True) == []
