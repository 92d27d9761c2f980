"""Running a recipe: a program in a clean process, with limits."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from runs.search.snippets import SCORES_FILE

SECONDS = 3600
FILE_BYTES = 1 << 30
TOLERANCE = 1e-6
_OUTPUT = "output.txt"
_LOOK_SECONDS = 0.2
# In the new process itself: between a fork and its exec threads may hold any lock.
_LIMITED = """\
import os, resource, runpy, sys
seconds, size, memory = map(int, sys.argv[1:4])
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
if memory:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
os.nice(5)
runpy.run_path(sys.argv[4], run_name="__main__")
"""


class RecipeError(Exception):
    """A recipe did not come to its end, with the last of what it said."""


class Scores(NamedTuple):
    """What a recipe scored.

    Attributes
    ----------
    folds : list of float
        A score a fold.
    holdout : float or None
        Score of its model on the rows held out; None without a holdout.
    seconds : float
        How long it took.
    """

    folds: list[float]
    holdout: float | None
    seconds: float


def run(
    program: Path,
    *,
    seconds: int = SECONDS,
    memory_bytes: int = 0,
    n_folds: int = 0,
    on_fold: Callable[[int], None] | None = None,
) -> Scores:
    """Run a recipe where it lies, beside its table.

    It gets a Python of its own that knows neither this installation's modules nor its
    environment, and may use so much time and memory and write so much.

    Parameters
    ----------
    program : Path
        The recipe, in a folder with nothing else but the table.
    seconds : int, default=3600
        Time it may take.
    memory_bytes : int, default=0
        Address space it may have; 0 for no limit.
    n_folds : int, default=0
        Folds it is going to report; of interest with `on_fold`.
    on_fold : callable, optional
        Called now and then with how many folds are done.

    Returns
    -------
    Scores
        What it scored.

    Raises
    ------
    RecipeError
        If it failed, was too slow or left no scores.
    """
    folder = program.parent
    limits = [str(seconds), str(FILE_BYTES), str(memory_bytes)]
    # -I: neither the folder, nor PYTHONPATH, nor the user's packages are looked into.
    command = [sys.executable, "-I", "-u", "-c", _LIMITED, *limits, program.name]
    environment = {
        "PATH": os.defpath,
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LC_ALL": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    started = time.monotonic()
    output = folder / _OUTPUT
    with output.open("wb") as stream:
        process = subprocess.Popen(  # noqa: S603 - this installation's own program
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            while process.poll() is None:
                if time.monotonic() - started > seconds:
                    raise RecipeError(f"It took longer than {seconds:,} s.")
                if on_fold is not None and n_folds:
                    on_fold(output.read_text(errors="replace").count("Fold "))
                time.sleep(_LOOK_SECONDS)
        finally:
            _end(process)
    if process.returncode:
        raise RecipeError(_why(process.returncode, output))
    return _scores(folder / SCORES_FILE, time.monotonic() - started)


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _why(code: int, output: Path) -> str:
    lines = output.read_text(errors="replace").strip().splitlines()
    last = lines[-1][:500] if lines else "It said nothing."
    if code < 0:
        return f"It was ended by {signal.Signals(-code).name}: {last}"
    return last


def _scores(path: Path, seconds: float) -> Scores:
    try:
        found = json.loads(path.read_text())
        return Scores([float(x) for x in found["folds"]], found["holdout"], seconds)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecipeError("It left no scores.") from error


def largest_difference(
    stored: Sequence[float | None], found: Sequence[float | None]
) -> float | None:
    """Return how far a recipe's scores are from the stored ones.

    Parameters
    ----------
    stored, found : sequence of float or None
        The same scores in the same order; pairs with a None are left out.

    Returns
    -------
    float or None
        The largest difference; None if there is nothing to compare.
    """
    pairs = [
        (a, b)
        for a, b in zip(stored, found, strict=False)
        if a is not None and b is not None
    ]
    return max((abs(a - b) for a, b in pairs), default=None)


def is_reproduced(difference: float | None, scale: float) -> bool:
    """Tell whether scores are the same but for their last digits.

    Parameters
    ----------
    difference : float or None
        From `largest_difference`.
    scale : float
        The size of the scores.

    Returns
    -------
    bool
        True up to a millionth of the scores, or of 1 for small ones.
    """
    return difference is not None and difference <= TOLERANCE * max(1.0, abs(scale))
