"""Every kind of page: rules of WCAG 2.1 AA, and no wider than a telephone."""

import re
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, expect

from runs.samples import sample_path
from tests import workflow
from tests.browser.axe import examine
from tests.installation import wait_for

pytestmark = pytest.mark.timeout(300)
WAIT = 60_000

# Menus cover one another, and the sections of a form are fetched: both on their own.
UNFOLD = """
document.querySelectorAll("main details:not(.menu, .algorithm-values)")
  .forEach(details => { details.open = true })
"""
DRAWN = "!document.querySelector('[data-figure]:not([data-drawn])')"


@dataclass
class Places:
    """What there is to look at in an installation with one finished run."""

    project: int
    empty_project: int
    dataset: int
    run: int
    model: int
    prediction: int


@dataclass
class Tour:
    """Pages looked at one after the other, and what was wrong with them."""

    page: Page
    found: list[str] = field(default_factory=list)

    def visit(self, path: str, *, narrow: bool = False) -> None:
        self.page.set_viewport_size({"width": 1440, "height": 900})
        self.page.goto(path)
        self.page.wait_for_function(DRAWN)
        self.page.evaluate(UNFOLD)
        self.look(path, narrow=narrow)

    def look(self, name: str, *, narrow: bool = False) -> None:
        self.found += [f"{name}: {line}" for line in examine(self.page, narrow=narrow)]

    def end(self) -> None:
        assert not self.found, "\n" + "\n".join(self.found)


@pytest.fixture
def tour(page) -> Tour:
    return Tour(page)


@pytest.fixture(scope="module")
def places(installation, session_state) -> Places:
    with installation.client() as client:
        new = workflow.post(client, "/projects/new/", name="Nothing yet")
        dataset = workflow.add_sample(client)
        run = workflow.start_run(
            client,
            dataset,
            algorithms=["logistic_regression", "decision_tree"],
            strategy="random",
            n_trials=6,
            n_splits=3,
        )
        assert workflow.wait_until_ended(client, run) == "finished"
        project, model = (
            int(re.search(pattern, client.get(f"/runs/{run}/").text)[1])
            for pattern in (r"/projects/(\d+)/", r"/models/(\d+)/")
        )
        file = {"file": ("penguins.csv", sample_path("penguins").read_bytes())}
        answer = workflow.post(client, f"/models/{model}/predict/", files=file)
        predicted = answer.url.path
        wait_for(lambda: "download/" in client.get(predicted).text, seconds=60)
    ids = workflow.id_in(new.url), dataset, run, model, workflow.id_in(answer.url)
    return Places(project, *ids)


def test_pages_before_signing_in(anonymous_page, complaints):
    complaints.expect("status of 4(04|10)")
    tour = Tour(anonymous_page)
    tour.visit("/accounts/login/", narrow=True)
    tour.visit("/welcome/MQ/used/", narrow=True)
    tour.visit("/no-such-page/")
    tour.end()


def test_pages_of_projects_and_tables(tour, places):
    project, table = f"/projects/{places.project}/", f"/datasets/{places.dataset}/"
    tour.visit("/", narrow=True)
    tour.visit("/projects/new/")
    tour.visit(project, narrow=True)
    tour.visit(f"/projects/{places.empty_project}/", narrow=True)
    for page in ("edit", "members", "audit", "delete"):
        tour.visit(f"{project}{page}/")
    tour.visit(table, narrow=True)
    tour.visit(f"{table}?target=species")
    tour.visit(f"{table}columns/1/")
    tour.visit(f"{table}columns/3/")
    tour.visit(f"{table}delete/")
    tour.visit("/accounts/password/")
    tour.visit("/accounts/tokens/", narrow=True)
    tour.visit("/api/v1/docs", narrow=True)
    tour.end()


@pytest.mark.parametrize("strategy", ["grid", "tpe"])
def test_configure_page_with_an_open_section(tour, places, strategy):
    path = f"/datasets/{places.dataset}/runs/new/?target=species&strategy={strategy}"
    tour.visit(path)
    page = tour.page
    page.locator("#algorithm-random_forest summary").click()
    expect(page.locator("#reset-random_forest")).to_be_visible(timeout=WAIT)
    page.locator("#first-add").click()
    expect(page.locator(".first-row")).to_be_visible(timeout=WAIT)
    tour.look(path, narrow=True)

    leaf = page.locator("#parameter-random_forest-min_samples_leaf")
    leaf.get_by_label("Kind").select_option("int")
    leaf.get_by_label("From").fill("9")
    leaf.get_by_label("To").fill("3")
    expect(leaf.locator(".field-error")).to_be_visible(timeout=WAIT)
    tour.look(f"{path}, refused", narrow=True)
    tour.end()


def test_pages_of_a_finished_run(tour, places):
    run, model = f"/runs/{places.run}/", f"/models/{places.model}/"
    tour.visit("/runs/", narrow=True)
    tour.visit(run, narrow=True)
    tour.visit(f"{run}trials/", narrow=True)
    tour.visit(f"{run}trials/?state=failed")
    tour.visit(f"{run}trials/1/", narrow=True)
    tour.visit(f"{run}compare/?trials=1&trials=2&trials=3", narrow=True)
    tour.visit(f"{run}log/")
    tour.visit(f"{run}delete/")
    tour.visit(model, narrow=True)
    tabs = tour.page.locator(".tabs a").evaluate_all(
        "links => links.map(a => a.pathname)"
    )
    for tab in tabs[1:]:
        tour.visit(tab, narrow=True)
    tour.visit(f"{model}delete/")
    tour.visit(f"/predictions/{places.prediction}/", narrow=True)
    tour.end()


def test_pages_while_a_run_searches(tour, places, installation):
    with installation.client() as client:
        run = workflow.start_run(
            client,
            places.dataset,
            # Enough for the search to go on while its pages are looked at.
            algorithms=["decision_tree", "random_forest"],
            strategy="random",
            n_trials=2000,
            n_splits=10,
            seed=next(workflow.SEEDS),
        )
        path = f"/runs/{run}/"
        wait_for(lambda: workflow.n_complete(client, run), seconds=90)
        tour.visit(path, narrow=True)
        expect(tour.page.locator("#steer")).to_be_visible()
        for form in ("#ranges-decision_tree", "#add-decision_tree", "#steer-budget"):
            tour.page.locator(form).click()
            expect(tour.page.locator("#steer-form form")).to_be_visible(timeout=WAIT)
            tour.look(f"{path} with {form}")
            tour.page.locator("[data-steer-cancel]").click()
        tour.visit("/workers/", narrow=True)
        tour.visit("/runs/")
        tour.visit(f"{path}steer/budget/")
        workflow.post(client, f"{path}stop/")
    tour.end()


def test_menus_and_dialogs(tour, places):
    page, run = tour.page, f"/runs/{places.run}/"
    for path in (f"{run}trials/", f"/models/{places.model}/"):
        page.goto(path)
        for menu in page.locator("details.menu").all():
            page.set_viewport_size({"width": 1440, "height": 900})
            summary = menu.locator("summary")
            summary.click()
            expect(menu.locator(".dropdown-menu")).to_be_visible()
            tour.look(f"{path} with the menu {summary.text_content().split()}")
            page.keyboard.press("Escape")
    page.goto(run)
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    tour.look(f"{run} with dialog", narrow=True)
    tour.end()
