"""The examples of the guide and the README do what they say, and the package is one."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.installation import REPOSITORY

PACKAGE = REPOSITORY / "clients" / "python"
GUIDES = {
    "front": REPOSITORY / "README.md",
    "guide": REPOSITORY / "docs" / "client.md",
    "readme": PACKAGE / "README.md",
}
# What each guide must show when it is run, besides ending well.
SHOWN = {
    "front": ["rank", "Gentoo"],
    "guide": ["It takes about", "Finished.", "param_C", "recipe.py", "#/target"],
    "readme": ["rank", "logistic_regression", "Adelie"],
}


def program(path: Path) -> str:
    """Return the examples of a guide as one program."""
    blocks = re.findall(r"^```python\n(.*?)^```", path.read_text(), re.M | re.S)
    return "\n".join(blocks)


@pytest.mark.parametrize("name", GUIDES)
def test_examples_of_the_documentation_run_from_top_to_bottom(
    name, server, token, tmp_path
):
    (tmp_path / "runs").symlink_to(REPOSITORY / "runs")

    done = subprocess.run(
        [sys.executable, "-W", "error::FutureWarning", "-c", program(GUIDES[name])],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(PACKAGE),
            "TUNEBOARD_URL": server.base_url,
            "TUNEBOARD_TOKEN": token,
        },
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert [word for word in SHOWN[name] if word not in done.stdout] == []


def test_package_is_built_with_its_types_and_nothing_of_the_server(tmp_path):
    # As pip builds it, without its network.
    build = (
        "import sys; from flit_core import buildapi; buildapi.build_wheel(sys.argv[1])"
    )
    subprocess.run(
        [sys.executable, "-c", build, str(tmp_path)], cwd=PACKAGE, check=True
    )

    [wheel] = tmp_path.glob("tuneboard_client-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        modules = [n for n in names if n.endswith(".py")]
        texts = "\n".join(archive.read(n).decode() for n in modules)
    assert {"tuneboard_client/py.typed", "tuneboard_client/sklearn/base.py"} <= names
    assert all(name.startswith("tuneboard_client") for name in names)
    for theirs in ("runs", "models_app", "automl_site", "django", "tests"):
        assert not re.search(rf"^\s*(from|import) {theirs}\b", texts, re.M)
