"""Answers of the server: taken, waited for, or raised."""

from email.message import Message
from pathlib import Path
from typing import Any

import httpx

from tuneboard_client.errors import UnreachableError, error_of

# Of a proxy or a server that is just being started.
PASSING = frozenset({502, 503, 504})
# The limit of requests is one a minute.
LONGEST_PAUSE = 65.0


def pause_of(answer: httpx.Response, usual: float, *, again: bool) -> float | None:
    """Tell how long to wait before a request is sent again.

    Parameters
    ----------
    answer : Response
        What came.
    usual : float
        Seconds, where the server names none.
    again : bool
        Whether the request may have had an effect already.

    Returns
    -------
    float or None
        Seconds; None if the answer stands.
    """
    named = answer.headers.get("Retry-After", "")
    passing = again and (
        answer.status_code in PASSING or (answer.status_code == 409 and named)
    )
    if answer.status_code != 429 and not passing:
        return None
    return min(float(named), LONGEST_PAUSE) if named.isdecimal() else usual


def checked(answer: httpx.Response) -> httpx.Response:
    """Return an answer that is a success, raise the problem that another one is.

    Parameters
    ----------
    answer : Response
        What came.

    Returns
    -------
    Response
        The same.
    """
    if answer.is_success:
        return answer
    if answer.is_redirect:
        raise UnreachableError(
            f"{answer.request.url} leads on to {answer.headers.get('Location', '')}: "
            "give the address that the server itself has, with http or https as it is."
        )
    try:
        found = answer.json()
    except ValueError:
        found = {}
    raise error_of(
        answer.status_code,
        found if isinstance(found, dict) else {},
        reason=answer.reason_phrase,
        retry_after=answer.headers.get("Retry-After", ""),
    )


def json_of(answer: httpx.Response) -> Any:  # noqa: ANN401
    """Return the JSON of an answer.

    Parameters
    ----------
    answer : Response
        A success.

    Returns
    -------
    object
        The JSON; None of an empty answer.
    """
    if not answer.content:
        return None
    try:
        return answer.json()
    except ValueError:
        raise UnreachableError(
            f"What answers at {answer.request.url} sends no JSON; it is no Tuneboard."
        ) from None


def filename_of(answer: httpx.Response) -> str:
    """Return the name a server gives a file.

    Parameters
    ----------
    answer : Response
        Of a download.

    Returns
    -------
    str
        Without any folder.
    """
    header = Message()
    header["Content-Disposition"] = answer.headers.get("Content-Disposition", "")
    name = header.get_filename() or answer.request.url.path.rsplit("/", 1)[-1]
    return Path(name.replace("\\", "/")).name or "download"
