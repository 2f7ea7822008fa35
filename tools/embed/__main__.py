"""`python -m tools.embed --shared ../shared/data`: derive the embedded figures and their manifest."""

import sys

from tools.embed import command
from tools.embed.build import write


def main() -> int:
    """Build all tables; returns the exit code."""
    return command.run("tools.embed", __doc__, write)


if __name__ == "__main__":
    sys.exit(main())
