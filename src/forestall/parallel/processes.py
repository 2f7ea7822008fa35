"""Workers that are processes of this machine, by joblib."""

import tempfile
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import Lock
from typing import Any, Generic, TypeVar

from forestall import __version__
from forestall.errors import ForestallError
from forestall.parallel import task

Item = TypeVar("Item")
Result = TypeVar("Result")


class Processes:
    """Processes of this machine. Nothing bounds their memory."""

    def __init__(self, jobs: int) -> None:
        self.count = jobs
        self.about = f"{jobs} processes"

    def each(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """See Workers."""
        from concurrent.futures.process import BrokenProcessPool

        with tempfile.TemporaryDirectory(prefix="forestall-") as folder:
            content, name = task.packed(function)
            path = Path(folder) / "function"
            path.write_bytes(content)
            handed, deaths = _Handed(items), 0
            while True:
                try:
                    for result in self._pass(str(path), name, handed.out()):
                        handed.back()
                        deaths = 0
                        yield result
                    return
                except BrokenProcessPool:
                    # all processes go when one dies, so what was not back starts again
                    deaths += 1
                    if deaths > task.RETRIES:
                        raise ForestallError(task.died("take fewer processes (--jobs)")) from None
                    handed.lost()

    def _pass(self, path: str, name: str, items: Iterable[Any]) -> Iterator[Any]:
        from joblib import Parallel, delayed  # type: ignore[import-untyped,unused-ignore]

        pool = Parallel(
            n_jobs=self.count,
            backend="loky",
            return_as="generator",
            max_nbytes=None,
            batch_size=1,  # tasks take seconds or minutes: a batch would only make the last process late
            initializer=task.hold_to_one_thread,
        )
        found = pool(delayed(task.outcome)(path, name, __version__, item) for item in items)
        try:
            for result in found:
                if isinstance(result, task.Failed):
                    raise result.error
                yield result
        finally:
            with warnings.catch_warnings(action="ignore"):
                found.close()


class _Handed(Generic[Item]):
    """Items that were given out and are not back, so that they can be given out again."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._rest = iter(items)
        self._out: deque[Item] = deque()
        self._again: deque[Item] = deque()
        self._turn = 0
        self._lock = Lock()

    def out(self) -> Iterator[Item]:
        """Those to do again, then new ones, until `lost` is called: joblib asks for them from a thread of its own."""
        return self._from(self._turn)

    def _from(self, turn: int) -> Iterator[Item]:
        while True:
            with self._lock:
                if turn != self._turn:
                    return
                try:
                    item = self._again.popleft() if self._again else next(self._rest)
                except StopIteration:
                    return
                self._out.append(item)
            yield item

    def back(self) -> None:
        """The oldest of them is done."""
        with self._lock:
            self._out.popleft()

    def lost(self) -> None:
        """Those that are out have to be done again, in their order."""
        with self._lock:
            self._turn += 1
            self._again = self._out + self._again
            self._out = deque()
