"""What the list pages cost in a small project and in a large one, of the same pages."""

# ruff: noqa: PLC0415 - Django's settings come from an environment made first

import gc
import statistics
import time
from typing import TYPE_CHECKING, NamedTuple

from crowded import crowded_project
from report import Table, say

if TYPE_CHECKING:
    from crowded import Crowd
    from django.test import Client


class ListCost(NamedTuple):
    page: str
    runs: int
    trials: int
    first_ms: float
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    kilobytes: float
    queries: int


def addresses(crowd: "Crowd") -> dict[str, str]:
    """Return the list pages by their names, those of the administration last."""
    project, run = f"/projects/{crowd.project.pk}/", f"/runs/{crowd.run.pk}/"
    return {
        "projects": "/",
        "project": project,
        "project, last runs": f"{project}?page=9999",
        "project, all tables": f"{project}?tables=all",
        "members": f"{project}members/",
        "dataset": f"/datasets/{crowd.dataset.pk}/",
        "runs": "/runs/",
        "runs, last page": "/runs/?page=9999",
        "trials": f"{run}trials/",
        "trials compared": f"{run}compare/?trials=1,2,3",
        "leaderboard": f"{project}models/",
        "leaderboard, last page": f"{project}models/?page=9999",
        "workers": "/workers/",
        "admin projects": "/admin/runs/project/",
        "admin datasets": "/admin/runs/dataset/",
        "admin runs": "/admin/runs/run/",
        "admin trials": "/admin/runs/trial/",
        "admin events": "/admin/runs/runevent/",
        "admin models": "/admin/models_app/modelmeta/",
        "admin queue": "/admin/queue/",
    }


def measured_in(
    sizes: "list[tuple[int, int]]", cookie: str, n_calls: int
) -> list[ListCost]:
    """Write projects of so many runs and trials, one after the other; open every list."""
    costs: list[ListCost] = []
    say()
    shown = Table(
        "page", "runs", "trials", "first ms", "p50 ms", "p95 ms", "CPU ms", "KB", "queries",
        widths=(24, 6, 7),
    )  # fmt: skip
    for n_runs, n_trials in sizes:
        crowd = crowded_project(n_runs, n_trials, name=f"{n_runs:,} runs")
        analyse()
        settle()
        for page, address in addresses(crowd).items():
            cost = ListCost(page, n_runs, n_trials, *measured(address, cookie, n_calls))
            costs.append(cost)
            shown.row(*(f"{c:.1f}" if isinstance(c, float) else c for c in cost))
    return costs


def settle() -> None:
    """Leave what is there to nobody's collection, as a web server does that has started.

    Without it the writing of this benchmark's own rows is looked through meanwhile.
    """
    gc.collect()
    gc.freeze()


def analyse() -> None:
    """Tell the planner how much there is, as a database in use knows it."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def measured(
    address: str, cookie: str, n_calls: int
) -> tuple[float, float, float, float, float, int]:
    """Return first, median and p95 milliseconds, CPU milliseconds, KiB and queries."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"accept-encoding": "gzip", "host": "127.0.0.1"})
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    first, size = call(client, address)
    begin = time.process_time()
    times = [call(client, address)[0] for _ in range(n_calls)]
    cpu = 1000 * (time.process_time() - begin) / n_calls
    with CaptureQueriesContext(connection) as queries:
        call(client, address)
    return (
        first,
        statistics.median(times),
        statistics.quantiles(times, n=20)[-1],
        cpu,
        size / 1024,
        len(queries),
    )


def call(client: "Client", address: str) -> tuple[float, int]:
    started = time.perf_counter()
    answer = client.get(address)
    took = 1000 * (time.perf_counter() - started)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answers {answer.status_code}.")
    return took, len(answer.content)
