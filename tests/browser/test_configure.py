"""Search spaces edited on the configure page, in Chromium."""

import re

import pytest
from playwright.sync_api import expect

from tests import workflow

WAIT = 60_000


@pytest.fixture
def dataset(installation):
    with installation.client() as client:
        return workflow.add_sample(client)


def test_range_is_edited_checked_while_typing_and_started(page, dataset, shot):
    page.goto(f"/datasets/{dataset}/runs/new/?target=species")
    page.locator("#algorithm-random_forest summary").click()
    leaf = page.locator("#parameter-random_forest-min_samples_leaf")
    expect(leaf).to_be_visible(timeout=WAIT)

    kind = leaf.get_by_label("Kind")
    kind.focus()
    kind.select_option("int")
    leaf.get_by_label("From").fill("9")
    leaf.get_by_label("To").fill("3")
    expect(leaf.locator(".field-error")).to_contain_text(
        "low of 9 above its high of 3", timeout=WAIT
    )
    expect(leaf.get_by_label("To")).to_have_attribute("aria-invalid", "true")
    expect(leaf.get_by_label("To")).to_be_focused()
    shot(page, "spaces-error")

    leaf.get_by_label("From").fill("2")
    expect(page.locator("#run-size")).to_contain_text("combinations", timeout=WAIT)
    expect(leaf.get_by_label("To")).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator("#summary-random_forest")).to_contain_text("changed")
    assert '"low": 2, "high": 3' in page.locator("[name=spaces]").input_value()

    page.get_by_label("TPE").check()
    expect(page.locator("[name=made_for]")).to_have_value(
        "sampled:multiclass", timeout=WAIT
    )
    page.get_by_label("Trials at most").fill("4")
    page.get_by_role("button", name=re.compile("Start")).click()
    page.wait_for_url(re.compile(r"/runs/\d+/$"), timeout=WAIT)


def hold_first(page, url):
    """Keep the first request to an address back; it is in the list until it is let go."""
    held = []

    def hold(route):
        held.append(route)

    page.route(url, hold, times=1)
    return held


def test_section_opened_while_the_form_is_fetched_anew_stays_open(page, dataset):
    page.goto(f"/datasets/{dataset}/runs/new/?target=species")
    held = hold_first(page, "**/runs/options/")
    page.locator("[name=target]").select_option("island")
    page.locator("#algorithm-random_forest summary").click()
    leaf = page.locator("#parameter-random_forest-min_samples_leaf")
    expect(leaf).to_be_visible(timeout=WAIT)

    held[0].continue_()

    expect(page.locator("#run-size")).to_contain_text("island from", timeout=WAIT)
    expect(leaf).to_be_visible(timeout=WAIT)


def test_late_answer_for_a_section_that_was_replaced_is_left_aside(page, dataset):
    page.goto(f"/datasets/{dataset}/runs/new/?target=species")
    held = hold_first(page, "**/runs/change/")
    page.locator("#algorithm-random_forest summary").click()
    page.locator("[name=target]").select_option("island")
    leaf = page.locator("#parameter-random_forest-min_samples_leaf")
    expect(leaf).to_be_visible(timeout=WAIT)

    with page.expect_response("**/runs/change/", timeout=WAIT):
        held[0].continue_()

    expect(page.locator("#run-size")).to_contain_text("island from", timeout=WAIT)
    expect(leaf).to_be_visible()


def test_preset_pressed_while_the_form_is_fetched_anew_is_chosen(page, dataset):
    page.goto(f"/datasets/{dataset}/runs/new/?target=species")
    held = hold_first(page, "**/runs/options/")
    page.locator("[name=target]").select_option("island")
    preset = page.locator("#preset-quick_look")
    preset.hover()
    page.mouse.down()
    held[0].continue_()
    expect(page.locator("#run-size")).to_contain_text("island from", timeout=WAIT)
    expect(preset).to_have_attribute("href", re.compile("target=island"))

    page.mouse.up()

    expect(preset).to_have_attribute("aria-current", "true", timeout=WAIT)
    expect(page.locator("[name=target]")).to_have_value("island")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_opened_sections_fit_their_width(
    new_context, session_state, dataset, shot, scheme, width
):
    context = new_context(
        storage_state=session_state,
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
    )
    page = context.new_page()
    page.goto(f"/datasets/{dataset}/runs/new/?target=species&strategy=tpe")
    for name in ("kernel_svm", "hist_gradient_boosting"):
        page.locator(f"#algorithm-{name} summary").click()
        expect(page.locator(f"#reset-{name}")).to_be_visible(timeout=WAIT)
    page.locator("#first-details > summary").click()
    page.locator("#first-add").click()
    expect(page.locator(".first-row")).to_be_visible(timeout=WAIT)

    overflow = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )

    assert overflow <= 0
    shot(page, f"spaces-{width}-{scheme}")


def test_sections_work_without_javascript(new_context, session_state, dataset):
    context = new_context(storage_state=session_state, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/datasets/{dataset}/runs/new/?target=species")
    page.locator("#algorithm-random_forest summary").click()
    page.get_by_role("button", name="Show the parameters of Random forest").click()
    leaf = page.locator("#parameter-random_forest-min_samples_leaf")
    leaf.get_by_role("textbox", name="Values").fill("0")
    page.locator("#run-summary").get_by_role("button", name="Start the run").click()
    expect(leaf.locator(".field-error")).to_contain_text("“0” is not taken")

    leaf.get_by_role("textbox", name="Values").fill("2, 5")
    page.locator("#run-summary").get_by_role("button", name="Start the run").click()

    page.wait_for_url(re.compile(r"/runs/\d+/$"), timeout=WAIT)
