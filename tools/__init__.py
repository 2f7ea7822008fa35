"""Build commands, not part of the wheel."""
