"""The rivals of quality.py and ingest.py, in virtual environments of their own.

pip installs them as it is configured to. AutoGluon's networks need torch, of which the
usual build for Linux brings gigabytes for graphics cards; with
`PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu` pip finds the small one.
"""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from report import say

TORCH = "torch==2.13.0"


class Rival(NamedTuple):
    """A system and what it takes to run it."""

    title: str
    venv: str
    module: str
    # One call of pip each: torch first, so that the second call finds it there.
    installs: tuple[tuple[str, ...], ...]
    preset: str = ""


# Without ray, to its advantage: starting that takes so long that, with a minute and two
# cores, best_quality ends without a model.
AUTOGLUON = (
    (TORCH,),
    (TORCH, "autogluon.tabular[lightgbm,catboost,xgboost,fastai]==1.6.3"),
)
RIVALS = {
    "flaml": Rival(
        "FLAML", "flaml", "flaml", (("flaml[automl]==2.7.0", "catboost==1.2.10"),)
    ),
    "mljar": Rival(
        "mljar Compete", "mljar", "supervised", (("mljar-supervised==1.3.2",),)
    ),
    "autogluon_medium": Rival(
        "AutoGluon medium",
        "autogluon",
        "autogluon.tabular",
        AUTOGLUON,
        "medium_quality",
    ),
    "autogluon_best": Rival(
        "AutoGluon best", "autogluon", "autogluon.tabular", AUTOGLUON, "best_quality"
    ),
}

# Readers of tables, and detectors, all in one.
READERS = Rival(
    "readers of tables",
    "readers",
    "clevercsv",
    (
        (
            "pandas==3.1.1",
            "duckdb==2.0.1",
            "clevercsv==0.8.5",
            "openpyxl==3.1.5",
            "xlrd==2.0.2",
            "odfpy==1.4.1",
            "pyarrow==26.0.1",
            "charset-normalizer==3.5.3",
            "chardet==7.7.0",
        ),
    ),
)


def python_of(rival: Rival, folder: Path) -> Path:
    return folder / rival.venv / "bin" / "python"


def prepare(names: Iterable[str], folder: Path) -> None:
    """Make the environments that are not there yet."""
    for rival in {RIVALS[name].venv: RIVALS[name] for name in names}.values():
        if not is_ready(rival, folder):
            say(f"Installing {rival.venv} into {folder / rival.venv} ...")
            install(rival, folder)


def is_ready(rival: Rival, folder: Path) -> bool:
    python = python_of(rival, folder)
    # A package in a package is found by importing the outer one, so in that process.
    code = f"import sys, importlib.util as u; sys.exit(u.find_spec({rival.module!r})is None)"
    return (
        python.exists()
        and not subprocess.run(  # noqa: S603 - our own words
            [python, "-c", code], check=False, capture_output=True
        ).returncode
    )


def install(rival: Rival, folder: Path) -> None:
    place = folder / rival.venv
    commands = [
        [sys.executable, "-m", "venv", "--clear", str(place)],
        *(
            [str(python_of(rival, folder)), "-m", "pip", "install", "--quiet", *names]
            for names in rival.installs
        ),
    ]
    for command in commands:
        done = subprocess.run(  # noqa: S603 - our own words
            command, check=False, capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
