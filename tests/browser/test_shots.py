"""The pictures of the README, from the running product (`make shots`)."""

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
        run = workflow.start_run(client, dataset, algorithms=algorithms, n_splits=8)
        page.goto(f"/runs/{run}/")
        wait_for(lambda: workflow.n_complete(client, run) >= 15, seconds=120)
        expect(page.locator(".worker").first).to_be_visible(timeout=30_000)
        shot(page, f"readme-live-{scheme}", full_page=False)
        workflow.post(client, f"/runs/{run}/stop/")
        expect(page.locator("#live-phase")).to_contain_text("Stopped", timeout=120_000)

    page.locator("#live-leaderboard a[href*='/models/']").first.click()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    shot(page, f"readme-model-{scheme}", full_page=False)
