"""What the server has, as objects with the fields that the API names."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, ClassVar, Self

from tuneboard_client.errors import WaitTimeoutError
from tuneboard_client.transport import Transport

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 1.0


@dataclass(kw_only=True, eq=False, repr=False)
class Resource:
    """An object of the server, as it was when it was last read.

    Attributes
    ----------
    id : int
        Its number.
    """

    id: int
    _transport: Transport = field(repr=False)
    _shown: ClassVar[tuple[str, ...]] = ("name",)

    @classmethod
    def of(cls, transport: Transport, found: Mapping[str, Any]) -> Self:
        """Make one of what the API says.

        Parameters
        ----------
        transport : Transport
            Where to ask further.
        found : mapping
            The JSON; what this version does not know is left out.

        Returns
        -------
        Resource
            The object.
        """
        return cls(_transport=transport, **cls._known(found))

    @classmethod
    def _known(cls, found: Mapping[str, Any]) -> dict[str, Any]:
        names = {one.name for one in fields(cls)}
        return {k: parsed(k, v) for k, v in found.items() if k in names}

    def _path(self) -> str:
        raise NotImplementedError

    def refresh(self) -> Self:
        """Read it again.

        Returns
        -------
        Resource
            The same object, with the fields of now.
        """
        return self._take(self._transport.get(self._path()))

    def _take(self, found: Mapping[str, Any]) -> Self:
        for name, value in self._known(found).items():
            setattr(self, name, value)
        return self

    def _is_settled(self) -> bool:
        """Read again where it is, of what a worker computes."""
        return getattr(self.refresh(), "state", "") in {"ready", "failed"}

    def delete(self) -> None:
        """Delete it on the server, with everything that belongs to it."""
        self._transport.send("DELETE", self._path())

    def __repr__(self) -> str:
        told = [f"{name}={getattr(self, name)!r}" for name in self._shown]
        return f"{type(self).__name__}({', '.join([str(self.id), *told])})"


def parsed(name: str, value: Any) -> Any:  # noqa: ANN401
    """Return a value of JSON as Python has it.

    Parameters
    ----------
    name : str
        The field; times end in ``_at``.
    value : object
        What it says.

    Returns
    -------
    object
        Times as datetime, everything else as it is.
    """
    if name.endswith("_at") and isinstance(value, str):
        return datetime.fromisoformat(value)
    return value


def until(
    ready: Callable[[], bool], *, what: str, timeout: float | None
) -> Iterator[None]:
    """Ask again and again, less often as time goes by.

    Parameters
    ----------
    ready : callable
        Tells whether it is as wanted.
    what : str
        What is waited for, for the message.
    timeout : float or None
        Seconds after which to give up.

    Yields
    ------
    None
        After each time that it was not.

    Raises
    ------
    WaitTimeoutError
        If it takes longer.
    """
    started, pause = time.monotonic(), FIRST_PAUSE
    while not ready():
        yield
        if timeout is not None and time.monotonic() - started > timeout:
            raise WaitTimeoutError(
                f"{what} is not ready after {timeout:g} s. It goes on on the server: "
                "wait again, or with a longer timeout."
            )
        time.sleep(pause)
        pause = min(1.3 * pause, LONGEST_PAUSE)
