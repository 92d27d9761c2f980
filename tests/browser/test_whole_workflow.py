"""Everything a person does with a table, from the first sign-in to the last sign-out.

Once with two classes on PostgreSQL, in an installation of its own that nobody has signed
in to; with many classes and with numbers in the one that the other tests use.
"""

import ast
import csv
import io
import re
from itertools import islice
from typing import NamedTuple

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.steps import WAIT
from tests.data import DEV, require
from tests.installation import PASSWORD, USERNAME, Installation

# Many steps, each of which may take WAIT in the worst case.
pytestmark = pytest.mark.timeout(2400)


EXPLAINED = 900_000  # milliseconds until a worker has come to a model


class Walk(NamedTuple):
    """A table, and what is done with it."""

    table: str
    n_rows: int
    target: str
    preset: str
    title: str  # of the algorithm that is looked at; the other one is switched off
    searched: str
    switched_off: str
    low: int  # of its min_samples_leaf
    high: int
    metric: str


WALKS = [
    Walk(
        *("titanic", 300, "Survived", "quick_look"),
        *("Random forest", "random_forest", "logistic_regression", 2, 8, "ROC AUC"),
    ),
    Walk(
        *("soybean", 683, "class", "quick_look"),
        *("Random forest", "random_forest", "logistic_regression", 1, 6, "Accuracy"),
    ),
    Walk(
        *("california_housing", 500, "median_house_value", "quick_look"),
        *("Random forest", "random_forest", "ridge", 3, 30, "Root mean squared error"),
    ),
]


@pytest.fixture(autouse=True)
def patience():
    expect.set_options(timeout=WAIT)
    yield
    expect.set_options(timeout=None)


