"""Workers of a Dask cluster: one that is started on this machine for a while, or one that runs elsewhere."""

import asyncio
import logging
import os
import tempfile
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any, TypeVar

from forestall import __version__
from forestall.errors import ForestallError, UsageError
from forestall.parallel import task
from forestall.parallel.workers import LEAST_MEMORY

Item = TypeVar("Item")
Result = TypeVar("Result")

ANSWER = 5.0
"""Seconds that a scheduler has to answer."""
FIRST_WORKER = 60.0
"""Seconds until the first worker of a cluster must have come."""
MOST_MEMORY = 4_000_000_000
"""Bytes that each local worker may hold unless the spec says so."""
ENDED_AT = 0.95
"""Share of its bound at which a local worker is ended: the rest is for what it takes between two looks."""
AHEAD = 8
"""Tasks given out for each worker, at work, waiting or done and not yet taken."""
SAME = ("forestall", "numpy", "scipy", "scikit-learn", "lightgbm", "polars")
"""Packages whose version client and workers must share: draws follow from them."""


def require() -> None:
    """Raises UsageError that says what to install if Dask is not there."""
    try:
        import_module("distributed")
    except ImportError as error:
        raise UsageError(
            f"--cluster needs Dask, which is not installed ({_flat(error)}): pip install 'forestall[cluster]'"
        ) from None


class Cluster:
    """The workers of a Dask cluster. address: of its scheduler, for messages. remedy: what to do if workers die."""

    def __init__(self, client: Any, *, about: str, address: str, remedy: str) -> None:
        self.client = client
        self.count = max(1, sum(client.nthreads().values()))
        self.about, self.address, self.remedy = about, address, remedy

    def each(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """See Workers."""
        content, name = task.packed(function)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Sending large graph")  # it is sent once
            # a task of its own, not scattered data: if the worker that holds it dies, the scheduler makes it again
            held = self.client.submit(_same, content, key=f"forestall-function-{name}")
        run, number, most = os.urandom(6).hex(), 0, max(32, AHEAD * self.count)
        waiting: deque[Any] = deque()
        try:
            for item in items:
                key = f"forestall-task-{run}-{number}"
                waiting.append(self.client.submit(task.work, held, name, __version__, item, key=key, pure=False))
                number += 1
                if len(waiting) >= most:
                    yield self._result(waiting.popleft())
            while waiting:
                yield self._result(waiting.popleft())
        finally:
            for one in waiting:
                one.cancel()

    def _result(self, future: Any) -> Any:
        from concurrent.futures import CancelledError

        from distributed import KilledWorker
        from distributed.comm.core import CommClosedError

        try:
            return future.result()
        except KilledWorker:
            raise ForestallError(task.died(self.remedy)) from None
        except (CancelledError, CommClosedError):
            raise ForestallError(
                f"the cluster at {self.address} was lost in the middle of the run: start it again, repeat the command"
            ) from None


@contextmanager
def local(number: int, memory: int | None) -> Iterator[Cluster]:
    """A cluster on this machine, for this block only. memory: bytes that each worker may hold."""
    dask: Any = import_module("dask")
    distributed: Any = import_module("distributed")
    machine: int = import_module("distributed.system").MEMORY_LIMIT
    bound = memory or max(LEAST_MEMORY, min(MOST_MEMORY, machine // number))
    # Ended over its bound, never paused: a paused worker whose memory stays fragmented would pause for good.
    settings: dict[str, Any] = {f"distributed.worker.memory.{name}": False for name in ("target", "spill", "pause")}
    settings |= {
        "distributed.worker.memory.terminate": ENDED_AT,
        "distributed.nanny.pre-spawn-environ": task.ONE_THREAD,
        "distributed.scheduler.allowed-failures": task.RETRIES,
    }
    with (
        tempfile.TemporaryDirectory(prefix="forestall-") as folder,
        dask.config.set(settings),
        distributed.LocalCluster(
            n_workers=number,
            threads_per_worker=1,
            processes=True,
            memory_limit=bound,
            local_directory=folder,
            dashboard_address="127.0.0.1:0",  # cannot be left out; any free port, for nobody else
            silence_logs=logging.CRITICAL,
        ) as made,
        distributed.Client(made, set_as_default=False) as client,
    ):
        yield Cluster(
            client,
            about=f"{number} workers of a local Dask cluster, at most {_size(bound)} each",
            address="this machine",
            remedy=f"give each worker more than {_size(bound)} (--cluster local:N:MEMORY), or take fewer",
        )


@contextmanager
def remote(address: str) -> Iterator[Cluster]:
    """A cluster that runs already, and goes on after us."""
    distributed: Any = import_module("distributed")
    for name in [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is said in one line
    try:
        asyncio.run(_greet(address))
        client = distributed.Client(address, timeout=ANSWER, set_as_default=False)
    except Exception:  # whatever speaks there may answer anything
        raise UsageError(
            f"no Dask scheduler answers at {address} within {ANSWER:g} seconds: check the address, that a scheduler "
            "runs there, and that this machine may reach it"
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=FIRST_WORKER)
        except TimeoutError:
            raise UsageError(
                f"the cluster at {address} has had no worker for {FIRST_WORKER:g} seconds: start some (dask worker "
                f"{address}), or look whether they wait in a queue"
            ) from None
        compare(client.get_versions(packages=list(SAME)), address)
        crew = Cluster(client, about="", address=address, remedy="give the workers more memory")
        crew.about = f"{crew.count} workers of the Dask cluster at {address}, their memory bounded by its own settings"
        yield crew


async def _greet(address: str) -> None:
    """Shake hands with a scheduler: Client alone would wait without end for the greeting of another server."""
    distributed: Any = import_module("distributed")
    options = distributed.Security().get_connection_args("client")
    comm = await asyncio.wait_for(distributed.comm.connect(address, timeout=ANSWER, **options), ANSWER)
    comm.abort()


def compare(versions: Mapping[str, Any], address: str) -> None:
    """Raises UsageError if a worker has another version of Python or of a package that draws follow from.

    versions: as Dask's Client.get_versions gives them.
    """
    ours = _seen(versions["client"])
    for worker, found in versions["workers"].items():
        theirs = _seen(found)
        wrong = [f"{name} {theirs[name]} instead of {own}" for name, own in ours.items() if theirs[name] != own]
        if wrong:
            raise UsageError(
                f"worker {worker} of the cluster at {address} has {', '.join(wrong)}: install the same versions there "
                "and here, or draws would differ"
            )


def _same(content: bytes) -> bytes:
    return content


def _seen(one: Mapping[str, Any]) -> dict[str, str]:
    """Versions of one machine, of Python without the last figure; "none" for a package that is not there."""
    minor = ".".join(str(one["packages"]["python"]).split(".")[:2])
    return {"Python": minor, **{name: one["packages"].get(name) or "none" for name in SAME}}


def _size(memory: int) -> str:
    return f"{memory / 1e9:.1f} GB" if memory >= 10**9 else f"{memory / 1e6:.0f} MB"


def _flat(error: BaseException) -> str:
    return " ".join((str(error) or type(error).__name__).split()).rstrip(".")
