"""The parts of a card."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, get_args
from urllib.parse import urlencode

from models_app.charts.calibration import Strategy
from models_app.charts.confusion import Cells
from models_app.enums import ArtifactKind

if TYPE_CHECKING:
    import plotly.graph_objects as go

TABLE_ROWS = 25  # of a chart's numbers on the page; all of them are in its CSV
# Up to how many classes a chart with a line for each has which height.
HEIGHTS = {8: "chart-tall", 25: "chart-taller"}
NARROW_CLASSES = 10  # more names need the whole width of a page


class NumberTable(NamedTuple):
    """Numbers as people read them on the page, or as a program does from its CSV."""

    caption: str
    header: list[str]
    rows: Iterable[list[Any]]


class Choice(NamedTuple):
    title: str
    query: str  # the page's address with it
    is_current: bool


class Switch(NamedTuple):
    label: str
    choices: list[Choice]


class Picker(NamedTuple):
    """A choice of what a chart shows, kept in the page's address."""

    name: str
    label: str
    chosen: str
    options: list[tuple[str, str]]  # value and what it says


class Options(NamedTuple):
    """What the page's address says of how to show things."""

    cells: Cells = "count"
    bins: Strategy = "quantile"
    gain: str = "gain"
    query: Mapping[str, str] = {}

    def switch(self, name: str, label: str, titles: Mapping[str, str]) -> Switch:
        """Return links that change one thing and keep the others; the first is the default."""
        current, first = getattr(self, name), next(iter(titles))
        kept = {key: text for key, text in self.query.items() if key != name}
        return Switch(
            label,
            [
                Choice(
                    title,
                    "?" + urlencode(kept if value == first else {**kept, name: value}),
                    value == current,
                )
                for value, title in titles.items()
            ],
        )


def options_of(query: Mapping[str, str]) -> Options:
    """Read an address; what it does not know is as by default."""
    cells, bins = query.get("cells"), query.get("bins")
    # As the address of the matrix was before it could be read by column.
    cells = "row" if cells == "percent" else cells
    return Options(
        cells=cells if cells in get_args(Cells) else "count",  # type: ignore[arg-type]
        bins=bins if bins in get_args(Strategy) else "quantile",  # type: ignore[arg-type]
        gain="lift" if query.get("gain") == "lift" else "gain",
        query=dict(query.items()),
    )


@dataclass(frozen=True)
class Card:
    """One card of the page: a figure with its numbers, or numbers alone."""

    kind: ArtifactKind
    title: str
    hint: str
    figure: dict[str, Any] | None = None
    tables: list[NumberTable] = field(default_factory=list)
    switches: list[Switch] = field(default_factory=list)
    template: str = "models_app/chart_card.html"
    size: str = "chart-tall"
    is_wide: bool = False  # takes the whole width of the page
    note: str = ""  # which rows it is from, where no figure says so
    linked: str = ""  # how the chosen threshold is shown in it
    more: dict[str, Any] = field(default_factory=dict)  # for its own template
    part: str = ""  # of a kind that several charts are drawn from
    picker: Picker | None = None
    picker_more: Picker | None = None
    is_open: bool = False  # whether its numbers are shown at once

    @property
    def name(self) -> str:
        return f"{self.kind.value}-{self.part}" if self.part else self.kind.value

    @property
    def script_id(self) -> str:
        return f"figure-{self.name}"


def plain(figure: "go.Figure") -> dict[str, Any]:
    """Return a figure for JSON: arrays of objects, which Plotly leaves, become lists."""
    found: dict[str, Any] = figure.to_dict()
    for trace in found.get("data", ()):
        if hasattr(told := trace.get("customdata"), "tolist"):
            trace["customdata"] = told.tolist()
    return found


def size_for(n_classes: int) -> str:
    """Return the style of a chart that has a line for each class."""
    fitting = (name for most, name in HEIGHTS.items() if n_classes <= most)
    height = next(fitting, "chart-tallest")
    return f"{height} chart-many" if n_classes > NARROW_CLASSES else height


def undefined_text(undefined: list[str]) -> str:
    return f" Undefined on these rows for: {', '.join(undefined)}." if undefined else ""
