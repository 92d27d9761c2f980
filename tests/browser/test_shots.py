"""The pictures of README and docs/guide.md, from the running product (`make shots`)."""

import re

import pytest
from playwright.sync_api import expect

from tests import workflow
from tests.installation import wait_for


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_shots_of_a_live_run_and_its_model(
    new_context, session_state, installation, shot, scheme
):
    context = new_context(
        storage_state=session_state,
        color_scheme=scheme,
        viewport={"width": 1280, "height": 1000},
    )
    page = context.new_page()
    with installation.client() as client:
        dataset = workflow.add_sample(client)
        algorithms = ["logistic_regression", "random_forest", "hist_gradient_boosting"]
        run = workflow.start_run(
            client,
            dataset,
            algorithms=algorithms,
            n_splits=8,
            seed=next(workflow.SEEDS),
        )
        page.goto(f"/datasets/{dataset}/runs/new/?preset=balanced")
        section = page.locator("details", has_text="parameters").first
        section.locator("summary").click()
        expect(page.locator("[id^=low-]").first).to_be_visible(timeout=30_000)
        page.wait_for_load_state("networkidle")
        shot(page, f"readme-configure-{scheme}", full_page=False)
        page.goto(f"/runs/{run}/")
        wait_for(lambda: workflow.n_complete(client, run) >= 15, seconds=120)
        expect(page.locator(".worker").first).to_be_visible(timeout=30_000)
        shot(page, f"readme-live-{scheme}", full_page=False)
        workflow.post(client, f"/runs/{run}/stop/")
        expect(page.locator("#live-phase")).to_contain_text("Stopped", timeout=120_000)

    page.goto(f"/runs/{run}/analysis/")
    expect(page.locator("#analysis[data-ready]")).to_be_attached(timeout=30_000)
    expect(page.locator("#chart-history canvas")).to_have_attribute(
        "data-drawn", "true"
    )
    shot(page, f"readme-analysis-{scheme}", full_page=False)
    page.goto(f"/runs/{run}/compare/?trials=1,2,3")
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    shot(page, f"readme-compare-{scheme}", full_page=False)
    page.goto(f"/runs/{run}/")
    page.locator("#live-leaderboard a[href*='/models/']").first.click()
    page.get_by_role("link", name="Evaluation", exact=True).click()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    shot(page, f"readme-model-{scheme}", full_page=False)


# What is waited for on each page of the guide; `model` is the best one of the run.
GUIDE = {
    "project": ("/projects/{project}/", "#board, .stats, table"),
    "dataset": ("/datasets/{dataset}/", "#columns .column-name"),
    "trials": ("/runs/{run}/trials/", "#trials-table tbody tr"),
    "trial": ("/runs/{run}/trials/1/", "h1"),
    "model-overview": ("/models/{model}/", "#metrics-title"),
    "model-diagnosis": ("/models/{model}/diagnosis/", "#chart-folds .main-svg"),
    "model-explanation": ("/models/{model}/explanation/", ".main-svg"),
    "model-what-if": ("/models/{model}/what-if/?row=first", "#what-if-answer strong"),
    "leaderboard": ("/projects/{project}/models/", "#board tbody tr"),
    "models-compared": (
        "/projects/{project}/models/compare/?models={models}",
        ".metrics-table tbody tr",
    ),
    "workers": ("/workers/", "#fleet"),
}


@pytest.mark.timeout(900)
def test_shots_of_every_page_of_the_guide(
    new_context, session_state, installation, shot
):
    context = new_context(
        storage_state=session_state, viewport={"width": 1280, "height": 900}
    )
    page = context.new_page()
    page.set_default_timeout(120_000)
    with installation.client() as client:
        dataset = workflow.add_sample(client)
        algorithms = ["logistic_regression", "random_forest"]
        run = workflow.start_run(client, dataset, algorithms=algorithms, n_splits=3)
        assert workflow.wait_until_ended(client, run) == "finished"
        told = client.get(f"/runs/{run}/").text
        models = list(dict.fromkeys(re.findall(r"/models/(\d+)/", told)))
        project = re.search(r"/projects/(\d+)/", told)[1]
        for kind in ("explanation", "diagnosis"):
            address = f"/models/{models[0]}/{kind}/"
            waits = f'id="computation-{kind}"'
            wait_for(
                lambda a=address, w=waits: w not in client.get(a).text, seconds=240
            )
    places = {
        "project": project,
        "dataset": dataset,
        "run": run,
        "model": models[0],
        "models": ",".join(models[:2]),
    }
    for name, (address, there) in GUIDE.items():
        page.goto(address.format(**places))
        expect(page.locator(there).first).to_be_visible(timeout=120_000)
        page.wait_for_load_state("networkidle")
        shot(page, f"guide-{name}", full_page=False)
