"""What pages cost: of a run of up to 10,000 trials, of a project of up to 1,000 runs.

Rows are written directly into the database, with parameters and scores as searches leave
them; the large project has 100,000 trials, 2,000 models and 120 versions of its tables.
The server's side is the whole view through Django's test client: time, bytes as sent
(JSON compressed), and queries. `first` is what a web process takes that has not seen the
page yet; the percentiles are of the calls after it. In Chromium the product is served as
it is; the page is interactive once every chart in view has been drawn and the selection
answers.
"""

# ruff: noqa: PLC0415 - Django's settings come from an environment made first

import argparse
import os
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import lists
import product
from report import Table, finish, load, say

if TYPE_CHECKING:
    from runs.models import Run

SIZES = (100, 1000, 10_000)
TARGET_MS = 150.0
PAINT_MS, INTERACTIVE_MS = 1000.0, 2500.0
PAGES = {
    "run": "",
    "analysis": "analysis/",
    "analysis data": "analysis/trials.json",
    "analysis sentences": "analysis/readings.json?value_min=0.8",
    "analysis since": "analysis/trials.json?since={last}",
    "trials": "trials/",
}


class Cost(NamedTuple):
    page: str
    trials: int
    first_ms: float
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    kilobytes: float
    queries: int


class Seen(NamedTuple):
    trials: int
    paint_ms: float
    interactive_ms: float


def main() -> None:
    options = parsed()
    say(f"{product.cores()} cores, load {load()} at the start\n")
    costs: list[Cost] = []
    seen: list[Seen] = []
    with place(is_served=options.browser) as address:
        runs, cookie = prepare(options.sizes)
        lists.settle()
        shown = Table(
            "page", "trials", "first ms", "p50 ms", "p95 ms", "CPU ms", "KB", "queries",
            widths=(20, 7),
        )  # fmt: skip
        for run, n_trials in zip(runs, options.sizes, strict=True):
            for page, path in PAGES.items():
                cost = measured(page, path, run, n_trials, cookie, options.calls)
                costs.append(cost)
                shown.row(*(rounded(cell) for cell in cost))
        crowds = lists.measured_in(options.projects, cookie, options.calls)
        if options.browser:
            say()
            shown = Table("analysis in Chromium", "first paint ms", "interactive ms")
            for run, n_trials in zip(runs, options.sizes, strict=True):
                found = opened(address, run, n_trials, cookie, options.visits)
                seen.append(found)
                shown.row(*(rounded(cell) for cell in found))
    say(f"\nload {load()} at the end")
    largest = [c for c in costs if c.trials == max(options.sizes)]
    most_runs = [c for c in crowds if c.runs == max(c.runs for c in crowds)]
    worst = max([*largest, *most_runs], key=lambda cost: cost.p95_ms)
    is_constant = all(
        len({c.queries for c in costs if c.page == p}) == 1 for p in PAGES
    ) and all(
        len({c.queries for c in crowds if c.page == p}) == 1
        for p in {c.page for c in crowds}
    )
    is_quick = all(
        s.paint_ms < PAINT_MS and s.interactive_ms < INTERACTIVE_MS for s in seen
    )
    finish(
        "pages",
        value=round(worst.p95_ms, 1),
        target=(
            f"p95 < {TARGET_MS:g} ms with {max(options.sizes):,} trials of a run and "
            f"{max(options.projects)[0]:,} runs of a project, a constant number of "
            f"queries, first paint < {PAINT_MS / 1000:g} s, interactive < "
            f"{INTERACTIVE_MS / 1000:g} s"
        ),
        holds=worst.p95_ms < TARGET_MS and is_constant and is_quick,
        worst=worst.page,
        queries_constant=is_constant,
        cores=product.cores(),
        costs=[cost._asdict() for cost in costs],
        lists=[cost._asdict() for cost in crowds],
        browser=[found._asdict() for found in seen],
    )


def project_of(text: str) -> tuple[int, int]:
    """Read `1000x100000`: runs and trials of a project."""
    n_runs, n_trials = text.split("x")
    return int(n_runs), int(n_trials)


def rounded(cell: object) -> object:
    return f"{cell:.1f}" if isinstance(cell, float) else cell


@contextmanager
def place(*, is_served: bool) -> Iterator[str]:
    """Run the product for the browser; the server's side needs its database alone."""
    if is_served:
        with product.served() as address:
            yield address
        return
    with product.fresh_home():
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        yield ""


def prepare(sizes: list[int]) -> "tuple[list[Run], str]":
    """Write the runs; return them and the session cookie of their owner."""
    from django.contrib.auth import login
    from django.contrib.sessions.backends.db import SessionStore
    from django.http import HttpRequest
    from generated import generated_dataset, generated_run

    from runs.management.following import command_line_user

    request = HttpRequest()
    request.session = SessionStore()
    backend = "django.contrib.auth.backends.ModelBackend"
    login(request, command_line_user(), backend=backend)
    request.session.save()
    dataset = generated_dataset()
    runs = [generated_run(dataset, n_trials) for n_trials in sizes]
    return runs, str(request.session.session_key)


# --- The server's side -----------------------------------------------------------------


def measured(
    page: str, path: str, run: "Run", n_trials: int, cookie: str, n_calls: int
) -> Cost:
    last = run.events.order_by("-pk").values_list("pk", flat=True)[10]
    url = f"{run.get_absolute_url()}{path.format(last=last)}"
    return Cost(page, n_trials, *lists.measured(url, cookie, n_calls))


# --- The browser's side ----------------------------------------------------------------

# Every chart in view has been drawn, and what has to answer does.
INTERACTIVE = """() => {
  if (!document.querySelector("#analysis[data-ready]")) return false;
  const inView = [...document.querySelectorAll(".analysis-plot canvas")].filter(
    (canvas) => canvas.getBoundingClientRect().top < window.innerHeight);
  return inView.length > 0 && inView.every((canvas) => canvas.dataset.drawn);
}"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def opened(address: str, run: "Run", n_trials: int, cookie: str, n_visits: int) -> Seen:
    """Open the analysis page in a fresh browser a few times; return the medians."""
    from django.conf import settings
    from playwright.sync_api import sync_playwright

    from tests.browser.chromium import find_chromium

    # In this process there is an event loop then, and Django would not be asked.
    url = f"{address}{run.get_absolute_url()}analysis/"
    name = settings.SESSION_COOKIE_NAME
    paints, readies = [], []
    with sync_playwright() as playwright:
        for _ in range(n_visits):
            browser = playwright.chromium.launch(
                executable_path=find_chromium(),
                args=["--no-sandbox"] if os.geteuid() == 0 else [],
            )
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            context.add_cookies([{"name": name, "value": cookie, "url": address}])
            tab = context.new_page()
            tab.goto(url, wait_until="commit")
            tab.wait_for_function(INTERACTIVE, polling="raf", timeout=60_000)
            readies.append(tab.evaluate("performance.now()"))
            paints.append(tab.evaluate(PAINT))
            browser.close()
    return Seen(n_trials, statistics.median(paints), statistics.median(readies))


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", nargs="+", type=int, default=list(SIZES))
    parser.add_argument(
        "--projects",
        nargs="+",
        type=project_of,
        default=[(20, 2_000), (1_000, 100_000)],
        help="runs x trials of each, as 1000x100000",
    )
    parser.add_argument("--calls", type=int, default=40, help="for each percentile")
    parser.add_argument("--visits", type=int, default=5, help="of the browser")
    parser.add_argument("--no-browser", dest="browser", action="store_false")
    return parser.parse_args()


if __name__ == "__main__":
    main()
