"""Arguments of commands that say how files are to be read."""

from argparse import ArgumentParser, BooleanOptionalAction
from typing import Any

# What a shell can hardly pass on.
WRITTEN = {"tab": "\t", "\\t": "\t", "space": " ", "none": ""}
CHARACTERS = ("delimiter", "quotechar", "escapechar", "comment", "decimal", "thousands")


def add_reading_arguments(parser: ArgumentParser) -> None:
    from runs.tables.options import FORMATS

    group = parser.add_argument_group(
        "reading", "In place of what is detected; the same for all files."
    )
    group.add_argument("--format", choices=FORMATS)
    group.add_argument("--member", metavar="NAME", help="file inside a zip archive")
    group.add_argument("--sheet", metavar="NAME", help="sheet of a workbook")
    group.add_argument("--encoding", help="for example cp1252")
    group.add_argument(
        "--delimiter", metavar="CHARACTER", help="also the words tab, space and none"
    )
    group.add_argument("--quotechar", metavar="CHARACTER", help="or none")
    group.add_argument("--escapechar", metavar="CHARACTER", help="or none")
    group.add_argument(
        "--comment", metavar="TEXT", help="how comment lines begin; or none"
    )
    group.add_argument(
        "--header",
        action=BooleanOptionalAction,
        default=None,
        help="whether the first row holds the names of the columns",
    )
    group.add_argument(
        "--skip-lines", type=int, metavar="N", help="lines above the table"
    )
    group.add_argument("--decimal", choices=[".", ","])
    group.add_argument("--thousands", metavar="CHARACTER", help="or none")
    group.add_argument(
        "--day-first",
        action=BooleanOptionalAction,
        default=None,
        help="whether 03/04/2020 is in April",
    )
    group.add_argument(
        "--missing",
        action="append",
        metavar="TEXT",
        help="a text for a missing value, in place of the usual ones; may be repeated",
    )


def reading_options(given: dict[str, Any]) -> dict[str, Any]:
    """Return the options as JSON; raises TableError for one that means nothing."""
    from runs.tables.options import ReadingOptions

    named = ReadingOptions.__dataclass_fields__
    options = {n: given[n] for n in named if given.get(n) is not None}
    for name in CHARACTERS:
        if name in options:
            options[name] = WRITTEN.get(options[name], options[name])
    return ReadingOptions.from_json(options).to_json()
