"""Days as people type them."""

from datetime import date

from forestall.errors import UsageError


def day(text: str) -> date:
    """A day written YYYY-MM-DD. Raises UsageError for anything else."""
    try:
        if len(text) != len("YYYY-MM-DD"):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a day: write YYYY-MM-DD, for example 2018-01-18") from None
