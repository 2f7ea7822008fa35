"""A task on its way to a worker: what is sent, and how it is done there."""

import hashlib
import os
import traceback
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from forestall import __version__
from forestall.errors import ForestallError, UsageError

RETRIES = 3
"""How often a task is done again after the worker that had it died."""
FUNCTIONS_KEPT = 2
"""Functions, with what they carry, that a worker keeps unpacked."""
ONE_THREAD = {
    "FORESTALL_THREADS": "1",  # scores
    "LOKY_MAX_CPU_COUNT": "1",  # n_jobs=-1 of joblib and scikit-learn
    "OMP_NUM_THREADS": "1",  # LightGBM, some BLAS
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "POLARS_MAX_THREADS": "1",
}
"""Environment of a worker, set before libraries are loaded: together workers fill the cores, each holds to one."""

_functions: OrderedDict[str, Callable[[Any], Any]] = OrderedDict()
_lock = Lock()


def packed(function: Callable[..., Any]) -> tuple[bytes, str]:
    """A function with all it carries, as bytes, and a name by its content."""
    import cloudpickle  # type: ignore[import-untyped,unused-ignore]

    content: bytes = cloudpickle.dumps(function)
    return content, hashlib.sha256(content).hexdigest()


def work(held: bytes | str, name: str, version: str, item: Any) -> Any:
    """One task, on a worker. held: the function in bytes, or the file that holds it. version: of who asks.

    Raises UsageError if the worker's version is another.
    """
    if version != __version__:
        raise UsageError(
            f"a worker has forestall {__version__} instead of {version}: install the same version there and here"
        )
    hold_to_one_thread()
    return _unpacked(held, name)(item)


@dataclass(frozen=True, slots=True)
class Failed:
    """What a task raised, handed back as a result so that it can be raised at its place."""

    error: Exception


def outcome(held: bytes | str, name: str, version: str, item: Any) -> Any:
    """The result of `work`, or Failed: joblib raises what a late task raised before the results of earlier ones."""
    try:
        return work(held, name, version, item)
    except Exception as error:  # whatever it is, it is raised again on the other side
        if not isinstance(error, ForestallError):  # ours say all in one line
            error.add_note("".join(traceback.format_tb(error.__traceback__)))
        return Failed(error)


def hold_to_one_thread() -> None:
    """Hold a worker process to one thread, libraries that are loaded already included."""
    os.environ.update(ONE_THREAD)
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped,unused-ignore]

    threadpool_limits(1)  # not as a block: for as long as the process lives


def _unpacked(held: bytes | str, name: str) -> Callable[[Any], Any]:
    import cloudpickle

    with _lock:
        if name not in _functions:
            _functions[name] = cloudpickle.loads(Path(held).read_bytes() if isinstance(held, str) else held)
        _functions.move_to_end(name)
        while len(_functions) > FUNCTIONS_KEPT:
            _functions.popitem(last=False)
        return _functions[name]


def died(remedy: str) -> str:
    """What to say when a task killed every worker that tried it."""
    return f"workers died with the same task again and again, most likely for want of memory: {remedy}"
