"""Strange files: how many become the table they hold, against other readers.

Every file of the shared folder of messy files is read by each reader as it comes, with
no option, in a process apart. The manifest says which must become a table and of what
shape, and which must be refused; for lenient ones opinions may differ, and only a crash
counts against a reader. A reader that dies or takes over 20 seconds has crashed.

Then what the readers are made of is measured alone: the delimiter on texts that are
decoded already, the encoding on tables of words of 25 languages in 30 encodings.
"""

import argparse
import json
import os
import selectors
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import languages
import rivals
from report import ROOT, Table, finish, say

HERE = Path(__file__).resolve().parent
US = "tuneboard"
READERS = {
    "pandas": "pandas.read_csv",
    "sniffer": "csv.Sniffer, pandas",
    "duckdb": "DuckDB read_csv",
    "clevercsv": "CleverCSV",
    US: "Tuneboard",
}
DELIMITERS = {
    "sniffer": "csv.Sniffer",
    "duckdb": "DuckDB sniff_csv",
    "clevercsv": "CleverCSV",
    US: "Tuneboard",
}
ENCODINGS = {
    "charset_normalizer": "charset-normalizer",
    "chardet": "chardet",
    US: "Tuneboard",
}
TARGET = 0.97


class Answer(NamedTuple):
    """What a reader made of a file."""

    found: Any = None
    refused: str = ""
    crashed: bool = False
    seconds: float = 0.0


