"""The workers of all hosts."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from tuneboard_client.resources import parsed

Made = TypeVar("Made", "Process", "Host", "Workers")


@dataclass(frozen=True, kw_only=True)
class Process:
    """A process that works.

    Attributes
    ----------
    doing : str or None
        In words; None if it waits. Of other projects it says that alone.
    """

    pid: int
    memory_bytes: int
    cpu_percent: float
    doing: str | None
    since: datetime | None


@dataclass(frozen=True, kw_only=True)
class Host:
    """A machine with workers.

    Attributes
    ----------
    processes : list of Process
        Its processes.
    """

    name: str
    n_processes: int
    n_busy: int
    n_cores: int
    cpu_percent: float
    memory_total_bytes: int
    memory_used_bytes: int
    seen_at: datetime
    processes: list[Process]


@dataclass(frozen=True, kw_only=True)
class Workers:
    """What the workers of all hosts do.

    Attributes
    ----------
    hosts : list of Host
        The machines.
    n_processes, n_busy : int
        How many processes there are, and work.
    n_waiting_trials, n_searching_runs : int
        What there is to do.
    n_messages : int or None
        Messages that no worker has taken yet.
    is_silent : bool
        Whether the server that workers report to does not answer.
    """

    hosts: list[Host]
    n_processes: int
    n_busy: int
    n_waiting_trials: int
    n_searching_runs: int
    n_messages: int | None
    is_silent: bool


def workers_of(found: Mapping[str, Any]) -> Workers:
    """Return workers as the API describes them.

    Parameters
    ----------
    found : mapping
        The JSON.

    Returns
    -------
    Workers
        The same as objects.
    """
    hosts = [
        made(Host, host, processes=[made(Process, p) for p in host["processes"]])
        for host in found["hosts"]
    ]
    return made(Workers, found, hosts=hosts)


def made(kind: type[Made], found: Mapping[str, Any], **instead: object) -> Made:
    """Make an object of JSON; what this version does not know is left out.

    Parameters
    ----------
    kind : type
        What to make.
    found : mapping
        The JSON.
    **instead
        Fields that are objects themselves.

    Returns
    -------
    object
        One of `kind`.
    """
    names = {one.name for one in fields(kind)}
    values = {k: parsed(k, v) for k, v in {**found, **instead}.items() if k in names}
    if isinstance(since := values.get("since"), str):
        values["since"] = datetime.fromisoformat(since)
    return kind(**values)
