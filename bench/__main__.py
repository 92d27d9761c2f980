"""Run every benchmark and write docs/benchmarks.md: `make bench`."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from bench.report import load, machine, say

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
# What is run, with what stands above its table.
SCRIPTS = {
    "grid.py": "Whole searches against GridSearchCV",
    "overhead.py": "A thousand trials of milliseconds",
    "live.py": "From a trial's commit to its viewers",
}


class Outcome(NamedTuple):
    script: str
    title: str
    about: str
    printed: str
    result: dict[str, Any]
    seconds: float


def main() -> None:
    about = {**machine(), "load before": load()}
    outcomes = [run(script, title) for script, title in SCRIPTS.items()]
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(about, outcomes))
    say(f"Written to {PAGE}")
    raise SystemExit(not all(outcome.result["holds"] for outcome in outcomes))


def run(script: str, title: str) -> Outcome:
    """Run one benchmark, passing on what it prints as it comes."""
    say(f"--- {script}: {title}\n")
    started = time.monotonic()
    lines: list[str] = []
    command = [sys.executable, str(HERE / script)]
    with subprocess.Popen(  # noqa: S603 - our own scripts
        command, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            lines.append(line)
    if process.returncode or not lines:
        raise SystemExit(f"{script} ended with exit code {process.returncode}.")
    say()
    return Outcome(
        script=script,
        title=title,
        about=docstring(HERE / script),
        printed="".join(lines[:-1]).strip(),
        result=json.loads(lines[-1]),
        seconds=time.monotonic() - started,
    )


def docstring(path: Path) -> str:
    return path.read_text().split('"""')[1].strip()


def page(about: dict[str, str], outcomes: list[Outcome]) -> str:
    summary = [
        f"| [{o.title}](#{anchor(o.title)}) | {o.result['value']} "
        f"| {o.result['target']} | {'yes' if o.result['holds'] else '**no**'} |"
        for o in outcomes
    ]
    parts = [
        "# Benchmarks",
        "Written by `make bench`; every figure can be had again with the command above "
        "it. Ratios compare two sides measured on one machine within one command; times "
        "alone say as much about the machine.",
        "\n".join(
            ["| | |", "|---|---|", *(f"| {k} | {v} |" for k, v in about.items())]
        ),
        "\n".join(
            ["| benchmark | value | target | holds |", "|---|---|---|---|", *summary]
        ),
        *[section(outcome) for outcome in outcomes],
    ]
    return "\n\n".join(parts) + "\n"


def section(outcome: Outcome) -> str:
    return "\n\n".join(
        [
            f"## {outcome.title}",
            f"`.venv/bin/python bench/{outcome.script}` ({outcome.seconds:.0f} s)",
            outcome.about,
            f"```\n{outcome.printed}\n```",
            f"```json\n{json.dumps(outcome.result)}\n```",
        ]
    )


def anchor(title: str) -> str:
    kept = "".join(c for c in title.lower() if c.isalnum() or c in " -")
    return kept.replace(" ", "-")


if __name__ == "__main__":
    main()
