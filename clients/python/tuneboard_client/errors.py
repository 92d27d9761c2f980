"""What can go wrong, as exceptions that say what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

HINTS = {
    401: (
        "Make a token on the page “API tokens” of the account menu, and give it as "
        "Client(token=...) or in the environment variable TUNEBOARD_TOKEN."
    ),
    403: (
        "The token needs the scope “write”, and its user the role of an editor in the "
        "project (of an owner for what concerns members)."
    ),
    404: "Check the number; what you are no member of is not found either.",
    409: "Look at its state again with refresh(); the same call may work later.",
    413: "Send less at once, or have the limit raised (UPLOAD_LIMIT_MB).",
    429: "Wait, or have the limit raised (API_REQUESTS_A_MINUTE).",
    500: "The details are in the server's log.",
}


class TuneboardError(Exception):
    """Base of everything this package raises about the server."""


class UnreachableError(TuneboardError):
    """Nothing answers at the address, or something that is not Tuneboard."""


class WaitTimeoutError(TuneboardError, TimeoutError):
    """What was waited for has not ended in time; on the server it goes on."""


class FailedError(TuneboardError):
    """What was waited for has failed on the server; the message says why."""


class RowsWarning(UserWarning):
    """Some values of many rows were not used as they are; the message says which."""


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one value.

    Attributes
    ----------
    detail : str
        What is wrong, and the way out.
    pointer : str
        Where in what was sent, as ``#/spaces/ridge/alpha``; or empty.
    parameter : str
        Which parameter of the address, or which header; or empty.
    """

    detail: str
    pointer: str = ""
    parameter: str = ""

    def __str__(self) -> str:
        place = self.pointer.removeprefix("#/") or self.parameter
        return f"{place}: {self.detail}" if place else self.detail


@dataclass(frozen=True)
class Problem:
    """A problem as the server describes it (RFC 9457).

    Attributes
    ----------
    status : int
        The HTTP status.
    title : str
        The kind of problem, in words.
    detail : str
        What happened this time, in a sentence.
    type : str
        The kind of problem, as an address.
    errors : tuple of FieldProblem
        Everything that is wrong with what was sent.
    retry_after : float or None
        Seconds after which the same request may work.
    """

    status: int
    title: str
    detail: str = ""
    type: str = "about:blank"
    errors: tuple[FieldProblem, ...] = ()
    retry_after: float | None = None

    def __str__(self) -> str:
        lines = [f"{self.title} ({self.status})."]
        told = [str(error) for error in self.errors]
        if told:
            lines += [f"- {line}" for line in told]
        elif self.detail:
            lines[0] = f"{self.title} ({self.status}): {self.detail}"
        hint = HINTS.get(500 if self.status >= 500 else self.status)
        return "\n".join([*lines, hint] if hint else lines)


class ProblemError(TuneboardError):
    """The server refused a request.

    Parameters
    ----------
    problem : Problem
        What the server says of it.

    Attributes
    ----------
    problem : Problem
        The same.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return str(self.problem)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.problem.status

    @property
    def detail(self) -> str:
        """What happened this time, in a sentence."""
        return self.problem.detail

    @property
    def errors(self) -> tuple[FieldProblem, ...]:
        """Everything that is wrong with what was sent."""
        return self.problem.errors


class InvalidRequestError(ProblemError, ValueError):
    """What was sent cannot be; `errors` names each value (400, 413, 415, 422)."""


class AuthenticationError(ProblemError):
    """No token, or one that is unknown, expired or revoked (401)."""


class ForbiddenError(ProblemError, PermissionError):
    """The token or its user may not do this (403)."""


class NotFoundError(ProblemError, LookupError):
    """There is no such object, or none that this user may see (404)."""


class ConflictError(ProblemError):
    """The object's state does not allow it now (409)."""


class TooManyRequestsError(ProblemError):
    """The limit of requests a minute stayed reached (429)."""


class ServerError(ProblemError):
    """A mistake of the server, or of a proxy before it (5xx)."""


KINDS: dict[int, type[ProblemError]] = {
    400: InvalidRequestError,
    401: AuthenticationError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    413: InvalidRequestError,
    415: InvalidRequestError,
    422: InvalidRequestError,
    429: TooManyRequestsError,
}


def error_of(
    status: int, found: Mapping[str, Any], *, reason: str = "", retry_after: str = ""
) -> ProblemError:
    """Return the exception of an answer that is no success.

    Parameters
    ----------
    status : int
        The HTTP status.
    found : mapping
        The problem details that were sent; empty if there were none.
    reason : str, default ''
        The status in words.
    retry_after : str, default ''
        The header of that name.

    Returns
    -------
    ProblemError
        Of the class that fits the status.
    """
    problem = Problem(
        status=status,
        title=str(found.get("title") or reason or "Refused"),
        detail=str(found.get("detail") or ""),
        type=str(found.get("type") or "about:blank"),
        errors=tuple(
            FieldProblem(
                detail=str(error.get("detail") or ""),
                pointer=str(error.get("pointer") or ""),
                parameter=str(error.get("parameter") or ""),
            )
            for error in found.get("errors") or ()
        ),
        retry_after=float(retry_after) if retry_after.isdecimal() else None,
    )
    usual = ServerError if status >= 500 else ProblemError
    return KINDS.get(status, usual)(problem)
