"""Calls of the API as a person types them."""

import shlex
from collections.abc import Iterable

HEADER = "Authorization: Bearer $TUNEBOARD_TOKEN"
DOCUMENT = "run.json"


def curl(
    method: str, url: str, *, document: str = "", fields: Iterable[str] = ()
) -> str:
    """Return a call of curl, an option a line.

    `document` is a file with JSON; `fields` are those of a form, `file=@table.csv` one of
    them. The token comes from the environment, so the line can be shown and kept.
    """
    # In double quotes, for the shell to fill in the token.
    lines = [f'-H "{HEADER}"']
    if document:
        lines.append("-H 'Content-Type: application/json'")
        lines.append(f"--data @{document}")
    lines += [f"-F {shlex.quote(field)}" for field in fields]
    # With a body curl sends POST by itself.
    by_itself = "POST" if document or fields else "GET"
    verb = "" if method == by_itself else f"-X {method} "
    return " \\\n  ".join([f"curl {verb}{shlex.quote(url)}", *lines])
