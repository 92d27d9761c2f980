"""Which part of a run each moment of it belongs to, from what the run has stored."""

import datetime as dt
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple


class Span(NamedTuple):
    """A part of the run, in seconds since 1970."""

    part: str
    start: float
    end: float


class Parts(NamedTuple):
    """What is known of a run's course; of spans that overlap the first one counts."""

    spans: list[Span]
    troubles: list[str]  # what became of trials and models that failed


def parts_of(home: Path) -> Parts:
    """Read the newest run of an installation.

    The phases are those of its events. Within the search, the time in which folds were
    prepared is told by their files; within what follows, the time in which models were
    evaluated by the events of the models.
    """
    with closing(sqlite3.connect(home / "db.sqlite3")) as database:
        (run,) = database.execute("SELECT MAX(id) FROM runs_run").fetchone()
        (joined,) = database.execute(
            "SELECT ensembled_at FROM runs_run WHERE id = ?", [run]
        ).fetchone()
        events = [
            (seconds_of(at), kind, message, json.loads(data))
            for at, kind, message, data in database.execute(
                "SELECT at, kind, message, data FROM runs_runevent "
                "WHERE run_id = ? ORDER BY id",
                [run],
            )
        ]
        failed = database.execute(
            "SELECT number, algorithm, error FROM runs_trial "
            "WHERE run_id = ? AND state = 'failed'",
            [run],
        ).fetchall()
    phases = [(at, data["phase"]) for at, kind, _, data in events if kind == "phase"]
    ends = [at for at, _ in phases[1:]] + [float("inf")]
    spans = [
        Span(phase, start, end)
        for (start, phase), end in zip(phases, ends, strict=True)
    ]
    models = [(at, text, data) for at, kind, text, data in events if kind == "model"]
    searched = next((s.end for s in spans if s.part == "searching"), float("inf"))
    joining = [Span("joining", searched, seconds_of(joined))] if joined else []
    troubles = [f"trial {number} ({name}): {error}" for number, name, error in failed]
    troubles += [text for _, text, data in models if data.get("state") == "failed"]
    return Parts([*folds(home), *joining, *evaluations(models), *spans], troubles)


def folds(home: Path) -> list[Span]:
    """Return when folds were prepared: from the first array of each to its last."""
    found = []
    for first in home.glob("cache/folds/*/*/*-y_train.npy"):
        last = first.with_name(first.name.replace("y_train", "X_test"))
        start, end = first.stat().st_mtime, last.stat().st_mtime
        found.append(Span("preparing folds", start, end))
    return found


def evaluations(models: list[tuple[float, str, dict[str, object]]]) -> list[Span]:
    """Return when models were evaluated: at once, and until the event of it."""
    fitted: dict[object, float] = {}
    found = []
    for at, _, data in models:
        if data.get("state") == "fitted":
            fitted[data["model"]] = at
        elif data.get("model") in fitted:
            found.append(Span("evaluating", fitted[data["model"]], at))
    return found


def part_at(parts: Parts, moment: float) -> str:
    """Return the part of the run a moment belongs to; before all, it is the start."""
    for part, start, end in parts.spans:
        if start <= moment < end:
            return part
    return "starting"


def seconds_of(text: str) -> float:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp()
