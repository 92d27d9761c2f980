"""What a person does on the pages of a search, a step a function."""

import re
from contextlib import suppress

from playwright.sync_api import TimeoutError as TooLate
from playwright.sync_api import expect

from tests.installation import wait_for

WAIT = 90_000  # milliseconds that anything may take on a busy machine
RUN = re.compile(r"/runs/\d+/$")


def upload(page, path):
    """Add a table to a new project, and go on to the configure page."""
    page.goto("/projects/new/")
    page.get_by_label("Name").fill(path.stem)
    page.get_by_label("Name").press("Enter")
    page.wait_for_url(re.compile(r"/projects/\d+/"))
    page.locator("form[data-upload] input[type=file]").set_input_files(path)
    page.locator("form[data-upload] button[type=submit]").click()
    page.wait_for_url(re.compile(r"/datasets/\d+/"))
    expect(page.get_by_role("link", name="New run").first).to_be_visible()


def choose_preset(page, name, target):
    page.locator("[name=target]").select_option(target)
    expect(page.locator("#run-size")).to_contain_text(f"{target} from")
    page.locator(f"#preset-{name}").click()
    expect(page.locator(f"#preset-{name}")).to_have_attribute("aria-current", "true")
    expect(page.locator("[name=target]")).to_have_value(target)


def search_only(page, *algorithms):
    ticked = page.locator("[name=algorithms]:checked")
    for name in ticked.evaluate_all("boxes => boxes.map(box => box.value)"):
        if name not in algorithms:
            page.locator(f"[name=algorithms][value={name}]").uncheck()


def change_range(page, algorithm, parameter, low, high):
    if page.locator(f"#values-{algorithm}").get_attribute("open") is None:
        page.locator(f"#values-{algorithm} > summary").click()
    key = f"{algorithm}-{parameter}"
    page.locator(f"#low-{key}").fill(str(low))
    page.locator(f"#high-{key}").fill(str(high))
    expect(page.locator(f"#summary-{algorithm}")).to_contain_text("changed")


def set_trials(page, n, n_folds):
    """Write a budget of trials alone, and wait until the summary has it."""
    page.get_by_label("Minutes at most").fill("")
    page.get_by_label("Trials at most").fill(str(n))
    page.locator("[name=n_splits]").fill(str(n_folds))
    size = page.locator("#run-size .run-size")
    expect(size).to_have_text(
        re.compile(
            rf"{n}\s+combinations ×\s+{n_folds}\s+folds =\s+{n * n_folds}\s+fits"
        )
    )


def estimate(page):
    page.locator("#preflight-ask").click()
    expect(page.locator(".preflight-total")).to_have_text(
        re.compile(r"About\s+.*(s|min)\s+and\s+\d.*B\s+of memory")
    )


def start(page):
    page.locator("#run-summary").get_by_role("button", name="Start the run").click()
    page.wait_for_url(RUN)
    expect(page.locator("[data-connection]")).to_have_text("Live")


def n_ended(page):
    return int(page.locator("#live-progress .progress-line strong").inner_text())


def wait_for_trials(page, n):
    wait_for(lambda: n_ended(page) >= n, seconds=WAIT / 1000)


def watch(page):
    """See the parts of the page fill while trials end."""
    expect(page.locator("#live-workers .worker").first).to_contain_text("Fold")
    wait_for_trials(page, 3)
    expect(page.locator("#leaders tr")).not_to_have_count(0)
    for chart in ("history-chart", "spread-chart", "folds-chart"):
        expect(page.locator(f"#{chart} .main-svg").first).to_be_visible()
    expect(page.locator("#history-chart .scatterlayer .point").first).to_be_attached()


