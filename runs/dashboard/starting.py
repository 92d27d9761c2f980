"""The way from an empty project to predictions: what is done, and what comes next."""

from collections.abc import MutableMapping, Sequence
from typing import Any, NamedTuple

from django.urls import reverse

from runs.dashboard.parts import Step
from runs.models import Dataset

# Where a person's session keeps the projects whose analysis they have opened.
LOOKED = "analysed_projects"
KEPT = 100
# A project of more runs belongs to somebody who knows the way.
YOUNG_RUNS = 10


class Way(NamedTuple):
    """The steps as the page shows them."""

    steps: list[Step]
    next_number: int  # of the step to take now, from 1; 0 when all is done

    @property
    def n_done(self) -> int:
        return sum(step.is_done for step in self.steps)


def note_looked(session: MutableMapping[str, Any], project_id: int) -> None:
    """Remember that a person has opened the analysis of one of the project's runs."""
    known = session.get(LOOKED, [])
    if project_id not in known:
        session[LOOKED] = [*known, project_id][-KEPT:]


def own_steps(
    *,
    datasets: Sequence[Dataset],
    newest_run: int | None,
    has_looked: bool,
) -> list[Step]:
    ready = next((dataset for dataset in datasets if dataset.is_ready), None)
    return [
        table_step(datasets, ready),
        run_step(ready, newest_run),
        Step(
            "Look at the analysis",
            "Which settings matter, and where a next search would gain most.",
            is_done=has_looked,
            url=reverse("runs:analysis", args=[newest_run]) if newest_run else "",
            action="Open the analysis",
            icon="chart-dots",
        ),
    ]


def table_step(datasets: Sequence[Dataset], ready: Dataset | None) -> Step:
    if ready or not datasets:
        return Step(
            "Bring a table",
            "Upload a file, paste cells, or take one of the sample tables.",
            is_done=ready is not None,
            url="#add-data",
            action="Add a table",
            icon="upload",
        )
    newest = datasets[0]
    return Step(
        "Bring a table",
        f"“{newest.name}”: {newest.get_state_display().lower()}.",
        is_done=False,
        url=newest.get_absolute_url(),
        action="Open the table",
        icon="table",
    )


def run_step(ready: Dataset | None, newest_run: int | None) -> Step:
    return Step(
        "Start a first run",
        "Choose the column to predict; what is searched is filled in for you.",
        is_done=newest_run is not None,
        url=reverse("runs:run_new", args=[ready.pk]) if ready else "",
        action="Configure a run",
        icon="player-play",
    )


def way(steps: Sequence[Step]) -> Way:
    """Return the steps with the number of the one to take now.

    Whoever has done a later step has no need of the earlier ones.
    """
    last = max((i for i, step in enumerate(steps) if step.is_done), default=-1)
    shown = [
        step._replace(is_done=step.is_done or i < last) for i, step in enumerate(steps)
    ]
    following = (i for i, step in enumerate(shown, 1) if not step.is_done)
    return Way(shown, next(following, 0))
