"""The command line: it parses, calls one function and prints; it holds no logic."""


def main() -> None:
    """Run the command line."""
