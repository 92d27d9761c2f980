"""Small openly licensed tables to start with."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Sample:
    """A bundled table: what it is, what to predict, and whose work it is."""

    name: str
    title: str
    filename: str
    target: str
    task: str
    description: str
    licence: str
    source: str


SAMPLES: Final[dict[str, Sample]] = {
    sample.name: sample
    for sample in (
        Sample(
            name="penguins",
            title="Palmer penguins",
            filename="penguins.csv",
            target="species",
            task="multiclass",
            description=(
                "344 penguins of three species, measured on three islands of the "
                "Palmer Archipelago: which species is it?"
            ),
            licence="CC0 1.0",
            source="https://allisonhorst.github.io/palmerpenguins/",
        ),
        Sample(
            name="auto_mpg",
            title="Fuel consumption of cars",
            filename="auto_mpg.csv",
            target="mpg",
            task="regression",
            description=(
                "398 cars built from 1970 to 1982: how many miles does each drive "
                "on a gallon?"
            ),
            licence="CC BY 4.0",
            source="https://archive.ics.uci.edu/dataset/9/auto+mpg",
        ),
        Sample(
            name="credit_approval",
            title="Credit card applications",
            filename="credit_approval.csv",
            target="class",
            task="binary",
            description=(
                "690 applications with anonymous columns of every kind and some gaps: "
                "which were approved?"
            ),
            licence="CC BY 4.0",
            source="https://archive.ics.uci.edu/dataset/27/credit+approval",
        ),
        Sample(
            name="wine_quality",
            title="White wines",
            filename="wine_quality_white.csv",
            target="quality",
            task="regression",
            description=(
                "4,898 wines measured in a laboratory, in a file with semicolons: how "
                "many points did tasters give each?"
            ),
            licence="CC BY 4.0",
            source="https://archive.ics.uci.edu/dataset/186/wine+quality",
        ),
    )
}


def sample_path(name: str) -> Path:
    """Return the file of a sample; ``KeyError`` for a name that is none."""
    return _FOLDER / SAMPLES[name].filename
