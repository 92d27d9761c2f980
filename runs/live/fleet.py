"""The workers of all hosts: what they use, and what they do."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import NamedTuple

from django.apps import apps
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.text import capfirst
from redis.exceptions import RedisError

from runs import workers
from runs.enums import Phase, TrialState
from runs.leasing import Leased
from runs.models import Dataset, Project, Run, Trial
from runs.queries import algorithm_title

WITH_TRIALS = (Phase.SEARCHING, Phase.PAUSED, Phase.STOPPING)


class Job(NamedTuple):
    """What a process is on; of a project that the reader may not see, that it is busy."""

    text: str
    url: str = ""
    note: str = ""
    since: datetime | None = None


class FleetProcess(NamedTuple):
    pid: int
    memory: int
    cpu_percent: float
    job: Job | None


class Host(NamedTuple):
    name: str
    processes: list[FleetProcess]
    n_processes: int
    n_cores: int
    cpu_percent: float
    memory_total: int
    memory_used: int
    seen_at: datetime

    @property
    def n_busy(self) -> int:
        return sum(process.job is not None for process in self.processes)


class Fleet(NamedTuple):
    hosts: list[Host]
    n_waiting: int  # trials
    n_searching: int  # runs
    n_messages: int | None
    is_silent: bool  # the server the workers report to does not answer

    @property
    def n_processes(self) -> int:
        return sum(host.n_processes for host in self.hosts)

    @property
    def n_busy(self) -> int:
        return sum(host.n_busy for host in self.hosts)


def fleet(user: AbstractBaseUser | AnonymousUser) -> Fleet:
    """Return the workers of all hosts, and of their work what `user` may see."""
    searching = Run.objects.filter(phase=Phase.SEARCHING)
    waiting = Trial.objects.filter(run__in=searching, state=TrialState.WAITING)
    n_searching, n_waiting = searching.count(), waiting.count()
    try:
        found, n_messages = workers.reports(), workers.queued_messages()
    except (OSError, RedisError):
        return Fleet([], n_waiting, n_searching, None, is_silent=True)
    doing = dict(jobs(user))
    hosts = [
        host_of(name, list(reports), doing)
        for name, reports in groupby(found, key=lambda report: report.host)
    ]
    return Fleet(hosts, n_waiting, n_searching, n_messages, is_silent=False)


def host_of(name: str, reports: list[workers.Report], doing: dict[str, Job]) -> Host:
    newest = max(reports, key=lambda report: report.at)
    return Host(
        name=name,
        processes=[
            FleetProcess(
                pid=child.pid,
                memory=child.rss,
                cpu_percent=child.cpu_percent,
                job=doing.get(f"{name}/{child.pid}"),
            )
            for report in reports
            for child in sorted(report.processes)
        ],
        n_processes=sum(report.n_processes for report in reports),
        n_cores=newest.n_cores,
        cpu_percent=newest.cpu_percent,
        memory_total=newest.memory_total,
        memory_used=newest.memory_total - newest.memory_available,
        seen_at=datetime.fromtimestamp(newest.at, tz=UTC),
    )


def jobs(user: AbstractBaseUser | AnonymousUser) -> Iterator[tuple[str, Job]]:
    """Yield each holder of a lease with what it does."""
    seen = set(Project.objects.visible_to(user).values_list("pk", flat=True))
    for worker, project, job in all_jobs():
        since = Job("Another project's work", since=job.since)
        yield worker, job if project in seen else since


def all_jobs() -> Iterator[tuple[str, int, Job]]:
    yield from jobs_of_others()
    yield from jobs_of_datasets()
    yield from jobs_of_runs()
    yield from jobs_of_models()
    yield from jobs_of_trials()


def jobs_of_others() -> Iterator[tuple[str, int, Job]]:
    """Yield the work that has no page of its own: previews, predictions and the like."""
    for model in apps.get_models():
        if not issubclass(model, Leased) or model in {Dataset, Run, Trial}:
            continue
        held = model._default_manager.exclude(lease_token="").order_by()
        path = getattr(model, "PROJECT_PATH")  # noqa: B009 - not of the abstract class
        text = capfirst(str(model._meta.verbose_name))
        for worker, project in held.values_list("worker", path):
            yield worker, project, Job(text)


def jobs_of_datasets() -> Iterator[tuple[str, int, Job]]:
    held = Dataset.objects.exclude(lease_token="").order_by()
    for worker, project, pk, name in held.values_list(
        "worker", "project", "pk", "name"
    ):
        yield worker, project, Job(name, reverse("runs:dataset", args=[pk]), "reading")


def jobs_of_runs() -> Iterator[tuple[str, int, Job]]:
    open_runs = Run.objects.exclude(phase__in=Phase.ended()).exclude(lease_token="")
    for worker, project, pk, name, phase, since in open_runs.order_by().values_list(
        "worker", "project", "pk", "name", "phase", "phase_changed_at"
    ):
        url, note = reverse("runs:run", args=[pk]), Phase(phase).label.lower()
        yield worker, project, Job(name, url, note, since)


def jobs_of_models() -> Iterator[tuple[str, int, Job]]:
    runs = Run.objects.filter(phase__in=Phase.after_search()).order_by()
    held = runs.filter(models__lease_token__gt="")
    for worker, project, pk, name, algorithm in held.values_list(
        "models__worker", "project", "pk", "name", "models__algorithm"
    ):
        url = reverse("runs:run", args=[pk])
        note = f"{algorithm_title(algorithm)}, model"
        yield worker, project, Job(name, url, note)


def jobs_of_trials() -> Iterator[tuple[str, int, Job]]:
    mine = [F("worker")]
    rows = (
        Trial.objects.filter(run__phase__in=WITH_TRIALS, state=TrialState.RUNNING)
        .annotate(
            place=Window(RowNumber(), partition_by=mine, order_by=["-fold", "number"]),
            together=Window(Count("pk"), partition_by=mine),
        )
        .filter(place=1)
        .order_by()
        .values(
            *("worker", "run", "run__name", "run__project", "algorithm", "number"),
            *("fold", "started_at", "together"),
        )
    )
    for row in rows:
        also = f" and {row['together'] - 1} more" if row["together"] > 1 else ""
        note = f"{algorithm_title(row['algorithm'])}, trial {row['number']}{also}"
        url = reverse("runs:trial", args=[row["run"], row["number"]])
        job = Job(row["run__name"], url, note, row["started_at"])
        yield row["worker"], row["run__project"], job
