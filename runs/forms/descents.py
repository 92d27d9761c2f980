"""Starting from an earlier run: all of its settings, narrowed or with more budget."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from runs.addresses import whole_number
from runs.configuration import MAX_TRIALS, detected_task
from runs.enums import Descent, Scheme, Strategy, TrialState
from runs.forms.documents import fields_of
from runs.forms.spaces import as_text
from runs.models import Dataset, Run, SavedPreset
from runs.search.algorithms import ALGORITHMS
from runs.search.describing import describe
from runs.search.presets import PRESETS
from runs.search.problem import SpecError
from runs.search.refining import AT_LEAST, Refinement, refine_space
from runs.search.spaces import parse_space, space_to_json
from runs.specifications import changed_spaces, specification_of


class Narrowed(NamedTuple):
    """One parameter before and after, in words."""

    parameter: str
    before: str
    after: str
    beyond: bool


class Proposal(NamedTuple):
    """What is proposed for one algorithm."""

    title: str
    n_best: int
    n_trials: int
    changes: list[Narrowed]

    @property
    def reason(self) -> str:
        """Why nothing is changed; empty if something is."""
        if self.changes:
            return ""
        if not self.n_best:
            return f"{self.n_trials} scored, and {AT_LEAST} are needed: as before"
        return "the best are spread over all of it: as before"


class Origin(NamedTuple):
    """The run a form begins with, and the values it fills in."""

    run: Run
    descent: Descent
    initial: dict[str, Any]
    notes: list[str]
    proposals: list[Proposal]


def asked_for(query: Mapping[str, Any], dataset: Dataset) -> tuple[Run, Descent] | None:
    """Return the run an address or a form names, if it is one of this project."""
    number = whole_number(str(query.get("from_run", "")))
    descent = str(query.get("descent", ""))
    if number is None or descent not in Descent.values or not descent:
        return None
    runs = Run.objects.filter(project_id=dataset.project_id)
    run = runs.filter(pk=number).select_related("dataset").first()
    return (run, Descent(descent)) if run else None


def descended(query: Mapping[str, Any], dataset: Dataset) -> Origin | None:
    """Return the values of the run an address names; None if it names none."""
    found = asked_for(query, dataset)
    if found is None:
        return None
    run, descent = found
    wish = specification_of(run, run.dataset)
    notes = fitted(wish, dataset)
    if run.descent == Descent.CONTINUE:
        # Hundreds, perhaps, that it took over itself; where they fit they are reused anyway.
        wish.pop("enqueued", None)
    spaces = {n: dict(s) for n, s in run.spaces.items()}
    proposals: list[Proposal] = []
    if descent == Descent.REFINE:
        refined = refinements(run)
        proposals = [proposed(name, found) for name, found in refined.items()]
        spaces = {name: space_to_json(r.space) for name, r in refined.items()}
    if descent == Descent.CONTINUE:
        more_of(wish, run)
    fields = {
        **fields_of(wish | {"spaces": None}),
        "algorithms": list(spaces),
        "spaces": as_text(changed_spaces(spaces, run.task, run.strategy)),
        "target": run.target,
        "task": task_of(run, dataset),
        "preset": wish["preset"] or "",
        "from_run": run.pk,
        "descent": descent.value,
    }
    return Origin(run, descent, fields, notes, proposals)


def task_of(run: Run, dataset: Dataset) -> str:
    """Return the task to ask for; empty where it is detected anyway."""
    try:
        return "" if detected_task(dataset, run.target) == run.task else run.task
    except SpecError:
        return run.task


def fitted(wish: dict[str, Any], dataset: Dataset) -> list[str]:
    """Drop what this table or project does not have; say what."""
    notes = []
    missing = [n for n in wish["exclude"] if dataset.column(n) is None]
    if missing:
        wish["exclude"] = [n for n in wish["exclude"] if n not in missing]
        notes.append(f"{', '.join(missing)}: not in this table")
    if wish["split_column"] and dataset.column(wish["split_column"]) is None:
        notes.append(f"validation by {wish['split_column']}: not in this table")
        wish |= {"split_column": "", "scheme": Scheme.KFOLD.value}
    name = wish["preset"]
    own = SavedPreset.objects.filter(project_id=dataset.project_id, name=name)
    if name and name not in PRESETS and not own.exists():
        wish["preset"] = None
        notes.append(f"the preset {name}: deleted since")
    return notes


# --- Refine -----------------------------------------------------------------------------


def refinements(run: Run) -> dict[str, Refinement]:
    """Return a narrower space for each algorithm of a run."""
    trials: dict[str, list[tuple[dict[str, Any], float]]] = {n: [] for n in run.spaces}
    complete = run.planned_trials.filter(
        state=TrialState.COMPLETE, value__isnull=False
    ).order_by("number")
    rows = complete.values_list("algorithm", "params", "value")
    for algorithm, params, value in rows:
        if algorithm in trials:
            trials[algorithm].append((params, value))
    return {
        name: refine_space(
            parse_space(space, algorithm=name), trials[name], algorithm=name
        )
        for name, space in run.spaces.items()
    }


def proposed(name: str, found: Refinement) -> Proposal:
    return Proposal(
        ALGORITHMS[name].title,
        found.n_best,
        found.n_trials,
        [
            Narrowed(
                change.parameter,
                describe(change.before),
                describe(change.after),
                change.beyond,
            )
            for change in found.changes
        ],
    )


# --- Continue ---------------------------------------------------------------------------


def more_of(wish: dict[str, Any], run: Run) -> None:
    """Raise the budget: as much again, or all of a grid that was cut."""
    n_done = run.planned_trials.filter(state=TrialState.COMPLETE).count()
    if run.strategy == Strategy.GRID:
        wish["n_trials"] = None
    elif wish["n_trials"] is not None:
        wish["n_trials"] = min(MAX_TRIALS, n_done + wish["n_trials"])
    # What ended the search must not end it again at once.
    wish["patience"] = None
    if wish["target_score"] is not None and run.best_value is not None:
        wish["target_score"] = None
