"""Web socket clients that note when they first saw each completed trial."""

import asyncio
import math
import multiprocessing
import resource
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import NamedTuple

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

PER_PROCESS = 250
OPENING_AT_ONCE = 20
START_SECONDS = 60.0
# After the last commit nobody waits longer for its message.
PATIENCE_SECONDS = 15.0
MARK = '"n_complete": '


class Seen(NamedTuple):
    """What one client has seen: when the n-th trial was first shown, by n."""

    times: dict[int, float]
    n_messages: int
    n_bytes: int


class Result(NamedTuple):
    viewers: int
    trials: int
    p50_ms: float
    p90_ms: float
    p99_ms: float
    longest_ms: float
    messages_a_viewer: float
    kb_a_message: float
    n_unseen: int


class Viewers:
    """All clients of a round, in as few processes as keep up."""

    def __init__(self, existing: int) -> None:
        self.processes: list[BaseProcess] = []
        self.pipes: list[Connection] = []
        self.existing = existing

    def wait_until_open(self) -> None:
        for pipe in self.pipes:
            if not pipe.poll(START_SECONDS):
                raise SystemExit("The viewers could not open their sockets.")
            answer = pipe.recv()
            if answer != "open":
                raise SystemExit(f"The viewers could not open their sockets: {answer}")

    def result(self, commits: Sequence[float]) -> Result:
        """Return the latencies of all trials in all clients."""
        seen: list[Seen] = []
        deadline = time.time() + PATIENCE_SECONDS
        for pipe in self.pipes:
            if not pipe.poll(max(0.0, deadline - time.time())):
                pipe.send("stop")
            if not pipe.poll(PATIENCE_SECONDS):
                raise SystemExit("The viewers do not answer.")
            answer = pipe.recv()
            if isinstance(answer, str):
                raise SystemExit(f"A viewer lost its socket: {answer}")
            seen += answer
        late = [
            1000 * (client.times[n] - commit)
            for client in seen
            for n, commit in enumerate(commits, self.existing + 1)
            if n in client.times
        ]
        n_messages = sum(client.n_messages for client in seen)
        return Result(
            viewers=len(seen),
            trials=len(commits),
            p50_ms=quantile(late, 0.5),
            p90_ms=quantile(late, 0.9),
            p99_ms=quantile(late, 0.99),
            longest_ms=quantile(late, 1.0),
            messages_a_viewer=round(n_messages / len(seen), 1),
            kb_a_message=round(sum(c.n_bytes for c in seen) / 1000 / n_messages, 1),
            n_unseen=len(seen) * len(commits) - len(late),
        )


def quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    if not ordered:
        return math.inf
    return round(ordered[max(0, math.ceil(share * len(ordered)) - 1)], 1)


@contextmanager
def watching(
    url: str, origin: str, cookie: str, n_viewers: int, last: int, existing: int = 0
) -> Iterator[Viewers]:
    """Have so many viewers of a run, all with the page's first message, meanwhile.

    They go once they have seen the `last` completed trial, by count.
    """
    spawn = multiprocessing.get_context("spawn")
    viewers = Viewers(existing)
    left = n_viewers
    try:
        while left:
            n_clients = min(left, PER_PROCESS)
            left -= n_clients
            here, there = spawn.Pipe()
            process = spawn.Process(
                target=watch,
                args=(there, url, origin, cookie, n_clients, last),
                daemon=True,
            )
            process.start()
            there.close()
            viewers.processes.append(process)
            viewers.pipes.append(here)
        viewers.wait_until_open()
        yield viewers
    finally:
        for process in viewers.processes:
            process.join(2)
            if process.is_alive():
                process.kill()
                process.join()


# --- In the clients' processes -----------------------------------------------------------


def watch(
    pipe: Connection, url: str, origin: str, cookie: str, n_clients: int, n_trials: int
) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(watch_all(pipe, url, origin, cookie, n_clients, n_trials))


async def watch_all(
    pipe: Connection, url: str, origin: str, cookie: str, n_clients: int, n_trials: int
) -> None:
    gate = asyncio.Semaphore(OPENING_AT_ONCE)
    opened = [asyncio.Event() for _ in range(n_clients)]
    stop = asyncio.Event()
    clients = [
        asyncio.create_task(client(url, origin, cookie, n_trials, gate, event, stop))
        for event in opened
    ]
    ready = asyncio.gather(*(event.wait() for event in opened))
    await asyncio.wait([ready, *clients], return_when=asyncio.FIRST_COMPLETED)
    if not ready.done():
        ended = next(task for task in clients if task.done())
        pipe.send(repr(ended.exception() or "closed"))
        return
    pipe.send("open")
    asyncio.get_running_loop().add_reader(pipe.fileno(), stop.set)
    try:
        answer: list[Seen] | str = await asyncio.gather(*clients)
    except (WebSocketException, OSError) as error:
        answer = repr(error)
    with suppress(BrokenPipeError):  # nobody is interested any more
        pipe.send(answer)


async def client(
    url: str,
    origin: str,
    cookie: str,
    n_trials: int,
    gate: asyncio.Semaphore,
    opened: asyncio.Event,
    stop: asyncio.Event,
) -> Seen:
    times: dict[int, float] = {}
    newest = n_messages = n_bytes = 0
    async with gate:
        connection = await connect(
            url,
            origin=origin,
            additional_headers={"Cookie": f"sessionid={cookie}"},
            max_size=None,
            ping_interval=None,
            compression=None,
            proxy=None,
        )
        await connection.recv()
        opened.set()
    stopped = asyncio.create_task(stop.wait())
    try:
        while newest < n_trials and not stop.is_set():
            receiving = asyncio.ensure_future(connection.recv())
            await asyncio.wait(
                [receiving, stopped], return_when=asyncio.FIRST_COMPLETED
            )
            if not receiving.done():
                receiving.cancel()
                break
            message = receiving.result()
            now = time.time()
            n_messages += 1
            n_bytes += len(message)
            shown = complete_in(str(message))
            times |= dict.fromkeys(range(newest + 1, shown + 1), now)
            newest = max(newest, shown)
    finally:
        stopped.cancel()
        await connection.close()
    return Seen(times, n_messages, n_bytes)


def complete_in(message: str) -> int:
    """Return the number of completed trials a message shows."""
    # The chart's numbers are the last part of a message, of those that have them.
    start = message.rfind(MARK)
    if start < 0:
        return 0
    start += len(MARK)
    return int(message[start : start + 9].split("}")[0].split(",")[0])
