"""The command line: it parses, calls one function and prints; it holds no logic."""

from forestall.cli.app import main

__all__ = ["main"]
