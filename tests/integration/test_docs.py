"""Every command that the documentation shows is run, here or in a test named here."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests.data import DEV, require
from tests.installation import REPOSITORY, Installation, wait_for

# What begins a command; other indented text is settings, JSON or a drawing.
PROGRAMS = ("make ", "./manage.py ", ".venv/bin/", "curl ", "git ", "pip ", "python ")
PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    *sorted(map(str, REPOSITORY.glob("docs/*.md"))),
]
# Commands that this file cannot run, each with who runs it instead.
RUN_ELSEWHERE = {
    "make setup": "every run of the suite begins with it",
    "make test": "it is what runs this test",
    "make run": "tests/integration/test_serve.py starts what it starts",
    ".venv/bin/pytest": "it is what runs this test",
    "pip install": "test_client_documentation.py builds the package as pip does",
    "git pull && make setup && systemctl restart": "needs systemd and a remote",
    "curl http://127.0.0.1:8000/api/v1/datasets/1/runs": "docs/api.md has it, test_api.py",
    "-m celery --app=automl_site worker": "tests/integration/test_hosts.py",
    ".venv/bin/python -m bench": "tests/bench runs every benchmark at a tiny size",
    ".venv/bin/python bench/": "tests/bench runs every benchmark at a tiny size",
}
# Pages whose examples are run as a whole.
WHOLE_PAGES = {"api.md": "test_api.py", "client.md": "test_client_documentation.py"}


def blocks(name):
    """Return the indented and fenced blocks of a page."""
    text = (REPOSITORY / name).read_text()
    indented = re.findall(r"(?:^ {4}.*\n|^\n(?= {4}))+", text, re.M)
    fenced = re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S)
    return [dedent(block).strip() for block in [*indented, *fenced]]


def commands(name):
    """Return the commands of a page, each with its continued lines, without comments."""
    found = []
    for block in blocks(name):
        joined = re.sub(r"\\\n\s*", "", block)
        for line in joined.splitlines():
            words = re.sub(r"^(?:[A-Z_]+=\S+ )+", "", line.strip())
            if words.startswith(PROGRAMS):
                found.append(re.sub(r"\s+#.*", "", words))
    return found


SHOWN = [
    (Path(name).name, command)
    for name in PAGES
    for command in commands(name)
    if Path(name).name not in {*WHOLE_PAGES, "benchmarks.md"}
]


def test_there_are_commands_to_run():
    assert len(SHOWN) > 15
    for page, test in WHOLE_PAGES.items():
        if (REPOSITORY / "docs" / page).exists():
            assert list(REPOSITORY.glob(f"**/{test}")), f"{page} is run by {test}"


@pytest.mark.parametrize(("page", "command"), SHOWN)
def test_no_command_is_left_out(page, command):
    here = command.startswith("./manage.py") or "manage.py inference" in command
    elsewhere = [words for words in RUN_ELSEWHERE if words in command]
    assert here or elsewhere, f"{page} shows “{command}”, and no test runs it"


@pytest.fixture
def not_running(tmp_path):
    """Give the settings of an installation that has never been started."""
    with Installation.made(tmp_path / "home") as made:
        yield made.environment


@pytest.mark.timeout(400)
def test_commands_of_the_readme_follow_one_another(not_running, tmp_path):
    (tmp_path / "manage.py").symlink_to(REPOSITORY / "manage.py")
    lines = require(DEV / "titanic.csv").read_text().splitlines(keepends=True)
    # Few rows and little time: it is about the commands, not about the models.
    (tmp_path / "titanic.csv").write_text("".join(lines[:200]))
    (tmp_path / "new.csv").write_text("".join([lines[0], *lines[200:230]]))
    documents = [block for block in blocks("README.md") if block.startswith("{")]
    (tmp_path / "run.json").write_text(documents[0])
    shown = [c for page, c in SHOWN if page == "README.md" and "manage.py" in c]
    shown.append("./manage.py train titanic.csv --target Survived --spec run.json")
    environment = {
        **not_running,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "EXPLAIN_MODELS": "false",
    }
    printed = {}
    for command in shown:
        quick = re.sub(r"--max-trials \d+", "--max-trials 6", command)
        quick = re.sub(r"--time-budget \d+", "--time-budget 40", quick)
        if " train " in quick and "--time-budget" not in quick:
            quick += " --time-budget 40"
        done = subprocess.run(
            quick,
            shell=True,
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, f"{quick}\n{done.stdout}\n{done.stderr}"
        printed[command] = done.stdout

    answers = (tmp_path / "answers.csv").read_text().splitlines()
    assert len(answers) == 31
    assert answers[0].endswith("prediction,probability_0,probability_1")
    trials = next(text for words, text in printed.items() if " trials 1 " in words)
    assert len(json.loads(trials)) >= 3


def test_another_prediction_service_starts_and_ends(installation):
    command = [sys.executable, "manage.py", "inference"]
    before = len(installation.processes("inference"))
    process = subprocess.Popen(
        command, cwd=REPOSITORY, env=installation.environment, stdin=subprocess.DEVNULL
    )
    try:
        wait_for(lambda: len(installation.processes("inference")) > before, seconds=60)
        assert process.poll() is None
    finally:
        process.terminate()
        process.wait(30)
