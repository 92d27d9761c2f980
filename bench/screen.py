"""A real browser that notes when each completed trial was painted on the run's page."""

import multiprocessing
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import NamedTuple

from viewers import quantile

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
START_SECONDS = 120.0
PATIENCE_SECONDS = 20.0

# The leaderboard, progress and chart data are changed in one task; two frames later they
# have been painted. The counter is the page's own number of trials that have ended.
OBSERVER = """
() => {
  const shown = (window.__shown = []);
  const look = () => {
    const text = document.querySelector("#live-progress .progress-line strong")?.textContent;
    const n = Number(text);
    if (!n || (shown.length && shown.at(-1)[0] >= n)) return;
    const entry = [n, 0];
    shown.push(entry);
    requestAnimationFrame(() => requestAnimationFrame(() => {
      entry[1] = Date.now() / 1000;
    }));
  };
  new MutationObserver(look).observe(document.getElementById("live-progress"), {
    subtree: true, childList: true, characterData: true,
  });
}
"""


class Painted(NamedTuple):
    p50_ms: float
    p90_ms: float
    p99_ms: float
    longest_ms: float
    n_unseen: int


class Screen:
    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe

    def result(self, commits: Sequence[float], *, before: int) -> Painted:
        """Return how long after its commit each trial was painted.

        A frame that shows n trials shows all before the n-th, too.
        """
        self.pipe.send(before + len(commits))
        if not self.pipe.poll(2 * PATIENCE_SECONDS):
            raise SystemExit("The browser does not answer.")
        shown = sorted((n, at) for n, at in self.pipe.recv() if at)
        late, n_unseen = [], 0
        for n, commit in enumerate(commits, before + 1):
            at = next((at for number, at in shown if number >= n), None)
            if at is None:
                n_unseen += 1
            else:
                late.append(1000 * (at - commit))
        return Painted(*(quantile(late, q) for q in (0.5, 0.9, 0.99, 1.0)), n_unseen)


def find_chromium() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def painting(address: str, path: str, cookie: str) -> Iterator[Screen | None]:
    """Have the page open in a browser meanwhile; none where there is no Chromium."""
    chromium = find_chromium()
    if chromium is None:
        yield None
        return
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(
        target=browse, args=(there, chromium, address, path, cookie), daemon=True
    )
    process.start()
    try:
        if not here.poll(START_SECONDS) or here.recv() != "open":
            raise SystemExit("The browser could not open the page.")
        yield Screen(here)
    finally:
        process.join(5)
        if process.is_alive():
            process.terminate()
            process.join()


# --- In the browser's process ------------------------------------------------------------


def browse(
    pipe: Connection, chromium: str, address: str, path: str, cookie: str
) -> None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - not for all

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": address}])
        page = context.new_page()
        page.set_default_timeout(1000 * START_SECONDS)
        page.goto(f"{address}{path}")
        page.wait_for_selector('[data-connection][data-state="live"]')
        page.wait_for_selector("#history-chart .main-svg")
        page.evaluate(OBSERVER)
        pipe.send("open")
        # Nothing is asked of the page until all trials are recorded.
        last = pipe.recv()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:  # what it never showed is counted
            newest = page.evaluate("window.__shown.at(-1)")
            if newest and newest[0] >= last and newest[1]:
                break
            time.sleep(0.2)
        pipe.send(page.evaluate("window.__shown"))
        browser.close()
