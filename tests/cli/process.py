"""forestall as people start it: a process of its own, on an empty workspace whatever the machine holds."""

import json
import subprocess
import sys
from functools import cache
from typing import Any


@cache
def run(*arguments: str, columns: int = 100) -> subprocess.CompletedProcess[str]:
    """Run `forestall` with these arguments, once for all tests that ask the same."""
    return subprocess.run(
        [sys.executable, "-m", "forestall", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={
            "PATH": "/usr/bin:/bin",
            "COLUMNS": str(columns),
            "OMP_NUM_THREADS": "1",
            "FORESTALL_HOME": "/nonexistent/forestall",
        },
    )


def document(*arguments: str) -> dict[str, Any]:
    """The JSON document that the command prints."""
    done = run(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
