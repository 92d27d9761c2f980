"""A search configured, started and looked at with the keyboard alone, in Chromium."""

import re

import pytest
from playwright.sync_api import expect

from tests import workflow
from tests.browser.steps import RUN, WAIT


@pytest.fixture(autouse=True)
def patience(page):
    page.set_default_timeout(WAIT)
    expect.set_options(timeout=WAIT)
    yield
    expect.set_options(timeout=None)


def tab_to(page, target):
    """Press Tab until the focus is there, as somebody without a mouse does."""
    expect(target).to_be_attached()
    for _ in range(150):
        if target.evaluate("e => e === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not reach {target}")


def test_run_is_configured_started_and_a_trial_opened_by_keyboard(page, installation):
    with installation.client() as client:
        dataset = workflow.add_sample(client)
    page.goto(f"/datasets/{dataset}/runs/new/")

    tab_to(page, page.locator("#preset-quick_look"))
    page.keyboard.press("Enter")
    preset = page.locator("#preset-quick_look")
    expect(preset).to_have_attribute("aria-current", "true")
    tab_to(page, page.locator("[name=algorithms][value=lightgbm]"))
    page.keyboard.press("Space")
    expect(page.locator("[name=algorithms][value=lightgbm]")).not_to_be_checked()
    tab_to(page, page.locator("#run-summary button[type=submit]").last)
    page.keyboard.press("Enter")
    page.wait_for_url(RUN)

    expect(page.locator("#leaders tr")).not_to_have_count(0)
    link = page.locator("#leaders tr").first.locator("[id^=leader-]").last
    tab_to(page, page.locator(f"#{link.get_attribute('id')}"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/trials/\d+/$"))
    expect(page.locator("h1")).to_contain_text("Trial")
