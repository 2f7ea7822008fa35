"""Files that are whole or absent: write to a temporary file, fsync, rename, fsync the folder.

Nothing outside this module renames into a workspace. A kill between any two lines here leaves at most a file whose name
starts with `TEMPORARY`; the next update removes it under the lock.
"""

import contextlib
import errno
import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from forestall.errors import StoreError

TEMPORARY = ".part-"
CHUNK = 1 << 20

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EROFS, errno.EACCES, errno.EPERM}


def full(error: OSError) -> bool:
    """Whether the system refuses because the disk, a quota or a size limit leaves no room."""
    return error.errno in _FULL


@contextlib.contextmanager
def refusals(path: Path, doing: str) -> Iterator[None]:
    """Turn what the file system refuses into one StoreError that says where and what to do."""
    try:
        yield
    except OSError as error:
        if full(error):
            advice = "the disk is full or a size limit is reached; free some space and try again"
        elif error.errno in _REFUSED:
            advice = "the folder is read-only or not yours; set FORESTALL_HOME to a folder you can write to"
        else:
            advice = f"{error.strerror or error}; set FORESTALL_HOME to a folder you can write to"
        raise StoreError(f"could not {doing} {path}: {advice}. Nothing was changed") from error


def sha256_of(path: Path) -> str:
    """The sha256 of a file's bytes, as 64 hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sync(stream: BinaryIO) -> None:
    """Bring what was written to the disk itself."""
    stream.flush()
    os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Ask the system to keep a rename in `folder`, where it can be asked (not on Windows, nor on every share)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, so that they outlive a power cut. Raises OSError."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


@contextlib.contextmanager
def replacing_file(path: Path) -> Iterator[Path]:
    """A temporary name; what the block writes there and syncs becomes `path` if it ends without an error.

    Otherwise `path` is untouched. For writers that want a name and not a stream; `replacing` gives a stream.
    Makes the folder if it is missing. Raises OSError as the system gives it.
    """
    make_folder(path.parent)
    part = path.parent / f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(6)}"
    try:
        yield part
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A stream whose bytes become `path` when the block ends without an error; otherwise `path` is untouched.

    Makes the folder if it is missing. Raises OSError as the system gives it.
    """
    with replacing_file(path) as part, part.open("xb") as stream:
        yield stream
        sync(stream)


def write(path: Path, content: bytes) -> None:
    """Write a whole file, or leave `path` as it was. Raises OSError."""
    with replacing(path) as stream:
        stream.write(content)


def remove(paths: Iterator[Path]) -> None:
    """Remove files that nobody refers to; one that cannot be removed is left for the next time."""
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
