"""A command as people start it: seconds from start to end, CPU seconds, and the most memory it held."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    seconds: float
    cpu: float
    peak: float  # MB


def run(arguments: Sequence[str], home: Path) -> Cost:
    """Run `forestall` with these arguments in a process of its own, on the workspace `home`."""
    return python(["-c", "from forestall.cli import main; main()", *arguments], home)


def python(arguments: Sequence[str], home: Path) -> Cost:
    """Run this interpreter with these arguments in a process of its own, on the workspace `home`."""
    # With compiled modules written, as on any machine: without them every start compiles all packages again.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["FORESTALL_HOME"] = str(home)
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    said = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status != 0:
        sys.exit(f"python {' '.join(arguments)} failed: {said.decode(errors='replace')}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
