"""The page of a table in Chromium: settings, advice, and the run form that follows."""

import random
import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_workflow import new_project, upload

WAIT = 60_000  # milliseconds a small table may take to be read on a busy machine


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Write a table with semicolons, a column of codes and a copy of the answer."""
    path = tmp_path_factory.mktemp("upload") / "depots.csv"
    draw = random.Random(1)
    lines = ["parcel_id;weight;late"]
    for i in range(200):
        weight = draw.gauss(10, 3)
        lines.append(f"P-{i:05};{weight:.2f};{'yes' if weight > 10 else 'no'}")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def dataset(page, table):
    new_project(page, "Depots")
    upload(page, table)
    page.wait_for_url(re.compile(r"/datasets/\d+/"))
    expect(page.get_by_role("link", name="New run").first).to_be_visible(timeout=WAIT)
    page.wait_for_load_state("load")
    return page.url


def test_a_setting_shows_the_rows_before_it_is_applied(page, dataset, shot, complaints):
    page.locator("#reading-panel > summary").click()
    page.locator("#reading-delimiter").select_option(",")
    trial = page.locator("#reading-preview")
    expect(trial).to_contain_text("1 column", timeout=WAIT)
    expect(trial).to_contain_text("parcel_id;weight;late")
    shot(page, "reading")

    page.locator("#reading-skip_lines").fill("-1")
    expect(page.locator("#reading-slot-skip_lines")).not_to_be_empty()
    page.locator("#reading-skip_lines").fill("")
    expect(page.locator("#reading-slot-skip_lines")).to_be_empty()

    page.get_by_role("button", name="Read again").click()
    expect(page.locator("#columns .column-name")).to_have_count(1, timeout=WAIT)
    expect(page.locator("#reading-panel")).to_contain_text("1 setting of your own")


def test_accepted_advice_is_in_the_run_form(page, dataset, complaints):
    expect(page.locator("#columns .column-name")).to_have_count(3)
    page.locator("#target-choice").select_option("late")
    page.get_by_role("button", name="Look at it").click()
    run = page.get_by_role("link", name="New run with this target")
    expect(run).to_be_visible(timeout=WAIT)
    warning = page.locator("#target .tip", has_text="weight").first
    warning.get_by_role("button").click()
    expect(page.locator("#target .tip-accepted")).to_have_count(1)

    run.click()
    expect(page.locator("#carried-over")).to_contain_text("weight left out")
    page.locator("summary", has_text="Columns to leave out").click()
    expect(page.get_by_role("checkbox", name="weight", exact=True)).to_be_checked()
    page.go_back()
    page.locator("#target .tip-accepted").get_by_role("button", name="Undo").click()
    expect(page.locator("#target .tip-accepted")).to_have_count(0)


def test_columns_open_sort_and_take_another_kind(page, dataset, complaints):
    name = page.locator("#columns .column-name a", has_text="weight")
    name.click()
    expect(page.locator(".column-detail")).to_contain_text("Minimum")
    name.click()
    expect(page.locator(".column-detail")).to_be_hidden()

    page.locator("#sort-name").click()
    expect(page.locator("#columns .column-name").first).to_contain_text("late")
    page.locator("#filter-name").fill("wei")
    expect(page.locator("#columns .column-name")).to_have_count(1)

    page.locator("#columns select[name^=kind-]").select_option("category")
    page.get_by_role("button", name="Apply 1 kind").click()
    expect(page.get_by_role("link", name="New run").first).to_be_visible(timeout=WAIT)
    kind = page.get_by_label(re.compile("^Kind of weight"))
    expect(kind).to_have_value("category", timeout=WAIT)


def test_pasted_cells_become_a_table(page, complaints):
    new_project(page, "Pasted")
    page.locator("#paste > summary").click()
    page.locator("#paste-text").fill("city\tpeople\nOslo\t709037\nBergen\t291940\n")
    page.get_by_role("button", name="Add the cells").click()
    page.wait_for_url(re.compile(r"/datasets/\d+/"))

    expect(page.locator("#columns .column-name")).to_have_count(2, timeout=WAIT)
