"""Files that a user gives, read as text and never past a limit: a pipe or a device may have no end."""

from pathlib import Path

from forestall.errors import UsageError


def text_of(path: Path, largest: int, wanted: str) -> str:
    """The text of a file of at most `largest` bytes, in UTF-8, without a byte order mark.

    wanted: what is expected, for the message. Raises UsageError if it cannot be read, is larger, or is no such text.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(largest + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): give {wanted}") from None
    except ValueError:  # a name that no file can have
        raise UsageError(f"{str(path)!r} is no name of a file: give {wanted}") from None
    if len(content) > largest:
        raise UsageError(f"{path} has more than {largest:,} bytes, the most that is read: give {wanted}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not text in UTF-8: give {wanted}") from None
