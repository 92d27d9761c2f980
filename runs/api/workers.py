"""The workers of all hosts, as their page shows them."""

from datetime import datetime

from ninja import Field, Router, Schema

from runs.api.responses import answers
from runs.api.security import ApiRequest
from runs.live.fleet import FleetProcess, Host, fleet

router = Router(tags=["Workers"])


class ProcessOut(Schema):
    pid: int
    memory_bytes: int
    cpu_percent: float
    doing: str | None = Field(
        description="In words; null: idle. Of other projects it says that alone."
    )
    since: datetime | None


class HostOut(Schema):
    name: str
    n_processes: int
    n_busy: int
    n_cores: int
    cpu_percent: float
    memory_total_bytes: int
    memory_used_bytes: int
    seen_at: datetime
    processes: list[ProcessOut]


class WorkerList(Schema):
    hosts: list[HostOut]
    n_processes: int
    n_busy: int
    n_waiting_trials: int
    n_searching_runs: int
    n_messages: int | None = Field(description="That no worker has taken yet.")
    is_silent: bool = Field(
        description="The server that workers report to does not answer."
    )


def process_out(process: FleetProcess) -> ProcessOut:
    job = process.job
    return ProcessOut(
        pid=process.pid,
        memory_bytes=process.memory,
        cpu_percent=process.cpu_percent,
        doing=" ".join(filter(None, (job.text, job.note))) if job else None,
        since=job.since if job else None,
    )


def host_out(host: Host) -> HostOut:
    return HostOut(
        name=host.name,
        n_processes=host.n_processes,
        n_busy=host.n_busy,
        n_cores=host.n_cores,
        cpu_percent=host.cpu_percent,
        memory_total_bytes=host.memory_total,
        memory_used_bytes=host.memory_used,
        seen_at=host.seen_at,
        processes=[process_out(process) for process in host.processes],
    )


@router.get("/workers", **answers(200, WorkerList))
def list_workers(request: ApiRequest) -> WorkerList:
    """Return the workers of all hosts, and of their work what you can see."""
    found = fleet(request.user)
    return WorkerList(
        hosts=[host_out(host) for host in found.hosts],
        n_processes=found.n_processes,
        n_busy=found.n_busy,
        n_waiting_trials=found.n_waiting,
        n_searching_runs=found.n_searching,
        n_messages=found.n_messages,
        is_silent=found.is_silent,
    )
