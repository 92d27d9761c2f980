"""A bell for those who follow a run's events; each reads on from where it is."""

from typing import ClassVar

from runs.announcing import group_name
from runs.relay.base import Relay, relay_for

# Whoever has left the project or signed out is found out within so long.
LOOK_SECONDS = 3.0


class EventRelay(Relay):
    """Tells its slots that there may be news. Nothing is rendered: no two read the same."""

    coalesce_seconds: ClassVar[float] = 0.1

    def __init__(self, run_id: int) -> None:
        super().__init__(group_name(run_id))
        self.run_id = run_id

    @property
    def name(self) -> str:
        return f"events.{self.run_id}"

    @property
    def look_seconds(self) -> float:
        return LOOK_SECONDS

    async def render_all(self) -> None:
        for slot in self.slots:
            slot.filled.set()


def event_relay(run_id: int) -> Relay:
    return relay_for(f"events.{run_id}", lambda: EventRelay(run_id))
