"""Chromium with the product in it; a page that complains fails its test."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.chromium import find_chromium
from tests.installation import PASSWORD, REPOSITORY, USERNAME, Installation

SHOTS = REPOSITORY / "build" / "screenshots"
# An answer to bad input is a form with status 422, which Chromium reports as a failure.
# A request that a newer one has made needless is given up, which htmx calls an error.
EXPECTED = [r"Failed to load resource: .* 422", r"htmx:(sendAbort|afterRequest)"]


class Complaints(list[str]):
    """What a page said on its console: errors, exceptions, refusals of the policy."""

    def __init__(self) -> None:
        super().__init__()
        self.expected = list(EXPECTED)

    def expect(self, pattern: str) -> None:
        """Let a test provoke a complaint."""
        self.expected.append(pattern)

    def unexpected(self) -> list[str]:
        return [c for c in self if not any(re.search(e, c) for e in self.expected)]


@pytest.fixture(scope="session")
def installation(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Installation]:
    with Installation.made(tmp_path_factory.mktemp("home")) as made:
        yield made.started()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        reason = "No Chromium; see .ci/chromium."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    # Chromium's own sandbox does not work for root.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=options)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def session_state(chromium: Browser, installation: Installation) -> dict:
    """Sign in once, through the link of the first start; the tests share the cookies."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(installation.welcome_link())
    page.get_by_label("Username").fill(USERNAME)
    page.locator("[name=new_password1]").fill(PASSWORD)
    page.locator("[name=new_password2]").fill(PASSWORD)
    page.locator("[name=new_password2]").press("Enter")
    page.wait_for_url(lambda url: "/welcome/" not in url)
    installation.password_set = True
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
def new_context(
    chromium: Browser, installation: Installation, complaints: Complaints
) -> Iterator:
    """Give a function that makes browser contexts, whose pages are listened to."""
    contexts: list[BrowserContext] = []

    def new(**options: object) -> BrowserContext:
        settings = {
            "base_url": installation.base_url,
            "viewport": {"width": 1440, "height": 900},
            "reduced_motion": "reduce",
            **options,
        }
        context = chromium.new_context(**settings)
        context.on(
            "console",
            lambda m: (
                m.type == "error"
                and complaints.append(f"{m.page.url if m.page else ''}: {m.text}")
            ),
        )
        context.on("weberror", lambda e: complaints.append(str(e.error)))
        contexts.append(context)
        return context

    yield new
    for context in contexts:
        context.close()
    assert complaints.unexpected() == []


@pytest.fixture
def page(new_context, session_state: dict) -> Page:
    """Give a page of the signed-in first user."""
    return new_context(storage_state=session_state).new_page()


@pytest.fixture
def anonymous_page(new_context) -> Page:
    return new_context().new_page()


@pytest.fixture
def shot() -> Iterator:
    """Give a function that keeps a picture of a page in build/screenshots."""
    SHOTS.mkdir(parents=True, exist_ok=True)

    def take(page: Page, name: str, *, full_page: bool = True) -> Path:
        path = SHOTS / f"{name}.png"
        page.screenshot(path=path, full_page=full_page)
        return path

    return take
