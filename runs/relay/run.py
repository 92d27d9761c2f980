"""The parts of a run's page; the audience is whether a viewer may steer the run."""

import time
from collections.abc import Hashable, Iterable
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from django.template.loader import render_to_string

from runs.announcing import group_name
from runs.live.state import live_state
from runs.models import Run
from runs.relay.base import LOOK_SECONDS, Relay, compact
from runs.relay.slots import Parts
from runs.steered import steering_state

# Files of templates/runs/run/, each an element with an id of its own.
FRAGMENTS = (
    "stepper",
    "progress",
    "algorithms",
    "controls",
    "workers",
    "leaderboard",
    "log",
    "steering",
    "folds_recent",
    "history_recent",
)
# Of these files only a part is live: nobody's typing is swapped away.
PARTS = {"steering": "steering.html#live"}
# Different for who may steer the run and who may look; the others are the same for all.
PERSONAL = frozenset({"progress", "controls", "steering"})
# Long, and different after every trial: nobody reads them faster than once a second.
SLOW = frozenset({"log", "steering", "folds_recent"})
SLOW_SECONDS = 1.0


class Page:
    """A run as it is now, its markup rendered when it is asked for."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.shared: dict[str, str] = {}

    @cached_property
    def context(self) -> dict[str, Any]:
        return {"run": self.run, "state": live_state(self.run), "oob": True}

    @property
    def steered(self) -> tuple[str, str, int]:
        """Return what somebody may just have changed: that is shown at once."""
        return (self.run.phase, self.run.wish, self.run.revision)

    @cached_property
    def steering(self) -> dict[str, Any]:
        return {"steer": steering_state(self.run)}

    def part(self, name: str, *, can_edit: bool) -> str:
        if name in self.shared:
            return self.shared[name]
        context = {**self.context, "can_edit": can_edit}
        if name == "steering":
            context |= self.steering
        file = PARTS.get(name, f"{name}.html")
        markup = compact(render_to_string(f"runs/run/{file}", context))
        if name not in PERSONAL:
            self.shared[name] = markup
        return markup


class SlowParts(NamedTuple):
    steered: tuple[str, str, int]
    parts: dict[str, str]
    since: dict[str, float]  # when each was rendered


class RunRelay(Relay):
    # A browser needs longer than this to show a message when it has little else to do.
    coalesce_seconds: ClassVar[float] = 0.2

    def __init__(self, run_id: int) -> None:
        super().__init__(group_name(run_id))
        self.run_id = run_id
        self.slow: dict[bool, SlowParts] = {}
        self.behind = False  # whether viewers are owed slow parts

    @property
    def look_seconds(self) -> float:
        return SLOW_SECONDS if self.behind else LOOK_SECONDS

    def render(self, audiences: Iterable[Hashable]) -> dict[Hashable, Parts]:
        """Return the live parts of a run's page for each kind of viewer; none if it is gone."""
        runs = Run.objects.select_related("dataset", "project")
        run = runs.filter(pk=self.run_id).first()
        if run is None:
            return {}
        page = Page(run)
        return {
            can_edit: self.parts(page, can_edit) for can_edit in map(bool, audiences)
        }

    async def render_all(self) -> None:
        self.behind = False
        await super().render_all()

    def parts(self, page: Page, can_edit: bool) -> Parts:
        slow = self.slow.get(can_edit)
        if slow is None or slow.steered != page.steered or not self.hinted:
            parts = {name: page.part(name, can_edit=can_edit) for name in SLOW}
            slow = SlowParts(page.steered, parts, dict.fromkeys(SLOW, time.monotonic()))
            self.slow[can_edit] = slow
        else:
            self.behind = True
            # One a message: none is much longer than the others.
            name = min(SLOW, key=slow.since.__getitem__)
            if time.monotonic() - slow.since[name] >= SLOW_SECONDS:
                slow.parts[name] = page.part(name, can_edit=can_edit)
                slow.since[name] = time.monotonic()
        return {
            name: slow.parts[name]
            if name in SLOW
            else page.part(name, can_edit=can_edit)
            for name in FRAGMENTS
        }
