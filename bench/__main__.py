"""Run benchmarks and write what they found into docs/benchmarks.md.

    python -m bench                 those that take minutes
    python -m bench grid scaling    these
    python -m bench --all           also those that take an hour or two

A benchmark that is left out keeps its section of the page from the time before. Options
for a benchmark follow its name and a colon: `python -m bench "quality: --budget 30"`.
"""

import argparse
import json
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from bench.report import load, machine, say

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "benchmarks.md"


class Script(NamedTuple):
    """A benchmark, and what stands above its table."""

    title: str
    is_long: bool = False

    @property
    def anchor(self) -> str:
        kept = "".join(c for c in self.title.lower() if c.isalnum() or c in " -")
        return kept.replace(" ", "-")


# In the order of the page.
SCRIPTS = {
    "grid": Script("Whole searches against GridSearchCV"),
    "time_to_target": Script("Time to a good model", is_long=True),
    "quality": Script("A minute against other systems", is_long=True),
    "ingest": Script("Strange files"),
    "overhead": Script("A thousand trials of milliseconds"),
    "memory": Script("Memory on a large table"),
    "scaling": Script("Many workers"),
    "upload": Script("From a large file to a profiled dataset"),
    "large": Script("A large table all the way", is_long=True),
    "live": Script("From a trial's commit to its viewers"),
    "pages": Script("Pages of large runs and projects"),
    "sqlite": Script("The default database while workers write"),
    "explain": Script("Everything that explains a model"),
    "predict": Script("Answers to single rows and to a large file"),
}
INTRODUCTION = """\
`make bench` writes this page; `BENCH="grid scaling"` measures some of it, and what is not
measured keeps its section. Each says when and how it was measured, on two cores and 24 GB.
Seconds and CPU milliseconds of different days do not compare: the same fits of titanic's
gradient boosting took 23.8 s on one day and 10.9 s two days before. Ratios within one
command do, as far as other work is told of."""
HEAD, SEPARATOR = "# Benchmarks", "\n## "
# A line of the summary.


ROW = re.compile(r"^\| \[(.+?)\]\(#.*?\) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)


class Section(NamedTuple):
    """A benchmark's part of the page, and its line of the summary."""

    text: str
    value: str
    target: str
    verdict: str

    @classmethod
    def of_result(cls, text: str, result: dict[str, Any]) -> "Section":
        verdict = "yes" if result["holds"] else "**no**"
        return cls(text, str(result["value"]), result["target"], verdict)


def main() -> None:
    chosen = parsed()
    sections = earlier(PAGE)
    for name, options in chosen.items():
        sections[name] = run(name, options)
        # At once: whoever ends a call that takes hours keeps what is there.
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page(sections))
        say(f"Written to {PAGE}\n")
    raise SystemExit(any(sections[name].verdict != "yes" for name in chosen))


def run(name: str, options: list[str]) -> Section:
    """Run one benchmark, passing on what it prints as it comes."""
    script = SCRIPTS[name]
    say(f"--- {name}: {script.title}\n")
    about = {**machine(), "load before": load()}
    started = time.monotonic()
    lines: list[str] = []
    command = [sys.executable, str(HERE / f"{name}.py"), *options]
    with subprocess.Popen(  # noqa: S603 - our own scripts
        command, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            lines.append(line)
    if process.returncode or not lines:
        raise SystemExit(f"{name}.py ended with exit code {process.returncode}.")
    say()
    result = json.loads(lines[-1])
    shown = f".venv/bin/python bench/{name}.py {shlex.join(options)}".strip()
    text = "\n\n".join(
        [
            f"`{shown}` ({time.monotonic() - started:.0f} s; "
            + ", ".join(f"{key} {value}" for key, value in about.items())
            + ")",
            docstring(HERE / f"{name}.py"),
            f"```\n{''.join(lines[:-1]).strip()}\n```",
            f"```json\n{json.dumps(result)}\n```",
        ]
    )
    return Section.of_result(text, result)


def docstring(path: Path) -> str:
    return path.read_text().split('"""')[1].strip()


def earlier(path: Path) -> dict[str, Section]:
    """Return the sections that the page has, by the name of their benchmark.

    Their words and their lines of the summary stay as a person may have put them.
    """
    if not path.exists():
        return {}
    names = {script.title: name for name, script in SCRIPTS.items()}
    written = path.read_text()
    lines = {title: rest for title, *rest in ROW.findall(written)}
    found = {}
    for part in written.split(SEPARATOR)[1:]:
        title, _, text = part.partition("\n")
        if title in names and title in lines:
            found[names[title]] = Section(text.strip(), *lines[title])
    return found


def page(sections: dict[str, Section]) -> str:
    there = {name: SCRIPTS[name] for name in SCRIPTS if name in sections}
    summary = [
        f"| [{script.title}](#{script.anchor}) | {sections[name].value} "
        f"| {sections[name].target} | {sections[name].verdict} |"
        for name, script in there.items()
    ]
    parts = [
        HEAD,
        INTRODUCTION,
        "\n".join(
            ["| benchmark | value | target | holds |", "|---|---|---|---|", *summary]
        ),
        *[
            f"## {script.title}\n\n{sections[name].text}"
            for name, script in there.items()
        ],
    ]
    return "\n\n".join(parts) + "\n"


def parsed() -> dict[str, list[str]]:
    """Return the benchmarks to run, each with its options."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(SCRIPTS))
    parser.add_argument("--all", action="store_true", help="the long ones as well")
    options = parser.parse_args()
    asked = dict(name.partition(":")[::2] for name in options.names)
    if unknown := [name for name in asked if name.strip() not in SCRIPTS]:
        parser.error(f"there is no {unknown[0]}, only {', '.join(SCRIPTS)}")
    if not asked:
        asked = {
            name: "" for name, s in SCRIPTS.items() if options.all or not s.is_long
        }
    return {name.strip(): shlex.split(words) for name, words in asked.items()}


if __name__ == "__main__":
    main()
