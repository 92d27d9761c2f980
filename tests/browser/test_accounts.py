"""Signing in and out, as a person does it."""

import re

from playwright.sync_api import expect

from tests.installation import PASSWORD, USERNAME


def test_first_sign_in_leads_to_projects(page):
    page.goto("/")

    expect(page).to_have_title(re.compile("Projects"))
    expect(page.get_by_text(USERNAME).first).to_be_attached()


def test_stranger_signs_in_with_password(session_state, anonymous_page):
    anonymous_page.goto("/")
    anonymous_page.get_by_label("Username").fill(USERNAME)
    anonymous_page.locator("[name=password]").fill(PASSWORD)
    anonymous_page.locator("[name=password]").press("Enter")

    expect(anonymous_page).to_have_title(re.compile("Projects"))


def test_used_link_says_the_way_out(
    session_state, installation, anonymous_page, complaints
):
    complaints.expect("410")

    anonymous_page.goto(installation.welcome_link())

    expect(anonymous_page.get_by_text("make run")).to_be_visible()
