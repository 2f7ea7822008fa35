"""The errors people see.

Every message says what was given, what was expected and what to do, in one line. The command line prints that line and
exits with `exit_code`; a traceback is shown only with `--debug`.
"""


class ForestallError(Exception):
    """Base of every error that forestall raises on purpose."""

    exit_code = 1


class UsageError(ForestallError):
    """The caller asked for something that cannot be: a bad month, an unknown option value, a country nobody knows."""

    exit_code = 2


class UnknownCountryError(UsageError):
    """A country name, code or number that is not in the dated table of states."""


class ShapeError(ForestallError, ValueError):
    """Arrays whose shapes do not fit together."""


class SourceError(ForestallError):
    """A publisher's file is not what its format says: names the file, and where it can the line and the column."""


class NetworkError(ForestallError):
    """A download that could not be completed or verified."""


class StoreError(ForestallError):
    """The workspace could not be read or written, or holds something that does not match its digest."""
