"""The page of benchmarks keeps what was not measured again."""

import json

from bench import __main__ as bench


def section(value: float, *, holds: bool = True) -> bench.Section:
    result = {"bench": "x", "value": value, "target": "more", "holds": holds}
    text = f"Words.\n\n```json\n{json.dumps(result)}\n```"
    return bench.Section.of_result(text, result)


def test_page_read_again_gives_the_same_sections(tmp_path):
    sections = {"live": section(2.0, holds=False), "grid": section(3.5)}
    path = tmp_path / "benchmarks.md"

    path.write_text(bench.page(sections))

    assert bench.earlier(path) == sections
    assert bench.page(bench.earlier(path)) == bench.page(sections)


def test_page_summary_lists_benchmarks_in_their_order_with_what_does_not_hold():
    page = bench.page({"live": section(2.0, holds=False), "grid": section(3.5)})

    rows = [line for line in page.splitlines() if line.startswith("| [")]
    assert ["live" in rows[1] or "viewers" in rows[1], "**no**" in rows[1]] == [
        True
    ] * 2
    assert "| 3.5 | more | yes |" in rows[0]


def test_page_that_is_not_there_is_begun_anew(tmp_path):
    assert bench.earlier(tmp_path / "none.md") == {}
