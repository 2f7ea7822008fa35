"""A task on its way to a worker: what is sent, and how it is done there."""

import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

from forestall import __version__
from forestall.errors import UsageError

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
