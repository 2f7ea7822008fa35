"""The command line that builders share: where the raw releases are, where the tables go, how an error is said."""

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from forestall.errors import ForestallError

DATA = Path(__file__).resolve().parents[2] / "src" / "forestall" / "data"


def run(module: str, about: str | None, write: Callable[[Path, Path], str | Iterable[str]]) -> int:
    """Read --shared and --out, call `write(shared, out)` and print what it says, a line or lines; the exit code.

    module: its dotted name (tools.embed.covariates), which errors bear. about: its docstring.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=about)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"), help="the folder of raw releases")
    parser.add_argument("--out", type=Path, default=DATA, help="where the tables and manifest.json are")
    arguments = parser.parse_args()
    try:
        said = write(arguments.shared, arguments.out)
        for line in [said] if isinstance(said, str) else said:
            print(line)
    except (ForestallError, ValueError) as error:
        print(f"{module}: {error}", file=sys.stderr)
        return 1
    return 0
