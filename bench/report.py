"""What a benchmark prints: a readable table, and one line of JSON at the end."""

import datetime as dt
import json
import math
import os
import platform
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def say(text: str = "") -> None:
    print(text, flush=True)  # noqa: T201 - a benchmark is read on a terminal


class Table:
    """Rows printed one by one, as soon as they are known, in columns of fixed width."""

    def __init__(self, *columns: str, widths: Sequence[int] = ()) -> None:
        self.widths = [
            max(len(name), width)
            for name, width in zip(
                columns, [*widths, *[0] * len(columns)], strict=False
            )
        ]
        self.row(*columns)
        say("  ".join("-" * width for width in self.widths))

    def row(self, *cells: object) -> None:
        # Text to the left, numbers to the right; the first row is the names.
        texts = [
            str(cell).ljust(width) if index == 0 else str(cell).rjust(width)
            for index, (cell, width) in enumerate(zip(cells, self.widths, strict=True))
        ]
        say("  ".join(texts).rstrip())


def finish(
    bench: str, *, value: float, target: str, holds: bool, **details: object
) -> None:
    """Print the result's one line of JSON."""
    line = {"bench": bench, "value": value, "target": target, "holds": holds, **details}
    say(json.dumps(line))


def geometric_mean(values: Iterable[float]) -> float:
    logarithms = [math.log(value) for value in values]
    return math.exp(sum(logarithms) / len(logarithms))


def load() -> str:
    """Return the machine's load of the last minute: others' work falsifies a figure."""
    return f"{os.getloadavg()[0]:.2f}"


def machine() -> dict[str, str]:
    """Describe where and of what a measurement was made."""
    return {
        "date": dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit(),
        "processor": processor(),
        "cores": str(len(os.sched_getaffinity(0)))
        if hasattr(os, "sched_getaffinity")
        else str(os.cpu_count()),
        "memory": f"{memory_gib():.1f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def commit() -> str:
    name = _git("rev-parse", "--short=12", "HEAD")
    if not name:
        return "none yet"
    changed = _git("status", "--porcelain", "--untracked-files=no")
    return f"{name} with uncommitted changes" if changed else name


def _git(*arguments: str) -> str:
    git = shutil.which("git")
    if git is None:
        return ""
    done = subprocess.run(  # noqa: S603 - fixed words
        [git, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else ""


def processor() -> str:
    about = Path("/proc/cpuinfo")
    if about.exists():
        for line in about.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
