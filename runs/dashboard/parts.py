"""What a project's page is made of; other apps add their parts by `project_shown`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple


class Figure(NamedTuple):
    """A number on top of the page."""

    label: str
    value: str
    icon: str
    note: str = ""


class Panel(NamedTuple):
    """A card of the page: the template that shows it, and its data."""

    template: str
    data: Any


class DiskPart(NamedTuple):
    """What one kind of file takes; None while nobody has measured it yet."""

    label: str
    n_bytes: int | None


class Happening(NamedTuple):
    """Something that was done in the project."""

    at: datetime
    icon: str
    text: str
    url: str
    subject: str  # what the address leads to
    who: str = ""
    level: str = "info"


class Step(NamedTuple):
    """A step of the way from an empty project to predictions."""

    title: str
    text: str
    is_done: bool
    url: str = ""  # empty while there is nothing to open yet
    action: str = ""
    icon: str = "arrow-right"


@dataclass(frozen=True)
class Contribution:
    """What an app adds to the page."""

    figures: list[Figure] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)
    disk: list[DiskPart] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