class Process:
    """A reader in a process of its own, replaced when it dies or is late."""

    def __init__(self, system: str, options: argparse.Namespace) -> None:
        ours = system.endswith(f":{US}")
        python = (
            sys.executable
            if ours
            else str(rivals.python_of(rivals.READERS, options.rivals))
        )
        self._words = [python, str(HERE / "rival_read.py"), system]
        self._environment = {
            **os.environ,
            **({"PYTHONPATH": str(ROOT)} if ours else {}),
        }
        self._limit = options.limit
        self._process: subprocess.Popen[str] | None = None

    def ask(self, path: Path) -> Answer:
        fresh = self._process is None
        process = self._process or self._start()
        self._process = process
        assert process.stdin is not None
        assert process.stdout is not None
        begun = time.perf_counter()
        process.stdin.write(json.dumps(str(path)) + "\n")
        process.stdin.flush()
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            # Imports are no part of a file's time.
            in_time = selector.select(self._limit + (60 if fresh else 0))
        line = process.stdout.readline() if in_time else ""
        seconds = time.perf_counter() - begun
        if not line:
            self.close()
            return Answer(crashed=True, seconds=seconds)
        answer = json.loads(line)
        return Answer(
            found=answer.get("found"),
            refused=answer.get("refused", ""),
            crashed="died" in answer,
            seconds=seconds,
        )

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _start(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(  # noqa: S603 - our own words
            self._words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=self._environment,
        )


def main() -> None:
    options = parsed()
    if not rivals.is_ready(rivals.READERS, options.rivals):
        say(f"Installing readers into {options.rivals / rivals.READERS.venv} ...")
        rivals.install(rivals.READERS, options.rivals)
    entries = json.loads((options.messy / "manifest.json").read_text())
    counts = readers(entries, options)
    say()
    delimiters = detectors(
        "delimiter", DELIMITERS, delimiter_tasks(entries, options.messy), options
    )
    say()
    encodings = detectors("encoding", ENCODINGS, encoding_tasks(options), options)
    ours = counts[US]
    right = ours["right"] / ours["tables"]
    finish(
        "ingest",
        value=round(right, 4),
        target=f"at least {TARGET:.0%} of the tables read right, all others refused, "
        "no crash",
        holds=right >= TARGET
        and not ours["crashed"]
        and ours["refused_right"] == ours["no_tables"],
        readers=counts,
        delimiters=delimiters,
        encodings=encodings,
    )


def readers(
    entries: list[dict[str, Any]], options: argparse.Namespace
) -> dict[str, dict[str, Any]]:
    table = Table(
        *("reader", "right", "refused", "wrong", "no table, refused"),
        *("lenient right", "crashed", "slowest s"),
        widths=[max(map(len, READERS.values()))],
    )
    counts: dict[str, dict[str, Any]] = {}
    for name, title in READERS.items():
        process = Process(f"shape:{name}", options)
        outcome: Counter[str] = Counter()
        wrong, slowest = [], 0.0
        for entry in entries:
            answer = process.ask(options.messy / entry["file"])
            kind = judged(entry, answer)
            outcome.update([*kind, *(["crashed"] if answer.crashed else [])])
            slowest = max(slowest, answer.seconds)
            if "tables" in kind and "right" not in kind:
                wrong.append(entry["file"])
        process.close()
        counts[name] = {**outcome, "crashed": outcome["crashed"], "not_right": wrong}
        table.row(
            title,
            f"{outcome['right']} of {outcome['tables']}",
            outcome["refused"],
            outcome["wrong"],
            f"{outcome['refused_right']} of {outcome['no_tables']}",
            f"{outcome['lenient_right']} of {outcome['lenient']}",
            outcome["crashed"],
            f"{slowest:.1f}",
        )
    return counts


def judged(entry: dict[str, Any], answer: Answer) -> list[str]:
    """Return what an answer counts as."""
    truth = entry.get("truth") or {}
    is_right = answer.found is not None and has_shape(truth, answer.found)
    if entry["lenient"]:
        if not (truth.get("n_rows") and truth.get("n_cols")):
            return []
        return ["lenient", *(["lenient_right"] if is_right else [])]
    if entry["expected"] == "error":
        # A table without any row is as much as a refusal.
        refused = answer.refused or (answer.found and not answer.found[0])
        return ["no_tables", *(["refused_right"] if refused else [])]
    if answer.crashed:
        return ["tables"]
    if answer.refused:
        return ["tables", "refused"]
    return ["tables", "right" if is_right else "wrong"]


def has_shape(truth: dict[str, Any], shape: tuple[int, int]) -> bool:
    n_rows = {truth.get(key) for key in ("n_rows", "n_rows_nonblank", "n_rows_raw")}
    n_rows -= {None}
    if truth.get("header") is False:  # the first record may be taken for a header
        n_rows |= {n - 1 for n in n_rows}
    n_cols = {truth.get("n_cols"), truth.get("n_cols_nonempty")} - {None}
    return (not n_rows or shape[0] in n_rows) and (not n_cols or shape[1] in n_cols)


class Task(NamedTuple):
    """Something to detect, and whether an answer is right."""

    group: str
    data: bytes
    expected: str
    text: str = ""

    def is_right(self, found: str) -> bool:
        if not self.text:
            return found == self.expected
        try:
            # Other names for the same letters are as good.
            return self.data.decode(found) == self.text
        except (LookupError, UnicodeDecodeError):
            return False


def delimiter_tasks(entries: list[dict[str, Any]], messy: Path) -> list[Task]:
    tasks = []
    for entry in entries:
        truth = entry.get("truth") or {}
        path = messy / entry["file"]
        if path.suffix not in (".csv", ".tsv", ".txt") or truth.get("n_cols", 0) < 2:
            continue
        if not truth.get("delimiter") or path.read_bytes()[:2] == b"PK":
            continue
        text = path.read_bytes().decode(truth.get("encoding") or "utf-8", "replace")
        group = "usual" if truth["delimiter"] in ",;\t|" else "unusual"
        tasks.append(Task(group, text.encode(), truth["delimiter"]))
    return tasks


def encoding_tasks(options: argparse.Namespace) -> list[Task]:
    return [
        Task("3 rows" if example.text.count("\n") < 5 else "20 rows and more",
             example.data, example.encoding, example.text)
        for example in list(languages.examples())[:: options.every]
    ]  # fmt: skip


def detectors(
    what: str,
    systems: dict[str, str],
    tasks: Iterable[Task],
    options: argparse.Namespace,
) -> dict[str, dict[str, Any]]:
    tasks = list(tasks)
    groups = sorted({task.group for task in tasks})
    table = Table(what, *groups, "milliseconds", widths=[20, 12, 12])
    result: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="tb-ingest-") as folder:
        path = Path(folder) / "table.csv"
        for name, title in systems.items():
            process = Process(f"{what}:{name}", options)
            right: Counter[str] = Counter()
            times = []
            for task in tasks:
                path.write_bytes(task.data)
                answer = process.ask(path)
                times.append(answer.seconds)
                right[task.group] += bool(
                    answer.found is not None and task.is_right(answer.found)
                )
            process.close()
            totals = Counter(task.group for task in tasks)
            table.row(
                title,
                *(f"{right[group]} of {totals[group]}" for group in groups),
                f"{1000 * statistics.median(times):.1f}",
            )
            result[name] = {group: [right[group], totals[group]] for group in groups}
    return result


def parsed() -> argparse.Namespace:
    shared = os.environ.get("TUNEBOARD_SHARED_DATA") or ROOT / "shared" / "data"
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    add = parser.add_argument
    add("--messy", type=Path, default=Path(shared) / "messy", metavar="DIR",
        help="files and their manifest.json")  # fmt: skip
    add("--limit", type=float, default=20, help="seconds a file may take")
    add("--every", type=int, default=1, help="take every nth table of words only")
    add("--rivals", type=Path, default=ROOT / "build" / "rivals", metavar="DIR",
        help="where the rivals' environments are, or are to be made")  # fmt: skip
    options = parser.parse_args()
    options.rivals = options.rivals.absolute()
    options.messy = options.messy.absolute()
    return options


if __name__ == "__main__":
    main()
