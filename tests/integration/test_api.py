"""The API of the running product: the examples of docs/api.md, and pages of trials."""

import json
import re
import subprocess
from textwrap import dedent

import httpx

from tests.installation import REPOSITORY, Installation, post
from tests.workflow import add_sample, start_run, wait_until_ended


def new_token(installation: Installation) -> str:
    form = {"name": "docs", "scopes": ["read", "write"], "days": "7"}
    with installation.client() as client:
        page = post(client, "/accounts/tokens/", **form).text
    return re.search(r'id="secret">(tb_[\w-]+)<', page)[1]


def examples() -> list[str]:
    """Return the examples, without those that set what the test knows."""
    text = (REPOSITORY / "docs" / "api.md").read_text()
    blocks = re.findall(r"(?:^ {4}.*\n|^\n(?= {4}))+", text, re.M)
    found = [dedent(block).strip() for block in blocks]
    return [block for block in found if block and not block.startswith("export ")]


def test_examples_of_the_documentation_do_what_they_say(installation, tmp_path):
    (tmp_path / "runs").symlink_to(REPOSITORY / "runs")
    blocks = examples()
    script = "\n".join(f"{block}\necho; echo '---'" for block in blocks)

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        env={
            **installation.environment,
            "TUNEBOARD_URL": installation.base_url,
            "TUNEBOARD_TOKEN": new_token(installation),
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    answers = dict(zip(blocks, done.stdout.split("---\n"), strict=False))
    assert len(answers) == len(blocks) > 8

    def answer(words: str) -> str:
        return next(text for block, text in answers.items() if words in block)

    assert "finished" in answer("field phase")
    assert answer("state=complete").count('"number"') >= 3
    assert "not any more" in answer('/stop" ||')
    assert "'seconds':" in answer("field estimate")
    assert answer("field revision").strip() == "3"
    assert "descent=refine" in answer("field start_url")
    assert "no such account" in answer("grace")
    assert "waiting" in answer("/importance")
    assert answer("two things").count('"pointer"') == 2
    first, second = answer("for attempt").split()
    assert first == second
    assert "304" in answer("If-None-Match")
    assert answer("rows.json").count("'contribution'") == 6
    assert answer("predictions.csv").count("\n") >= 3
    assert "champion" in answer("/stage")


ORDERS = ["value", "-value", "param_C", "-param_C", "fit", "-duration", "-finished"]


def test_pages_of_trials_go_on_where_they_ended_on_every_database(installation):
    headers = {"Authorization": f"Bearer {new_token(installation)}"}
    with installation.client() as client:
        run = start_run(
            client,
            add_sample(client),
            algorithms=["logistic_regression", "random_forest"],
            spaces=json.dumps(
                {
                    "logistic_regression": {"C": [0.1, 1, 10]},
                    "random_forest": {"max_depth": [2, None], "n_estimators": [10]},
                }
            ),
        )
        assert wait_until_ended(client, run) == "finished"

    def found(**query: object) -> dict:
        url = f"{installation.base_url}/api/v1/runs/{run}/trials"
        return httpx.get(url, params=query, headers=headers).raise_for_status().json()

    for order in ORDERS:
        # Of one algorithm its parameters are columns too.
        asked = {"algorithm": "logistic_regression"} if "param" in order else {}
        whole = [t["number"] for t in found(order=order, **asked)["items"]]
        seen, more = [], {}
        while more is not None:
            page = found(order=order, limit=2, **asked, **more)
            seen += [trial["number"] for trial in page["items"]]
            more = page["next_cursor"] and {"cursor": page["next_cursor"]}
        assert seen == whole, order
        assert len(whole) == 3 if asked else len(whole) >= 5
