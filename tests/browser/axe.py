"""What is wrong with a page in the eyes of axe-core, as lines a person can act on."""

from pathlib import Path

from playwright.sync_api import Page

SOURCE = (Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js").read_text()
EVERY_RULE = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}

RUN = """
rules => axe.run(document, { runOnly: rules, resultTypes: ["violations"] }).then(
  found => found.violations.flatMap(
    ({ id, nodes }) => nodes.map(n => [id, n.target.flat().join(" "), n.failureSummary])
  )
)
"""
# Colours change slowly where something is pressed: in between nothing is legible.
AT_REST = """() => document.getAnimations().every(
  a => a.playState !== "running" || a.effect.getTiming().iterations === Infinity)"""
EXCESS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def violations(page: Page, rules: dict = EVERY_RULE) -> list[str]:
    """Return a line for each element that breaks a rule: rule, element, reason."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(
            SOURCE
        )  # by the debugger: the page's policy allows no such script
    return [
        # The reason begins with "Fix any of the following:", which tells nothing.
        f"{rule}: {element}: {' '.join(reason.split()[5:])}"
        for rule, element, reason in page.evaluate(RUN, rules)
    ]


def overflow(page: Page) -> list[str]:
    """Return a line if a reader has to scroll sideways."""
    excess = page.evaluate(EXCESS)
    return [f"page {excess} px wider than the window"] if excess > 0 else []


def examine(page: Page, *, narrow: bool = False) -> list[str]:
    """Look at the page as it is: wide in light and dark, then as on a telephone.

    Light and dark differ in colours alone, so dark is asked for these. A narrow page is
    always measured, and asked for everything if `narrow`.
    """
    found = []
    for width, asked in ((1440, True), (390, narrow)):
        page.set_viewport_size({"width": width, "height": 900})
        lines = overflow(page)
        if asked:
            lines += violations(page)
            page.emulate_media(color_scheme="dark")
            page.wait_for_function(AT_REST)
            lines += [f"dark: {line}" for line in violations(page, COLOURS)]
            page.emulate_media(color_scheme="light")
        found += [f"{width} px: {line}" for line in lines]
    return found