def add_combination(page, algorithm, parameter, *, wrong, right):
    """Send a value that cannot be, then one that can; return the new trial's number."""
    page.locator(f"#add-{algorithm}").click()
    form = page.locator("#steer-form form")
    field = form.get_by_label(parameter)
    field.fill(wrong)
    field.press("Enter")
    expect(form.locator(".field-error")).to_contain_text(f"not {wrong}")
    field.fill(right)
    field.press("Enter")
    expect(form).to_have_count(0)
    message = page.locator("#steer-message")
    expect(message).to_contain_text("added a combination")
    return int(re.search(r"trial (\d+)", message.inner_text())[1])


def switch_off(page, algorithm):
    page.locator(f"#switch-{algorithm}").click()
    expect(page.locator(f"#switch-{algorithm}")).to_contain_text("Switch on")


def stop_a_trial(page, title):
    """Stop a trial of an algorithm; another one where it ends before the click."""
    at_work = page.locator(".steer-running li").filter(has_text=title)

    stopped = page.locator("#log").get_by_text("Stopped by")

    def stop():
        with suppress(TooLate):
            at_work.get_by_role("button").last.click(timeout=2000)
            stopped.first.wait_for(timeout=5000)
        return stopped.count() > 0

    wait_for(stop, seconds=WAIT / 1000)


def end_after(page, n_more):
    """Change the budget to a few trials more than have ended."""
    page.locator("#steer-budget").click()
    form = page.locator("#steer-form form")
    goal = n_ended(page) + n_more
    form.get_by_label("Trials").fill(str(goal))
    form.get_by_role("button", name="Change").click()
    expect(page.locator("#live-steer")).to_contain_text(f"{goal} trials")


def see_the_end(page):
    expect(page.locator("#live-phase")).to_have_text("Finished")
    expect(page.locator("#run-result .card").first).to_be_visible()
    expect(page.locator("#run-result .model-score").first).to_contain_text("holdout")
    expect(page.locator("#steer")).to_have_count(0)


def column(page, name):
    """Return the texts of a column of the trials table, below its pinned rows."""
    heads = page.locator("#trials-table thead th").all_inner_texts()
    place = next(i for i, text in enumerate(heads) if text.strip() == name)
    rows = page.locator("#trials-table tbody tr:not(.is-best, .is-baseline)").all()
    return [row.locator("th, td").nth(place).inner_text() for row in rows]


def filter_algorithm(page, title):
    page.locator("#filter-algorithm > summary").click()
    page.locator("#filter-algorithm").get_by_label(title).check()
    page.wait_for_url(re.compile(r"[?&]algorithm="))
    expect(page.locator("#filters-clear")).to_be_visible()


def sort_trials(page, name):
    page.locator(f"#sort-{name}").click()
    page.wait_for_url(re.compile(rf"[?&]order=-?{name}"))


def compare(page, numbers):
    for number in numbers:
        page.locator(f"#pick-{number}").check()
    for number in numbers:
        expect(page.locator("[data-compare-text]")).to_contain_text(str(number))
    page.locator("#compare-form").get_by_role("button", name="Compare").click()
    page.wait_for_url(re.compile(r"/compare/"))
    for number in numbers:
        expect(page.locator("#settings thead")).to_contain_text(str(number))


def copy_code(page):
    page.locator("[data-copy=trial-code]").click()
    expect(page.locator("#copy-status")).to_have_text("Copied.")
    return page.evaluate("navigator.clipboard.readText()")


def refit(page, metric):
    page.get_by_role("button", name="Refit as a model").click()
    page.wait_for_url(re.compile(r"/models/\d+/"))
    expect(page.locator(".stats")).to_contain_text(metric)
    page.get_by_role("link", name="Evaluation", exact=True).click()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()


def drag(page, canvas, start, end):
    """Drag over a chart, from and to shares of its width and height."""
    canvas.scroll_into_view_if_needed()
    expect(canvas).to_have_attribute("data-drawn", "true")
    box = canvas.bounding_box()
    points = [
        (box["x"] + x * box["width"], box["y"] + y * box["height"])
        for x, y in (start, end)
    ]
    page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move(*points[1], steps=4)
    page.mouse.up()
