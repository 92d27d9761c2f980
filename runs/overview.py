"""What the page of a table shows besides its columns, from the stored profile."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from runs.columns import bars, percent, short
from runs.models import Dataset, TargetProfile

N_BARS = 15
N_PAIRS = 12
N_POWERS = 20
PERCENT_FROM = 10_000
# What workers report, in the words of the page.
STEPS = {
    "unpacking": "Unpacking",
    "reading": "Reading",
    "typing": "Kinds: column",
    "columns": "Profile: column",
    "associations": "Profile: associations",
    "target": "Column",
}
IN_BYTES = {"unpacking", "reading"}
MEASURES = {
    "spearman": "Spearman's rank correlation",
    "cramers_v": "Cramér's V",
    "correlation_ratio": "correlation ratio",
}
POWER_MEASURES = {
    "f1_weighted": "weighted F1",
    "mean_absolute_error": "mean absolute error",
}


def progress_text(progress: dict[str, Any]) -> str:
    """Return a step as a person reads it: "Reading 43 %", "Column 12 of 30"."""
    step, done = str(progress.get("step") or ""), progress.get("done", 0)
    total = progress.get("total")
    label = STEPS.get(step, step)
    if not step or not total:
        return label
    if step in IN_BYTES or total >= PERCENT_FROM:
        return f"{label} {100 * done // total} %"
    return f"{label} {done:,} of {total:,}"


class Progress(NamedTuple):
    text: str
    value: int | None
    max: int | None


def progress_of(progress: dict[str, Any]) -> Progress:
    total = progress.get("total") or None
    value = progress.get("done") if total else None
    return Progress(progress_text(progress), value, total)


class Overview(NamedTuple):
    n_duplicates: int
    duplicates_percent: str
    missing_percent: str
    n_missing: int
    memory_bytes: int
    sample: str


def overview(dataset: Dataset) -> Overview | None:
    """Return the figures of the whole table; None for one read before there were any."""
    found = dataset.profile.get("overview")
    if not found:
        return None
    cells = found["n_rows"] * found["n_columns"]
    sampled = found.get("sampled_rows")
    return Overview(
        n_duplicates=found["n_duplicates"],
        duplicates_percent=percent(found["n_duplicates"], found["n_rows"]),
        missing_percent=percent(found["n_missing_cells"], cells),
        n_missing=found["n_missing_cells"],
        memory_bytes=found["memory_bytes"],
        sample=sample_note(sampled, found["n_rows"]),
    )


def sample_note(sampled: int | None, n_rows: int) -> str:
    if not sampled or sampled >= n_rows:
        return f"all {n_rows:,} rows"
    return f"a sample of {sampled:,} of {n_rows:,} rows"


# --- Missing values --------------------------------------------------------------------


class Pattern(NamedTuple):
    columns: list[str]
    n_more: int
    n_rows: int
    percent: str


class Missingness(NamedTuple):
    bars: list[tuple[str, int, str]]  # column, cells, percent
    n_columns: int
    patterns: list[Pattern]
    other_rows: int


def missingness(dataset: Dataset) -> Missingness | None:
    found = dataset.profile.get("missingness")
    if not found or not found["by_column"]:
        return None
    n_rows = dataset.n_rows or 0
    return Missingness(
        bars=[(name, n, percent(n, n_rows)) for name, n in found["by_column"][:N_BARS]],
        n_columns=len(found["by_column"]),
        patterns=[
            Pattern(
                p["columns"][:4],
                max(0, len(p["columns"]) - 4),
                p["n_rows"],
                percent(p["n_rows"], n_rows),
            )
            for p in found["patterns"]
        ],
        other_rows=found.get("other_rows", 0),
    )


# --- Associations ----------------------------------------------------------------------


class Pair(NamedTuple):
    a: str
    b: str
    value: float
    measure: str


def strongest_pairs(dataset: Dataset) -> list[Pair]:
    found = dataset.profile.get("associations") or {}
    return [
        Pair(p["a"], p["b"], p["value"], MEASURES.get(p["measure"], p["measure"]))
        for p in found.get("strongest", [])[:N_PAIRS]
    ]


# --- A column to predict ---------------------------------------------------------------


class Power(NamedTuple):
    name: str
    association: float | None
    measure: str
    power: float | None
    score: float | None
    baseline: float | None


class TargetView(NamedTuple):
    """What the section of the target shows."""

    task: str
    facts: list[tuple[str, str]]
    bars: list[tuple[str, int]]
    classes: list[tuple[str, int, str]]
    powers: list[Power]
    n_powers: int
    power_measure: str
    power_note: str
    sample: str


def target_view(profile: TargetProfile) -> TargetView | None:
    data = profile.data
    if not profile.is_ready or not data:
        return None
    column, n_rows = data["distribution"], data["n_rows"]
    powers = sorted(data["columns"], key=strength, reverse=True)
    return TargetView(
        task=data["task"],
        facts=target_facts(data),
        bars=bars(column),
        classes=classes_of(data),
        powers=[power_of(found) for found in powers[:N_POWERS]],
        n_powers=len(powers),
        power_measure=POWER_MEASURES.get(data["power_measure"], data["power_measure"]),
        power_note=sample_note(data.get("power_rows"), n_rows),
        sample=sample_note(data.get("sampled_rows"), n_rows),
    )


def strength(found: dict[str, Any]) -> tuple[float, float]:
    power, association = found.get("power"), found.get("association")
    return (
        -1 if power is None else power,
        -1 if association is None else association,
    )


def power_of(found: dict[str, Any]) -> Power:
    measure = MEASURES.get(found.get("measure") or "", "")
    if found.get("of") == "length":
        measure = f"{measure} of its length"
    return Power(
        found["name"],
        found.get("association"),
        measure,
        found.get("power"),
        found.get("score"),
        found.get("baseline"),
    )


def target_facts(data: dict[str, Any]) -> list[tuple[str, str]]:
    column = data["distribution"]
    facts = [("Rows with a value", f"{data['n_rows'] - data['n_missing']:,}")]
    if data["n_missing"]:
        facts.append(("Missing", f"{data['n_missing']:,} rows, left out of a run"))
    if data["task"] == "regression":
        if column.get("min") is not None:
            facts.append(("Range", f"{short(column['min'])} to {short(column['max'])}"))
        for name, label in (("median", "Median"), ("mean", "Mean"), ("skew", "Skew")):
            if column.get(name) is not None:
                facts.append((label, short(column[name])))
    else:
        facts.append(("Classes", f"{column['distinct']:,}"))
    return facts


def classes_of(data: dict[str, Any]) -> list[tuple[str, int, str]]:
    if data["task"] == "regression":
        return []
    known = data["n_rows"] - data["n_missing"]
    classes: Sequence[Any] = data["distribution"].get("classes") or []
    ordered = sorted(classes, key=lambda c: -c[1])
    return [(str(name), n, percent(n, known)) for name, n in ordered[:10]]


# --- Advice ----------------------------------------------------------------------------

BUTTONS = {
    "exclude": "Leave out of runs",
    "set_kind": "Change the kind",
    "drop_duplicates": "Leave repeated rows out",
    "scheme": "Validate like that",
    "metric": "Use this metric",
    "preset": "Use this preset",
    "folds": "Use so many folds",
    "missing": "Read as missing",
}
FOR_RUNS = {"exclude", "scheme", "metric", "preset", "folds"}


class Tip(NamedTuple):
    """A piece of advice as the page shows it."""

    key: str
    level: str
    title: str
    text: str
    button: str
    note: str  # what happened when it was accepted
    is_accepted: bool


def tips(holder: Dataset | TargetProfile) -> list[Tip]:
    """Return what is advised and not followed, then what was followed."""
    keys = {advice["key"] for advice in holder.accepted}
    open_ = [tip(a, is_accepted=False) for a in holder.advice if a["key"] not in keys]
    open_.sort(key=lambda t: t.level != "warning")
    return [*open_, *(tip(a, is_accepted=True) for a in holder.accepted)]


def tip(advice: dict[str, Any], *, is_accepted: bool) -> Tip:
    remedy = advice.get("remedy") or {}
    action = remedy.get("action", "")
    note = "For the next run." if action in FOR_RUNS else "The table was read so."
    return Tip(
        key=advice["key"],
        level=advice["level"],
        title=advice["title"],
        text=advice["text"],
        button=BUTTONS.get(action, ""),
        note=note if is_accepted else "",
        is_accepted=is_accepted,
    )
