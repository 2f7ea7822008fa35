"""`python -m tools.embed --shared ../shared/data`: derive the embedded figures and their manifest."""

import argparse
import sys
from pathlib import Path

from forestall.errors import ForestallError
from tools.embed.build import write

DATA = Path(__file__).resolve().parents[2] / "src" / "forestall" / "data"


def main() -> int:
    """Build all tables; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.embed", description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"), help="the folder of raw releases")
    parser.add_argument("--out", type=Path, default=DATA, help="where the tables and manifest.json go")
    arguments = parser.parse_args()
    try:
        for line in write(arguments.shared, arguments.out):
            print(line)
    except (ForestallError, ValueError) as error:
        print(f"tools.embed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
