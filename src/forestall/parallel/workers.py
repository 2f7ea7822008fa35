"""Who does the tasks, and how people name them: `--jobs N`, `--cluster SPEC`."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from forestall.errors import UsageError

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_WORKERS = 256
LEAST_MEMORY = 500_000_000
"""Bytes that a worker needs to start at all."""
SPEC = "expected tcp://HOST:PORT or tls://HOST:PORT of a Dask scheduler, or local:N or local:N:MEMORY (local:4:3GB)"
BYTES = {"MB": 10**6, "GB": 10**9, "MiB": 2**20, "GiB": 2**30}


class Workers(Protocol):
    """Who does the tasks. count: how many at once, at the start. about: the same in words, with the memory bound."""

    count: int
    about: str

    def each(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """function(item) of each item, in the order of items, while later ones are still at work.

        Items are taken as workers come free, not all at once, so they may come from a generator. What a task raises is
        raised here, at its place, and ends the run. Raises ForestallError if workers died again and again on the same
        task, or the cluster is lost.
        """
        ...


class Here:
    """This process, one task after the other, with its own threads."""

    count = 1
    about = "this process"

    def each(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """See Workers."""
        yield from map(function, items)


@contextmanager
def workers(jobs: int | None = None, cluster: str | None = None) -> Iterator[Workers]:
    """Workers for a block: this process by default, `jobs` processes of this machine, or a Dask cluster.

    cluster: "tcp://HOST:PORT" (or tls://) of a scheduler that runs; "local:N" or "local:N:MEMORY" starts one with N
    workers on this machine, each of which may hold MEMORY ("3GB", "500MB", also GiB, MiB), by default 4 GB or its share
    of the machine's memory. A worker at 95 % of that is ended, and its task done again. Raises UsageError on another
    spec, both at once, a number outside 1 to 256, a package that is missing, a cluster that does not answer within 5
    seconds or has no worker within a minute, and if the versions of the workers are others than ours.
    """
    if jobs is not None and cluster is not None:
        raise UsageError("--jobs and --cluster are two ways to do the same: give one of them")
    if jobs is not None and not 1 <= jobs <= MOST_WORKERS:
        raise UsageError(f"{jobs} jobs were asked for, expected 1 to {MOST_WORKERS}")
    if cluster is not None:
        number, memory = read(cluster)
        from forestall.parallel import cluster as dask

        dask.require()
        with dask.local(number, memory) if number else dask.remote(cluster) as crew:
            yield crew
    elif jobs is not None and jobs > 1:
        from forestall.parallel.processes import Processes

        yield Processes(jobs)
    else:
        yield Here()


def read(spec: str) -> tuple[int, int | None]:
    """Number of local workers and bytes for each, 0 and None for an address. Raises UsageError on another spec."""
    if re.fullmatch(r"(tcp|tls)://(\[[0-9a-fA-F:.]+\]|[\w.-]+):\d{1,5}", spec):
        return 0, None
    found = re.fullmatch(r"local:(\d{1,6})(?::(\d{1,6}(?:\.\d{1,3})?)(MB|GB|MiB|GiB))?", spec)
    if found is None:
        raise UsageError(f"cluster {spec!r} is not known: {SPEC}")
    number = int(found[1])
    if not 1 <= number <= MOST_WORKERS:
        raise UsageError(f"cluster {spec!r} asks for {number} workers, expected 1 to {MOST_WORKERS}")
    memory = round(float(found[2]) * BYTES[found[3]]) if found[2] else None
    if memory is not None and memory < LEAST_MEMORY:
        raise UsageError(f"cluster {spec!r} gives each worker {found[2]}{found[3]}, expected 500MB or more")
    return number, memory
