"""What a person does in the product, by HTTP: from a table to a finished run."""

import json
import re
from itertools import count

import httpx

from tests.installation import Installation, post, wait_for

__all__ = ["post"]

ENDED = {"finished", "stopped", "failed"}
# For runs that are watched while they search: on folds of an earlier run its scores are
# reused, and the search may be over before anybody has seen it.
SEEDS = count(1)


def id_in(url: httpx.URL) -> int:
    return int(re.findall(r"/(\d+)/", url.path)[-1])


def add_sample(client: httpx.Client, name: str = "penguins") -> int:
    """Add a bundled table, wait until it is read, and return the dataset's id."""
    client.get("/")
    dataset = id_in(post(client, f"/samples/{name}/").url)
    page = f"/datasets/{dataset}/"
    wait_for(lambda: "/runs/new/" in client.get(page).text, seconds=60)
    return dataset


def start_run(client: httpx.Client, dataset: int, **form: object) -> int:
    """Send the configure form and return the run's id."""
    values = {
        "target": "species",
        "scoring": "accuracy",
        "algorithms": ["logistic_regression", "random_forest"],
        "strategy": "grid",
        "n_splits": 5,
        "holdout_percent": 20,
        "seed": 0,
        **form,
    }
    return id_in(post(client, f"/datasets/{dataset}/runs/new/", **values).url)


def phase(client: httpx.Client, run: int) -> str:
    page = client.get(f"/runs/{run}/").text
    return re.search(r'id="live-phase">\s*<span[^>]*state-(\w+)', page)[1]


def n_complete(client: httpx.Client, run: int) -> int:
    return client.get(f"/runs/{run}/history.json").json()["n_complete"]


def wait_until_ended(client: httpx.Client, run: int, *, seconds: float = 180) -> str:
    wait_for(lambda: phase(client, run) in ENDED, seconds=seconds, pause=0.5)
    return phase(client, run)


def trials_of(installation: Installation, run: int) -> list[dict]:
    """Return the trials of the run's plan: without the baseline and the ensemble."""
    found = json.loads(installation.manage("trials", str(run), "--json").stdout)
    return [t for t in found if t["algorithm"] not in {"baseline", "ensemble"}]
