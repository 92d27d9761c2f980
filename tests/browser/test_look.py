"""Theme, contrast, dialogs and the upload zone, in Chromium."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

CONTRAST = (Path(__file__).parent / "contrast.js").read_text()


def open_new_project(page):
    page.goto("/projects/new/")
    page.get_by_label("Name").fill("Looks")
    page.locator("main").get_by_role("button").last.click()
    page.wait_for_url(re.compile(r"/projects/\d+/"))


def theme(page):
    return page.evaluate("document.documentElement.dataset.bsTheme")


def test_theme_follows_the_system_until_one_is_chosen(page):
    page.emulate_media(color_scheme="dark")
    page.goto("/")
    assert theme(page) == "dark"

    page.get_by_label("Colour theme").click()
    page.get_by_role("button", name="Light", exact=True).click()
    assert theme(page) == "light"

    page.reload()
    assert theme(page) == "light"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast(new_context, session_state, scheme):
    page = new_context(storage_state=session_state, color_scheme=scheme).new_page()
    open_new_project(page)
    project = page.url
    page.get_by_role("button", name=re.compile("^Add|penguins")).first.click()
    configure = page.get_by_role("link", name="New run").first
    expect(configure).to_be_visible(timeout=60_000)
    table = page.url
    form = configure.get_attribute("href")

    poor = []
    for path in ("/", project, table, form, "/runs/", "/accounts/password/"):
        page.goto(path)
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => { d.open = true })"
        )
        poor += [(path, text) for text in page.evaluate(CONTRAST)]

    assert poor == []


def test_menu_closes_on_escape_and_gives_the_focus_back(page):
    page.goto("/")
    account = page.locator("summary[aria-label^=Account]")
    account.click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(account).to_be_focused()


def test_refused_upload_says_why_in_place(page, tmp_path):
    empty = tmp_path / "empty.csv"
    empty.touch()
    open_new_project(page)
    address = page.url
    page.locator("form[data-upload] input[type=file]").set_input_files(empty)

    page.locator("form[data-upload] button[type=submit]").click()

    expect(page.locator("[data-upload-errors]")).to_contain_text(
        re.compile("empty", re.IGNORECASE)
    )
    assert page.url == address


def test_file_dropped_on_the_zone_is_chosen(page):
    open_new_project(page)
    transfer = page.evaluate_handle(
        "() => { const t = new DataTransfer();"
        " t.items.add(new File(['a,b\\n1,2\\n'], 'dropped.csv')); return t; }"
    )

    page.dispatch_event("[data-drop]", "dragover", {"dataTransfer": transfer})
    expect(page.locator("[data-drop]")).to_have_class(re.compile("is-over"))
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": transfer})

    expect(page.locator("[data-drop]")).not_to_have_class(re.compile("is-over"))
    name = page.evaluate(
        "document.querySelector('[data-drop] input[type=file]').files[0].name"
    )
    assert name == "dropped.csv"
