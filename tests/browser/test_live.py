"""The live pages in Chromium: what a reader has chosen outlives every update."""

import re

import pytest
from playwright.sync_api import expect

from tests import workflow
from tests.installation import wait_for

WAIT = 120_000
ENDED = "#live-progress .progress-line strong"


@pytest.fixture
def run(installation):
    with installation.client() as client:
        dataset = workflow.add_sample(client)
        number = workflow.start_run(
            client,
            dataset,
            algorithms=["random_forest"],
            n_splits=12,
            seed=next(workflow.SEEDS),
        )
        yield number
        workflow.post(client, f"/runs/{number}/stop/")


def n_ended(page):
    return int(page.locator(ENDED).inner_text())


def more_trials(page, n):
    before = n_ended(page)
    wait_for(lambda: n_ended(page) >= before + n, seconds=WAIT / 1000)


def test_choices_in_the_leaderboard_outlive_updates_and_a_reload(page, run):
    page.goto(f"/runs/{run}/")
    wait_for(lambda: page.locator("#leaders tr").count() >= 3, seconds=WAIT / 1000)
    numbers = [
        page.locator("#leaders input").nth(place).get_attribute("value")
        for place in (0, 2)
    ]
    for number in numbers:
        page.locator(f"#compare-{number}").check()
    page.locator("#sort-leaders-by-fit").click()
    page.locator("#sort-leaders-by-fit").focus()

    more_trials(page, 2)

    expect(page.locator("#compare-button")).to_have_text("Compare 2 trials")
    expect(page.locator("#sort-leaders-by-fit")).to_be_focused()
    seconds = page.evaluate(
        "[...document.querySelectorAll('#leaders tr')]"
        ".map(row => Number(row.cells[row.cells.length - 2].dataset.key))"
    )
    assert seconds == sorted(seconds)
    page.reload()
    expect(page.locator("#compare-button")).to_have_text("Compare 2 trials")
    expect(page.locator("#leaders-by-fit")).to_have_attribute("aria-sort", "ascending")


def test_opened_parameters_stay_open_and_the_tab_tells_the_progress(page, run):
    page.goto(f"/runs/{run}/")
    wait_for(lambda: page.locator(".worker-params").count(), seconds=WAIT / 1000)
    page.locator(".worker-params summary").first.click()

    more_trials(page, 2)

    # A worker between two trials shows none.
    expect(page.locator(".worker-params[open]")).not_to_have_count(0, timeout=WAIT)
    expect(page).to_have_title(
        re.compile(r"^\d+ % · Accuracy 0\.\d+ · .* · Tuneboard$")
    )


def test_log_filter_is_kept_while_lines_arrive(page, run):
    page.goto(f"/runs/{run}/?text=ended")
    expect(page.locator("#log-text")).to_have_value("ended")

    more_trials(page, 2)

    lines = page.locator("#log .log-line:visible")
    assert all("ended" in line for line in lines.all_inner_texts())
    assert page.locator("#log .log-line").count() > lines.count()
    page.locator("#log-text").fill("no such words")
    expect(page.locator("#log-none")).to_be_visible()


def test_history_by_time_goes_on(page, run):
    page.goto(f"/runs/{run}/?x=time")
    expect(page.locator("#history-chart .xtitle")).to_contain_text(
        "Time", timeout=30_000
    )
    more_trials(page, 1)

    points = (
        "document.getElementById('history-chart').data"
        ".filter(t => t.mode === 'markers').flatMap(t => t.x)"
    )
    wait_for(lambda: page.evaluate(f"{points}.length") == n_ended(page), seconds=30)
    assert page.evaluate(f"{points}.some(x => x !== Math.round(x))")


def test_runs_list_and_workers_page_move(page, run, new_context, session_state):
    page.goto("/runs/")
    other = new_context(storage_state=session_state).new_page()
    other.goto("/workers/")
    row = page.locator(f"#run-{run}")
    before = row.locator("td").nth(4).inner_text()

    expect(row.locator("td").nth(4)).not_to_have_text(before, timeout=WAIT)
    expect(other.locator("#fleet a[href*='/trials/']").first).to_be_visible(
        timeout=WAIT
    )
    expect(other.locator("#fleet")).to_contain_text("Memory")
