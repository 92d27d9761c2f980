"""All trials of a run that have begun, read once and then extended.

Rows are read as text and parsed together: ten thousand trials have fifty thousand JSON
columns, and looking at them one by one would take most of the time.
"""

import json
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Count, Max, Q, QuerySet, TextField
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast

from runs.charts.trials import Row, Trials
from runs.enums import BASELINE, EventKind, TrialState
from runs.models import Run, Trial
from runs.search.metrics import METRICS

# Runs whose trials a process remembers: some ten megabytes for ten thousand trials.
REMEMBERED = 4
TRIAL_EVENTS = (EventKind.TRIALS_STARTED, EventKind.TRIALS_ENDED)
# Changes of these kinds do not say which trials they are about.
VAGUE_EVENTS = (EventKind.TRIALS_RETURNED, EventKind.NOTE, EventKind.STEERING)


class Version(NamedTuple):
    """What tells one state of a run's trials from another."""

    created_at: datetime
    event: int
    n_begun: int
    n_ended: int
    last_end: datetime | None


@dataclass
class Snapshot:
    """The trials at a version, and what has been made of them."""

    version: Version
    trials: Trials
    made: dict[Any, Any] = field(default_factory=dict)


_lock = threading.Lock()
_known: OrderedDict[int, Snapshot] = OrderedDict()


def begun(run: Run) -> QuerySet[Trial]:
    """Return the trials that the analysis is about: without waiting and baseline."""
    trials = Trial.objects.filter(run=run).exclude(algorithm=BASELINE)
    return trials.exclude(state=TrialState.WAITING)


def version_of(run: Run) -> Version:
    found = begun(run).aggregate(
        n=Count("pk"),
        ended=Count("pk", filter=Q(state__in=TrialState.ended())),
        last=Max("finished_at"),
    )
    return Version(
        run.created_at, last_event(run), found["n"], found["ended"], found["last"]
    )


def last_event(run: Run) -> int:
    return run.events.aggregate(last=Max("pk"))["last"] or 0


def snapshot(run: Run) -> Snapshot:
    """Return the run's trials, from memory as far as they have not changed."""
    version = version_of(run)
    with _lock:
        known = _known.get(run.pk)
        if known is not None and known.version == version:
            _known.move_to_end(run.pk)
            return known
    rows = None
    if known is not None and extends(known.version, version):
        news = read(run, changed(run, since=known.version.event))
        if len(known.trials) + len(news) >= version.n_begun:
            by_number = {row.number: row for row in [*known.trials.rows, *news]}
            rows = list(by_number.values())
    if rows is None or len(rows) != version.n_begun:
        rows = read(run, begun(run))
    made = Snapshot(version, Trials(rows, sign=sign_of(run)))
    with _lock:
        _known[run.pk] = made
        _known.move_to_end(run.pk)
        while len(_known) > REMEMBERED:
            _known.popitem(last=False)
    return made


def extends(old: Version, new: Version) -> bool:
    """Tell whether the events since can say what has changed."""
    return old.created_at == new.created_at and 0 < old.event < new.event


def sign_of(run: Run) -> float:
    return 1.0 if METRICS[run.scoring].greater_is_better else -1.0


def changed(run: Run, *, since: int) -> QuerySet[Trial]:
    """Return the trials that have begun or ended since an event."""
    events = run.events.filter(pk__gt=since, kind__in=[*TRIAL_EVENTS, *VAGUE_EVENTS])
    numbers: set[int] = set()
    is_vague = False
    for kind, data in events.values_list("kind", "data"):
        numbers.update(data.get("trials", []) if kind in TRIAL_EVENTS else [])
        is_vague |= kind in VAGUE_EVENTS
    found = Q(number__in=numbers)
    if is_vague:
        found |= Q(state__in=[TrialState.FAILED, TrialState.SKIPPED])
    return begun(run).filter(found)


# --- Reading ---------------------------------------------------------------------------


def read(run: Run, trials: QuerySet[Trial]) -> list[Row]:
    """Return trials as rows, with scores as people read them."""
    records = list(
        trials.order_by("number").values_list(
            "number",
            "algorithm",
            "state",
            "value",
            "worker",
            Cast("fold_scores", TextField()),
            Cast(KeyTransform(run.scoring, "train_metrics"), TextField()),
            Cast("fit_seconds", TextField()),
            Cast("score_seconds", TextField()),
            Cast("started_at", TextField()),
            Cast("finished_at", TextField()),
            Cast("params", TextField()),
        )
    )
    if not records:
        return []
    number, algorithm, state, value, worker, *texts = zip(*records, strict=True)
    folds, train, fits, scorings = (parsed(column) for column in texts[:4])
    start = run.started_at or run.created_at
    sign = sign_of(run)
    return [
        Row(*fields)
        for fields in zip(
            number,
            algorithm,
            state,
            (None if v is None else sign * v for v in value),
            turned(folds, sign),
            turned(train, sign),
            [sum(a) + sum(b) for a, b in zip(fits, scorings, strict=True)],
            seconds_since(start, texts[4]),
            seconds_since(start, texts[5]),
            worker,
            parsed(texts[6], empty="{}"),
            strict=True,
        )
    ]


def parsed(texts: Iterable[str | None], *, empty: str = "[]") -> list[Any]:
    """Parse many small JSON texts as one."""
    found: list[Any] = json.loads(f"[{','.join(text or empty for text in texts)}]")
    return found


def turned(lists: Sequence[Sequence[float]], sign: float) -> Iterable[Sequence[float]]:
    if sign > 0:
        return lists
    return ([-x for x in numbers] for numbers in lists)


def seconds_since(start: datetime, texts: Sequence[str | None]) -> list[float | None]:
    """Return times written by the database, in UTC, as seconds since another."""
    times = np.array(
        [text.partition("+")[0] if text else "NaT" for text in texts],
        dtype="datetime64[us]",
    )
    zero = np.datetime64(start.replace(tzinfo=None), "us")
    seconds = (times - zero) / np.timedelta64(1, "s")
    return [None if s != s else s for s in seconds.tolist()]