@pytest.fixture
def own_installation(postgres, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    database = postgres.new_database()
    with Installation.made(home, DATABASE_URL=database) as made:
        yield made.started()


def sign_in_first(page, installation):
    """Take the one-time link of an installation that has no account."""
    page.goto(installation.welcome_link())
    page.get_by_label("Username").fill(USERNAME)
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.get_by_role("button", name="Start").click()
    expect(page).to_have_title(re.compile("Projects"))


def sign_in(page, installation):
    page.goto(f"{installation.base_url}/accounts/login/")
    page.get_by_label("Username").fill(USERNAME)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    expect(page).to_have_title(re.compile("Projects"))


def sign_out(page):
    page.locator("summary", has_text=USERNAME).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Username")).to_be_visible()
    page.goto("/")
    expect(page.get_by_label("Username")).to_be_visible()


def take_advice(page, target):
    """Choose the target on the table's page and follow the first advice about it."""
    page.locator("#target-choice").select_option(target)
    page.get_by_role("button", name="Look at it").click()
    run = page.get_by_role("link", name="New run with this target")
    expect(run).to_be_visible()
    offered = page.locator("#target .tip button, #advice .tip button")
    n_offered = offered.count()
    if n_offered:
        offered.first.click()
        expect(page.locator(".tip-accepted").first).to_be_visible()
    page.get_by_role("link", name="New run with this target").click()
    return n_offered


def brush(page):
    """Select some trials in one chart; the others and the table follow."""
    page.get_by_role("link", name="Analysis").first.click()
    expect(page.locator("#analysis[data-ready]")).to_be_attached()
    count = page.locator("#analysis-count")
    expect(count).to_have_text(re.compile(r"^All \d+ trials$"))
    steps.drag(page, page.locator("#chart-history canvas"), (0.3, 0.06), (0.7, 0.8))
    expect(count).to_have_text(re.compile(r"^\d+ of \d+ trials$"))
    page.go_back()


def pick_and_compare(page, walk, added):
    """Sort and filter the trials, compare two; return all that have a score."""
    page.get_by_role("link", name="All trials").click()
    steps.filter_algorithm(page, walk.title)
    steps.sort_trials(page, "value")
    assert set(steps.column(page, "Algorithm")) == {walk.title}
    numbers = [int(text.split()[0]) for text in steps.column(page, "Trial")]
    states = [text.strip() for text in steps.column(page, "State")]
    scored = [n for n, s in zip(numbers, states, strict=True) if s == "Complete"]
    other = next(number for number in numbers if number != added)
    steps.compare(page, [added, other])
    return scored


def refit_one_of(page, numbers, metric):
    """Refit the first of these trials that has no model yet."""
    for number in numbers:
        page.goto(re.sub(r"/\d+/$", f"/{number}/", page.url))
        expect(page.locator("h1")).to_contain_text(f"Trial {number}")
        if page.get_by_role("button", name="Refit as a model").count():
            return steps.refit(page, metric)
    pytest.fail(f"None of the trials {numbers} can be refitted.")


def explain(page):
    page.locator(".tabs").get_by_role("link", name="Explanation", exact=True).click()
    # The models that the run made by itself are explained before the refitted one.
    chart = page.locator(".js-plotly-plot .main-svg").first
    expect(chart).to_be_visible(timeout=EXPLAINED)


def ask_what_if(page):
    page.locator(".tabs").get_by_role("link", name="What if", exact=True).click()
    answer = page.locator("#what-if-answer strong").first
    expect(answer).to_be_visible()
    field = page.locator("[data-what-if-form] input[data-column]").first
    before = field.input_value()
    with page.expect_response(re.compile("what-if")) as answered:
        field.fill("1" if before != "1" else "2")
        field.press("Tab")
    assert answered.value.ok
    expect(answer).to_be_visible()


def promote(page):
    page.locator(".tabs").get_by_role("link", name="Stages", exact=True).click()
    page.get_by_label("Champion").check()
    page.get_by_role("button", name="Change the stage").click()
    expect(page.locator("h1 .state-champion")).to_be_visible()


def compare_models(page):
    """Compare the first two models of the project, and come back to the champion."""
    page.get_by_role("link", name="All models").click()
    boxes = page.locator("#board tbody input[name=models]")
    for at in range(2):
        boxes.nth(at).check()
    page.get_by_role("button", name="Compare").click()
    expect(page.locator(".metrics-table tbody tr")).to_have_count(2)
    page.go_back()
    page.locator("#board tr", has=page.locator(".state-champion")).locator(
        "th a"
    ).first.click()


def predict(page, path):
    """Predict a file and return the rows of the answer."""
    page.locator(".tabs").get_by_role("link", name="Predict", exact=True).click()
    form = page.locator("#predict form[data-upload]")
    form.locator("input[type=file]").set_input_files(path)
    button = form.get_by_role("button", name="Predict")
    if button.is_visible():
        button.click()
    link = page.locator("a[href*='/predictions/'][href$='/download/']").first
    expect(link).to_be_visible()
    with page.expect_download() as download:
        link.click()
    return list(csv.DictReader(io.StringIO(download.value.path().read_text())))


def take_away(page):
    page.go_back()
    page.locator(".tabs").get_by_role("link", name="Export", exact=True).click()
    page.get_by_role("button", name="Compute it now").first.click()
    link = page.locator("a[href$='/export/folder/']")
    expect(link).to_be_visible()
    with page.expect_download() as download:
        link.click()
    assert download.value.path().stat().st_size > 1000


@pytest.mark.parametrize("walk", WALKS, ids=[walk.table for walk in WALKS])
def test_from_the_first_sign_in_to_the_last_sign_out(
    request, new_context, session_state, shot, tmp_path, walk
):
    path = tmp_path / f"{walk.table}.csv"
    with require(DEV / path.name).open() as source:
        path.write_text("".join(islice(source, walk.n_rows + 1)))
    first = walk is WALKS[0]
    installation = request.getfixturevalue(
        "own_installation" if first else "installation"
    )
    allowed = ["clipboard-read", "clipboard-write"]
    page = new_context(base_url=installation.base_url, permissions=allowed).new_page()
    page.set_default_timeout(WAIT)

    def see(name):
        shot(page, f"whole-{walk.table}-{name}")

    (sign_in_first if first else sign_in)(page, installation)
    steps.upload(page, path)
    see("1-table")
    n_offered = take_advice(page, walk.target)
    assert n_offered or not first  # the names of passengers tell nothing
    steps.choose_preset(page, walk.preset, walk.target)
    steps.search_only(page, walk.searched, walk.switched_off)
    steps.change_range(page, walk.searched, "min_samples_leaf", walk.low, walk.high)
    steps.set_trials(page, 150, 4)
    steps.estimate(page)
    see("2-configured")

    steps.start(page)
    steps.watch(page)
    steps.switch_off(page, walk.switched_off)
    steps.stop_a_trial(page, walk.title)
    installation.worker_children()[0].kill()
    added = steps.add_combination(
        page, walk.searched, "min_samples_leaf", wrong="0", right="7"
    )
    see("3-steered")
    # More than become models by themselves, of which one is refitted.
    steps.end_after(page, 12)
    steps.see_the_end(page)
    see("4-finished")

    brush(page)
    scored = pick_and_compare(page, walk, added)
    see("5-compared")
    page.locator("#settings thead").get_by_role("link", name=str(added)).click()
    expect(page.locator("h1")).to_contain_text(f"Trial {added}")
    code = steps.copy_code(page)
    assert "min_samples_leaf=7" in code
    ast.parse(code)
    refit_one_of(page, [added, *scored], walk.metric)
    see("6-evaluated")

    explain(page)
    see("7-explained")
    ask_what_if(page)
    see("8-what-if")
    promote(page)
    compare_models(page)
    rows = predict(page, path)
    with path.open() as stream:
        assert len(rows) == sum(1 for _ in csv.DictReader(stream))
    assert all(row["prediction"] for row in rows)
    take_away(page)
    see("9-taken")
    sign_out(page)
